import pytest

from roadstead import library
from roadstead.identify import consistent_classes, gate, size_agrees
from roadstead.model import Detection, Estimate, Participant, Range


def ship(length_m: float, beam_m: float = 15.0, sigma_m: float = 3.0) -> Detection:
    return Detection(
        id="d", scene_id="s", time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.9,
        length_m=Estimate(length_m, sigma_m), beam_m=Estimate(beam_m, sigma_m), heading_deg=None, method="test",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("resolved_m", "recognise", "identify"),
    [(10, False, False), (3, False, False), (1.5, True, False), (0.5, True, True)],
)
def test_a_class_needs_eight_pixels_across_the_beam_and_a_hull_thirteen(
    resolved_m: float, recognise: bool, identify: bool
) -> None:
    allowed = gate(ship(112), resolved_m)
    assert (allowed.may_recognise, allowed.may_identify) == (recognise, identify)


def test_unknown_pixel_size_allows_nothing_but_a_vessel() -> None:
    allowed = gate(ship(112), None)
    assert not allowed.may_recognise
    assert "no more" in allowed.words


def test_length_never_separates_classes_of_equal_length() -> None:
    names = consistent_classes(ship(112.7))
    assert any("Ropucha" in n for n in names)
    assert any("Alligator" in n for n in names)


def test_a_cases_own_classes_are_compared_where_given() -> None:
    tug = library.vessel_class("tug")
    assert consistent_classes(ship(30, 9), {"tug": tug}) == (tug.name,)
    assert consistent_classes(ship(112.7), {"tug": tug}) == ()


def test_a_tug_is_no_landing_ship() -> None:
    assert not any("Ropucha" in n or "Alligator" in n for n in consistent_classes(ship(30, 9)))


def test_a_vessel_agrees_with_its_length_within_two_sigma() -> None:
    vessel = Participant(id="v", name="V", length_m=Range(112, 113), speed_kn=Range(10, 18))
    assert size_agrees(ship(107, sigma_m=3), vessel)
    assert not size_agrees(ship(105, sigma_m=3), vessel)
