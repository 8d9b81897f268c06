"""Windows without a known look, and the chance that a call falls between looks."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.coverage import best_further_look, blind_windows, gaps, missed_range, p_missed, starts_of
from roadstead.model import Listing, Look, LookState, Modality, Moment, Range, TimeSpan

T0 = datetime(2024, 10, 7, tzinfo=UTC)


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def span(a: float, b: float) -> TimeSpan:
    return TimeSpan(at(a), at(b))


def moment(hours: float, state: LookState, site: str = "x") -> Moment:
    listing = Listing(
        id=f"l{hours}", products=(), platform="sentinel-1a", modality=Modality.SAR, time=span(hours, hours),
        footprint=None, catalogues=("c",), systematic=True,
    )  # fmt: skip
    look = Look(
        scene_id=f"s{hours}", site_id=site, time=span(hours, hours), usable_fraction=0.0, cloud_fraction=1.0,
        resolved_m=10, sun_elevation_deg=30, modality=Modality.OPTICAL,
    )  # fmt: skip
    return Moment(
        site_id=site, time=span(hours, hours), platform="sentinel-1a", modality=Modality.SAR, state=state,
        listing=listing if state is LookState.LISTED else None, look=look if state is LookState.UNUSABLE else None,
    )  # fmt: skip


def test_a_listed_image_ends_a_window_and_a_clouded_one_does_not() -> None:
    moments = [moment(10, LookState.UNUSABLE), moment(30, LookState.LISTED), moment(40, LookState.POSSIBLE)]
    windows = blind_windows("x", span(0, 72), moments, [span(8, 20)])
    assert [(w.span, w.night_hours, w.unusable) for w in windows] == [
        (span(0, 30), 12.0, ("s10",)),
        (span(30, 72), 0.0, ()),
    ]


def test_looks_at_another_site_end_nothing() -> None:
    assert blind_windows("x", span(0, 5), [moment(2, LookState.FOUND, "y")], [])[0].span == span(0, 5)


def test_an_unlisted_pass_leaves_the_window_open() -> None:
    for state in (LookState.NOT_LISTED, LookState.POSSIBLE):
        assert len(blind_windows("x", span(0, 5), [moment(2, state)], [])) == 1


def test_a_look_known_to_the_day_may_have_been_at_either_end_of_it() -> None:
    assert gaps(span(0, 96), [span(24, 48)]) == (span(0, 48), span(24, 96))


def test_a_vague_look_never_hides_a_precise_one() -> None:
    assert gaps(span(0, 96), [span(0, 96), span(40, 40)]) == (span(0, 40), span(40, 96))
    assert gaps(span(0, 24), [span(0, 24)]) == (span(0, 24),)
    assert gaps(span(0, 96), [span(24, 48), span(30, 30)]) == (span(0, 30), span(30, 96))


def test_a_call_that_cannot_miss_a_look_is_never_unseen() -> None:
    starts = starts_of(span(0, 24), 12)
    assert p_missed(starts, [at(12).timestamp()], [1.0]) == pytest.approx(0, abs=1e-9)


def test_one_look_in_a_day_misses_two_thirds_of_the_eight_hour_calls_at_worst() -> None:
    # Starts 0-16 h; a look at 12 h is inside calls that start from 4 to 12 h: 8 of 16.
    starts = starts_of(span(0, 24), 8)
    assert p_missed(starts, [at(12).timestamp()], [1.0]) == pytest.approx(0.5)
    assert p_missed(starts, [at(12).timestamp()], [0.4]) == pytest.approx(0.5 + 0.5 * 0.6)
    assert missed_range(starts, [at(12).timestamp()], [Range(0.4, 1.0)]) == Range(0.5, 0.8)


def test_calls_by_night_lie_inside_one_night() -> None:
    nights = [span(10, 22), span(34, 46)]
    starts = starts_of(span(0, 48), 8, nights)
    assert starts.measure_s == pytest.approx(8 * 3600)
    # A look by day catches none of them, a look at the first night's end those that reach it: 2 of 8 h.
    assert p_missed(starts, [at(30).timestamp()], [1.0]) == 1.0
    assert p_missed(starts, [at(20).timestamp()], [1.0]) == pytest.approx(1 - 2 / 8)


def test_in_a_night_shorter_than_the_call_the_call_lies_around_its_middle() -> None:
    starts = starts_of(span(0, 48), 8, [span(20, 24)])
    assert p_missed(starts, [at(18.5).timestamp()], [1.0]) == 0.0
    assert p_missed(starts, [at(17.5).timestamp()], [1.0]) == 1.0


def test_a_night_that_the_window_cuts_counts_where_the_call_still_fits() -> None:
    starts = starts_of(span(0, 48), 8, [span(-6, 9), span(42, 56)])
    assert starts.first.size == 1
    assert starts.measure_s == pytest.approx(3600)


def test_no_call_fits_into_a_window_shorter_than_it() -> None:
    assert starts_of(span(0, 7), 8).measure_s <= 0
    assert best_further_look(starts_of(span(0, 7), 8), []) is None


def test_the_best_further_look_closes_the_largest_hole() -> None:
    starts = starts_of(span(0, 100), 10)
    best = best_further_look(starts, [at(h).timestamp() for h in (9, 18, 27, 60, 69, 78, 87, 96)])
    assert best is not None
    assert at(37) <= best[0] <= at(50)
    assert best[1] < p_missed(starts, [at(h).timestamp() for h in (9, 18, 27, 60, 69, 78, 87, 96)], [1.0] * 8)


@settings(max_examples=40, deadline=None)
@given(
    looks=st.lists(st.floats(0, 96), max_size=12),
    chances=st.lists(st.floats(0, 1), min_size=12, max_size=12),
    call=st.floats(0.5, 40),
)
def test_the_exact_share_agrees_with_draws(looks: list[float], chances: list[float], call: float) -> None:
    starts = starts_of(span(0, 96), call)
    times = np.array([at(h).timestamp() for h in looks])
    p = np.array(chances[: len(looks)])
    drawn = np.random.default_rng(7).uniform(T0.timestamp(), at(96 - call).timestamp(), 4000)
    inside = (drawn[:, None] <= times) & (times <= drawn[:, None] + call * 3600)
    by_draws = np.where(inside, 1 - p, 1.0).prod(axis=1).mean() if len(looks) else 1.0
    assert p_missed(starts, list(times), list(p)) == pytest.approx(by_draws, abs=0.04)
