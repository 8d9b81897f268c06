"""Coverage as a run would work it out: a case of two months without any image, and six days with everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from shapely.geometry import Point, Polygon, box

from roadstead.model import (
    KNOWN_STATES,
    AnswerState,
    BlindWindow,
    CaseCoverage,
    CatalogueAnswer,
    Direction,
    Listing,
    Look,
    LookState,
    Modality,
    Moment,
    Opportunity,
    Range,
    Site,
    SiteCoverage,
    TimeSpan,
    Unseen,
)

DAY = timedelta(days=1)
EPOCH = datetime(2024, 9, 1, tzinfo=UTC)
OCTOBER = TimeSpan(datetime(2024, 9, 30, 14, tzinfo=UTC), datetime(2024, 11, 30, 14, tzinfo=UTC))
SITES = ("dunai", "fokino", "vladivostok", "slavyanka", "vostochny", "chongjin", "hungnam", "musudan", "rajin")
TRACKS = (
    ("sentinel-1a", Modality.SAR, datetime(2024, 10, 11, 21, 14, 47, tzinfo=UTC), 12, Direction.DESCENDING, 36.2),
    ("sentinel-1a", Modality.SAR, datetime(2024, 10, 13, 9, 1, 1, tzinfo=UTC), 12, Direction.ASCENDING, 41.8),
    ("sentinel-2a", Modality.OPTICAL, datetime(2024, 10, 10, 2, 15, 37, tzinfo=UTC), 10, Direction.DESCENDING, 6.1),
    ("sentinel-2a", Modality.OPTICAL, datetime(2024, 10, 7, 2, 5, 39, tzinfo=UTC), 10, Direction.DESCENDING, 9.9),
    ("sentinel-2b", Modality.OPTICAL, datetime(2024, 10, 12, 2, 5, 40, tzinfo=UTC), 10, Direction.DESCENDING, 9.9),
    ("sentinel-2b", Modality.OPTICAL, datetime(2024, 10, 15, 2, 15, 37, tzinfo=UTC), 10, Direction.DESCENDING, 6.1),
)
"""platform, sensor, a pass, days of the repeat cycle, direction, incidence; at Dunai from facts/dunai-2024.md"""


def opportunity(site_id: str, i: int, t: datetime) -> Opportunity:
    platform, modality, _, _, direction, incidence = TRACKS[i]
    return Opportunity(
        site_id=site_id, platform=platform, modality=modality, t_utc=t, incidence_deg=incidence,
        off_nadir_deg=incidence * 0.88, satellite_azimuth_deg=102.0, direction=direction,
        sun_elevation_deg=38.0 if modality is Modality.OPTICAL else -12.0,
        swath_fraction=0.4 if incidence == 9.9 else 1.0, elements_epoch=EPOCH, cycles_shifted=3,
    )  # fmt: skip


def passes(site_id: str, span: TimeSpan, offset: timedelta = timedelta()) -> list[Opportunity]:
    out = []
    for i, (_, _, first, cycle, _, _) in enumerate(TRACKS):
        t = first + offset - 200 * cycle * DAY
        while t < span.end:
            if t >= span.start:
                out.append(opportunity(site_id, i, t))
            t += cycle * DAY
    return sorted(out, key=lambda o: (o.t_utc, o.platform))


def moment(o: Opportunity, state: LookState = LookState.POSSIBLE, ships: int | None = None) -> Moment:
    at = TimeSpan(o.t_utc, o.t_utc)
    listing = look = None
    if state in KNOWN_STATES or state is LookState.UNUSABLE:
        listing = Listing(
            id=f"{o.platform}-{o.t_utc:%Y%m%d}", products=(f"earth-search/x/{o.platform}",), platform=o.platform,
            modality=o.modality, time=at, footprint=None, catalogues=("earth-search",), systematic=True,
        )  # fmt: skip
    if state.value.startswith(("held", "looked")):
        look = Look(
            scene_id=f"{o.platform}-{o.t_utc:%Y%m%d}", site_id=o.site_id, time=at,
            usable_fraction=0.03 if state is LookState.UNUSABLE else 0.95, cloud_fraction=0.9, resolved_m=10.0,
            sun_elevation_deg=o.sun_elevation_deg, modality=o.modality,
        )  # fmt: skip
    return Moment(
        site_id=o.site_id, time=at, platform=o.platform, modality=o.modality, state=state, opportunity=o,
        listing=listing, look=look, ships=ships,
        usable=state.value.startswith("looked"), p_detect=Range(0.2, 0.6), acquired_lately=(3, 4),
    )  # fmt: skip


def nights(span: TimeSpan, lon_deg: float = 132.3) -> tuple[TimeSpan, ...]:
    """From six to six by the sun's mean time, which is near enough for a drawing."""
    noon = datetime(span.start.year, span.start.month, span.start.day, 12, tzinfo=UTC) - timedelta(hours=lon_deg / 15)
    out = []
    for i in range(-2, int(span.duration / DAY) + 3):
        start, end = noon + (i + 0.25) * DAY, noon + (i + 0.75) * DAY
        if start < span.end and span.start < end:
            out.append(TimeSpan(max(start, span.start), min(end, span.end)))
    return tuple(out)


def windows(site_id: str, span: TimeSpan, moments: tuple[Moment, ...]) -> tuple[BlindWindow, ...]:
    known = [m.time.middle for m in moments if m.state in KNOWN_STATES]
    edges = [span.start, *known, span.end]
    return tuple(
        BlindWindow(site_id=site_id, span=TimeSpan(a, b), night_hours=(b - a) / DAY * 12, passes=(), unusable=())
        for a, b in pairwise(edges)
        if a < b
    )


