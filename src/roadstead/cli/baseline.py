"""`roadstead baseline`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from roadstead.assess import places
from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.pipeline import site_baseline
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.infer import Tally
    from roadstead.pipeline import BaselineResult


def run(case: Path, site: str, *, length_m: float | None, as_json: bool) -> int:
    """Count and print; exit code 2 when the case file holds mistakes."""
    with say.progress("reading") as progress:
        result = site_baseline(case, site, length_m=length_m, progress=progress)
    say.losses(result.losses)
    if as_json:
        plain = {"schema_version": 1, **to_plain(result.baseline), "assumed_traffic": to_plain(result.assumed)}
        say.print_json({("site" if k == "site_id" else k): v for k, v in plain.items()} | {"rates": _rates(result)})
    else:
        _print(result)
    return BAD_INPUT if result.case.mistakes else DONE


def _rates(result: BaselineResult) -> dict[str, list[float] | None]:
    named = {name: tally.rate for name, tally in _rows(result)}
    return {name: [round(rate.low, 4), round(rate.high, 4)] if rate else None for name, rate in named.items()}


def _rows(result: BaselineResult) -> list[tuple[str, Tally]]:
    b = result.baseline
    parts = [("12 months before", b.last_year), ("same weeks of earlier years", b.same_weeks)]
    claimed = any(b.site_id in places(c) for c in result.case.claims)
    return [("all looks outside the windows", b.whole), *(parts if claimed else []), *b.seasons]


def _print(result: BaselineResult) -> None:
    b, site = result.baseline, result.case.site(result.baseline.site_id)
    where = "within 150 m of its berths" if b.at_berths else "anywhere in its area (the case draws no berths)"
    say.out.print(
        f"[bold]{say.shown(site.name)}[/bold]: ships of {b.length_m.low:.0f} to {b.length_m.high:.0f} m, {where}, in "
        "usable looks of ours outside every claim's window.",
        soft_wrap=True,
    )
    table = Table(show_edge=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("Looks", "n", "with such a ship", "ships", "rate (90 % interval)"):
        table.add_column(column, justify="left" if column == "Looks" else "right")
    for name, tally in _rows(result):
        rate = tally.rate.percent if tally.rate else "unknown: no look"
        table.add_row(name, str(tally.looks), str(tally.with_ships), str(tally.ships), rate)
    say.out.print(table)
    if b.unmeasured:
        say.out.print(f"{b.unmeasured} ship(s) found could not be measured and are not counted.")
    traffic = result.assumed
    say.out.print(
        f"[yellow]assumed[/yellow], not counted: {traffic.vessels} ships of any size at once, staying "
        f"{traffic.stay_hours} h ({say.shown(traffic.reason)}).",
        soft_wrap=True,
    )
    say.out.print(
        "A ship that the detector missed is not in the count; near quays it misses many, so the true rate is higher.",
        soft_wrap=True,
    )
