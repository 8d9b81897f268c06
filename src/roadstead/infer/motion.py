"""What movements need to know of a case: its sites, vessels and distances, and what is assumed of routine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roadstead.case import Routine
from roadstead.model import Participant, Range


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What motion needs to know of the case."""

    sites: tuple[str, ...]
    vessels: tuple[Participant, ...]
    sea_km: NDArray[np.float64]
    """sea distance between sites; shape (sites, sites)"""
    routine: Routine
    others: tuple[Participant, ...] = ()
    """vessels of the case that the claim does not name but that could be taken for those it names"""


def log_uniform(rng: np.random.Generator, between: Range, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Draws uniform in the logarithm between two positive bounds."""
    low, high = np.log(max(between.low, 1e-3)), np.log(max(between.high, 1e-3))
    return np.exp(rng.uniform(low, high, shape))
