"""A verdict per claim: weighed without anybody's reports, then with them; elements; alternatives; coverage."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from roadstead import library
from roadstead.assess.beside import carried_call, ledger_for, ships_of, sought_of
from roadstead.assess.elements import beside_fitting, elements, length_notes, places, seen_for, work_notes
from roadstead.assess.missing import missing_looks
from roadstead.assess.weigh import weigh
from roadstead.assess.words import probability_words
from roadstead.coverage import PROVISIONAL
from roadstead.geo import great_circle_km
from roadstead.infer import (
    Evidence,
    World,
    grid_of,
    groups_of,
    of_length,
    others_with,
    sample,
    sharing_class,
    traffic_of_length,
    weighed_looks,
    work_seen,
)
from roadstead.model import Call, Claim, ClaimKind, Coverage, GroupKind, Sighting, Verdict, Weighing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.assess.candidates import Candidate
    from roadstead.case import Case, SiteTraffic
    from roadstead.infer import Fix, Observed
    from roadstead.model import Activity, Participant

ASSESS_VERSION = 17
"""raised whenever the same evidence may give another verdict"""
LIKE_LENGTH = 0.05
"""vessels are alike in size if their lengths differ by no more than this share"""
DETOUR = 1.3
"""great circles are lengthened by this where no distance by water is sourced, and none follows from a coastline"""


def assess(  # noqa: PLR0913 - everything that a verdict rests on, by name
    case: Case,
    claim: Claim,
    observed: Sequence[Observed],
    marked: Sequence[Sighting],
    coverage: Coverage,
    *,
    fixes: Sequence[Fix] = (),
    candidates: Sequence[Candidate] | None = (),
    activities: Sequence[Activity] = (),
    simulated: bool = False,
) -> Verdict:
    """The verdict on one claim.

    Args:
        case: the case.
        claim: one of its claims.
        observed: every look that we hold, with its detections and P(detect) for the vessels of this claim.
        marked: activities marked by eye.
        coverage: the denominator of its verdict.
        fixes: AIS positions of the case's vessels.
        candidates: looks that we have not got, from `candidates_of`; None: the bare verdict, without ledger, ACH table
            and missing looks.
        activities: what was seen at berths, by pixels and by analysts.
        simulated: whether any pixels are simulated.
    """
    work = work_seen(claim, beside_fitting(case, claim, observed, activities))
    evidence = evidence_for(case, claim, observed, fixes, candidates or ())
    evidence = replace(evidence, work=tuple((w.site_id, w.t_utc) for w in work))
    reports = evidence.reports
    samples = sample(claim, evidence, seed=case.seed)
    weights = [r.likelihood_ratio or (1.0, 1.0) for r in reports]
    without, shares = weigh(claim, case.hypotheses, samples, [], case.thresholds, work=work)
    with_reports, _ = weigh(claim, case.hypotheses, samples, weights, case.thresholds, work=work)
    if work:
        without = replace(without, notes=(*without.notes, *work_notes(claim, work)))
    seen = replace(seen_for(case, claim, observed, marked), work=work)
    used = {o.look.scene_id for o in weighed_looks(claim, observed)}
    coverage = replace(coverage, also_weighed=tuple(sorted(used - {o.look.scene_id for o in seen.looks})))
    if used:
        without = replace(without, notes=(*without.notes, *length_notes(claim), *_left_out(case, claim)))
    if not seen.looks:
        without = _not_called(without, "no look of ours shows its places in its window, so nothing is called")
    if claim.composed is not None and not carried_call(case, claim, observed, marked, without.call):
        without = _not_called(without, "our looks do not bear on enough of its parts, each at its own places and time")
    ships = ships_of(case, claim, seen)
    # Ships of any name are claimed to be there at once; named ones may have been seen one after another.
    counted = max(seen.most, ships.at_least) if claim.who and ships else seen.most
    if claim.at_least is not None and without.call is Call.SUPPORTED and counted < claim.at_least:
        why = f"{counted} were found at once, fewer than claimed; what was not seen supports nothing"
        without = _not_called(without, why)
    heard = [k for k, g in enumerate(groups_of(claim, evidence)) if g.kind is GroupKind.AIS]
    if heard and without.call is not Call.NOT_DETERMINABLE:
        silent = [replace(s, log_looks=s.log_looks + s.without[heard].sum(axis=0)) for s in samples]
        if weigh(claim, case.hypotheses, silent, [], case.thresholds, work=work)[0].call is not without.call:
            without = _not_called(without, "AIS alone never decides: what a ship sends of itself can be false")
    if with_reports.call is not without.call:
        with_reports = _not_called(with_reports, "reports alone never decide: only what our own looks call is called")
    weighed = len(seen.looks), len(coverage.also_weighed), len(heard)
    verdict = Verdict(
        claim_id=claim.id,
        without_reports=_worded(without, claim, weighed),
        with_reports=_worded(with_reports, claim, weighed, [r.id for r in reports]),
        elements=elements(case, claim, seen, without.call),
        hypotheses=shares,
        coverage=coverage,
        simulated=simulated,
        ships=ships,
    )
    if candidates is None:
        return verdict
    ledger, ach = ledger_for(case, claim, evidence, samples, work)
    sought = sought_of(case, claim, samples, seen.most)
    return replace(verdict, ledger=ledger, ach=ach, missing=missing_looks(sought, candidates))


def evidence_for(
    case: Case,
    claim: Claim,
    observed: Sequence[Observed],
    fixes: Sequence[Fix] = (),
    candidates: Sequence[Candidate] = (),
) -> Evidence:
    """Everything that a claim is weighed against."""
    return Evidence(
        world=world_of(case, claim),
        traffic={s.id: _traffic(case, claim, s.id) for s in case.sites},
        observed=sharing_class(of_length(observed, claim.length_m) if claim.length_m else observed),
        reports=tuple(weighed_reports(case, claim)),
        fixes=tuple(fixes),
        probes=tuple((c.site_id, c.t_utc) for c in candidates),
    )


def _traffic(case: Case, claim: Claim, site_id: str) -> SiteTraffic:
    """Assumed traffic at a site, of the length that the claim counts."""
    every = case.traffic_at(site_id)
    return traffic_of_length(every, claim.length_m) if claim.length_m else every


def _not_called(weighing: Weighing, why: str) -> Weighing:
    if weighing.call is Call.NOT_DETERMINABLE:
        return weighing
    return replace(weighing, call=Call.NOT_DETERMINABLE, notes=(*weighing.notes, why))


def weighed_reports(case: Case, claim: Claim) -> list[Sighting]:
    """Reports that weigh in the second computation.

    They speak of its vessels and no others, their whole time lies on its grid, they are not of its own origin nor
    graded F or 6; and one origin counts once, by the report nearest to the claim's places and time, then the strongest.
    """
    own = case.source(claim.source_id).origin
    grid = grid_of(claim)
    best: dict[str, Sighting] = {}
    for report in sorted(case.reported, key=lambda r: r.id):
        source = case.source(report.source_id)
        if source.origin == own or source.weighs_nothing or report.likelihood_ratio is None:
            continue
        if not _speaks_of(report, claim) or not grid.holds(report.time):
            continue
        held = best.get(source.origin)
        if held is None or _relevance(report, claim) > _relevance(held, claim):
            best[source.origin] = report
    return sorted(best.values(), key=lambda r: r.id)


def _speaks_of(report: Sighting, claim: Claim) -> bool:
    """Whether a report is about this claim's vessels and no others; for ships of any name, about its places."""
    if claim.who:
        return bool(report.vessel_ids) and set(report.vessel_ids) <= set(claim.who)
    if claim.length_m is not None:
        # A report says nothing of lengths, and histories of such ships nothing of the others that it may mean.
        return False
    return claim.kind is ClaimKind.COUNT and not report.vessel_ids and report.site_id in claim.sites


