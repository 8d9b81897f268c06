"""Histories: brackets without a model, motion priors, the likelihood of looks, claims as predicates, sampling."""

from roadstead.infer.baselines import Baseline, Tally, baseline
from roadstead.infer.brackets import brackets_from_looks, brackets_from_reports
from roadstead.infer.engine import effective_sample_size
from roadstead.infer.fixes import Fix
from roadstead.infer.histories import ELSEWHERE, UNDER_WAY, Grid, Histories, grid_for
from roadstead.infer.looks import Observed, drawn_lengths_m, log_likelihood, matching_sums
from roadstead.infer.motion import World
from roadstead.infer.movers import others_with
from roadstead.infer.operations import MOTIONS
from roadstead.infer.predicates import ClaimPredicate, SightingPredicate
from roadstead.infer.sampler import (
    Evidence,
    Weighted,
    drawn_effects,
    drawn_prior,
    drawn_traffic,
    grid_of,
    sample,
    weighed_looks,
)

__all__ = [
    "ELSEWHERE",
    "MOTIONS",
    "UNDER_WAY",
    "Baseline",
    "ClaimPredicate",
    "Evidence",
    "Fix",
    "Grid",
    "Histories",
    "Observed",
    "SightingPredicate",
    "Tally",
    "Weighted",
    "World",
    "baseline",
    "brackets_from_looks",
    "brackets_from_reports",
    "drawn_effects",
    "drawn_lengths_m",
    "drawn_prior",
    "drawn_traffic",
    "effective_sample_size",
    "grid_for",
    "grid_of",
    "log_likelihood",
    "matching_sums",
    "others_with",
    "sample",
    "weighed_looks",
]
