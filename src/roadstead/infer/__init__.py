"""Histories: brackets without a model, motion priors, the likelihood of looks, claims as predicates, sampling."""

from roadstead.infer.baselines import Baseline, Tally, baseline
from roadstead.infer.brackets import brackets_from_looks, brackets_from_reports
from roadstead.infer.histories import ELSEWHERE, UNDER_WAY, Grid, Histories, grid_for
from roadstead.infer.looks import Observed, log_likelihood, matching_sums
from roadstead.infer.motion import World
from roadstead.infer.predicates import ClaimPredicate, SightingPredicate
from roadstead.infer.sampler import Evidence, Weighted, effective_sample_size, grid_of, sample, weighed_looks

__all__ = [
    "ELSEWHERE",
    "UNDER_WAY",
    "Baseline",
    "ClaimPredicate",
    "Evidence",
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
    "effective_sample_size",
    "grid_for",
    "grid_of",
    "log_likelihood",
    "matching_sums",
    "sample",
    "weighed_looks",
]