def _relevance(report: Sighting, claim: Claim) -> tuple[bool, bool, float]:
    low, high = report.likelihood_ratio or (1.0, 1.0)
    strength = max(abs(math.log(low)), abs(math.log(high)))
    return report.site_id in places(claim), report.time.overlaps(claim.when), strength


def world_of(case: Case, claim: Claim) -> World:
    """Sites, distances and the claim's vessels."""
    return World(
        sites=tuple(s.id for s in case.sites),
        vessels=tuple(case.vessel(v) for v in claim.who),
        sea_km=_sea_km(case),
        routine=case.routine,
        others=_alike(case, claim)[: others_with(len(claim.who))],
    )


def _alike(case: Case, claim: Claim) -> tuple[Participant, ...]:
    """Vessels of the case that size does not tell from those that the claim names; the likest first."""
    who = [case.vessel(v) for v in claim.who]
    here = set(places(claim))
    likeness = {v.id: max(_likeness(v, w) for w in who) if who else 0.0 for v in case.vessels}
    alike = [v for v in case.vessels if v.id not in claim.who and likeness[v.id] > 0]
    return tuple(sorted(alike, key=lambda v: (-likeness[v.id], not here & {v.home, *v.calls_at}, v.id)))


def _likeness(other: Participant, named: Participant) -> float:
    """Share of a vessel's possible lengths that the named one could be measured as; 0-1."""
    low, high = named.length_m.low / (1 + LIKE_LENGTH), named.length_m.high * (1 + LIKE_LENGTH)
    within = min(high, other.length_m.high) - max(low, other.length_m.low)
    width = other.length_m.high - other.length_m.low
    return max(within, 0.0) / width if width > 0 else float(within >= 0)


