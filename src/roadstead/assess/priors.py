"""The hypotheses of a claim and the corners of their prior ranges."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from roadstead.assess.composed import unseen_parts
from roadstead.infer import IN_PART
from roadstead.model import Claim, Hypothesis, InputError, Range

if TYPE_CHECKING:
    from collections.abc import Sequence

AS_CLAIMED = "as-claimed"
NONE_OF_THESE = "none-of-these"
THERE_BUT_NOT_FOR_THAT = Hypothesis(
    id="there-for-another-reason",
    text="the ships were there as claimed, but what images cannot show did not happen",
    motion=AS_CLAIMED,
    weight=Range(0.5, 2.0),
    reason="added by the program: presence alone must not prove an activity or passengers",
)

SOMETHING_ELSE = Hypothesis(
    id=NONE_OF_THESE,
    text="none of these",
    motion="routine",
    weight=Range(0.0, 0.0),
    reason="added by the program: no list of stories is complete; it is given its floor",
)
TRUE_IN_PART = Hypothesis(
    id="true-in-part",
    text="some of its parts happened and others did not, or what it denies happened",
    motion=IN_PART,
    weight=Range(0.5, 2.0),
    reason="added by the program: one part seen must not prove the others",
)


def alternatives_to(claim: Claim, hypotheses: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """`As claimed` first, then the alternatives; `none of these` is always among them.

    A claim with a part that images cannot show always competes with its visible part alone, and a composed claim with
    being true in part.
    """
    first = Hypothesis(id=AS_CLAIMED, text=claim.text, motion=AS_CLAIMED, weight=claim.prior, reason=claim.prior_reason)
    hidden = unseen_parts(claim)[0] and bool(claim.who)
    in_part = (TRUE_IN_PART,) if claim.composed is not None and claim.who else ()
    covered = any(h.motion == AS_CLAIMED for h in hypotheses)
    added = (THERE_BUT_NOT_FOR_THAT,) if hidden and not covered else ()
    rest = () if any(h.id == NONE_OF_THESE for h in hypotheses) else (SOMETHING_ELSE,)
    return (first, *hypotheses, *in_part, *added, *rest)


def prior_corners(claimed: Range, others: Sequence[Hypothesis], floor: float) -> list[tuple[float, ...]]:
    """Prior vectors (as claimed, alternatives...) at the corners of the stated ranges; each sums to 1.

    Raises:
        InputError: there is no alternative that weighs anything.
    """
    corners = []
    for head in sorted({claimed.low, claimed.high}):
        for weights in product(*(sorted({h.weight.low, h.weight.high}) for h in others)):
            total = sum(weights)
            if total <= 0:
                raise InputError("no alternative weighs anything; give at least one hypothesis a weight above 0")
            shares = [(1 - head) * w / total for w in weights]
            corners.append((head, *_with_floor(shares, [h.id for h in others], min(floor, 1 - head))))
    return corners


def _with_floor(shares: list[float], ids: list[str], floor: float) -> list[float]:
    """Raise `none of these` to its floor at the cost of the other alternatives."""
    if NONE_OF_THESE not in ids or len(ids) == 1:
        return shares
    i = ids.index(NONE_OF_THESE)
    rest = sum(shares) - shares[i]
    if shares[i] >= floor or rest <= 0:
        return shares
    scale = (sum(shares) - floor) / rest
    return [floor if k == i else s * scale for k, s in enumerate(shares)]
