"""What stands beside a claim's verdict: ships counted, the ledger, evidence against hypotheses, missing looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.model import Availability, Consistency
from roadstead.report.markup import join, plain, several, user
from roadstead.report.messages import text, under
from roadstead.report.numbers import NBSP, percent, time
from roadstead.report.tables import Table, table

if TYPE_CHECKING:
    from roadstead.case import Case
    from roadstead.model import AchRow, AchTable, GroupWeight, MissingLook, Range, Verdict

MINUS = "\u2212"


def counted(verdict: Verdict) -> str:
    """How many different ships our looks show at least; empty for a claim about none."""
    ships = verdict.ships
    if ships is None:
        return ""
    if ships.at_least == 0:
        return text("beside.no_ship", why=ships.why)
    return text("beside.ships", n=ships.at_least, why=ships.why)


def same_table(verdict: Verdict) -> Table | None:
    """Detections of successive looks that may be one ship; None where there are none."""
    pairs = verdict.ships.pairs if verdict.ships else ()
    if not pairs:
        return None
    rows = (
        (
            user(p.first),
            user(p.second),
            plain(text("beside.hours", n=f"{p.hours:.0f}")),
            plain(f"{_signed(p.db)}{NBSP}dB"),
        )
        for p in pairs
    )
    return table("same", rows, text("beside.same"))


def decibels(db: Range | None) -> str:
    """A weight of evidence; empty where there is none."""
    if db is None:
        return ""
    low, high = _signed(db.low), _signed(db.high)
    return f"{low}{NBSP}dB" if low == high else f"{low}{text('number.to')}{high}{NBSP}dB"


def _signed(db: float) -> str:
    value = f"{abs(db):.1f}"
    return value if value == "0.0" else f"{MINUS if db < 0 else '+'}{value}"


def ledger_table(verdict: Verdict) -> Table | None:
    """What each group of evidence weighs; None where nothing was weighed."""
    ledger = verdict.ledger
    if ledger is None:
        return None
    rows = [_ledger_row(g) for g in ledger.groups]
    total = (plain(text("beside.all")), plain(decibels(ledger.all_db)), Markup(""), Markup(""))
    own = (plain(text("beside.own")), plain(decibels(ledger.own_db)), Markup(""), Markup(""))
    return table("ledger", (*rows, own, total), text("beside.ledger", claim=verdict.claim_id))


def _ledger_row(group: GroupWeight) -> tuple[Markup, ...]:
    return (
        user(group.text),
        plain(decibels(group.alone_db) or text("beside.no_weight")),
        plain(decibels(group.adds_db) or text("beside.no_weight")),
        join([several(group.evidence), user(group.why)]),
    )


def conflicts(verdict: Verdict) -> tuple[str, ...]:
    """Groups that speak against each other."""
    return verdict.ledger.conflicts if verdict.ledger else ()


def ach_table(verdict: Verdict) -> Table | None:
    """Hypotheses by items of evidence; None where nothing was weighed, or where no item tells hypotheses apart."""
    ach = verdict.ach
    if ach is None or not _separates(ach):
        return None
    heads = [words for _, words in under("table.ach")]
    columns = (*heads, *(r.text for r in ach.rows))
    rows = tuple(
        (user(h), plain(f"{score:.1f}{NBSP}dB"), *(_mark(r, i) for r in ach.rows))
        for i, (h, score) in enumerate(zip(ach.hypotheses, ach.inconsistency_db, strict=True))
    )
    return Table(caption=text("beside.ach", claim=verdict.claim_id), columns=columns, rows=rows)


def ach_note(verdict: Verdict) -> str:
    """A sentence on the table, or in its place."""
    if verdict.ach is None:
        return ""
    return text("beside.ach_note" if _separates(verdict.ach) else "beside.ach_none")


def _separates(ach: AchTable) -> bool:
    idle = {Consistency.NEUTRAL, Consistency.NOT_TO_BE_HAD}
    return any(m not in idle for r in ach.rows for m in r.marks)


def _mark(row: AchRow, i: int) -> Markup:
    word = row.marks[i].value
    if row.marks[i] is not Consistency.INCONSISTENT:
        return plain(word)
    return plain(f"{word} ({MINUS}{row.below_best_db[i]:.0f}{NBSP}dB)")


def missing_table(case: Case, verdict: Verdict) -> Table | None:
    """What would change this; None where no missing look is worth naming."""
    if not verdict.missing:
        return None
    rows = (_missing_row(case, m) for m in verdict.missing)
    return table("missing", rows, text("beside.missing", claim=verdict.claim_id))


def _missing_row(case: Case, look: MissingLook) -> tuple[Markup, ...]:
    hypothetical = look.availability is Availability.HYPOTHETICAL
    sensor = text(f"beside.{look.modality.value}_any" if hypothetical else f"beside.{look.modality.value}")
    return (
        join([user(case.site(look.site_id).name), plain(time(look.time))], ", "),
        join([plain(sensor), user(look.platform)]) if look.platform else plain(sensor),
        plain(look.availability.value),
        plain(percent(look.p_detect)),
        plain(f"{look.bits:.3f}"),
        plain(percent(look.chance)),
        plain(percent(look.p_called)),
    )
