"""One moment per acquisition: the pass that made it possible, the catalogue entries, the looks that we hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roadstead import library
from roadstead.coverage.detectability import p_detect_range
from roadstead.coverage.looks import usable
from roadstead.geo import sun_position_deg
from roadstead.library import Mission
from roadstead.model import Listing, Look, LookState, Moment, Opportunity, TimeSpan

if TYPE_CHECKING:
    from roadstead.model import Modality, Range, Site

SAME_PASS_S = 300.0
"""a satellite of known orbit comes no second time over a place within minutes: what lies this close is one pass"""
SAME_SHOT_S = 5.0
"""and where nobody knows which of many satellites it was, only what lies this close is one image"""
CYCLES_LATELY = 4
"""earlier repeat cycles that are looked up for how often a track was really acquired"""
_VAGUE_HOURS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLook:
    """A look that we hold, with the satellite and what was found."""

    look: Look
    platform: str
    """empty where nothing states it"""
    ships: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one site; may reach beyond the span that is asked about."""

    opportunities: Sequence[Opportunity]
    listings: Sequence[Listing]
    looks: Sequence[SiteLook]
    covers: Callable[[str, datetime], bool]
    """whether a catalogue answered completely for (mission id, time) over this site"""
    missions: Mapping[str, Mission] = field(default_factory=dict)
    """by id, before those of the library: satellites that the case describes itself"""

    def mission(self, platform: str) -> Mission | None:
        """The mission of a platform; None where neither case nor library knows it."""
        return self.missions.get(platform.lower()) or library.mission(platform)

    def mission_id(self, platform: str) -> str:
        """Id of the mission; the platform's own name where it is not known."""
        mission = self.mission(platform)
        return mission.id if mission else platform.lower()


def moments_of(site: Site, known: Known, length_m: float, span: TimeSpan) -> tuple[Moment, ...]:
    """Every moment of a span at which the site could be, or was, imaged; each acquisition once, in order of time.

    Args:
        site: the place.
        known: passes, listings and looks of this site.
        length_m: ship length for P(detect), metres.
        span: moments outside it are left out.
    """
    found = _held(site, known)
    found += [_from_listing(site, k, known) for k in known.listings if not any(_is_of(m, k, known) for m in found)]
    joined = [_with_pass(m, known) for m in found]
    taken = {id(m.opportunity) for m in joined}
    joined += [_from_pass(site, o, known) for o in known.opportunities if id(o) not in taken]
    inside = [_weighed(_lately(m, site, known), site, known, length_m) for m in joined if m.time.overlaps(span)]
    return tuple(sorted(inside, key=lambda m: (m.time, m.platform, m.state.value, m.look.scene_id if m.look else "")))


def _held(site: Site, known: Known) -> list[Moment]:
    """Looks, several images of one acquisition as one moment by the best of them."""
    moments: list[Moment] = []
    for held in sorted(known.looks, key=lambda k: (-k.look.usable_fraction, k.look.scene_id)):
        if held.look.time is None:
            continue
        made = _from_look(site, held, held.look.time, known)
        same = (i for i, m in enumerate(moments) if _same(m, made.platform, made.modality, made.time, known))
        first = next(same, None)
        if first is None:
            moments.append(made)
        else:
            moments[first] = _better(moments[first], made)
    return moments


def _better(a: Moment, b: Moment) -> Moment:
    """Of two images of one acquisition the one that shows more, with the ships of whichever shows most."""
    best = a if (a.usable, a.ships or 0) >= (b.usable, b.ships or 0) else b
    counts = [n for n in (a.ships, b.ships) if n is not None]
    ships = max(counts) if counts else None
    return replace(best, ships=ships, state=LookState.FOUND if ships else best.state)


def _same(moment: Moment, platform: str, modality: Modality, time: TimeSpan, known: Known) -> bool:
    """Whether a record may be of the same acquisition as a moment."""
    if modality is not moment.modality or max(time.hours(), moment.time.hours()) > _VAGUE_HOURS:
        return False
    if not _same_satellite(moment.platform, platform):
        return False
    # Some catalogues give the start of a datatake for each of its tiles, so that a time is a span.
    gap_s = (max(time.start, moment.time.start) - min(time.end, moment.time.end)).total_seconds()
    mission = known.mission(platform)
    alone = mission is not None and (mission.orbit is not None or mission.absence_counts)
    return gap_s <= (SAME_PASS_S if alone else SAME_SHOT_S)


def _same_satellite(a: str, b: str) -> bool:
    """Equal ids; or one is the constellation's, whose satellite is not stated: `sentinel-2` meets `sentinel-2a`."""
    if not (a and b):
        return False
    return a == b or a[:-1] == b or b[:-1] == a