def _left_out(case: Case, claim: Claim) -> tuple[str, ...]:
    """A note on vessels of like size that are too many to be weighed together."""
    left = _alike(case, claim)[others_with(len(claim.who)) :]
    if not left:
        return ()
    names = ", ".join(v.name for v in left)
    return (f"of like size but left out of the weighing, since too many vessels are weighed together already: {names}",)


def _sea_km(case: Case) -> NDArray[np.float64]:
    ways = {frozenset(w.site_ids): w.km for w in case.sea_ways}
    out = np.zeros((len(case.sites), len(case.sites)))
    for (i, a), (j, b) in combinations(enumerate(case.sites), 2):
        circle = great_circle_km(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
        found = library.sourced_km(a.id, b.id) or ways.get(frozenset((a.id, b.id)), DETOUR * circle)
        out[i, j] = out[j, i] = found
    return out


def _worded(weighing: Weighing, claim: Claim, looks: tuple[int, int, int], reports: Sequence[str] = ()) -> Weighing:
    p = probability_words(weighing.probability)
    span = f"{weighing.probability.percent} over the stated priors ({weighing.prior.percent} before evidence)"
    notes = weighing.notes
    if claim.kind is ClaimKind.STATEMENT:
        why = "Images of ships cannot test it."
    elif not any(looks) and not reports:
        why = "We hold no usable look at its places and time, so the probability is the assumed one."
    elif not any(looks):
        why = f"No look of ours; of reports these are weighed: {', '.join(reports)}."
    else:
        why = _evidence_words(looks, reports)
        notes = (*notes, f"P(detect) is {PROVISIONAL}")
    # A word of likelihood beside a figure that nobody has tested would be quoted as a finding.
    said = f"{p}, {span}" if any(looks) else span
    return replace(weighing, words=f"{weighing.call.value.capitalize()}: {said}. {why}", notes=notes)


def _evidence_words(looks: tuple[int, int, int], reports: Sequence[str]) -> str:
    inside, outside, heard = looks
    parts = [
        f"{inside} look(s) of ours at its places and time",
        f"{outside} elsewhere or shortly before and after" if outside else "",
        f"AIS positions of {heard} vessel(s), which can be false" if heard else "",
        f"{len(reports)} report(s)" if reports else "",
    ]
    return f"Weighed on {', '.join(p for p in parts if p)}."
