"""One moment per acquisition: the pass that made it possible, the catalogue entry, the look that we hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from roadstead import library
from roadstead.coverage.detectability import p_detect_range
from roadstead.coverage.looks import usable
from roadstead.model import Listing, Look, LookState, Moment, Opportunity, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.model import Range, Site

SAME_PASS_S = 300.0
"""a satellite comes no second time over a place within minutes: what lies this close in time is one pass"""
CYCLES_LATELY = 4
"""earlier repeat cycles that are looked up for how often a track was really acquired"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLook:
    """A look that we hold, with the satellite and what was found."""

    look: Look
    platform: str
    ships: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one site."""

    opportunities: Sequence[Opportunity]
    listings: Sequence[Listing]
    looks: Sequence[SiteLook]
    covers: Callable[[str, datetime], bool]
    """whether a catalogue answered completely for (mission id, time) over this site"""


def moments_of(site: Site, known: Known, length_m: float, span: TimeSpan) -> tuple[Moment, ...]:
    """Every moment of a span at which the site could be, or was, imaged; each acquisition once, in order of time.

    Args:
        site: the place.
        known: passes, listings and looks of this site; may reach beyond the span.
        length_m: ship length for P(detect), metres.
        span: moments outside it are left out.
    """
    looks = [k for k in known.looks if k.look.time is not None]
    found = [_from_look(site, k, known.listings) for k in looks]
    found += [
        _from_listing(site, k)
        for k in known.listings
        if not any(m.listing is k or _same(m.platform, m.time, k.platform, k.time) for m in found)
    ]
    passes = list(known.opportunities)
    joined = [_with_pass(m, passes) for m in found]
    taken = {id(m.opportunity) for m in joined}
    joined += [_from_pass(site, o, known) for o in passes if id(o) not in taken]
    inside = [_weighed(_lately(m, known), site, length_m) for m in joined if m.time.overlaps(span)]
    return tuple(sorted(inside, key=lambda m: (m.time, m.platform, m.state.value)))


def _same(platform: str, time: TimeSpan, other_platform: str, other: TimeSpan) -> bool:
    """Whether two records may be of one pass; a constellation's name meets each of its satellites."""
    a, b = _mission_id(platform), _mission_id(other_platform)
    if not (a == b or a.startswith(b) or b.startswith(a)) or max(time.hours(), other.hours()) > 1:
        return False
    # Some catalogues give the start of a datatake for each of its tiles, so that a time is a span.
    return (max(time.start, other.start) - min(time.end, other.end)).total_seconds() <= SAME_PASS_S


def _mission_id(platform: str) -> str:
    mission = library.mission(platform)
    return mission.id if mission else platform.lower()


def _from_look(site: Site, held: SiteLook, listings: Iterable[Listing]) -> Moment:
    look = held.look
    if look.time is None:
        raise ValueError(look.scene_id)
    listing = next((k for k in listings if _same(held.platform, look.time, k.platform, k.time)), None)
    return Moment(
        site_id=site.id,
        time=look.time,
        platform=_mission_id(held.platform),
        modality=look.modality,
        state=_state_of(held),
        listing=listing,
        look=look,
        ships=held.ships if look.searched or held.ships else None,
    )


def _state_of(held: SiteLook) -> LookState:
    if held.ships:
        return LookState.FOUND
    if not held.look.searched:
        return LookState.UNSEARCHED
    return LookState.NOTHING_FOUND if usable(held.look) else LookState.UNUSABLE


def _from_listing(site: Site, listing: Listing) -> Moment:
    return Moment(
        site_id=site.id,
        time=listing.time,
        platform=_mission_id(listing.platform),
        modality=listing.modality,
        state=LookState.LISTED,
        listing=listing,
    )


def _from_pass(site: Site, opportunity: Opportunity, known: Known) -> Moment:
    mission = library.mission(opportunity.platform)
    listed_if_taken = mission is not None and mission.absence_counts
    answered = listed_if_taken and known.covers(_mission_id(opportunity.platform), opportunity.t_utc)
    return Moment(
        site_id=site.id,
        time=TimeSpan(opportunity.t_utc, opportunity.t_utc),
        platform=opportunity.platform,
        modality=opportunity.modality,
        state=LookState.NOT_LISTED if answered else LookState.POSSIBLE,
        opportunity=opportunity,
    )


def _with_pass(moment: Moment, passes: Sequence[Opportunity]) -> Moment:
    here = [o for o in passes if _same(moment.platform, moment.time, o.platform, TimeSpan(o.t_utc, o.t_utc))]
    if not here:
        return moment
    nearest = min(here, key=lambda o: (abs(o.t_utc - moment.time.middle), o.platform))
    return replace(moment, opportunity=nearest)


def _lately(moment: Moment, known: Known) -> Moment:
    """How often the same track was acquired in the cycles before, where a catalogue tells."""
    mission = library.mission(moment.platform)
    repeat = mission.orbit.repeat if mission and mission.orbit else None
    if moment.opportunity is None or mission is None or repeat is None:
        return moment
    before = [moment.opportunity.t_utc - timedelta(days=repeat.days * k) for k in range(1, CYCLES_LATELY + 1)]
    asked = [t for t in before if known.covers(mission.id, t)]
    if not asked:
        return moment
    taken = [t for t in asked if any(_same(mission.id, TimeSpan(t, t), k.platform, k.time) for k in known.listings)]
    return replace(moment, acquired_lately=(len(taken), len(asked)))


def _weighed(moment: Moment, site: Site, length_m: float) -> Moment:
    chance = _p_detect(moment, site, length_m)
    return replace(moment, p_detect=chance) if chance else moment


def _p_detect(moment: Moment, site: Site, length_m: float) -> Range | None:
    """By the look itself, else by a clear look of this mission over the part of the area that its swath holds."""
    if moment.look is not None:
        look, share = moment.look, moment.look.usable_fraction if moment.look.searched else 0.0
        return p_detect_range(length_m, look.modality, look.resolved_m, usable_fraction=share, anchorage=site.anchorage)
    mission = library.mission(moment.platform)
    if mission is None:
        return None
    share = moment.opportunity.swath_fraction if moment.opportunity else 1.0
    return p_detect_range(
        length_m, mission.modality, mission.resolved_m, usable_fraction=share, anchorage=site.anchorage
    )