def _from_look(site: Site, held: SiteLook, time: TimeSpan, known: Known) -> Moment:
    platform = known.mission_id(held.platform)
    bare = Moment(
        site_id=site.id, time=time, platform=platform, modality=held.look.modality, state=_state_of(held),
        look=held.look, usable=usable(held.look), ships=held.ships if held.look.searched or held.ships else None,
    )  # fmt: skip
    near = [k for k in known.listings if _is_of(bare, k, known)]
    nearest = min(near, key=lambda k: (abs(k.time.middle - time.middle), k.id)) if near else None
    return replace(bare, listing=nearest)


def _is_of(moment: Moment, listing: Listing, known: Known) -> bool:
    if moment.listing is not None:
        return moment.listing is listing
    return _same(moment, known.mission_id(listing.platform), listing.modality, listing.time, known)


def _state_of(held: SiteLook) -> LookState:
    if held.ships:
        return LookState.FOUND
    if not held.look.searched:
        return LookState.UNSEARCHED
    return LookState.NOTHING_FOUND if usable(held.look) else LookState.UNUSABLE


def _from_listing(site: Site, listing: Listing, known: Known) -> Moment:
    return Moment(
        site_id=site.id,
        time=listing.time,
        platform=known.mission_id(listing.platform),
        modality=listing.modality,
        state=LookState.LISTED,
        listing=listing,
    )


def _from_pass(site: Site, opportunity: Opportunity, known: Known) -> Moment:
    mission = known.mission(opportunity.platform)
    listed_if_taken = mission is not None and mission.absence_counts
    answered = listed_if_taken and known.covers(opportunity.platform, opportunity.t_utc)
    return Moment(
        site_id=site.id,
        time=TimeSpan(opportunity.t_utc, opportunity.t_utc),
        platform=opportunity.platform,
        modality=opportunity.modality,
        state=LookState.NOT_LISTED if answered else LookState.POSSIBLE,
        opportunity=opportunity,
    )


def _with_pass(moment: Moment, known: Known) -> Moment:
    """With the nearest pass of its satellite, whose time stands where the record's is a span of minutes."""
    here = [o for o in known.opportunities if _same(moment, o.platform, o.modality, TimeSpan(o.t_utc, o.t_utc), known)]
    if not here:
        return moment
    nearest = min(here, key=lambda o: (abs(o.t_utc - moment.time.middle), o.platform))
    exact = TimeSpan(nearest.t_utc, nearest.t_utc)
    vague = moment.time.duration > timedelta(seconds=SAME_PASS_S)
    return replace(moment, opportunity=nearest, time=exact if vague else moment.time)


def _lately(moment: Moment, site: Site, known: Known) -> Moment:
    """How often the same track was acquired in the cycles before, where it flew there and a catalogue tells."""
    mission = known.mission(moment.platform)
    orbit = mission.orbit if mission else None
    if moment.opportunity is None or mission is None or orbit is None or orbit.repeat is None:
        return moment
    cycles = (timedelta(days=orbit.repeat.days * k) for k in range(1, CYCLES_LATELY + 1))
    before = [moment.opportunity.t_utc - c for c in cycles]
    flown = [t for t in before if _on_track(mission, t) and _lit(mission, site, t)]
    asked = [t for t in flown if known.covers(mission.id, t)]
    if not asked:
        return moment
    passes = [replace(moment, time=TimeSpan(t, t)) for t in asked]
    taken = [
        p
        for p in passes
        if any(_same(p, known.mission_id(k.platform), k.modality, k.time, known) for k in known.listings)
    ]
    return replace(moment, acquired_lately=(len(taken), len(asked)))


def _on_track(mission: Mission, t: datetime) -> bool:
    orbit, day = mission.orbit, t.astimezone(UTC).date()
    return orbit is not None and orbit.track_start <= day and (orbit.track_end is None or day <= orbit.track_end)


def _lit(mission: Mission, site: Site, t: datetime) -> bool:
    """Whether it could image then: by daylight, where its sensor needs that."""
    needs = mission.orbit is not None and mission.orbit.swath.daylight_only
    return not needs or sun_position_deg(t, site.lon_deg, site.lat_deg)[0] > 0


def _weighed(moment: Moment, site: Site, known: Known, length_m: float) -> Moment:
    """With P(detect) by the look that we hold, and by a clear look of the pass."""
    clear = _p_if_clear(moment, site, known, length_m)
    if moment.look is None:
        return replace(moment, p_detect=clear, p_if_clear=clear)
    look, share = moment.look, moment.look.usable_fraction if moment.look.searched else 0.0
    own = p_detect_range(length_m, look.modality, look.resolved_m, usable_fraction=share, anchorage=site.anchorage)
    return replace(moment, p_detect=own, p_if_clear=clear if moment.opportunity else None)


def _p_if_clear(moment: Moment, site: Site, known: Known, length_m: float) -> Range | None:
    """Over the part of the area that the swath holds; None where the mission is not known."""
    mission = known.mission(moment.platform)
    if mission is None:
        return None
    share = moment.opportunity.swath_fraction if moment.opportunity else 1.0
    return p_detect_range(
        length_m, mission.modality, mission.resolved_m, usable_fraction=share, anchorage=site.anchorage
    )
