"""Marks of single hulls count past the gate for hulls alone, and where the mark itself is resolved."""

from dataclasses import replace

import pytest

from roadstead import library
from roadstead.identify import Gate, Resolved, gate, hull_evidence
from roadstead.model import Detection, Estimate, Hull, HullMark, HullSign

HULL = "marshal-shaposhnikov"
(MARK,) = library.hull(HULL).marks
SIGN = HullSign(detection_id="d", hull_id=HULL, mark_id=MARK.id, seen=True, analyst="N. N.")


def gate_at(pixel_m: float, *, native: bool = True) -> Gate:
    ship = Detection(
        id="d", scene_id="s", time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.9,
        length_m=Estimate(163.5, 3), beam_m=Estimate(19.0, 1), heading_deg=None, method="test",
    )  # fmt: skip
    return gate(ship, Resolved(known_m=pixel_m, native_known=native))


def test_past_the_gate_a_mark_counts_for_its_hull_and_is_called_assumed() -> None:
    found = hull_evidence((SIGN,), gate_at(1.0), library.hulls())
    assert found is not None
    assert found.signs[0].usable
    assert dict(found.ratios) == {HULL: pytest.approx(8.0)}
    assert "N. N. sees a mark of Marshal Shaposhnikov" in found.words
    assert "assumed, not measured, and no identification" in found.words


def test_a_mark_looked_for_and_not_seen_speaks_against_its_hull() -> None:
    found = hull_evidence((replace(SIGN, seen=False),), gate_at(1.0), library.hulls())
    assert found is not None
    assert dict(found.ratios)[HULL] == pytest.approx(0.2222, abs=1e-3)
    assert "looked for and does not see" in found.words


@pytest.mark.parametrize(
    ("pixel_m", "native", "why"),
    [
        (2.0, True, "resolved pixels across the beam: 9.5, a hull needs 13"),
        (1.0, False, "brings no metadata of its sensor"),
        (0.0, True, "resolved pixels across the beam: unknown"),
    ],
)
def test_below_the_gate_a_mark_is_listed_with_the_reason_and_counts_for_nothing(
    pixel_m: float, native: bool, why: str
) -> None:
    found = hull_evidence((SIGN,), gate_at(pixel_m, native=native), library.hulls())
    assert found is not None
    assert found.ratios == ()
    assert not found.signs[0].usable
    assert f"not usable at this resolution, since {found.signs[0].why}" in found.words
    assert why in found.words


def test_a_mark_too_small_for_the_pixels_counts_for_nothing_past_the_gate_too() -> None:
    small = Hull(
        id="h", name="H", class_id="udaloy", marks=(HullMark(id="m", text="a small dish", size_m=1.2, source="s"),)
    )
    sign = replace(SIGN, hull_id="h", mark_id="m")
    found = hull_evidence((sign,), gate_at(1.0), {"h": small})
    assert found is not None
    assert found.ratios == ()
    assert "the mark of 1.2 m spans 1.2 resolved pixels, it needs 3" in found.words
    close = hull_evidence((sign,), gate_at(0.3), {"h": small})
    assert close is not None
    assert close.ratios


def test_several_eyes_on_one_image_are_one_and_hulls_that_share_a_mark_share_its_worth() -> None:
    again = replace(SIGN, analyst="M. M.")
    twin = replace(library.hull(HULL), id="twin", name="Twin")
    found = hull_evidence((SIGN, again), gate_at(1.0), {HULL: library.hull(HULL), "twin": twin})
    assert found is not None
    assert dict(found.ratios) == {HULL: pytest.approx(8.0), "twin": pytest.approx(8.0)}
    torn = hull_evidence((SIGN, replace(again, seen=False)), gate_at(1.0), library.hulls())
    assert torn is not None
    assert dict(torn.ratios)[HULL] == pytest.approx(8.0 * 0.2222, abs=0.01)
    assert hull_evidence((), gate_at(1.0), library.hulls()) is None
