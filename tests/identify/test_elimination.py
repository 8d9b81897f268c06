"""Elimination: who could not have been here, by reports of AIS and the vessel's greatest speed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from roadstead.ais import AisPosition, Flag, FlagKind, Track
from roadstead.identify import Reports, Whereabouts, eliminate, excluded
from roadstead.model import TimeSpan

NOON = datetime(2024, 10, 17, 12, tzinfo=UTC)
LON, LAT = 132.0, 43.0
KM_PER_DEGREE = 111.195


def track(*reports: tuple[float, float], sog_kn: float = 0.0) -> Track:
    """Reports as (hours after noon, km north of the place)."""
    positions = (
        AisPosition(
            mmsi="273000001", t_utc=NOON + timedelta(hours=h), lon_deg=LON, lat_deg=LAT + km / KM_PER_DEGREE,
            sog_kn=sog_kn,
        )
        for h, km in reports
    )  # fmt: skip
    return Track(mmsi="273000001", positions=tuple(positions), statics=())


def away(t: Track, time: TimeSpan | None = None, kn: float = 18.0) -> bool:
    return excluded(Reports.of(t), LON, LAT, time or TimeSpan(NOON, NOON), kn) is not None


def test_who_was_too_far_away_to_come_in_time_is_excluded_and_who_was_not_is_not() -> None:
    assert away(track((-1, 60), (1, 60)))
    assert not away(track((-2, 60), (2, 60))), "18 kn for two hours are 67 km"
    assert not away(track((-1, 41), (1, 41))), "sources of speeds err, and currents help"
    assert not away(track((-1, 60))), "one report alone may be garbled"
    assert not away(track((-60, 9000), (60, 9000))), "days away nothing follows"


def test_a_ship_that_sails_faster_than_its_sources_say_is_granted_that_speed() -> None:
    assert not away(track((-1, 60), (1, 60), sog_kn=30.0))


def test_a_time_known_to_hours_is_granted_whole() -> None:
    hours = TimeSpan(NOON - timedelta(hours=2), NOON + timedelta(hours=2))
    assert away(track((-1, 60), (1, 60)))
    assert not away(track((-1, 60), (1, 60)), hours)


def test_a_doubtful_track_excludes_nobody_and_says_why() -> None:
    clean = track((-1, 60), (1, 60))
    flag = Flag(kind=FlagKind.TWO_PLACES, sentence="", start_utc=NOON, end_utc=NOON)
    found = excluded(Reports.of(replace(clean, flags=(flag,))), LON, LAT, TimeSpan(NOON, NOON), 18.0)
    assert found is not None
    assert found.doubt == "two places at once"
    old = replace(flag, start_utc=NOON - timedelta(days=9), end_utc=NOON - timedelta(days=8))
    clear = excluded(Reports.of(replace(clean, flags=(old,))), LON, LAT, TimeSpan(NOON, NOON), 18.0)
    assert clear is not None
    assert not clear.doubt
    both = excluded(Reports.of(track((-1, 60), (-0.5, 1), (1, 60))), LON, LAT, TimeSpan(NOON, NOON), 18.0)
    assert both is not None
    assert "other reports place it here" in both.doubt


def test_what_excludes_is_said_with_distance_time_and_that_it_can_be_false() -> None:
    found = excluded(Reports.of(track((-1, 60), (-0.5, 61))), LON, LAT, TimeSpan(NOON, NOON), 18.0)
    assert found is not None
    assert found.elsewhere == "61 km away 30 min earlier, too far for 18 kn"
    assert found.basis == "AIS, which can be false: 2 minutes with reports of MMSI 273000001"


def test_a_report_repeated_within_a_minute_is_one_report() -> None:
    assert not away(track((-1, 60), (-1 + 5 / 3600, 60)))


B = Whereabouts(vessel_id="b", name="B", elsewhere="at Vladivostok", basis="AIS")
A = Whereabouts(vessel_id="a", name="A")


def test_elimination_names_no_ship() -> None:
    found = eliminate((B, A), others=3)
    assert found.left == ("a",)
    assert found.words.startswith("By context, not by pixels: the case names 2 vessel(s) of this size, 3 of another.")
    assert "B was at Vladivostok (AIS). Left over of the roster that the case names: A." in found.words
    assert "That names no ship: others that the case does not name may lie here." in found.words
    assert "identified" not in found.words


def test_without_anything_known_nobody_is_called_left_over() -> None:
    found = eliminate((A, replace(A, vessel_id="c", name="C")))
    assert found.left == ("a", "c")
    assert "nothing that we hold places any of them elsewhere" in found.words
    assert "Left over" not in found.words
    assert "nothing can be eliminated" in eliminate(()).words


@pytest.mark.parametrize("foreign", ["", "AIS of X (MMSI 1) fits this ship"])
def test_none_left_and_a_ship_of_another_name_are_said(foreign: str) -> None:
    found = eliminate((B,), foreign=foreign)
    assert found.left == ()
    assert "None of them is left over: the ship is none of them, or a position is wrong." in found.words
    assert ("which the case does not name" in found.words) is bool(foreign)


def test_marks_by_analysts_stand_apart_and_eliminate_nothing() -> None:
    found = eliminate((replace(A, apart=("N. N. marks it at Fokino at that time",)), B))
    assert found.left == ("a",)
    assert found.words.endswith("Told apart, eliminating nothing: A, N. N. marks it at Fokino at that time.")
