"""Scoring an exercise against its truth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from shapely.geometry import Point

from roadstead.coverage import usable
from roadstead.exercise.answers import HIDDEN, holds
from roadstead.geo import great_circle_km
from roadstead.infer import LIKELY, brackets_from_looks
from roadstead.model import Call, Detection, PortCall, Range, TimeSpan, Verdict
from roadstead.simulate import ShipAt, null_island

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.case import Case
    from roadstead.exercise.truth import Truth
    from roadstead.pipeline import Gathered, SceneAtSite

LENGTH_BINS_M = (0.0, 50.0, 80.0, 120.0, 200.0, 1000.0)
NEAR_M, NEAR_LENGTHS = 40.0, 0.5
"""a detection belongs to the nearest ship within the sum of this and this share of the ship's length"""
SHIFTED_M_PER_KN = 60.0
"""radar shows a moving ship beside its place: 115 s of radial speed (Sentinel-1), so at most so far"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One object of one look: a ship with its detection, a missed ship, or a false detection."""

    scene_id: str
    place_id: str
    modality: str
    ship: ShipAt | None
    detection: Detection | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Ships of one kind of situation."""

    what: str
    ships: int
    found: int

    @property
    def recall(self) -> float | None:
        """Share found; None without ships."""
        return self.found / self.ships if self.ships else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Errors of measured lengths."""

    n: int
    bias_m: float
    mean_absolute_m: float
    within_one_sigma: float
    within_two_sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimScore:
    """One verdict against the truth."""

    claim_id: str
    kind: str
    hidden: bool
    """whether no image of ships settles it"""
    true: bool
    call: Call
    """by looks alone"""
    probability: Range
    call_with_reports: Call
    probability_with_reports: Range
    prior: Range
    effective_hits: float

    @property
    def p(self) -> float:
        """Middle of the probability range."""
        return self.probability.mid


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How an exercise went."""

    detections: int
    false_detections: int
    found: tuple[Found, ...]
    lengths: Lengths | None
    port_calls: int
    """brackets of the presence of ships, as the report prints them"""
    port_calls_right: int
    """that hold a true unbroken presence"""
    presences: int
    """true unbroken presences of ships that some usable look falls into"""
    presences_found: int
    """with a bracket that overlaps them"""
    voyages: int
    """true passages of vessels of interest between two places of the case"""
    voyages_seen: int
    """with the ship itself found, though not named, at both ends"""
    claims: tuple[ClaimScore, ...]

    @property
    def precision(self) -> float | None:
        """Share of detections that are ships; None without detections."""
        return 1 - self.false_detections / self.detections if self.detections else None


def score_of(
    truth: Truth,
    case: Case,
    gathered: Gathered,
    verdicts: Sequence[Verdict],
    skies: Mapping[tuple[str, str], str] | None = None,
) -> Score:
    """Score what was found and said against what was true.

    Args:
        truth: the exercise.
        case: its case.
        gathered: looks and detections.
        verdicts: one per claim.
        skies: what stood over a ship (scene id, ship id), where that is known and not `clear`.
    """
    pairs = [p for at in gathered.at_sites if usable(at.look) for p in paired(truth, at)]
    likely = [p for p in pairs if p.detection and p.detection.score >= LIKELY]
    calls, right, presences, presences_found = _port_calls(truth, gathered)
    voyages, seen = _voyages(truth, case, likely)
    return Score(
        detections=len(likely),
        false_detections=sum(p.ship is None for p in likely),
        found=_found(pairs, skies or {}),
        lengths=_lengths(likely),
        port_calls=calls,
        port_calls_right=right,
        presences=presences,
        presences_found=presences_found,
        voyages=voyages,
        voyages_seen=seen,
        claims=claim_scores(truth, case, verdicts),
    )


def claim_scores(truth: Truth, case: Case, verdicts: Sequence[Verdict]) -> tuple[ClaimScore, ...]:
    """Each verdict against the truth."""
    out = []
    for verdict in verdicts:
        claim, own, told = case.claim(verdict.claim_id), verdict.without_reports, verdict.with_reports
        out.append(
            ClaimScore(
                claim_id=claim.id, kind=claim.kind.value, hidden=claim.kind in HIDDEN, true=holds(claim, truth, case),
                call=own.call, probability=own.probability, call_with_reports=told.call,
                probability_with_reports=told.probability, prior=own.prior, effective_hits=own.effective_hits,
            )
        )  # fmt: skip
    return tuple(out)


def paired(truth: Truth, at: SceneAtSite) -> list[Pair]:
    """Ships of a look and its detections, joined by place: the nearest pairs first."""
    look, place = at.look, null_island(at.look.site_id)
    if look.time is None:
        return []
    ships = [s for s in truth.ships_at(place, look.time.middle) if place.aoi.contains(Point(s.lon_deg, s.lat_deg))]
    near = sorted(
        (metres, i, k)
        for i, ship in enumerate(ships)
        for k, found in enumerate(at.detections)
        if (metres := _apart_m(ship, found)) <= _reach_m(ship, look.modality.value)
    )
    whose: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, k in near:
        if i not in whose and k not in taken:
            whose[i] = k
            taken.add(k)

    def pair(ship: ShipAt | None, found: Detection | None) -> Pair:
        return Pair(scene_id=look.scene_id, place_id=place.id, modality=look.modality.value, ship=ship, detection=found)

    joined = [pair(s, at.detections[whose[i]] if i in whose else None) for i, s in enumerate(ships)]
    return joined + [pair(None, d) for k, d in enumerate(at.detections) if k not in taken]


def _apart_m(ship: ShipAt, found: Detection) -> float:
    if found.outline is None:
        return float("inf")
    middle = found.outline.centroid
    return 1000 * great_circle_km(ship.lon_deg, ship.lat_deg, middle.x, middle.y)


def _reach_m(ship: ShipAt, modality: str) -> float:
    shifted = SHIFTED_M_PER_KN * ship.speed_kn if modality == "sar" else 0.0
    return NEAR_M + NEAR_LENGTHS * ship.length_m + shifted


def _found(pairs: Sequence[Pair], skies: Mapping[tuple[str, str], str]) -> tuple[Found, ...]:
    """Ships by sensor and length; those under a cloud, which no detector can find, apart from both."""
    ships, found = Counter[str](), Counter[str]()
    for p in pairs:
        if p.ship is None:
            continue
        low, high = next((a, b) for a, b in pairwise(LENGTH_BINS_M) if a <= p.ship.length_m < b)
        where, sky = "alongside" if p.ship.alongside else "open water", skies.get((p.scene_id, p.ship.vessel_id))
        keys = (f"{p.modality}, {where}", f"{low:g}-{high:g} m, {where}")
        for key in (f"{p.modality}, under {sky}",) if sky else keys:
            ships[key] += 1
            found[key] += p.detection is not None and p.detection.score >= LIKELY
    return tuple(Found(what=k, ships=ships[k], found=found[k]) for k in sorted(ships))


def _lengths(likely: Sequence[Pair]) -> Lengths | None:
    errors = [
        (p.detection.length_m.value - p.ship.length_m, p.detection.length_m.sigma)
        for p in likely
        if p.ship and p.detection and p.detection.length_m
    ]
    if not errors:
        return None
    n = len(errors)
    return Lengths(
        n=n,
        bias_m=round(sum(e for e, _ in errors) / n, 2),
        mean_absolute_m=round(sum(abs(e) for e, _ in errors) / n, 2),
        within_one_sigma=round(sum(abs(e) <= s for e, s in errors) / n, 3),
        within_two_sigma=round(sum(abs(e) <= 2 * s for e, s in errors) / n, 3),
    )


def _port_calls(truth: Truth, gathered: Gathered) -> tuple[int, int, int, int]:
    """Brackets and those that are right; true presences that could be seen and those that were."""
    looks = [at.look for at in gathered.at_sites if usable(at.look)]
    counts = {
        (at.look.scene_id, at.look.site_id): sum(d.score >= LIKELY for d in at.detections) for at in gathered.at_sites
    }
    calls = brackets_from_looks(looks, counts)
    right = sum(any(_held(c, span) for span in occupied(truth, c.site_id)) for c in calls)
    there = [(site, span) for site in sorted({k.site_id for k in looks}) for span in occupied(truth, site)]
    visible = [
        (site, span)
        for site, span in there
        if any(k.time and k.site_id == site and k.time.overlaps(span) for k in looks)
    ]
    found = sum(
        any(c.site_id == site and c.first_with.start < span.end and span.start < c.last_with.end for c in calls)
        for site, span in visible
    )
    return len(calls), right, len(visible), found


def occupied(truth: Truth, place_id: str) -> list[TimeSpan]:
    """Stretches during which at least one ship lies at a place."""
    out: list[TimeSpan] = []
    for span in sorted(s.span for s in truth.stays if s.place_id == place_id):
        if out and span.start <= out[-1].end:
            out[-1] = TimeSpan(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def _held(call: PortCall, span: TimeSpan) -> bool:
    arrived = call.last_without is None or call.last_without.start <= span.start
    left = call.first_without is None or span.end <= call.first_without.end
    return arrived and left and span.start <= call.first_with.end and call.last_with.start <= span.end


def _voyages(truth: Truth, case: Case, pairs: Sequence[Pair]) -> tuple[int, int]:
    """Passages of vessels of interest between two places of the case, and those whose ship was found at both ends."""
    sites, ships = {s.id for s in case.sites}, {v.id for v in case.vessels}
    seen = _seen_at(truth, pairs)
    legs = [
        p for p in truth.passages
        if p.ship_id in ships and p.origin in sites and p.target in sites and p.span.within(truth.span)
    ]  # fmt: skip
    both = 0
    for leg in legs:
        before = _stay_end(truth, leg.ship_id, leg.origin, leg.span.start)
        after = _stay_end(truth, leg.ship_id, leg.target, leg.span.end)
        both += bool(seen.get(before)) and bool(seen.get(after))
    return len(legs), both


_StayKey = tuple[str, str, datetime] | None


def _seen_at(truth: Truth, pairs: Sequence[Pair]) -> Mapping[_StayKey, int]:
    """How often a ship was found during each of its stays."""
    seen: Counter[_StayKey] = Counter()
    for p in pairs:
        if p.ship and p.detection and p.detection.time and not p.ship.speed_kn:
            seen[_stay_end(truth, p.ship.vessel_id, p.place_id, p.detection.time.middle)] += 1
    return seen


def _stay_end(truth: Truth, ship_id: str, place_id: str, t: datetime) -> _StayKey:
    """The stay of a ship that holds a moment, its end included."""
    for s in truth.stays:
        if s.ship_id == ship_id and s.place_id == place_id and s.span.start <= t <= s.span.end:
            return ship_id, place_id, s.span.start
    return None
