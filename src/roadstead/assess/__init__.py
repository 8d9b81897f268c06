"""Verdicts: elements, weighing over priors, alternatives, ledger, what would change them, words."""

from roadstead.assess.candidates import Candidate, candidates_of
from roadstead.assess.elements import fits, places
from roadstead.assess.verdicts import ASSESS_VERSION, assess, weighed_reports, world_of
from roadstead.assess.words import probability_word, probability_words

__all__ = [
    "ASSESS_VERSION",
    "Candidate",
    "assess",
    "candidates_of",
    "fits",
    "places",
    "probability_word",
    "probability_words",
    "weighed_reports",
    "world_of",
]
