"""Histories: brackets without a model, motion priors, the likelihood of looks, claims as predicates, sampling."""

from roadstead.infer.baselines import Baseline, Tally, baseline
from roadstead.infer.brackets import brackets_from_looks, brackets_from_reports
from roadstead.infer.distinct import distinct_ships
from roadstead.infer.engine import effective_sample_size
from roadstead.infer.fixes import AIS_FALSE, Fix
from roadstead.infer.groups import Group
from roadstead.infer.histories import ELSEWHERE, UNDER_WAY, Grid, Histories, grid_for
from roadstead.infer.looks import Observed, drawn_lengths_m, log_likelihood, matching_sums
from roadstead.infer.motion import World
from roadstead.infer.movers import others_with, share_of_lengths
from roadstead.infer.operations import IN_PART, MOTIONS
from roadstead.infer.predicates import HIDDEN, ClaimPredicate, SightingPredicate
from roadstead.infer.same_ship import LIKELY, same_pairs
from roadstead.infer.sampler import (
    SITE_EFFECT_P,
    SITE_EFFECTS,
    drawn_effects,
    drawn_prior,
    drawn_traffic,
    grid_of,
    groups_of,
    sample,
    sample_apart,
    weighed_looks,
)
from roadstead.infer.weighted import Evidence, Weighted
from roadstead.infer.work import RATES, WorkSeen, asked_of, says_more, work_seen

__all__ = [
    "AIS_FALSE",
    "ELSEWHERE",
    "HIDDEN",
    "IN_PART",
    "LIKELY",
    "MOTIONS",
    "RATES",
    "SITE_EFFECTS",
    "SITE_EFFECT_P",
    "UNDER_WAY",
    "Baseline",
    "ClaimPredicate",
    "Evidence",
    "Fix",
    "Grid",
    "Group",
    "Histories",
    "Observed",
    "SightingPredicate",
    "Tally",
    "Weighted",
    "WorkSeen",
    "World",
    "asked_of",
    "baseline",
    "brackets_from_looks",
    "brackets_from_reports",
    "distinct_ships",
    "drawn_effects",
    "drawn_lengths_m",
    "drawn_prior",
    "drawn_traffic",
    "effective_sample_size",
    "grid_for",
    "grid_of",
    "groups_of",
    "log_likelihood",
    "matching_sums",
    "others_with",
    "same_pairs",
    "sample",
    "sample_apart",
    "says_more",
    "share_of_lengths",
    "weighed_looks",
    "work_seen",
]
