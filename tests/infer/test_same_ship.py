"""Two detections as one ship: equal sizes speak for it, never more than 10 dB; unlike sizes speak against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from roadstead.infer import Observed, same_pairs
from roadstead.infer.looks import SHIPS_LOG_SIGMA, SHIPS_MEDIAN_M
from roadstead.infer.same_ship import LEAST_DB, MOST_DB, same_ship_db
from roadstead.model import Detection, Estimate, Look, Modality, TimeSpan

T = datetime(2024, 10, 10, tzinfo=UTC)


def ship(name: str, length_m: float | None, beam_m: float | None = None, sigma: float = 0.06) -> Detection:
    return Detection(
        id=name, scene_id=name.partition("#")[0], time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.9,
        length_m=Estimate(length_m, sigma * length_m) if length_m else None,
        beam_m=Estimate(beam_m, 0.12 * beam_m) if beam_m else None, heading_deg=None, method="m",
    )  # fmt: skip


def near(_a: str, _b: str) -> float:
    return 0.0


def look(
    scene: str, days: float, *ships: Detection, site: str = "a", modality: Modality = Modality.OPTICAL
) -> Observed:
    t = T + timedelta(days=days)
    seen = Look(
        scene_id=scene, site_id=site, time=TimeSpan(t, t), usable_fraction=1, cloud_fraction=0, resolved_m=3,
        sun_elevation_deg=30, modality=modality,
    )  # fmt: skip
    return Observed(look=seen, detections=ships, p_detect=(), p_detect_other=0.9)


def test_the_ratio_is_what_drawn_ships_give() -> None:
    rng = np.random.default_rng(1)
    true = rng.lognormal(np.log(SHIPS_MEDIAN_M), SHIPS_LOG_SIGMA, (2, 400_000))
    near = np.abs(true[0] + rng.normal(0, 6.6, true[0].size) - 110) < 3

    def share(second: np.ndarray) -> float:
        return float((np.abs(second + rng.normal(0, 6.6, second.size) - 115)[near] < 3).mean())

    drawn_db = 10 * np.log10(share(true[0]) / share(true[1]))
    a, b = (replace(ship(f"s{k}#1", x), length_m=Estimate(x, 6.6)) for k, x in enumerate((110.0, 115.0)))
    assert same_ship_db(a, b, beams=False) == pytest.approx(drawn_db, abs=0.4)


def test_size_never_says_more_than_its_ceiling_and_unlike_sizes_speak_against() -> None:
    alike = same_ship_db(ship("a#1", 330, 60, 0.01), ship("b#1", 330, 60, 0.01), beams=True)
    assert alike == MOST_DB
    apart = same_ship_db(ship("a#1", 60), ship("b#1", 180), beams=False)
    assert apart is not None
    assert LEAST_DB <= apart < -10
    assert same_ship_db(ship("a#1", None), ship("b#1", 100), beams=True) is None


def test_beams_count_in_optical_images_only() -> None:
    a, b = ship("a#1", 120, 16), ship("b#1", 120, 26)
    with_beams, without = same_ship_db(a, b, beams=True), same_ship_db(a, b, beams=False)
    assert with_beams is not None
    assert without is not None
    assert with_beams < without - 5
    (optical,) = same_pairs([look("a", 0, a), look("b", 1, ship("b#1", 120, 17))], lambda _: True, lambda *_: 0.0)
    (radar,) = same_pairs([look("a", 0, a), look("b", 1, b, modality=Modality.SAR)], lambda _: True, lambda *_: 0.0)
    assert optical.hours == radar.hours == 24
    assert radar.db == pytest.approx(without, abs=0.05)


def test_each_ship_is_in_one_pair_of_successive_looks_that_it_could_sail_between() -> None:
    looks = [
        look("a", 0, ship("a#1", 112), ship("a#2", 200)),
        look("b", 1, ship("b#1", 202), ship("b#2", 110), ship("b#3", 50)),
        look("c", 1.1, ship("c#1", 112), site="far"),
    ]
    pairs = same_pairs(looks, lambda _: True, lambda *_: 5000.0)
    assert {(p.first, p.second) for p in pairs} == {("a#1", "b#2"), ("a#2", "b#1")}
    assert list(pairs) == sorted(pairs, key=lambda p: -p.db)
    assert same_pairs(looks[:1], lambda _: True, lambda *_: 0.0) == ()
    assert same_pairs(looks, lambda _: False, lambda *_: 0.0) == ()


def test_looks_of_several_sites_do_not_hide_each_other() -> None:
    looks = [
        look("a", 0, ship("a#1", 112), site="one"), look("a", 0, ship("a#2", 180), site="two"),
        look("b", 1, ship("b#1", 112), site="one"), look("b", 1, ship("b#2", 180), site="two"),
    ]  # fmt: skip
    pairs = same_pairs(looks, lambda _: True, lambda a, b: 0.0 if a == b else 5000.0)
    assert {(p.first, p.second) for p in pairs} == {("a#1", "b#1"), ("a#2", "b#2")}


def test_overlapping_times_have_no_order() -> None:
    day = look("a", 0.5, ship("a#1", 112))
    day = replace(day, look=replace(day.look, time=TimeSpan(T, T + timedelta(days=5))))
    assert same_pairs([day, look("b", 1, ship("b#1", 112))], lambda _: True, near) == ()
