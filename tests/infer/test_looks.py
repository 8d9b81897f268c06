"""The sum over associations against brute force."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.infer import Grid, Histories, Observed, log_likelihood, matching_sums, sharing_class
from roadstead.infer.looks import _length_ratio
from roadstead.model import Detection, Estimate, Look, Modality, Participant, Range, TimeSpan

NOON = datetime(2024, 10, 17, 2, 0, tzinfo=UTC)
VESSELS = (
    Participant(id="a", name="A", length_m=Range(112, 113), speed_kn=Range(10, 18)),
    Participant(id="b", name="B", length_m=Range(140, 160), speed_kn=Range(10, 18)),
)


def likelihood(o: Observed, h: Histories) -> np.ndarray:
    return log_likelihood(o, h, matching_sums(o, VESSELS))


def detection(i: int, score: float, length_m: float) -> Detection:
    return Detection(
        id=f"d{i}", scene_id="s", time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=score,
        length_m=Estimate(length_m, 8.0), beam_m=None, heading_deg=None, method="test",
    )  # fmt: skip


def observed(detections: list[Detection], p: tuple[float, ...] = (0.9, 0.7), p_other: float = 0.6) -> Observed:
    look = Look(
        scene_id="s", site_id="x", time=TimeSpan(NOON, NOON), usable_fraction=1, cloud_fraction=0, resolved_m=10,
        sun_elevation_deg=None, modality=Modality.SAR,
    )  # fmt: skip
    return Observed(look=look, detections=tuple(detections), p_detect=p, p_detect_other=p_other)


def histories(present: list[tuple[bool, bool]], others: list[int], effect: float = 1.0) -> Histories:
    n = len(present)
    place = np.where(np.array(present)[:, :, None], 0, -2).astype(np.int8)
    return Histories(
        grid=Grid(start=NOON - timedelta(hours=0), step_h=1.0, n=1), sites=("x",), vessels=("a", "b"),
        place=place, traffic=np.array(others, np.int16).reshape(n, 1, 1),
        site_effect=np.full((n, 1), effect, np.float32),
    )  # fmt: skip


def brute_force(o: Observed, present: tuple[bool, bool], others: int) -> float:
    """Every injective matching of the ships there to the detections, one by one."""
    scores = np.clip([d.score for d in o.detections], 0.01, 0.99)
    expected = scores.sum() if len(scores) else 1.0
    ships = [("named", i) for i in range(2) if present[i]] + [("other", i) for i in range(others)]
    total = 0.0
    for k in range(min(len(ships), len(scores)) + 1):
        for chosen in combinations(range(len(ships)), k):
            for dets in permutations(range(len(scores)), k):
                p = 1.0
                for j in range(len(ships)):
                    kind, i = ships[j]
                    p_see = o.p_detect[i] if kind == "named" else o.p_detect_other
                    if j not in chosen:
                        p *= 1 - p_see
                        continue
                    d = dets[chosen.index(j)]
                    p *= p_see * scores[d] / expected
                    p *= np.exp(_length_ratio(o.detections[d].length_m, VESSELS[i])) if kind == "named" else 1.0
                for d in range(len(scores)):
                    p *= 1 if d in dets else 1 - scores[d]
                total += p
    return total


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.05, 0.98), st.floats(60, 200)), max_size=3),
    st.tuples(st.booleans(), st.booleans()),
    st.integers(0, 3),
)
def test_likelihood_equals_brute_force(
    found: list[tuple[float, float]], present: tuple[bool, bool], others: int
) -> None:
    o = observed([detection(i, s, length) for i, (s, length) in enumerate(found)])
    got = np.exp(likelihood(o, histories([present], [others]))[0])
    assert got == pytest.approx(brute_force(o, present, others), rel=1e-6)


def test_a_fitting_length_speaks_for_the_fitting_ship() -> None:
    o = observed([detection(0, 0.9, 112.5)])
    a_there, b_there, nobody = likelihood(o, histories([(True, False), (False, True), (False, False)], [0, 0, 0]))
    assert a_there > b_there
    assert a_there > nobody


def test_an_empty_look_speaks_against_presence_by_the_probability_of_detection() -> None:
    there, away = likelihood(observed([]), histories([(True, False), (False, False)], [0, 0]))
    assert away - there == pytest.approx(-np.log(1 - 0.9), rel=1e-6)


def test_a_look_that_cannot_see_says_nothing() -> None:
    there, away = likelihood(observed([], p=(0.0, 0.0)), histories([(True, True), (False, False)], [0, 0]))
    assert there == pytest.approx(away, abs=1e-4)


def test_a_look_that_nobody_searched_only_speaks_for_what_was_marked() -> None:
    marked = observed([detection(0, 0.9, 112.5)])
    unsearched = replace(marked, look=replace(marked.look, searched=False))
    both, one, nobody = likelihood(unsearched, histories([(True, True), (True, False), (False, False)], [0, 0, 0]))
    assert one > nobody
    assert both == pytest.approx(one, abs=0.05)  # the other ship's absence from the marks costs nothing


def test_three_hundred_detections_do_not_underflow() -> None:
    o = observed([detection(i, 0.9, 120) for i in range(300)])
    values = likelihood(o, histories([(False, False)] * 2, [300, 10]))
    assert np.isfinite(values).all()
    assert values[0] > values[1]


def test_an_image_that_may_be_blind_cannot_speak_against_presence_beyond_that() -> None:
    empty = replace(observed([], p=(0.999, 0.999)), p_blind=0.5)
    there, away = likelihood(empty, histories([(True, True), (False, False)], [0, 0]))
    assert away - there == pytest.approx(np.log(2), abs=0.02)


def test_a_time_as_vague_as_a_year_says_nothing() -> None:
    year = TimeSpan(NOON - timedelta(days=100), NOON + timedelta(days=100))
    vague = observed([detection(0, 0.9, 112.5)])
    vague = replace(vague, look=replace(vague.look, time=year))
    assert not likelihood(vague, histories([(True, False), (False, False)], [0, 0])).any()


def test_what_pixels_say_of_the_class_weighs_for_vessels_of_that_class_alone() -> None:
    """Two vessels of one length: the ratio of the class moves the one, and not the other."""
    a, b = (
        Participant(id=i, name=i, class_id=c, length_m=Range(112, 113), speed_kn=Range(10, 18))
        for i, c in (("a", "alligator"), ("b", "ropucha-ii"))
    )
    bare = detection(0, 0.9, 112.5)
    told = replace(bare, class_ratios=(("alligator", 10.0), ("ropucha-ii", 0.1)))
    only_a, only_b = histories([(True, False)], [0]), histories([(False, True)], [0])

    def odds(d: Detection) -> float:
        look = observed([d], (0.9, 0.9))
        sums = matching_sums(look, (a, b))
        return float(log_likelihood(look, only_a, sums)[0] - log_likelihood(look, only_b, sums)[0])

    assert odds(bare) == pytest.approx(0.0, abs=1e-9)
    assert 3.0 < odds(told) < np.log(100) + 1e-9


def test_marks_of_a_hull_and_its_class_together_count_for_no_more_than_the_cap() -> None:
    """One deck in one image: class and mark speak of the same pixels."""
    ship = Participant(
        id="a", name="a", class_id="udaloy", hull_id="h", length_m=Range(163, 164), speed_kn=Range(10, 18)
    )
    bare = detection(0, 0.9, 163.5)
    there, away = histories([(True, False)], [0]), histories([(False, False)], [1])

    def odds(**told: tuple[tuple[str, float], ...]) -> float:
        look = observed([replace(bare, **told)], (0.9, 0.9))
        sums = matching_sums(look, (ship, replace(ship, id="b", hull_id="", class_id="")))
        return float(log_likelihood(look, there, sums)[0] - log_likelihood(look, away, sums)[0])

    marked = odds(hull_ratios=(("h", 8.0),))
    assert marked > odds()
    assert marked == pytest.approx(odds(class_ratios=(("udaloy", 8.0),)))
    both = odds(class_ratios=(("udaloy", 10.0),), hull_ratios=(("h", 8.0),))
    assert both == pytest.approx(odds(class_ratios=(("udaloy", 10.0),)))
    assert odds(hull_ratios=(("other", 8.0),)) == pytest.approx(odds())


def test_looks_at_one_place_weigh_on_the_class_as_one_does() -> None:
    told = replace(detection(0, 0.9, 112.5), class_ratios=(("alligator", 8.0),))
    one = observed([told])
    elsewhere = replace(one, look=replace(one.look, site_id="y"))
    thrice = sharing_class([one, one, elsewhere, one, observed([detection(1, 0.9, 80)])])
    ratios = [dict(d.class_ratios).get("alligator", 1.0) for o in thrice for d in o.detections]
    assert ratios == pytest.approx([2.0, 2.0, 8.0, 2.0, 1.0])
    assert sharing_class([one]) == (one,)
