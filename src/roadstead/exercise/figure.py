"""The reliability diagram of a study, with its mark."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from roadstead.model import SIMULATED_MARK

if TYPE_CHECKING:
    from roadstead.exercise.study import Figures, Study

SIZE_IN = (5.2, 5.6)
INK, SOFT, SEEN = "#1a1a1a", "#8a8a8a", "#0b5394"
MARK_WORDS = "SIMULATED"


def reliability_svg(result: Study) -> str:
    """Share of true claims against the probability given, claims that images can settle; the same study, same text."""
    with mpl.rc_context({"svg.hashsalt": "roadstead", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=SIZE_IN, layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        _rows(axes, result.settled)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.04, 1.08), aspect="equal")
        axes.set_xlabel("probability given (middle of its range)")
        axes.set_ylabel("share of claims that are true")
        axes.set_title(_title(result), fontsize=9, loc="left")
        axes.text(0.5, 0.5, MARK_WORDS, rotation=45, fontsize=34, color="#c00000", alpha=0.12, ha="center", va="center")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Description": SIMULATED_MARK})
    return out.getvalue()


def _rows(axes: mpl.axes.Axes, figures: Figures) -> None:
    for row in figures.reliability:
        low, high = row.interval
        axes.plot([row.mean_p, row.mean_p], [low, high], color=SEEN, linewidth=1.2)
        axes.plot([row.mean_p], [row.share_true], "o", color=SEEN, markersize=3 + row.n**0.5)
        axes.annotate(str(row.n), (row.mean_p, row.share_true), (5, 4), textcoords="offset points", color=INK)


def _title(result: Study) -> str:
    f = result.settled
    return (
        f"{result.n} exercises, seed {result.seed}: {f.claims} claims, {f.true} true\n"
        f"calibration error {f.expected_calibration_error:.3f} (95 % limit by chance {f.ece_limit_95:.3f}), "
        f"Brier skill {f.brier_skill:+.2f}\nbars: 90 % intervals; figures: claims in each group"
    )