def unseen(site_id: str, span: TimeSpan, *, night_only: bool) -> Unseen:
    return Unseen(
        site_id=site_id, span=span, call_hours=8.0, night_only=night_only,
        platforms=("sentinel-1a", "sentinel-2a", "sentinel-2b"),
        between_passes=0.86, undetected=Range(0.9, 0.97), between_looks=1.0,
        best_tasked_at=datetime(2024, 10, 8, 14, tzinfo=UTC), between_looks_with_it=0.91,
        method="Share of all starts of a call, a minute apart, during which no pass falls.",
    )  # fmt: skip


def site(site_id: str, span: TimeSpan, moments: tuple[Moment, ...]) -> SiteCoverage:
    after = passes(site_id, TimeSpan(span.end, span.end + 12 * DAY))
    return SiteCoverage(
        site_id=site_id, span=span, nights=nights(span), moments=moments, windows=windows(site_id, span, moments),
        unseen=(unseen(site_id, span, night_only=False), unseen(site_id, span, night_only=True)),
        next_passes=tuple(after[:3]),
    )  # fmt: skip


def answer(state: AnswerState = AnswerState.COMPLETE, name: str = "Earth Search") -> CatalogueAnswer:
    said = {
        AnswerState.COMPLETE: "48 products of 31 acquisitions",
        AnswerState.PARTIAL: "two pages came, then it timed out",
        AnswerState.NO_ANSWER: "it timed out three times",
    }
    return CatalogueAnswer(
        catalogue=name.lower().replace(" ", "-"), name=name, asked_at=datetime(2025, 2, 28, 9, tzinfo=UTC),
        area=box(131.0, 42.0, 133.0, 43.5), span=OCTOBER, missions=("sentinel-1", "sentinel-2"), state=state,
        sentence=said[state], products=48 if state is not AnswerState.NO_ANSWER else 0, file="answers/1.json",
    )  # fmt: skip


def months() -> CaseCoverage:
    """Nine sites in October and November 2024, three Sentinels, no catalogue asked, no image held."""
    made = []
    for i, site_id in enumerate(SITES):
        offset = timedelta(minutes=i // 4 * 4) - i // 4 * DAY
        made.append(site(site_id, OCTOBER, tuple(moment(o) for o in passes(site_id, OCTOBER, offset))))
    satellites = tuple(
        f"{name}: elements of 2024-09-01, shifted by 3 whole repeat cycles"
        for name in ("sentinel-1a", "sentinel-2a", "sentinel-2b")
    )
    return CaseCoverage(sites=tuple(made), answers=(), satellites=satellites, losses=())


def told(coverage: CaseCoverage) -> CaseCoverage:
    """With every answer standing at every site too."""
    return replace(coverage, sites=tuple(replace(s, answers=coverage.answers) for s in coverage.sites))


def six_days() -> CaseCoverage:
    """Dunai in every state and with a partial swath, Chongjin with passes only, Rajin with a tasked listing."""
    span = TimeSpan(datetime(2024, 10, 7, 15, tzinfo=UTC), datetime(2024, 10, 13, 15, tzinfo=UTC))
    dunai = [moment(o) for o in passes("dunai", span)]
    t = span.start + timedelta(hours=8)
    for i, state in enumerate(LookState):
        o = opportunity("dunai", 0 if i % 2 else 2, t + i * timedelta(hours=16))
        dunai.append(moment(o, state, ships=3 if state is LookState.FOUND else None))
    dunai.sort(key=lambda m: (m.time, m.platform, m.state.value))
    chongjin = tuple(moment(o) for o in passes("chongjin", span, timedelta(minutes=20)))
    tasked = moment(opportunity("rajin", 2, t), LookState.LISTED)
    tasked = replace(tasked, platform="skysat-c12", opportunity=None, acquired_lately=None, p_detect=None)
    return told(
        CaseCoverage(
            sites=(site("dunai", span, tuple(dunai)), site("chongjin", span, chongjin), site("rajin", span, (tasked,))),
            answers=(
                answer(),
                answer(AnswerState.PARTIAL, "Planetary Computer"),
                answer(AnswerState.NO_ANSWER, "Copernicus Data Space"),
            ),
            satellites=("sentinel-1a: elements of 2024-09-01, shifted by 3 whole repeat cycles",),
            losses=("copernicus: no answer within 30 s; what it lists is unknown",),
        )
    )


def years(n: int = 3) -> CaseCoverage:
    """The nine sites over years, every fifth pass listed."""
    span = TimeSpan(datetime(2022, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC) + n * 365 * DAY)
    made = []
    for k, site_id in enumerate(SITES):
        found = passes(site_id, span, timedelta(minutes=k))
        states = (LookState.LISTED if i % 5 == 0 else LookState.NOT_LISTED for i in range(len(found)))
        made.append(site(site_id, span, tuple(moment(o, s) for o, s in zip(found, states, strict=True))))
    return told(CaseCoverage(sites=tuple(made), answers=(answer(),), satellites=(), losses=()))


def hours() -> CaseCoverage:
    """Two hours at one site."""
    span = TimeSpan(datetime(2024, 10, 10, 1, tzinfo=UTC), datetime(2024, 10, 10, 3, tzinfo=UTC))
    found = tuple(moment(o) for o in passes("dunai", span))
    return CaseCoverage(sites=(site("dunai", span, found),), answers=(), satellites=(), losses=())


def nine_sites() -> tuple[Site, ...]:
    """The places by name."""
    return tuple(
        Site(
            id=s, name=s.capitalize(), timezone="Asia/Vladivostok", aoi=Polygon(Point(132.3, 42.9 - i / 3).buffer(0.03))
        )
        for i, s in enumerate(SITES)
    )
