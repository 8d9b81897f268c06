"""AIS matching against the truth of an exercise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from shapely.affinity import translate

from roadstead.exercise import AisScore, acquisitions, happen, shipped_scenario, sightings
from roadstead.exercise.ais_score import ais_score
from roadstead.exercise.case_files import write_case
from roadstead.exercise.radio import write_ais
from roadstead.identify import AisState
from roadstead.pipeline import AisFacts, Gathered, ais_facts, ais_files
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.case import Case
    from roadstead.exercise import Truth

SCENARIO = shipped_scenario()
TRUTH = happen(SCENARIO)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("ais")
    made = write_case(SCENARIO, folder / "case")
    write_ais(SCENARIO, TRUTH, folder / "case" / "ais")
    return made


@pytest.fixture(scope="module")
def gathered() -> Gathered:
    return sightings(SCENARIO, TRUTH, acquisitions(SCENARIO))


@pytest.fixture(scope="module")
def facts(case: Case, gathered: Gathered, tmp_path_factory: pytest.TempPathFactory) -> AisFacts:
    return ais_facts(case, gathered, StepCache(tmp_path_factory.mktemp("cache")))


def scored(case: Case, gathered: Gathered, facts: AisFacts, truth: Truth = TRUTH) -> AisScore:
    score = ais_score(truth, ais_files(case.folder), gathered, facts)
    assert score is not None
    return score


def test_positions_of_ships_that_were_found_are_matched_with_them_and_no_others(
    case: Case, gathered: Gathered, facts: AisFacts
) -> None:
    score = scored(case, gathered, facts)
    assert score.found > 10
    assert (score.share(score.likelihood) or 0) >= 0.9
    assert score.likelihood.wrong <= 0.05 * score.positions < score.nearest.wrong
    assert score.matched + score.unmatched + score.silent == sum(len(a.facts) for a in facts.at_sites)
    assert score.matched == score.likelihood.right + score.likelihood.wrong


def test_matches_with_another_ship_s_detection_count_as_wrong(case: Case, gathered: Gathered, facts: AisFacts) -> None:
    swapped = []
    for at in facts.at_sites:
        matched = [f for f in at.facts if f.state is AisState.MATCHED]
        other = {f.mmsi: matched[i - 1].detection_id for i, f in enumerate(matched)}
        swapped.append(
            replace(at, facts=tuple(replace(f, detection_id=other.get(f.mmsi, f.detection_id)) for f in at.facts))
        )
    moved = sum(len(m) for at in facts.at_sites if len(m := [f for f in at.facts if f.state is AisState.MATCHED]) > 1)
    before, after = scored(case, gathered, facts), scored(case, gathered, replace(facts, at_sites=tuple(swapped)))
    assert moved > 0
    assert after.likelihood.wrong >= before.likelihood.wrong + moved - 1
    assert after.nearest == before.nearest


def test_a_detection_far_from_its_ship_is_nobody_s_nearest(case: Case, gathered: Gathered, facts: AisFacts) -> None:
    far = [
        replace(
            at,
            detections=tuple(
                replace(d, outline=translate(d.outline, 0.02, 0.02)) for d in at.detections if d.outline is not None
            ),
        )
        for at in gathered.at_sites
    ]
    score = scored(case, replace(gathered, at_sites=far), facts)
    assert score.nearest.right == 0


def test_a_ship_that_was_elsewhere_has_a_false_position(case: Case, gathered: Gathered, facts: AisFacts) -> None:
    gone = replace(TRUTH, stays=(), passages=())
    score = scored(case, gathered, facts, gone)
    assert score.false_positions == score.positions > 0
    assert score.found == 0
    assert score.share(score.likelihood) is None


def test_without_ais_there_is_no_score(gathered: Gathered, tmp_path: Path) -> None:
    assert ais_files(tmp_path) == ()
    assert ais_score(TRUTH, (), gathered, AisFacts()) is None
