"""What is noteworthy about tracks is found, said in neutral words, and nothing is said of an ordinary voyage."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pyproj import Geod

from roadstead.ais import AisPosition, AisStatic, Flag, FlagKind, Limits, Track, check_track, mmsi_problem, station

T = datetime(2024, 5, 4, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")
RNG = np.random.default_rng(3)


def voyage(n: int = 120, step_s: float = 120.0, mmsi: str = "273000001") -> list[AisPosition]:
    """An ordinary voyage: 12 kn eastward with a little wandering."""
    out, lon, lat = [], 10.0, 55.0
    for i in range(n):
        speed, course = 12 + RNG.normal(0, 0.3), 90 + 10 * np.sin(i / 15) + RNG.normal(0, 1)
        out.append(
            AisPosition(
                mmsi=mmsi,
                t_utc=T + timedelta(seconds=i * step_s),
                lon_deg=lon,
                lat_deg=lat,
                sog_kn=round(speed, 1),
                cog_deg=round(course, 1),
                file="a.csv",
                line=i + 2,
            )
        )
        lon, lat, _ = GEOD.fwd(lon, lat, course, speed * 1852 / 3600 * step_s)
    return out


def flags(positions: list[AisPosition], kind: FlagKind | None = None, **limits: float) -> list[Flag]:
    track = Track(mmsi=positions[0].mmsi, positions=tuple(sorted(positions, key=lambda p: p.t_utc)))
    return [f for f in check_track(track, Limits(**limits)) if kind in {None, f.kind}]


def test_an_ordinary_voyage_has_no_flags() -> None:
    assert flags(voyage()) == []


def test_a_gap_is_no_silence() -> None:
    positions = voyage()
    late = [replace(p, t_utc=p.t_utc + timedelta(hours=14)) if i > 60 else p for i, p in enumerate(positions)]
    (gap,) = flags(late)
    assert gap.kind is FlagKind.GAP
    assert gap.sentence.startswith("no position received for 14 h")
    assert "no receiver coverage is not silence, silence is not intent" in gap.sentence
    assert (gap.start_utc, gap.end_utc) == (late[60].t_utc, late[61].t_utc)
    assert flags(late, gap_h=24.0) == []


def test_one_wrong_place_is_a_jump_there_and_back() -> None:
    positions = voyage()
    positions[50] = replace(positions[50], lat_deg=positions[50].lat_deg + 1)
    found = flags(positions)
    assert {f.kind for f in found} == {FlagKind.JUMP}
    assert len(found) == 2
    assert re.search(r"111\.\d km apart", found[0].sentence)
    assert re.search(r"speed of 1,8\d\d kn", found[0].sentence)


def test_two_ships_under_one_number() -> None:
    other = [replace(p, lat_deg=p.lat_deg + 5, t_utc=p.t_utc + timedelta(seconds=33)) for p in voyage(60)]
    found = flags(voyage() + other)
    assert [f.kind for f in found] == [FlagKind.TWO_PLACES]
    assert "55" in found[0].sentence
    assert "do not tell which" in found[0].sentence


def test_exactly_zero_is_a_fixed_place_and_its_surroundings_are_not() -> None:
    positions = [replace(p, lon_deg=p.lon_deg - 10.2, lat_deg=p.lat_deg - 55) for p in voyage()]
    assert flags(positions) == []
    positions[30] = replace(positions[30], lon_deg=0.0, lat_deg=0.0)
    assert len(flags(positions, FlagKind.NULL_PLACE)) == 1


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_clock_that_steps_back(newest_first: bool) -> None:
    positions = voyage()
    stepped = [replace(p, t_utc=p.t_utc - timedelta(hours=30)) if i >= 60 else p for i, p in enumerate(positions)]
    if newest_first:
        stepped = [replace(p, line=200 - p.line) for p in stepped]
    (flag,) = flags(stepped, FlagKind.CLOCK)
    assert "30 h" in flag.sentence
    assert flags([replace(p, line=200 - p.line) for p in positions]) == []


def test_static_data_that_change() -> None:
    said = [
        AisStatic(mmsi="273000001", t_utc=T, last_utc=T, name="ONE", imo="9074729", stated_length_m=100.0),
        AisStatic(
            mmsi="273000001",
            t_utc=T + timedelta(days=1),
            last_utc=T + timedelta(days=1),
            name="TWO",
            imo="9074728",
            stated_length_m=80.0,
        ),
    ]
    found = check_track(Track(mmsi="273000001", positions=(), statics=tuple(said)))
    assert [f.kind for f in found] == [FlagKind.IMO] + [FlagKind.STATIC_CHANGE] * 3
    assert "9074728" in found[0].sentence
    assert "from ONE to TWO" in found[1].sentence
    assert "from 100 m to 80 m" in found[3].sentence


def test_static_data_in_force_at_a_time() -> None:
    first = AisStatic(mmsi="1", t_utc=T, last_utc=T + timedelta(days=9), name="LONG")
    second = AisStatic(mmsi="1", t_utc=T + timedelta(days=2), last_utc=T + timedelta(days=3), name="SHORT")
    track = Track(mmsi="1", positions=(), statics=(first, second))
    days = {-1: "LONG", 1: "LONG", 2.5: "SHORT", 5: "LONG", 20: "LONG"}
    assert {d: track.static_at(T + timedelta(days=d)).name for d in days} == days


def test_values_that_never_change() -> None:
    positions = voyage()
    frozen = [replace(p, lon_deg=10.0, lat_deg=55.0) if 40 <= i < 90 else p for i, p in enumerate(positions)]
    assert [f for f in flags(frozen, FlagKind.CONSTANT) if "same position" in f.sentence]
    lashed = [replace(p, sog_kn=12.0, cog_deg=90.0) for p in positions]
    assert "same speed and course" in flags(lashed)[0].sentence
    moored = [replace(p, lon_deg=10.0, lat_deg=55.0, sog_kn=0.0, cog_deg=None) for p in positions]
    assert flags(moored) == []


@pytest.mark.parametrize(("radius_m", "found"), [(2000.0, True), (30.0, False)])
def test_circles(radius_m: float, found: bool) -> None:
    positions = []
    for i, p in enumerate(voyage(80, 60)):
        lon, lat, _ = GEOD.fwd(20.0, 60.0, 20 * i, radius_m + RNG.normal(0, 0.005 * radius_m))
        positions.append(replace(p, lon_deg=lon, lat_deg=lat))
    circles = flags(positions, FlagKind.CIRCLE)
    assert bool(circles) is found
    if found:
        assert "2 km" in circles[0].sentence
        assert len(circles) == 1


def test_flags_stay_few() -> None:
    positions = [replace(p, lat_deg=p.lat_deg + 3 * (i % 7 == 0)) for i, p in enumerate(voyage(2000))]
    assert len(flags(positions)) < 60


@pytest.mark.parametrize(
    ("mmsi", "said"),
    [
        ("273000001", ""),
        ("111111111", "placeholder"),
        ("000000000", "placeholder"),
        ("123456789", "placeholder"),
        ("001193046", "placeholder"),
        ("199000001", "no kind of station"),
        ("299000001", "does not allocate"),
        ("002190064", ""),
        ("970123456", ""),
        ("111219501", ""),
    ],
)
def test_numbers(mmsi: str, said: str) -> None:
    problem = mmsi_problem(mmsi)
    assert bool(problem) is bool(said)
    assert said in problem


def test_countries_of_numbers() -> None:
    assert station("273000001") == ("ship", "Russia")
    assert station("002190064")[0] == "coast station"
    assert station("002190064")[1] == "Denmark"


def test_no_sentence_imputes_intent() -> None:
    odd = voyage()
    odd[10] = replace(odd[10], lat_deg=1.0)
    odd = [replace(p, t_utc=p.t_utc + timedelta(days=2)) if i > 60 else p for i, p in enumerate(odd)]
    words = " ".join(f.sentence for f in flags(odd)).casefold()
    assert words
    for blame in (
        "spoof",
        "dark",
        "hid",
        "switched off",
        "turned off",
        "deliberate",
        "suspicious",
        "manipulat",
        "evad",
    ):
        assert blame not in words
