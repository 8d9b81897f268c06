"""What is marked in a photograph, read from it, and concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Line = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the picture as it is shown, from its upper left corner"""
MOST_RATIO = 10.0
"""ratios calibrated on renders never weigh more, either way"""
PLACES = 160
"""columns of a profile, of photographs and of the outlines that they are compared with"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A photograph, upright, and what its file says of it."""

    rgb: NDArray[np.float32]
    """shape (rows, columns, 3), 0-1"""
    file_px: tuple[int, int]
    """columns and rows of the upright picture before it was reduced"""
    step: float
    """pixels of the file per pixel of `rgb`"""
    date: str
    """as its EXIF states it; empty where there is none. Metadata can be altered"""
    notes: tuple[str, ...]
    """what was done to it or is to be known of it, one sentence each"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the analyst marked; a mark always wins over what is found. Pixels of the file, upright."""

    waterline: Line | None = None
    """the ends of the ship at the water"""
    bow_x: float | None = None
    stern_x: float | None = None
    """columns of the ends of the ship"""
    horizon: Line | None = None
    mask: NDArray[np.bool_] | None = None
    """True where the ship is; shape of the file's picture, upright"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideProfile:
    """The outline of a ship in a photograph: height over each place between its two ends, left to right."""

    place: NDArray[np.float64]
    """share of the visible width from the left end, rising, inside 0-1"""
    height: NDArray[np.float64]
    """above the waterline, as a share of the visible width; same shape"""
    doubt: NDArray[np.float64]
    """by how much each height may be expected to be misread, in the same unit; 0 where an analyst drew it"""
    width_px: float
    """visible width, pixels of the file"""
    waterline: Line
    """of the visible ends, pixels of the file"""
    roll_deg: float
    """the horizon falls to the right by this angle; taken out"""
    outline: NDArray[np.float64]
    """x, y of the top of the ship, pixels of the file, shape (places, 2)"""
    bow_left: bool | None
    """as marked; None: not marked, both are tried"""
    cut: tuple[bool, bool]
    """whether the frame cuts the ship at its left, at its right end"""
    sure: bool
    """whether what was found without marks may be used"""
    marked: bool
    """whether the ship's place was marked by hand; else the program found it, which goes wrong more often"""
    basis: str
    """what was marked and what was found"""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlongProfile:
    """A profile of a satellite detection along its hull."""

    kind: Literal["shadow", "deck"]
    """length of the shadow, or brightness of the deck"""
    fraction: NDArray[np.float64]
    """share of the hull's length from one end, rising"""
    value: NDArray[np.float64]
    """same shape; unit does not matter"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlongMatch:
    """How a profile of a satellite detection agrees with the photograph."""

    kind: str
    correlation: float
    reversed: bool
    """the detection's profile runs from the stern"""
    ratio: float
    """how much likelier for ships of one form than for ships of two; 0.1 to 10, calibrated on renders"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoEvidence:
    """What the side view says of the ship's class."""

    ratios: tuple[tuple[str, float], ...]
    """class id and how much likelier the profile is for it than for another ship, 0.1 to 10, best first"""
    posterior: tuple[tuple[str, float], ...]
    """share of each class and of `none of these` where all classes of the library were equally likely before; not
    capped, best first; calibrated on renders"""
    bow_side: Literal["left", "right"]
    """of the best class"""
    bow_angle_deg: float
    """at the ship, between bow and camera: 90 abeam, above 90 seen from astern"""
    bow_angle_interval_deg: tuple[float, float]
    """90 %, over the classes that remain"""
    fraction: NDArray[np.float64]
    """share of the hull's length from the bow, rising, for the best class"""
    height: NDArray[np.float64]
    """above the waterline as a share of the hull's length, perspective and bow angle taken out; same shape"""
    misfit: tuple[tuple[str, float], ...]
    """class id and mean difference of outlines as a share of the visible width, best first"""
    along: tuple[AlongMatch, ...]
    quality: str
    """in words"""
    basis: str = "calibrated on renders"
