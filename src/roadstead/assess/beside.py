"""What stands beside a verdict, from a case and its weighted histories: ships counted, ledger, missing looks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from roadstead.assess.composed import carried
from roadstead.assess.elements import fits, seen_for
from roadstead.assess.ledger import Weighed, ledger_of
from roadstead.assess.missing import Sought
from roadstead.geo import great_circle_km
from roadstead.infer import AIS_FALSE, distinct_ships, groups_of, same_pairs, sample_apart, share_of_lengths
from roadstead.model import AchTable, Call, ClaimKind, DistinctShips, GroupKind, Ledger, Modality, Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.assess.elements import Seen
    from roadstead.case import Case
    from roadstead.infer import Evidence, Group, Observed, Weighted, WorkSeen
    from roadstead.model import Claim, Detection, Sighting, Site

SENSOR = {Modality.SAR: "radar", Modality.OPTICAL: "optical"}
NOTHING = Range(0.0, 0.0)


def ships_of(case: Case, claim: Claim, seen: Seen) -> DistinctShips | None:
    """How many different ships of fitting size our looks show at the claim's places in its window, at least."""
    if claim.kind is ClaimKind.STATEMENT:
        return None

    def is_ship(d: Detection) -> bool:
        return fits(case, claim, d)

    def km(a: str, b: str) -> float:
        return _km_between(case.site(a), case.site(b))

    counted = distinct_ships(seen.looks, is_ship, km, lambda site_id: case.site(site_id).name)
    return replace(counted, pairs=same_pairs(seen.looks, is_ship, km))


def _km_between(a: Site, b: Site) -> float:
    """Not more than the distance between the nearest points of two areas."""
    apart = great_circle_km(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
    return max(apart - _reach_km(a) - _reach_km(b), 0.0)


def _reach_km(site: Site) -> float:
    corners = site.aoi.envelope.exterior.coords
    return max(great_circle_km(site.lon_deg, site.lat_deg, lon, lat) for lon, lat in corners)


def carried_call(
    case: Case, claim: Claim, observed: Sequence[Observed], marked: Sequence[Sighting], call: Call
) -> bool:
    """Whether our looks bear on the parts of a claim enough for such a call.

    Each part needs a look of its own at its places in its window; a number is not supported by fewer than were counted.
    """

    def part(claim: Claim) -> tuple[bool, bool]:
        seen = seen_for(case, claim, observed, marked)
        ships = ships_of(case, claim, seen)
        counted = max(seen.most, ships.at_least) if claim.who and ships else seen.most
        return bool(seen.looks) and counted >= (claim.at_least or 0), bool(seen.looks)

    supported, contradicted = carried(claim, part)
    return {Call.SUPPORTED: supported, Call.CONTRADICTED: contradicted}.get(call, True)


def ledger_for(
    case: Case, claim: Claim, evidence: Evidence, samples: Sequence[Weighted], work: Sequence[WorkSeen] = ()
) -> tuple[Ledger | None, AchTable | None]:
    """What each group of evidence weighs; nothing where there is none."""
    groups = groups_of(claim, evidence) if samples else ()
    if not (samples and (groups or evidence.reports)):
        return None, None
    return ledger_of(
        Weighed(
            claim=claim,
            hypotheses=case.hypotheses,
            samples=samples,
            prior=cache(lambda: _from_prior(case, claim, evidence, samples)),
            groups=groups,
            names=tuple(_named(case, g) for g in groups),
            reports=evidence.reports,
            report_names=tuple(_reported(case, r) for r in evidence.reports),
            thresholds=case.thresholds,
            work=tuple(work),
        )
    )


def _from_prior(case: Case, claim: Claim, evidence: Evidence, samples: Sequence[Weighted]) -> Sequence[Weighted]:
    """Draws of the prior with what each group says of them; of ships of any name the samples are such draws."""
    if claim.who:
        return sample_apart(claim, evidence, seed=case.seed)
    zero = (np.zeros_like(s.log_looks) for s in samples)
    return [
        replace(s, log_looks=z, only=s.only + s.log_looks, without=s.without + s.log_looks)
        for s, z in zip(samples, zero, strict=True)
    ]


def _named(case: Case, group: Group) -> str:
    if group.kind is GroupKind.AIS or group.modality is None:
        return f"AIS positions of {case.vessel(group.vessel_id).name}, taken to be false with {100 * AIS_FALSE:.0f} %"
    return f"{len(group.evidence)} {SENSOR[group.modality]} look(s) at {case.site(group.site_id).name}"


def _reported(case: Case, report: Sighting) -> str:
    source = case.source(report.source_id)
    return f"report {report.id} of {source.name}"


def sought_of(case: Case, claim: Claim, samples: Sequence[Weighted], call: Call, most: int) -> Sought:
    """The claim, as missing looks are valued for it."""
    who = [case.vessel(v) for v in claim.who]

    def traffic(site_id: str) -> Range:
        # Of ships of any name the histories hold all that are there.
        mean, share = case.traffic_at(site_id).vessels, share_of_lengths(who)
        return Range(mean.low * share, mean.high * share) if who else NOTHING

    return Sought(
        claim=claim,
        hypotheses=case.hypotheses,
        samples=samples,
        thresholds=case.thresholds,
        traffic=traffic,
        call=call,
        most=most,
    )
