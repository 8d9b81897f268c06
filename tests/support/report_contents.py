"""A realistic and partly hostile report's contents: two periods, many scripts, thirty detections."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from shapely.geometry import LineString, Point, Polygon

from roadstead.case import Case, Frozen, Routine, SiteTraffic
from roadstead.identify import Gate
from roadstead.model import (
    BandRole,
    Call,
    Claim,
    ClaimKind,
    Coverage,
    DateBasis,
    Detection,
    Element,
    ElementName,
    Estimate,
    Exhibit,
    ExhibitKind,
    Hypothesis,
    HypothesisShare,
    Look,
    Modality,
    Name,
    Participant,
    PortCall,
    Range,
    SarUnit,
    Scene,
    Sighting,
    Site,
    Source,
    Status,
    Thresholds,
    TimeSpan,
    Verdict,
    Weighing,
    parse_span,
    span_between,
)
from roadstead.report import Chip, Contents, Found

SCRIPT = "<script>alert('x')</script>"
OVERRIDE = "evil\u202egnp.exe"
LONG = "The convoy, according to the ministry, left before dawn. " * 90
MADE = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
ROOT = Path("/home/jane doe/cases/dunai-test")

_SITES = (
    ("dunai", "Dunai", 132.34, 42.87, (("Дунай", "Cyrl"), ("두나이", "Hang"))),
    ("fokino", "Fokino", 132.41, 42.95, (("Фокино", "Cyrl"), ("포키노", "Hang"))),
    ("vladivostok", "Vladivostok", 131.89, 43.09, (("Владивосток", "Cyrl"), ("블라디보스토크", "Hang"))),
    ("chongjin", "Chongjin", 129.82, 41.76, (("청진", "Hang"), ("清津", "Hans"))),
    ("hungnam", "Hungnam", 127.63, 39.80, (("흥남", "Hang"),)),
    ("musudan", "Musudan", 129.73, 40.84, (("무수단", "Hang"),)),
    ("rajin", 'Rajin "Rason" <b>&amp;', 130.30, 42.21, (("라진", "Hang"), ("ميناء راجين", "Arab"))),
    ("bandar", "Bandar Abbas", 56.20, 27.12, (("بندر عباس", "Arab"),)),
)


def _site(entry: tuple[str, str, float, float, tuple[tuple[str, str], ...]]) -> Site:
    key, name, lon, lat, names = entry
    return Site(
        id=key,
        name=name,
        names=tuple(Name(text=t, script=s) for t, s in names),
        timezone="Asia/Vladivostok",
        aoi=Point(lon, lat).buffer(0.035, quad_segs=6),
        berths=(LineString([(lon - 0.01, lat + 0.01), (lon + 0.012, lat + 0.014)]),),
    )


def _sources() -> tuple[Source, ...]:
    return (
        Source(id="nis", name="NIS press release", origin="NIS briefing", reliability="C", credibility="3",
               published=date(2024, 10, 18), url="https://example.org/nis?a=1&b=2"),
        Source(id="paper", name=f"Daily {SCRIPT}", origin="NIS briefing", reliability="D", credibility="3",
               url="javascript:alert(1)", note="Quotes the briefing."),
        Source(id="cns", name="CNS, Middlebury (Sam Lair) via CNN", origin="CNS analysis", reliability="B",
               credibility="2", published=date(2025, 2, 27), url="https://example.com/cns"),
        Source(id="rumour", name="Telegram channel 🚢 \u202eabc", origin="unknown", reliability="F", credibility="6",
               url="file:///etc/passwd"),
    )  # fmt: skip


def _claims() -> tuple[Claim, ...]:
    common = {"prior": Range(0.3, 0.5), "prior_reason": "Stated by a service with access, but with an interest."}
    october = span_between("2024-10-08", "2024-10-13", "Asia/Vladivostok")
    return (
        Claim(id="transit-1", source_id="nis", kind=ClaimKind.TRANSIT, when=october, when_text="8-13 October 2024",
              text="Four landing ships and three escorts carried about 1,500 special forces to Vladivostok.",
              who=("vilkov", "oslyabya"), origins=("chongjin", "hungnam", "musudan"), destinations=("vladivostok",),
              at_least=4, **common),
        Claim(id="dunai-17", source_id="cns", kind=ClaimKind.PRESENCE, sites=("dunai",), who=("vilkov",),
              when=span_between("2024-10-17", "2024-10-20", "Asia/Vladivostok"), when_text="17 to 20 October",
              text="At least two of the ships were at Dunai; on 17 October a crane reaches onto one of them.",
              at_least=2, activity="crane over the deck", **common),
        Claim(id="count-rajin", source_id="paper", kind=ClaimKind.COUNT, sites=("rajin",), at_least=6,
              when=span_between("2023-08-20", "2023-09-12", "Asia/Pyongyang"), when_text="late summer 2023",
              text=f"Six ships at once {SCRIPT} \"quoted\" & 'single' {OVERRIDE} שלום 🚢", **common),
        Claim(id="persons", source_id="nis", kind=ClaimKind.PERSONS, when=october, when_text="8-13 October 2024",
              text=LONG, who=("vilkov", "oslyabya"), origins=("rajin",), destinations=("dunai",),
              persons=Range(1500, 1500), **common),
        Claim(id="activity-fokino", source_id="cns", kind=ClaimKind.PRESENCE, sites=("fokino",), activity="at anchor",
              when=parse_span("2024-10-12", "Asia/Vladivostok"), when_text="12 October",
              text="One vessel lay at anchor off Fokino on 12 October.", **common),
        Claim(id="statement", source_id="rumour", kind=ClaimKind.STATEMENT,
              when=span_between("2023-08-01", "2023-08-31"), when_text="",
              text="The two governments had agreed on it in August.", **common),
    )  # fmt: skip


def _scene(i: int, *, when: datetime, optical: bool) -> Scene:
    name = f"S2B_MSIL2A_{when:%Y%m%dT%H%M%S}" if optical else f"S1A_IW_GRDH_{when:%Y%m%dT%H%M%S}"
    return Scene(
        id=name,
        path=ROOT / "images" / f"{name}.tif",
        time=TimeSpan(when, when),
        modality=Modality.OPTICAL if optical else Modality.SAR,
        platform="sentinel-2b" if optical else "sentinel-1a",
        bands=(BandRole.RED, BandRole.GREEN, BandRole.BLUE) if optical else (BandRole.VV,),
        sar_unit=None if optical else SarUnit.AMPLITUDE,
        gsd_m=10.0,
        credit="Contains modified Copernicus Sentinel data 2024",
        licence="CC BY-SA 3.0 IGO",
        sha256=f"{i:064x}",
        footprint=Polygon([(120, 35), (140, 35), (140, 45), (120, 45)]),
    )


def _chip(i: int, length_px: float) -> Chip:
    rng = np.random.default_rng(i)
    side = 49
    rows, cols = np.mgrid[:side, :side] - side // 2
    angle = np.radians(20 * i)
    along = cols * np.sin(angle) - rows * np.cos(angle)
    across = cols * np.cos(angle) + rows * np.sin(angle)
    ship = (np.abs(along) < length_px / 2) & (np.abs(across) < length_px / 10 + 0.5)
    grey = rng.normal(50, 14, (side, side)) + 150 * ship
    tint = np.array([0.8, 0.95, 1.1]) if i % 2 else np.ones(3)
    rgb = np.clip(grey[..., None] * tint, 0, 255).astype(np.uint8)
    a, b = length_px / 2 + 1, length_px / 10 + 1.5
    corners = [(-a, -b), (-a, b), (a, b), (a, -b)]
    middle = side // 2 + 0.5
    outline = tuple(
        (middle + u * np.sin(angle) + v * np.cos(angle), middle - u * np.cos(angle) + v * np.sin(angle))
        for u, v in corners
    )
    return Chip(rgb=rgb, metres_per_pixel=10.0, north_deg=(i * 7) % 30 - 15.0, outline=outline,
                stretch="2-98 percentile of the window, per band")  # fmt: skip


def _found(i: int, scene: Scene, site: Site) -> Found:
    length = 60.0 + 7 * (i % 12)
    east, north = 0.004 * np.cos(i), 0.004 * np.sin(i)
    by_eye = i % 9 == 4
    outline = Point(site.lon_deg + 4 * east, site.lat_deg + 4 * north).buffer(0.001).envelope
    return Found(
        detection=Detection(
            id=f"{scene.id}-{i:02d}", scene_id=scene.id, time=scene.time, outline_px=((1, 1), (9, 1), (9, 3), (1, 3)),
            outline=outline, row_px=100.0 + i, col_px=200.0, score=round(0.99 - 0.02 * i, 2),
            length_m=Estimate(length, 6.4), beam_m=Estimate(15.5, 3.1), heading_deg=Estimate(20.0 * i % 180, 4.0),
            method="by eye: A. Analyst <i>" if by_eye else "sar-clusters 3", alongside=(True, False, None)[i % 3],
            notes=("touches a quay",) if i % 5 == 0 else (),
        ),
        scene=scene, site_id=site.id, resolved_m=22.0,
        gate=Gate(beam_pixels=0.7, may_recognise=False, may_identify=False,
                  words="0.7 resolved pixels across the beam: too few to recognise a class (8)."
                        " Size only."),
        consistent_with=("Alligator", "Ropucha I") if length > 100 else (),
        chip=_chip(i, length / 10) if i % 7 != 6 else None,
    )  # fmt: skip


def _weighing(call: Call, p: Range, factor: Range | None) -> Weighing:
    return Weighing(call=call, prior=Range(0.28, 0.52), probability=p, bayes_factor=factor,
                    effective_hits=812.4 if factor else 42.0, n_samples=40000,
                    words=f"{call.value.capitalize()}: weighed on the looks we hold.",
                    notes=("a note of the weighing",) if factor is None else ())  # fmt: skip


_OUTCOMES = {
    "transit-1": (Call.NOT_DETERMINABLE, Range(0.21, 0.61), None, Call.NOT_DETERMINABLE, Range(0.4, 0.79)),
    "dunai-17": (Call.SUPPORTED, Range(0.87, 0.96), Range(14, 38), Call.SUPPORTED, Range(0.93, 0.995)),
    "count-rajin": (Call.CONTRADICTED, Range(0.004, 0.07), Range(0.01, 0.06), Call.CONTRADICTED, Range(0.004, 0.07)),
    "persons": (Call.NOT_DETERMINABLE, Range(0.3, 0.5), None, Call.NOT_DETERMINABLE, Range(0.3, 0.5)),
    "activity-fokino": (Call.SUPPORTED, Range(0.81, 0.9), Range(11, 20), Call.NOT_DETERMINABLE, Range(0.5, 0.8)),
    "statement": (Call.NOT_DETERMINABLE, Range(0.3, 0.5), None, Call.NOT_DETERMINABLE, Range(0.3, 0.5)),
}


def _verdict(claim: Claim, *, looks: int) -> Verdict:
    own, p, factor, both, p_both = _OUTCOMES[claim.id]
    seen = Status.SEEN if own is Call.SUPPORTED else Status.NOT_DETERMINABLE
    reported = Status.REPORTED if seen is Status.NOT_DETERMINABLE else seen
    return Verdict(
        claim_id=claim.id,
        without_reports=_weighing(own, p, factor),
        with_reports=_weighing(both, p_both, factor),
        elements=(
            Element(name=ElementName.WHERE, statement="at the named port", status=reported, status_without_reports=seen,
                    why="2 detection(s) of fitting size in 3 look(s).", evidence=("S1A_IW_GRDH_1", "nis")),
            Element(name=ElementName.WHAT, statement=claim.activity or "carried", status=Status.REPORTED,
                    status_without_reports=Status.NOT_DETERMINABLE, why="Images show ships, not passengers."),
        ),
        hypotheses=() if claim.kind is ClaimKind.STATEMENT else (
            HypothesisShare(id="as-claimed", text=claim.text[:80], prior=claim.prior, posterior=p, log_evidence=-3.0),
            HypothesisShare(id="routine", text="Routine <em>presence</em>", prior=Range(0.2, 0.4),
                            posterior=Range(0.1, 0.3), log_evidence=-4.0, inseparable_from=("exercise",)),
            HypothesisShare(id="exercise", text="An exercise", prior=Range(0.1, 0.2), posterior=Range(0.05, 0.2),
                            log_evidence=-4.0, inseparable_from=("routine",)),
        ),
        coverage=Coverage(looks_held=looks, usable_looks=looks, scenes=(), hours_of_window=claim.when.hours(),
                          longest_gap_hours=claim.when.hours() / 2, catalogues_asked=(),
                          statement=f"We hold {looks} usable look(s)."),
    )  # fmt: skip


def _look(scene: Scene, site: Site, fraction: float) -> Look:
    return Look(
        scene_id=scene.id, site_id=site.id, time=scene.time, usable_fraction=fraction,
        cloud_fraction=0.0 if scene.modality is Modality.SAR else None, resolved_m=22.0,
        sun_elevation_deg=31.0 if scene.modality is Modality.OPTICAL else None, modality=scene.modality,
        notes=("cloud unknown: the scene brings no mask",) if scene.modality is Modality.OPTICAL else (),
    )  # fmt: skip


def case() -> Case:
    """The case alone."""
    return Case(
        id="dunai-test",
        title=f"Did landing ships carry soldiers to Dunai? {SCRIPT}",
        summary="A test case: claims of October 2024 and of late summer 2023, with sources that contradict each other.",
        folder=ROOT,
        seed=7,
        sites=tuple(_site(s) for s in _SITES),
        traffic=(SiteTraffic(site_id="dunai", vessels=Range(0.5, 3), stay_hours=Range(12, 96), reason="seen before"),),
        vessels=(
            Participant(id="vilkov", name="Nikolay Vilkov", length_m=Range(112.8, 113.1), speed_kn=Range(16, 18),
                        troops=Range(300, 425), home="fokino", calls_at=("dunai", "vladivostok")),
            Participant(id="oslyabya", name='Oslyabya "066"', length_m=Range(112.5, 112.5), speed_kn=Range(18, 18)),
        ),
        sources=_sources(),
        claims=_claims(),
        hypotheses=(
            Hypothesis(id="routine", text="Routine presence", motion="routine", weight=Range(2, 4), reason="home base"),
            Hypothesis(id="none-of-these", text="None of these", motion="routine", weight=Range(1, 1), reason="floor"),
        ),
        routine=Routine(home_days=Range(4, 30), away_days=Range(0.5, 6), reason="assumed: no baseline"),
        thresholds=Thresholds(),
        images=(ROOT / "images",),
        reported=(
            Sighting(id="r1", site_id="dunai", time=parse_span("2024-10-17", "Asia/Vladivostok"), source_id="cns",
                     vessel_ids=("vilkov",), activity="crane over the deck", text="A crane reaches onto the ship.",
                     likelihood_ratio=(3.0, 20.0), lr_reason="published image, own analysis"),
            Sighting(id="r2-with-a-long-name", site_id="chongjin", count=1,
                     time=parse_span("2024-10-12", "Asia/Pyongyang"), source_id="nis",
                     text=f"One radar frame {SCRIPT}"),
        ),
        warnings=('"Danube" here means Dunai (Дунай), a naval port near Fokino, not the river.',),
        mistakes=(f"{ROOT}/case.toml:12: claims[9].when: no such date",),
    )  # fmt: skip


def contents() -> Contents:
    """Everything at once."""
    made = case()
    sites = {s.id: s for s in made.sites}
    starts = [datetime(2024, 10, 7, 2, 5, tzinfo=UTC) + timedelta(hours=57 * i) for i in range(7)]
    starts += [datetime(2023, 8, 22, 21, 14, tzinfo=UTC) + timedelta(days=6 * i) for i in range(4)]
    scenes = tuple(_scene(i, when=t, optical=i % 2 == 0) for i, t in enumerate(starts))
    shown = [(s, sites[k]) for i, s in enumerate(scenes) for k in (("dunai", "fokino") if i < 7 else ("rajin",))]
    looks = tuple(_look(s, site, 0.02 if i == 3 else 0.93) for i, (s, site) in enumerate(shown))
    found = tuple(_found(i, *shown[(5 * i) % len(shown)]) for i in range(31))
    held = {"dunai-17": 3, "count-rajin": 4, "activity-fokino": 1}
    return Contents(
        case=made,
        frozen=Frozen(sha256="ab" * 32, first="cd" * 32, changes=("2025-02-01T00:00:00Z: claims transit-1 changed",)),
        verdicts=tuple(_verdict(c, looks=held.get(c.id, 0)) for c in made.claims),
        looks=looks,
        found=found,
        scenes=scenes,
        exhibits=(
            Exhibit(id="0123456789ab-frame", kind=ExhibitKind.PICTURE, path="exhibits/frame.png", sha256="0f" * 32,
                    size_bytes=812345, original_name=f"/home/jane doe/Downloads/{SCRIPT}.png", added=MADE,
                    added_by="jane", url="https://example.org/frame", publisher="NIS", licence="press use",
                    credit="NIS",
                    captured=parse_span("2024-10-12"), date_basis=DateBasis.CAPTION, annotated=True, cropped=True),
        ),
        port_calls=(
            PortCall(site_id="dunai", last_without=scenes[1].time, first_with=scenes[2].time, last_with=scenes[4].time,
                     first_without=None, min_vessels=3, ours=True, basis=(scenes[2].id, scenes[4].id)),
            PortCall(site_id="chongjin", last_without=None, first_with=made.reported[1].time,
                     last_with=made.reported[1].time, first_without=None, min_vessels=1, ours=False, basis=("nis",)),
        ),
        losses=(f"{ROOT}/images/broken.tif: cannot be read", "/srv/archive/x/other.tif: bands unknown", *made.mistakes),
        made_at=MADE,
        program_version="0.1.0",
        versions={"python": "3.11.2", "numpy": "2.4.6", "roadstead": "0.1.0"},
    )  # fmt: skip


def simulated() -> Contents:
    """The same from simulated pixels."""
    made = contents()
    scenes = tuple(replace(s, simulated=True) for s in made.scenes)
    by_id = {s.id: s for s in scenes}
    return replace(
        made,
        scenes=scenes,
        verdicts=tuple(replace(v, simulated=True) for v in made.verdicts),
        found=tuple(replace(f, scene=by_id[f.scene.id]) for f in made.found),
    )


def bare() -> Contents:
    """Claims, but no look, image, report, exhibit or stay."""
    made = contents()
    verdicts = tuple(_verdict(c, looks=0) for c in made.case.claims)
    nothing = replace(made.case, reported=(), warnings=(), mistakes=(), vessels=made.case.vessels)
    return replace(made, case=nothing, verdicts=verdicts, looks=(), found=(), scenes=(), exhibits=(), port_calls=(),
                   losses=())  # fmt: skip
