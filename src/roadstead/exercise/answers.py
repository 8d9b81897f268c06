"""What is true of a claim, read off the true history with the predicates that weighing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.exercise.truth import true_histories
from roadstead.infer import ClaimPredicate, grid_of
from roadstead.model import Claim, ClaimKind, TimeSpan

if TYPE_CHECKING:
    from roadstead.case import Case
    from roadstead.exercise.truth import Truth

CRANE_WORDS, TRUCK_WORDS = ("crane",), ("truck", "vehicle", "loading")
HIDDEN = (ClaimKind.ACTIVITY, ClaimKind.PERSONS)
"""kinds with a part that no image of ships settles"""


def holds(claim: Claim, truth: Truth, case: Case) -> bool:
    """Whether a claim is true; a statement never is, since the exercise cannot make one true."""
    if claim.kind is ClaimKind.STATEMENT:
        return False
    moved = moved_as_claimed(claim, truth, tuple(s.id for s in case.sites))
    if claim.kind is ClaimKind.PERSONS:
        return moved and _persons(claim, truth)
    if claim.kind is ClaimKind.ACTIVITY:
        return moved and _active(claim, truth)
    return moved


def moved_as_claimed(claim: Claim, truth: Truth, sites: tuple[str, ...]) -> bool:
    """Whether the ships were where a claim says, whatever else it says; `sites` are all place ids of the case."""
    histories = true_histories(truth, grid_of(claim), sites, claim.who)
    return bool(ClaimPredicate(claim).holds(histories)[0])


def _persons(claim: Claim, truth: Truth) -> bool:
    """Whether the claimed vessels carried so many on claimed routes inside the window."""
    carried = sum(
        p.persons
        for p in truth.passages
        if p.ship_id in claim.who
        and p.origin in claim.origins
        and p.target in claim.destinations
        and p.span.within(claim.when)
    )
    return claim.persons is not None and claim.persons.low <= carried <= claim.persons.high


def _active(claim: Claim, truth: Truth) -> bool:
    """Whether the claimed work was done with a claimed vessel at a claimed place inside the window."""
    kinds = [k for k, words in (("crane", CRANE_WORDS), ("trucks", TRUCK_WORDS)) if _says(claim.activity, words)]
    return any(
        a.kind in kinds and (a.ship_id in claim.who or not claim.who) and _in_port(truth, a.ship_id, a.span, claim)
        for a in truth.activities
    )


def _says(text: str, words: tuple[str, ...]) -> bool:
    return any(w in text.lower() for w in words)


def _in_port(truth: Truth, ship_id: str, span: TimeSpan, claim: Claim) -> bool:
    return any(
        s.ship_id == ship_id
        and s.place_id in claim.sites
        and s.span.overlaps(span)
        and s.span.overlaps(claim.when)
        and span.overlaps(claim.when)
        for s in truth.stays
    )
