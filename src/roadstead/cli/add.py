"""`roadstead add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.archive import IntakeFacts, exhibits
from roadstead.archive import add as add_exhibits
from roadstead.case import load_case
from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.cli.detect import band_roles, sar_unit_of
from roadstead.cli.plain import plain
from roadstead.cli.users import user
from roadstead.model import DateBasis, InputError, NotFound, parse_span
from roadstead.steps import SystemClock, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def run(case: Path, paths: list[Path], stated: Mapping[str, Any], *, as_json: bool) -> int:
    """Take files in and print what became of each; exit code 2 when one was refused."""
    facts = _facts(case, stated)
    report = add_exhibits(case, paths, facts)
    if as_json:
        say.print_json(to_plain(report))
    else:
        for exhibit in report.added:
            say.out.print(f"added    {say.shown(exhibit.id)}  {exhibit.kind.value}", soft_wrap=True)
        for exhibit in report.already:
            say.out.print(f"held     {say.shown(exhibit.id)}  the same bytes were added before", soft_wrap=True)
        for notice in report.notices:
            say.out.print(f"note: {say.shown(notice)}", soft_wrap=True)
    say.losses(r.reason if r.path in r.reason else f"{r.path}: {r.reason}" for r in report.refused)
    return BAD_INPUT if report.refused else DONE


def _known_exhibit(case: Path, wanted: str) -> None:
    held = [e.id for e in exhibits(case)]
    if wanted and wanted not in held:
        listed = ", ".join(held) or "none"
        raise NotFound(f"--of: the case holds no exhibit {wanted!r}; held: {listed}")


def _facts(case: Path, stated: Mapping[str, Any]) -> IntakeFacts:
    rest = {k: plain(v) if isinstance(v, str) else v for k, v in stated.items()}
    zone_name, captured = rest.pop("timezone"), rest.pop("captured")
    basis, site_id = rest.pop("date_basis"), rest["site_id"]
    known = load_case(case)
    if site_id:
        known.site(site_id)
    _known_exhibit(case, rest["of_exhibit"])
    try:
        date_basis = DateBasis(basis) if basis else None
    except ValueError as error:
        allowed = ", ".join(b.value for b in DateBasis)
        raise InputError(f"--date-basis: {basis!r} is not known; allowed: {allowed}") from error
    return IntakeFacts(
        **(
            rest
            | {
                "added_by": rest["added_by"] or user(),
                "by_stated": bool(rest["added_by"]),
                "bands": band_roles(rest["bands"]),
                "sar_unit": sar_unit_of(rest["sar_unit"]),
            }
        ),
        captured=parse_span(captured, zone_name) if captured else None,
        date_basis=date_basis,
        now=SystemClock().now(),
    )
