"""`roadstead photo`."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from rich.table import Table

from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.model import NONE_OF_THESE, InputError
from roadstead.pipeline import PhotoMarks, photo

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.identify import PhotoEvidence

_ROWS = 6


def run(
    file: Path,
    *,
    out: Path,
    waterline: str,
    horizon: str,
    bow_x: float | None,
    stern_x: float | None,
    mask: Path | None,
    length_m: float | None,
    overhead: Path | None,
    as_json: bool,
) -> int:
    """Compare and print; exit code 2 when no class could be compared."""
    marks = PhotoMarks(
        waterline=line_of(waterline, "--waterline"),
        horizon=line_of(horizon, "--horizon"),
        bow_x=bow_x,
        stern_x=stern_x,
        mask=mask,
    )
    result = photo(file, out=out, marks=marks, length_m=length_m, overhead=overhead)
    if as_json:
        say.print_json(json.loads((out / "photo.json").read_text("utf-8")))
    elif result.evidence is not None:
        _print(result.evidence)
    for sentence in result.notes:
        say.err.print(f"[yellow]note:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    if not as_json:
        for sentence in (*result.limits, *(f"Wrote {path}" for path in result.files)):
            say.out.print(say.shown(sentence), soft_wrap=True)
    return DONE if result.evidence is not None else BAD_INPUT


def line_of(text: str, option: str) -> tuple[float, ...] | None:
    """Numbers of a line on the command line; None for none."""
    if not text.strip():
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != 4 or not all(map(math.isfinite, values)):
        raise InputError(f"{option}: {text!r} is no line; give four numbers x1,y1,x2,y2 in pixels, without spaces")
    return values


def _print(evidence: PhotoEvidence) -> None:
    table = Table(show_edge=False)
    for column in ("class", "ratio", "share", "misfit"):
        table.add_column(column, justify="left" if column == "class" else "right")
    shares, misfit = dict(evidence.posterior), dict(evidence.misfit)
    for name, ratio in evidence.ratios[:_ROWS]:
        table.add_row(say.shown(name), f"{ratio:.2g}", f"{100 * shares[name]:.0f} %", f"{misfit[name]:.3f}")
    table.add_row("none of these", "", f"{100 * shares[NONE_OF_THESE]:.0f} %", "")
    say.out.print(table)
    low, high = evidence.bow_angle_interval_deg
    say.out.print(
        f"Bow to the {evidence.bow_side}, bow angle {evidence.bow_angle_deg:.0f} degrees "
        f"(90 %: {low:.0f} to {high:.0f}); {evidence.quality}.",
        soft_wrap=True,
    )
    for one in evidence.along:
        end = "from the stern" if one.reversed else "from the bow"
        say.out.print(
            f"{one.kind} profile of the detection, read {end}: correlation {one.correlation:.2f}, "
            f"ratio {one.ratio:.2g}",
            soft_wrap=True,
        )
