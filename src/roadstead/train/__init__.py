"""Training of the optical network: labelled images, patches, the loop, folds, export, model card. Needs `[train]`."""

from roadstead.train.datasets import example_of, labelled_images, labels_of
from roadstead.train.examples import Example
from roadstead.train.folds import groups
from roadstead.train.judging import Judged, Judging, judged, judging, ships_in, shortest_m
from roadstead.train.run import FINAL_STEPS, FOLD_STEPS, Trained, Workshop, train, workshop

__all__ = [
    "FINAL_STEPS",
    "FOLD_STEPS",
    "Example",
    "Judged",
    "Judging",
    "Trained",
    "Workshop",
    "example_of",
    "groups",
    "judged",
    "judging",
    "labelled_images",
    "labels_of",
    "ships_in",
    "shortest_m",
    "train",
    "workshop",
]
