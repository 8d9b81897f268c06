"""`roadstead changes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.cli.detect import band_roles
from roadstead.pipeline.compare import change_properties, compare
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.pipeline.compare import Compared


def run(
    first: Path,
    second: Path,
    *,
    case: Path | None,
    out: Path | None,
    bands: str,
    gsd_m: float | None,
    as_json: bool,
) -> int:
    """Compare and print."""
    found = compare(first, second, case=case, out=out, bands=band_roles(bands), gsd_m=gsd_m)
    if as_json:
        say.print_json(
            {
                "shift": to_plain(found.shift),
                "changes": [change_properties(c) for c in found.changes],
                "berths": to_plain(found.berths),
            }
        )
    else:
        _print(found, out)
    return DONE


def _print(found: Compared, out: Path | None) -> None:
    table = Table(show_edge=False)
    for column in ("change", "row", "col", "length m", "beam m"):
        table.add_column(column, justify="left" if column == "change" else "right")
    for c in found.changes:
        what = f"only in the {'second' if c.came else 'first'}"
        table.add_row(what, *(f"{x:.0f}" for x in (c.row_px, c.col_px, c.length_m, c.beam_m)))
    say.out.print(table)
    s = found.shift
    say.out.print(
        f"{len(found.changes)} change(s) of ship size on the water. The second image lies {s.row_px:+.2f} rows and "
        f"{s.col_px:+.2f} columns off (sigma {s.sigma_px:.2f} px, {s.tiles} parts agree).",
        soft_wrap=True,
    )
    say.out.print(found.order, soft_wrap=True)
    for b in found.berths:
        say.out.print(f"{say.shown(b.site_id)}, berth {b.berth}: {b.what}", soft_wrap=True)
    say.out.print("Surf and tide along beaches, and floating weed, can look like a change.", soft_wrap=True)
    if out:
        say.out.print(f"Written: {say.shown(str(out))}", soft_wrap=True)
