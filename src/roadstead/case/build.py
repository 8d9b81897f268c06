"""From checked entries to the frozen values of the vocabulary, resolved against the library."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shapely.geometry import LineString, Polygon
from shapely.validation import explain_validity

from roadstead import library
from roadstead.case.case import SiteTraffic
from roadstead.case.schema import WhenTable
from roadstead.model import (
    Claim,
    ClaimKind,
    Hypothesis,
    InputError,
    Name,
    NotFound,
    Participant,
    Range,
    Sighting,
    Site,
    Source,
    TimeSpan,
    parse_span,
    span_between,
    zone,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.case import schema
    from roadstead.case.locate import Path
    from roadstead.case.problems import TomlFile

UNKNOWN_LENGTH_M = Range(20.0, 400.0)
UNKNOWN_SPEED_KN = Range(8.0, 25.0)
YEARS = (1900, 2200)
MAX_WINDOW = timedelta(days=3 * 366)


def site(entry: schema.SiteEntry, file: TomlFile, path: Path) -> Site | None:
    """The site of an entry: the library's, with what the case overrides, or the case's own."""
    known = library.sites().get(entry.id)
    if known is None and (entry.aoi is None or entry.timezone is None or entry.name is None):
        file.problem(
            (*path, "id"),
            f"{entry.id!r} is no site of the library ({', '.join(sorted(library.sites()))}); "
            "a site of your own needs `name`, `timezone` and `aoi`",
        )
        return None
    tz = entry.timezone or (known.timezone if known else "UTC")
    try:
        zone(tz)
    except InputError as error:
        file.problem((*path, "timezone"), str(error))
        return None
    aoi = Polygon(entry.aoi) if entry.aoi else known.aoi if known else Polygon()
    if not aoi.is_valid or aoi.area == 0:
        why = "it has no area" if aoi.is_valid else explain_validity(aoi)
        file.problem((*path, "aoi"), f"the area of interest is no simple ring ({why}); give its corners in order")
        return None
    names = tuple(Name(text=t, script=s) for s, t in entry.names.items())
    return Site(
        id=entry.id,
        name=entry.name or (known.name if known else entry.id),
        names=names or (known.names if known else ()),
        timezone=tz,
        aoi=aoi,
        berths=tuple(LineString(b) for b in entry.berths if len(b) > 1) or (known.berths if known else ()),
        anchorage=entry.anchorage,
        country=entry.country or (known.country if known else ""),
        notes=entry.notes or (known.notes if known else ""),
        sources=tuple(entry.sources) or (known.sources if known else ()),
    )


def traffic(entry: schema.SiteEntry) -> SiteTraffic | None:
    """Assumed traffic, where the entry states it."""
    if entry.traffic is None:
        return None
    reason = entry.traffic_reason or "assumed"
    return SiteTraffic(
        site_id=entry.id, vessels=Range(*entry.traffic), stay_hours=Range(*entry.traffic_stay_hours), reason=reason
    )


def vessel(entry: schema.VesselEntry, file: TomlFile, path: Path, sites: Mapping[str, Site]) -> Participant | None:
    """A vessel of interest with its figures from hull, class or the entry."""
    try:
        hull = library.hull(entry.hull) if entry.hull else None
        kind = (
            library.vessel_class(entry.vessel_class or (hull.class_id if hull else ""))
            if (entry.vessel_class or hull)
            else None
        )
    except NotFound as error:
        file.problem((*path, "hull" if entry.hull else "class"), str(error))
        return None
    if entry.home and not file.known((*path, "home"), entry.home, sites, "site"):
        return None
    if not all(file.known((*path, "calls_at"), c, sites, "site") for c in entry.calls_at):
        return None
    length = Range(*entry.length_m) if entry.length_m else (hull and hull.length_m) or (kind and kind.length_m)
    speed = Range(*entry.speed_kn) if entry.speed_kn else (kind and kind.speed_kn)
    return Participant(
        id=entry.id,
        name=entry.name or (hull.name if hull else entry.id),
        class_id=kind.id if kind else "",
        hull_id=hull.id if hull else "",
        mmsi=entry.mmsi or (hull.mmsi if hull else ""),
        length_m=length or UNKNOWN_LENGTH_M,
        speed_kn=speed or UNKNOWN_SPEED_KN,
        troops=Range(*entry.troops) if entry.troops else (kind.troops if kind else None),
        home=entry.home or "",
        calls_at=tuple(c for c in entry.calls_at if c != entry.home),
    )


def source(entry: schema.SourceEntry) -> Source:
    """A source."""
    return Source(**entry.model_dump())


def hypothesis(entry: schema.HypothesisEntry) -> Hypothesis:
    """An alternative."""
    return Hypothesis(
        id=entry.id, text=entry.text, motion=entry.motion, weight=Range(*entry.weight), reason=entry.reason
    )


def when(value: schema.When | WhenTable, tz: str) -> TimeSpan:
    """The span of a `when`, local to `tz` unless it says otherwise."""
    if isinstance(value, WhenTable):
        span = span_between(value.start, value.end, value.timezone or tz)
    else:
        span = parse_span(value, tz)
    if not (YEARS[0] <= span.start.year and span.end.year <= YEARS[1]):
        raise InputError(f"{span} lies outside the years {YEARS[0]} to {YEARS[1]}; check the year")
    return span


def claim(entry: schema.ClaimEntry, file: TomlFile, path: Path, known: Known) -> Claim | None:
    """A claim whose every reference is known."""
    places = tuple(dict.fromkeys([*([entry.site] if entry.site else []), *entry.sites]))
    groups = (("sites", places), ("origins", tuple(entry.origins)), ("destinations", tuple(entry.destinations)))
    good = file.known((*path, "source"), entry.source, known.sources, "source")
    for key, ids in groups:
        for i in ids:
            good &= file.known((*path, "site" if key == "sites" and entry.site == i else key), i, known.sites, "site")
    for i in entry.who:
        good &= file.known((*path, "who"), i, known.vessels, "vessel")
    if entry.at_least is not None and entry.who and entry.at_least > len(entry.who):
        file.problem((*path, "at_least"), f"{entry.at_least} vessels claimed but `who` names only {len(entry.who)}")
        good = False
    if not good:
        return None
    all_sites = (*places, *groups[1][1], *groups[2][1])
    tz = known.sites[all_sites[-1]].timezone if all_sites else known.timezone
    try:
        span = _testable(when(entry.when, tz), entry.kind)
    except InputError as error:
        file.problem((*path, "when"), str(error))
        return None
    return Claim(
        id=entry.id,
        source_id=entry.source,
        text=entry.text,
        kind=entry.kind,
        when=span,
        when_text=_when_text(entry.when, tz),
        who=tuple(entry.who),
        sites=places,
        origins=tuple(entry.origins),
        destinations=tuple(entry.destinations),
        at_least=entry.at_least,
        at_most=entry.at_most,
        length_m=Range(*entry.length_m) if entry.length_m else None,
        activity=entry.activity,
        persons=Range(*entry.persons) if entry.persons else None,
        trips=entry.trips,
        prior=Range(*entry.prior),
        prior_reason=entry.prior_reason,
    )


def _testable(span: TimeSpan, kind: ClaimKind) -> TimeSpan:
    """The span; raises InputError where ships' histories over it would not fit into a computer."""
    if kind is not ClaimKind.STATEMENT and span.duration > MAX_WINDOW:
        raise InputError(
            f"the window is {span.duration.days / 365.25:.0f} years long, more than the {MAX_WINDOW.days // 365} that "
            'can be weighed; split the claim, or make it kind = "statement"'
        )
    return span


