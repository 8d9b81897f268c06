"""What `verify` prints beside the verdicts: ships counted first, then what weighs, then what would change it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from roadstead.cli import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.case import Case
    from roadstead.model import GroupWeight, MissingLook, Range, Verdict

LEAST_DB = 1.0
"""lighter groups stand in the report only"""
NAMED = 5
"""missing looks that are printed; the rest stands in the report"""
NO_CHANCE = 0.005
"""chances of a changed verdict below this count as none"""
SENSOR = {"sar": "radar", "optical": "optical"}


def print_counted(verdicts: Sequence[Verdict]) -> None:
    """How many different ships our looks show, before any probability."""
    about = [v for v in verdicts if v.ships is not None]
    for v in about:
        if v.ships and v.ships.at_least:
            count = f"at least {v.ships.at_least} different ship(s) of fitting size, if every detection is a ship"
            said = f"{v.claim_id}: {count}. {v.ships.why}"
            say.out.print(f"[bold]counted:[/bold] {say.shown(said)}", soft_wrap=True)
    if about and not any(v.ships and v.ships.at_least for v in about):
        say.out.print("[bold]counted:[/bold] no ship of fitting size in looks of ours.", soft_wrap=True)


def print_ledger(verdicts: Sequence[Verdict]) -> None:
    """The groups of evidence that weigh, and conflicts."""
    rows = [(v.claim_id, g) for v in verdicts if v.ledger for g in v.ledger.groups if _weighs(g)]
    if not rows and any(v.ledger for v in verdicts):
        say.out.print(f"No group of evidence weighs {LEAST_DB:.0f} dB on any claim.")
    if rows:
        table = _table("Claim", "Evidence, weight in dB", "Alone", "Left out")
        for claim, g in rows:
            table.add_row(say.shown(claim), say.shown(g.text), _db(g.alone_db), _db(g.adds_db))
        say.out.print(table)
    for v in verdicts:
        for sentence in v.ledger.conflicts if v.ledger else ():
            said = say.shown(f"{v.claim_id}: {sentence}")
            say.out.print(f"[yellow]evidence in conflict:[/yellow] {said}", soft_wrap=True)


def print_missing(case: Case, verdicts: Sequence[Verdict]) -> None:
    """The most valuable missing look of the case, and the best for single claims."""
    worth: dict[tuple[str, str], float] = defaultdict(float)
    looks: dict[tuple[str, str], MissingLook] = {}
    for v in verdicts:
        for m in v.missing:
            key = m.site_id, f"{m.time} {m.platform}"
            worth[key] += m.expected_bits
            looks[key] = m
    if not worth:
        return
    best = looks[max(sorted(worth), key=lambda k: worth[k])]
    said = f"{_where(case, best)}, {_sensor(best)} ({best.availability.value})"
    say.out.print(f"[bold]Most valuable missing look:[/bold] {say.shown(said)}.", soft_wrap=True)
    firsts = sorted(((v.claim_id, v.missing[0]) for v in verdicts if v.missing), key=lambda p: -p[1].expected_bits)
    table = _table("Claim", "What would change this", "Sensor", "Bits", "Changes the verdict")
    for claim, m in firsts[:NAMED]:
        chance = f"{100 * m.p_called:.0f} %" if m.p_called >= NO_CHANCE else f"below {100 * NO_CHANCE:g} %"
        row = (claim, _where(case, m), _sensor(m), f"{m.bits:.3f}", chance)
        table.add_row(*map(say.shown, row))
    say.out.print(table)
    if all(m.p_called < NO_CHANCE for v in verdicts for m in v.missing):
        say.out.print(f"None of these looks alone would change a verdict (each below {100 * NO_CHANCE:g} %).")


def _table(*heads: str) -> Table:
    table = Table(show_edge=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _weighs(group: GroupWeight) -> bool:
    known = [abs(x) for db in (group.alone_db, group.adds_db) if db for x in (db.low, db.high)]
    return not known or max(known) >= LEAST_DB


def _db(db: Range | None) -> str:
    if db is None:
        return "not to be had"
    low, high = f"{db.low:+.1f}", f"{db.high:+.1f}"
    return low if low == high else f"{low} to {high}"


def _where(case: Case, look: MissingLook) -> str:
    return f"{case.site(look.site_id).name}, {look.time.middle:%Y-%m-%d %H:%M} UTC"


def _sensor(look: MissingLook) -> str:
    return f"{SENSOR[look.modality.value]}, {look.platform or 'any satellite'}"
