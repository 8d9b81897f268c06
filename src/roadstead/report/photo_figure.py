"""The photograph, its outline and the profiles one above the other, all over the fraction of the hull's length."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

INK, SEEN, SOFT, OTHERS = "#1a1a1a", "#0b5394", "#8a8a8a", ("#b45f06", "#38761d", "#741b47")
WIDE_IN = 7.4
_SHOWN_PX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A profile along the hull with its name."""

    name: str
    fraction: NDArray[np.float64]
    """share of the hull's length from the bow"""
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSheet:
    """What the figure shows."""

    rgb: NDArray[np.float32]
    """the photograph, 0-1, shape (rows, columns, 3)"""
    outline: NDArray[np.float64]
    """x, y in its pixels, shape (places, 2)"""
    waterline: tuple[float, float, float, float]
    title: str
    seen: Curve | None
    """the photograph's profile; None where no class was compared"""
    classes: tuple[Curve, ...]
    """silhouettes of the best classes, heights as shares of the length"""
    landmarks: tuple[tuple[str, float, float], ...]
    """of the best class: name, fraction, height as a share of the length"""
    detection: tuple[Curve, ...]
    """profiles of a satellite detection, bow first"""
    foot: str
    """what holds for all of it"""


def photo_figure(sheet: PhotoSheet, kind: str) -> bytes:
    """Draw the figure as `svg` or `png` (200 dots an inch); the same sheet gives the same bytes."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and only this figure needs it
    from matplotlib.figure import Figure  # noqa: PLC0415

    panels = [1.5, *([1.0] if sheet.seen else []), *([1.25] if sheet.classes else []), *(0.7 for _ in sheet.detection)]
    with mpl.rc_context({"svg.hashsalt": "roadstead", "font.size": 8, "axes.titlesize": 8}):
        figure = Figure(figsize=(WIDE_IN, 1.9 * sum(panels) + 0.5), layout="constrained")
        axes = list(np.atleast_1d(figure.subplots(len(panels), 1, gridspec_kw={"height_ratios": panels})))
        _photo(axes.pop(0), sheet)
        if sheet.seen:
            _profile(axes.pop(0), [sheet.seen], [SEEN], "From the photograph: height over length")
        if sheet.classes:
            _classes(axes.pop(0), sheet)
        for curve in sheet.detection:
            _profile(axes.pop(0), [curve], [INK], f"From the satellite image: {curve.name}", plain=True)
        figure.supxlabel(f"share of the hull's length from the bow\n{sheet.foot}", fontsize=7.5)
        out = io.BytesIO()
        figure.savefig(out, format=kind, dpi=200, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()


def _photo(axes: Any, sheet: PhotoSheet) -> None:
    step = max(1, sheet.rgb.shape[1] // _SHOWN_PX)
    rows, cols = sheet.rgb.shape[:2]
    axes.imshow(sheet.rgb[::step, ::step], extent=(0, cols, rows, 0), interpolation="antialiased")
    axes.plot(*sheet.outline.T, color="#ffd400", linewidth=0.9)
    x1, y1, x2, y2 = sheet.waterline
    axes.plot([x1, x2], [y1, y2], color="#ff3df2", linewidth=0.9)
    wide = x2 - x1
    low, high = min(y1, y2, float(sheet.outline[:, 1].min())), max(y1, y2)
    axes.set(xlim=(max(x1 - 0.1 * wide, 0), min(x2 + 0.1 * wide, cols)),
             ylim=(min(high + 0.1 * wide, rows), max(low - 0.06 * wide, 0)), xticks=[], yticks=[])  # fmt: skip
    axes.set_title(sheet.title, loc="left")


def _profile(axes: Any, curves: Sequence[Curve], colours: Sequence[str], title: str, *, plain: bool = False) -> None:
    for curve, colour in zip(curves, colours, strict=True):
        axes.plot(curve.fraction, curve.value, color=colour, linewidth=1.1, label=curve.name)
        if not plain:
            axes.fill_between(curve.fraction, curve.value, color=colour, alpha=0.12, linewidth=0)
    axes.set_xlim(0, 1)
    if plain:
        axes.set_yticks([])
    else:
        axes.set_ylim(bottom=0)
    axes.set_title(title, loc="left")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _classes(axes: Any, sheet: PhotoSheet) -> None:
    """Silhouettes of the best classes with the photograph's outline behind them, and named landmarks."""
    _profile(axes, sheet.classes, OTHERS[: len(sheet.classes)], "From the library, best first")
    if sheet.seen:
        axes.plot(
            sheet.seen.fraction, sheet.seen.value, color=SEEN, linewidth=0.8, linestyle=(0, (4, 2)), label="photograph"
        )
    top = max(float(c.value.max()) for c in sheet.classes)
    last, level = -1.0, 0
    for name, at, height in sorted(sheet.landmarks, key=lambda row: (row[1], row[0])):
        level = (level + 1) % 4 if at - last < 0.14 else 0
        last = at
        axes.annotate(
            name, (at, height), (at, top * (1.12 + 0.16 * level)), fontsize=6.5, color=INK,
            ha="left" if at < 0.08 else "right" if at > 0.92 else "center",
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": SOFT},
        )  # fmt: skip
    axes.set_ylim(0, top * 1.85)
    axes.legend(loc="upper right", frameon=False, fontsize=6.5, ncols=4, bbox_to_anchor=(1.0, 1.2))