def _when_text(value: schema.When | WhenTable, tz: str) -> str:
    if isinstance(value, WhenTable):
        return f"{value.start} to {value.end}, {value.timezone or tz}"
    return f"{value}, {tz}"


def sighting(entry: schema.SightingEntry, file: TomlFile, path: Path, known: Known) -> Sighting | None:
    """A reported sighting whose every reference is known."""
    good = file.known((*path, "source"), entry.source, known.sources, "source")
    good &= file.known((*path, "site"), entry.site, known.sites, "site")
    for i in entry.vessels:
        good &= file.known((*path, "vessels"), i, known.vessels, "vessel")
    if entry.vessel_class:
        good &= file.known((*path, "class"), entry.vessel_class, library.classes(), "vessel class")
    if not good:
        return None
    try:
        span = when(entry.when, known.sites[entry.site].timezone)
    except InputError as error:
        file.problem((*path, "when"), str(error))
        return None
    return Sighting(
        id=entry.id,
        site_id=entry.site,
        time=span,
        vessel_ids=tuple(entry.vessels),
        class_id=entry.vessel_class,
        count=entry.at_least,
        source_id=entry.source,
        activity=entry.activity,
        text=entry.text,
        likelihood_ratio=entry.likelihood_ratio,
        lr_reason=entry.lr_reason,
    )


class Known:
    """What ids a claim or sighting may refer to."""

    def __init__(
        self,
        sites: Mapping[str, Site],
        vessels: Mapping[str, Participant],
        sources: Mapping[str, Source],
        timezone: str,
    ) -> None:
        self.sites, self.vessels, self.sources, self.timezone = sites, vessels, sources, timezone
