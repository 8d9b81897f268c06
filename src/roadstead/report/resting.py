"""What verdicts rest on: the scenes they name, and the vessels found that they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.assess import fits, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.model import Claim, Verdict
    from roadstead.report.contents import Contents, Found


def scenes_of_verdicts(contents: Contents) -> frozenset[str]:
    """Ids of the scenes that any verdict names: in its elements, its count of ships, its ledger, its denominator."""
    return frozenset(name for v in contents.verdicts for name in _named(v))


def _named(verdict: Verdict) -> Iterator[str]:
    yield from verdict.coverage.scenes
    yield from verdict.coverage.also_weighed
    for element in verdict.elements:
        yield from element.evidence
    for group in verdict.ledger.groups if verdict.ledger else ():
        yield from group.evidence
    yield from verdict.ships.scenes if verdict.ships else ()


def vessels_of_verdicts(contents: Contents) -> frozenset[str]:
    """Ids of the detections that any verdict counts: of fitting size at its places in its window, or named one ship."""
    pairs = (p for v in contents.verdicts if v.ships for p in v.ships.pairs)
    named = {i for p in pairs for i in (p.first, p.second)}
    claims = [contents.case.claim(v.claim_id) for v in contents.verdicts]
    counted = {f.detection.id for f in contents.found if any(_counts(contents, c, f) for c in claims)}
    return frozenset(named | counted)


def _counts(contents: Contents, claim: Claim, found: Found) -> bool:
    time = found.detection.time
    here = found.site_id in places(claim) and time is not None and time.overlaps(claim.when)
    return here and fits(contents.case, claim, found.detection)
