"""The least number of different ships: counting, distance and time, sizes; nothing assumed of where ships go."""

from datetime import UTC, datetime, timedelta

import pytest

from roadstead.infer import Observed, distinct_ships
from roadstead.model import Detection, DistinctShips, Estimate, Look, Modality, TimeSpan

START = datetime(2024, 10, 12, tzinfo=UTC)
KM = {("a", "b"): 185.2}


def seen(site: str, hour: float, *lengths: float | None, sigma: float = 4.0, span_h: float = 0.0) -> Observed:
    t = START + timedelta(hours=hour)
    name = f"{site}{hour:g}"
    ships = tuple(
        Detection(
            id=f"{name}-{i}", scene_id=name, time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.95,
            length_m=None if m is None else Estimate(m, sigma), beam_m=None, heading_deg=None, method="test",
        )
        for i, m in enumerate(lengths)
    )  # fmt: skip
    look = Look(
        scene_id=name, site_id=site, time=TimeSpan(t, t + timedelta(hours=span_h)), usable_fraction=1,
        cloud_fraction=0, resolved_m=3, sun_elevation_deg=30, modality=Modality.OPTICAL,
    )  # fmt: skip
    return Observed(look=look, detections=ships, p_detect=(), p_detect_other=0.9)


def counted(*looks: Observed) -> DistinctShips:
    return distinct_ships(
        looks, lambda d: d.score >= 0.5, lambda a, b: 0.0 if a == b else KM[min(a, b), max(a, b)], str.upper
    )


def test_ships_of_one_look_are_different_and_the_same_place_again_adds_none() -> None:
    two = counted(seen("a", 0, 100, 100), seen("a", 24, 100))
    assert two.at_least == 2
    assert two.scenes == ("a0",)
    assert "2 in one look, at A, 2024-10-12 00:00 UTC" in two.why


def test_two_places_too_far_apart_add_up_and_near_ones_do_not() -> None:
    """100 nautical miles take two hours at 50 kn."""
    assert counted(seen("a", 0, 100), seen("b", 1.9, 100)).at_least == 2
    assert counted(seen("a", 0, 100), seen("b", 2.1, 100)).at_least == 1
    assert "50 kn" in counted(seen("a", 0, 100), seen("b", 1.9, 100)).why


def test_a_time_known_only_as_a_span_may_have_been_long_enough() -> None:
    assert counted(seen("a", 0, 100, span_h=24), seen("b", 1, 100)).at_least == 1


@pytest.mark.parametrize(("later", "ships"), [(120.0, 1), (135.0, 2), (None, 1)])
def test_lengths_tell_ships_apart_only_beyond_their_errors(later: float | None, ships: int) -> None:
    assert counted(seen("a", 0, 100), seen("a", 48, later)).at_least == ships


def test_two_looks_are_matched_as_a_whole() -> None:
    """100 and 100 against 100 and 200: one pair can be the same ship, the third and fourth cannot."""
    found = counted(seen("a", 0, 100, 100), seen("a", 48, 100, 200))
    assert found.at_least == 3
    assert "only 1 can be of the same ships" in found.why


def test_three_looks_grow_together() -> None:
    found = counted(seen("a", 0, 60), seen("a", 48, 120), seen("a", 96, 180))
    assert found.at_least == 3
    assert found.scenes == ("a0", "a48", "a96")


def test_nothing_found_is_no_ship_and_no_look_is_said() -> None:
    assert counted(seen("a", 0)).at_least == 0
    assert "1 look" in counted(seen("a", 0)).why
    assert counted().why == "No look of ours."
