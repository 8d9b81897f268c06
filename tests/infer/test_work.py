"""What activities seen at a berth weigh before any history is drawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from roadstead.infer import asked_of, work_seen
from roadstead.model import Activity, ActivityKind, Claim, ClaimKind, Range, TimeSpan

T = datetime(2024, 6, 10, 9, tzinfo=UTC)
CLAIM = Claim(
    id="c", text="", source_id="s", kind=ClaimKind.ACTIVITY, sites=("here",), who=("a",),
    when=TimeSpan(T, T + timedelta(days=3)), when_text="", activity="crane over the deck", prior=Range(0.3, 0.6),
    prior_reason="",
)  # fmt: skip
SEEN = Activity(
    id="1", site_id="here", time=TimeSpan(T, T), kind=ActivityKind.CRANE_OUT, probability=0.9, method="pixels", by="q"
)


def later(hours: float, **changed: object) -> Activity:
    t = T + timedelta(hours=hours)
    return replace(SEEN, id=str(hours), time=TimeSpan(t, t), **changed)


def test_a_day_counts_once_by_the_look_that_says_most() -> None:
    found = work_seen(CLAIM, [SEEN, later(2, probability=0.6), later(24)])
    assert [f.activity.id for f in found] == ["1", "24"]


def test_one_look_weighs_at_most_as_its_rates_allow() -> None:
    (sure,) = work_seen(CLAIM, [replace(SEEN, probability=1.0)])
    assert 2 < sure.ratio.low < sure.ratio.high < 10
    (even,) = work_seen(CLAIM, [replace(SEEN, probability=0.5)])
    assert even.ratio == Range(1.0, 1.0)


def test_vehicles_alone_do_not_speak_for_a_claim_at_every_rate() -> None:
    claim = replace(CLAIM, activity="trucks beside the ship")
    (found,) = work_seen(claim, [replace(SEEN, kind=ActivityKind.VEHICLES, probability=0.9)])
    assert found.shows
    assert not found.speaks_for


@pytest.mark.parametrize(
    ("activity", "asked"),
    [
        ("Crane over the deck", ActivityKind.CRANE_OUT),
        ("lorries alongside", ActivityKind.VEHICLES),
        ("at anchor", None),
    ],
)
def test_what_a_claim_asks_of_pixels(activity: str, asked: ActivityKind | None) -> None:
    assert asked_of(replace(CLAIM, activity=activity)) is asked


def test_other_places_times_and_vessels_do_not_count() -> None:
    assert work_seen(CLAIM, [replace(SEEN, site_id="there"), later(-48), replace(SEEN, vessel_ids=("b",))]) == ()
