"""Histories: brackets without a model, motion priors, the likelihood of looks, claims as predicates, sampling."""

from roadstead.infer.baselines import Baseline, Tally, baseline
from roadstead.infer.brackets import brackets_from_looks, brackets_from_reports
from roadstead.infer.distinct import distinct_ships
from roadstead.infer.engine import effective_sample_size
from roadstead.infer.fixes import AIS_FALSE, Fix
from roadstead.infer.groups import Group
from roadstead.infer.histories import ELSEWHERE, UNDER_WAY, Grid, Histories, grid_for
from roadstead.infer.looks import Observed, drawn_lengths_m, log_likelihood, matching_sums, sharing_class
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
from roadstead.infer.sizes import chance_of_length, of_length, share_at_large, traffic_of_length, usual_of_length_m
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
    "chance_of_length",
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
    "of_length",
    "others_with",
    "same_pairs",
    "sample",
    "sample_apart",
    "says_more",
    "share_at_large",
    "share_of_lengths",
    "sharing_class",
    "traffic_of_length",
    "usual_of_length_m",
    "weighed_looks",
    "work_seen",
]
