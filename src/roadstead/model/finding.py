"""What was found: detections, sightings, activities, port calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from roadstead.model.time import TimeSpan
from roadstead.model.values import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A region that a detector takes for a vessel, before it is measured."""

    rows_px: NDArray[np.int64]
    """rows of its pixels in the window, shape (n,)"""
    cols_px: NDArray[np.int64]
    """columns of its pixels in the window, shape (n,)"""
    weights: NDArray[np.float32]
    """how surely each pixel belongs to it, 0-1, shape (n,); the half-level contour is the outline"""
    score: float
    """probability that this is a vessel, 0-1"""
    alongside: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """An object found in a scene, by a detector or by eye."""

    id: str
    scene_id: str
    time: TimeSpan | None
    outline_px: tuple[tuple[float, float], ...]
    """oriented box as four (column, row) corners in the scene's pixels"""
    outline: Polygon | None
    """the same in WGS84 lon/lat; None without georeference"""
    row_px: float
    col_px: float
    score: float
    """probability that this is a vessel, 0-1"""
    length_m: Estimate | None
    """None where the pixel size is unknown"""
    beam_m: Estimate | None
    heading_deg: Estimate | None
    """axis or heading, degrees clockwise from true north"""
    heading_ambiguous: bool = True
    """True: only the axis is known, bow and stern may be swapped"""
    method: str
    """detector name and version, or `by eye: NAME`"""
    alongside: bool | None = None
    """True: touches land or a quay, where the detector is less sure; None: not told"""
    class_ratios: tuple[tuple[str, float], ...] = ()
    """(class id, p(pixels | class) / p(pixels | another ship of that size)), sorted; empty where none is told"""
    hull_ratios: tuple[tuple[str, float], ...] = ()
    """(hull id, the same by marks of hulls that an analyst looked for), sorted; empty where none may count"""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A candidate that was not reported as a vessel, with the reason."""

    row_px: float
    col_px: float
    reason: str
    lon_deg: float | None = None
    """WGS84; None without georeference, and as a detector gives it"""
    lat_deg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A vessel at a site and time: seen by us in a scene, or reported by a source."""

    id: str
    site_id: str
    time: TimeSpan
    vessel_ids: tuple[str, ...] = ()
    """named vessels of interest, as far as the observer names them"""
    class_id: str = ""
    count: int = 1
    """at least so many vessels"""
    detection: Detection | None = None
    source_id: str = ""
    """the source that reports it; empty: seen by us"""
    activity: str = ""
    text: str = ""
    likelihood_ratio: tuple[float, float] | None = None
    """analyst's range for P(report | true) / P(report | false); None: not weighed"""
    lr_reason: str = ""

    @property
    def ours(self) -> bool:
        """Whether we saw it ourselves."""
        return self.detection is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCall:
    """A stay at a site as a model-free bracket, from the looks alone."""

    site_id: str
    last_without: TimeSpan | None
    first_with: TimeSpan
    last_with: TimeSpan
    first_without: TimeSpan | None
    min_vessels: int
    """most vessels seen at once: at least so many distinct ships"""
    ours: bool
    """True: from our looks; False: from others' reports"""
    basis: tuple[str, ...]
    """scenes or sources it rests on"""
