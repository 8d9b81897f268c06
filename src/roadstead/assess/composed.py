"""What a composed claim may be called: no more than what may be said of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.infer import HIDDEN
from roadstead.model import Claim, Composition, Junction

if TYPE_CHECKING:
    from collections.abc import Callable


def unseen_parts(claim: Claim) -> tuple[bool, bool]:
    """Whether a claim asserts, and whether it denies, something that images never show (an activity, passengers)."""
    if claim.composed is None:
        return claim.kind in HIDDEN, False
    parts = [(part.kind in HIDDEN, negated) for part, negated in claim.composed.claims()]
    return any(h and not n for h, n in parts), any(h and n for h, n in parts)


def carried(claim: Claim, part_carried: Callable[[Claim], tuple[bool, bool]]) -> tuple[bool, bool]:
    """Whether our own looks bear on a claim enough for it to be supported, and to be contradicted.

    Args:
        claim: the claim.
        part_carried: the same of a claim that is not composed.
    """
    return part_carried(claim) if claim.composed is None else _carried(claim.composed, part_carried)


def _carried(composition: Composition, part_carried: Callable[[Claim], tuple[bool, bool]]) -> tuple[bool, bool]:
    parts = [_carried(p, part_carried) if isinstance(p, Composition) else part_carried(p) for p in composition.parts]
    if composition.junction is Junction.NOT:
        return parts[0][1], parts[0][0]
    least = {Junction.ALL: len(parts), Junction.ANY: 1}.get(composition.junction, composition.at_least)
    # It is false as soon as so many parts are false that the rest no longer suffices.
    return sum(yes for yes, _ in parts) >= least, sum(no for _, no in parts) >= len(parts) - least + 1


def in_words(composition: Composition) -> str:
    """The composition as it is printed."""
    parts = [in_words(p) if isinstance(p, Composition) else _named(p) for p in composition.parts]
    if composition.junction is Junction.NOT:
        return f"not {parts[0]}"
    word = {Junction.ALL: "all of", Junction.ANY: "any of"}.get(
        composition.junction, f"at least {composition.at_least} of"
    )
    return f"{word} ({'; '.join(parts)})"


def _named(claim: Claim) -> str:
    places = " or ".join(claim.sites or claim.destinations)
    return f"{claim.kind.value} at {places}, {claim.when_text}"
