"""Exercises: simulated operations with known truth, scored; studies of verdicts; the power of a case's coverage."""

from roadstead.exercise.acquire import Acquisition, acquisitions
from roadstead.exercise.ais_score import AisScore, Matching
from roadstead.exercise.answers import holds
from roadstead.exercise.families import Family, random_scenario
from roadstead.exercise.figure import reliability_svg
from roadstead.exercise.happen import happen
from roadstead.exercise.metrics import Bin, brier, brier_skill, calibration_error, calibration_limit, reliability
from roadstead.exercise.power import Power, PowerRow, power_of
from roadstead.exercise.run import Exercise, run_exercise
from roadstead.exercise.scenario import Scenario, open_scenario, read_scenario, scenario_toml, shipped_scenario
from roadstead.exercise.score import ClaimScore, Score, paired, score_of
from roadstead.exercise.sightings import sightings
from roadstead.exercise.study import Figures, Outcome, Rate, Study, study
from roadstead.exercise.truth import Truth, true_histories

__all__ = [
    "Acquisition",
    "AisScore",
    "Bin",
    "ClaimScore",
    "Exercise",
    "Family",
    "Figures",
    "Matching",
    "Outcome",
    "Power",
    "PowerRow",
    "Rate",
    "Scenario",
    "Score",
    "Study",
    "Truth",
    "acquisitions",
    "brier",
    "brier_skill",
    "calibration_error",
    "calibration_limit",
    "happen",
    "holds",
    "open_scenario",
    "paired",
    "power_of",
    "random_scenario",
    "read_scenario",
    "reliability",
    "reliability_svg",
    "run_exercise",
    "scenario_toml",
    "score_of",
    "shipped_scenario",
    "sightings",
    "study",
    "true_histories",
]
