"""Scores are probabilities, thresholds follow from them, and groups of places do not mix."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
import stac_rules
from shapely.geometry import mapping

from roadstead.model import Detection, InputError
from roadstead.train import Example, Judged, Judging, groups, judging, shortest_m
from roadstead.train.card import Figures, Source, model_card, model_item
from roadstead.train.examples import SHIP
from roadstead.train.judging import FEATURES, OTHER, UNCLEAR, VESSEL, compared

if TYPE_CHECKING:
    from pathlib import Path

DETECTION = Detection(
    id="a#1",
    scene_id="a",
    time=None,
    outline_px=((0, 0), (1, 0), (1, 1), (0, 1)),
    outline=None,
    row_px=0,
    col_px=0,
    score=0,
    length_m=None,
    beam_m=None,
    heading_deg=None,
    method="",
)


def found(count: int, seed: int = 0) -> list[Judged]:
    """Things that are vessels the more probably the larger their first feature."""
    rng = np.random.default_rng(seed)
    core = rng.normal(0, 2, count)
    real = rng.random(count) < 1 / (1 + np.exp(-core))
    return [
        Judged(
            features=(float(c), *(0.0,) * (FEATURES - 1)),
            hit=VESSEL if r else OTHER,
            clear=VESSEL if r else OTHER,
            detection=DETECTION,
        )
        for c, r in zip(core, real, strict=True)
    ]


def example(place: str, *, infrared: bool = True) -> Example:
    return Example(
        name=place,
        place=place,
        layers=np.zeros((2, 2, 10), np.float32),
        infrared=(infrared, infrared),
        native_m=8.0,
        ships=np.zeros((1, SHIP), np.float32),
        ids=np.zeros((2, 2), np.int16),
    )


def test_scores_are_as_often_right_as_they_say() -> None:
    rule = judging(found(3000), 0)
    fresh = found(3000, seed=1)
    given = np.array([rule.probability(j) for j in fresh])
    right = np.array([j.hit == VESSEL for j in fresh])
    for low in (0.1, 0.3, 0.5, 0.7):
        part = (given >= low) & (given < low + 0.2)
        assert right[part].mean() == pytest.approx(given[part].mean(), abs=0.06)


def test_the_threshold_is_near_that_of_the_best_f1_and_sinks_where_ships_are_missed() -> None:
    many = found(3000)
    rule = judging(many, 0)
    fresh = found(3000, seed=2)
    given, right = (np.array(v) for v in zip(*((rule.probability(j), j.hit == VESSEL) for j in fresh), strict=True))
    f1 = {t: 2 * (right & (given >= t)).sum() / ((given >= t).sum() + right.sum()) for t in np.arange(0.1, 0.9, 0.01)}
    here = min(f1, key=lambda t: abs(t - rule.threshold))
    assert f1[here] > max(f1.values()) - 0.02
    assert judging(many, 3000).threshold < rule.threshold


@pytest.mark.parametrize("answer", [VESSEL, OTHER, UNCLEAR])
def test_scores_of_one_kind_only_are_refused_in_a_sentence(answer: int) -> None:
    alike = [replace(j, hit=answer, clear=answer) for j in found(20)]
    with pytest.raises(InputError, match="train longer, or label more places"):
        judging(alike, 3)
    with pytest.raises(InputError, match="found 0 ship"):
        judging([], 3)


def test_what_is_unclear_teaches_nothing() -> None:
    clear = found(500)
    doubtful = [replace(j, hit=UNCLEAR, clear=UNCLEAR) for j in found(500, seed=3)]
    assert judging([*clear, *doubtful], 0) == judging(clear, 0)


def test_what_is_shorter_than_all_labelled_ships_and_has_no_label_may_be_one() -> None:
    ship, far, nowhere = shapely.box(0, 0, 100, 20), shapely.box(500, 0, 540, 10), shapely.box(0, 0, 0, 0)
    assert compared(far, [ship], nowhere, listed=True) == (OTHER, OTHER)
    assert compared(far, [ship], nowhere, listed=False) == (UNCLEAR, UNCLEAR)
    assert compared(ship, [ship], nowhere, listed=False) == (VESSEL, VESSEL)
    assert compared(far, [ship], far.buffer(5), listed=True) == (UNCLEAR, UNCLEAR)


def test_the_shortest_labelled_ship_is_measured_on_its_outline(tmp_path: Path) -> None:
    degree_m = 111_195.0
    ships = [shapely.box(10, 0, 10 + length / degree_m, 15 / degree_m) for length in (120, 60)]
    area = shapely.box(11, 0, 11 + 20 / degree_m, 15 / degree_m)
    for name, kept in (("full", [(s, "vessel") for s in ships] + [(area, "ignore")]), ("none", [])):
        features = [{"type": "Feature", "geometry": mapping(g), "properties": {"label": label}} for g, label in kept]
        labels = {"type": "FeatureCollection", "features": features}
        (tmp_path / f"{name}.vessels.geojson").write_text(json.dumps(labels), "utf-8")
    assert shortest_m([tmp_path / "full.tif", tmp_path / "none.tif"]) == pytest.approx(60, rel=0.01)
    assert shortest_m([tmp_path / "none.tif"]) == 0


def test_only_what_reaches_the_threshold_is_reported_with_its_probability() -> None:
    rule = Judging(coefficients=(0.0, 1.0, *(0.0,) * (FEATURES - 1)), threshold=0.5)
    many = found(50)
    told = rule.scored(many)
    assert [d.score for d in told] == [s for s in map(rule.probability, many) if s >= 0.5]
    assert 0 < len(told) < 50


def test_every_place_is_left_out_once_and_those_without_infrared_never() -> None:
    places = [example(p) for p in "gfedcba"]
    made = groups([*places, example("planet", infrared=False)])
    assert sorted(p for g in made for p in g) == list("abcdefg")
    assert made == (("a", "d", "g"), ("b", "e"), ("c", "f"))


def test_too_few_places_are_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match="at least 3 places"):
        groups([example("a"), example("b")])


def test_the_card_names_data_licences_figures_and_limits() -> None:
    many = found(200)
    rule = judging(many, 10)
    figures = Figures.of(many, rule, ships=120)
    told = rule.scored(many)
    assert figures.hits + figures.false_alarms == len(told)
    sources = [Source(name="port-1", place="port", ships=7, licence="MIT", credit="Somebody")]
    card = model_card(figures, rule, sources, seed=5)
    assert "| port-1 | port | 7 | MIT | Somebody |" in card
    assert f"| 120 | {figures.hits} | {figures.false_alarms} | {figures.f1:.2f} | {rule.threshold:.2f} |" in card
    assert "--seed 5" in card
    assert "## Limits" in card
    item = model_item("ab" * 32, 17, sources, 2)
    assert item["assets"]["weights"]["file:checksum"] == "1220" + "ab" * 32
    assert [given["name"] for given in item["properties"]["mlm:input"]] == ["planes-0", "planes-1"]
    assert item["properties"]["mlm:input"][0]["input"]["shape"][1] == 9
    assert stac_rules.faults(item) == []
