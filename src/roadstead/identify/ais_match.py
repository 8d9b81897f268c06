"""Which detection is which ship that sent AIS: by likelihood, one to one; and what was received while it was not.

A pair's likelihood ratio compares `this ship, shown where its reports put it, with the length and axis that it sent`
with `an unrelated ship somewhere in the area`: a normal density of place against the density of detections, times what
length and axis add. One ship in ten is granted wrong static data. The pairs with the greatest product are chosen
together (assignment problem; `scipy.optimize.linear_sum_assignment`, Crouse 2016, IEEE Trans. Aerosp. Electron. Syst.
52(4), 1679-1696), where leaving both single counts as a ratio of 1.

A match says that the reports fit, not who was aboard the radio; that a ship was not received never says why.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.geo import local_plane

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from roadstead.ais import Track
    from roadstead.identify.ais_expected import Expected
    from roadstead.model import Detection

MATCH_AT = 10.0
"""least likelihood ratio of a match; between 1 and this nothing is decided"""
WITHIN_SIGMA = 4.0
"""no pair is considered further apart"""
RECEIVED_KM, RECEIVED_WITHIN = 20.0, timedelta(minutes=30)
"""other ships received so near in place and time show that receivers covered a place"""
RECEIVED_SHIPS = 2
_WRONG_STATIC = 0.1
_USUAL_LENGTH_M, _LENGTH_SPREAD = 120.0, 0.6
"""median and logarithmic spread of lengths of ships at large, assumed"""
_SENT_LENGTH_SIGMA_M = 4.0
_SENT_AXIS_SIGMA_DEG = 5.0
_LEAST_AREA_M2 = 1e6


class AisState(StrEnum):
    """What AIS that we hold says of a detection."""

    MATCHED = "matched"
    """the reports of one ship fit"""
    UNMATCHED = "unmatched"
    """no ship's reports are known to fit, and nothing more can be said"""
    SILENT = "silent"
    """no ship's reports fit, while other ships near in place and time were received"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisFact:
    """What AIS says of one detection, in one neutral sentence and in figures."""

    detection_id: str
    state: AisState
    sentence: str
    mmsi: str = ""
    """of the ship that fits best, where one fits at all"""
    name: str = ""
    """as it was sent"""
    imo: str | None = None
    likelihood_ratio: float | None = None
    distance_m: float | None = None
    """between the detection and the place where the image should show that ship"""
    sigma_m: float | None = None
    """one standard deviation of that place in each direction"""
    shift_m: float | None = None
    """by which a radar was reckoned to shift that ship along the satellite's way"""
    also: tuple[str, ...] = ()
    """MMSI of other ships that fit nearly as well, within a factor of 10"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisUndetected:
    """A ship that AIS puts into an area, and that no detection was found to be."""

    mmsi: str
    name: str
    sentence: str


def match_ais(
    detections: Sequence[Detection],
    expected: Sequence[Expected],
    tracks: Sequence[Track],
    t_utc: datetime,
    area_km2: float,
) -> tuple[AisFact, ...]:
    """One fact for every detection with a place, in the order of the detections.

    Args:
        detections: of one image over one site.
        expected: ships as the image should show them, of `expected_in`.
        tracks: what was received, also from ships further off, which shows where receivers covered.
        t_utc: time of the image.
        area_km2: that was searched.
    """
    placed = [d for d in detections if d.outline is not None]
    scores = np.array([[_score(d, e, len(placed), area_km2) for e in expected] for d in placed])
    scores = scores.reshape(len(placed), len(expected))
    chosen, received = _assigned(scores), _received(tracks, t_utc)
    return tuple(_fact(d, scores[i], chosen.get(i), expected, received.near(d)) for i, d in enumerate(placed))


def undetected(
    expected: Sequence[Expected], facts: Sequence[AisFact], inside: Sequence[str]
) -> tuple[AisUndetected, ...]:
    """Ships that AIS puts into an area, and that no detection was found to be, sorted by MMSI.

    Args:
        expected: ships as the image should show them.
        facts: of its detections.
        inside: MMSI of those whose place lies in the area where the image shows something.
    """
    seen = {f.mmsi for f in facts}
    return tuple(
        AisUndetected(
            mmsi=e.mmsi,
            name=e.name,
            sentence=(
                f"AIS puts {_called(e)} here ({_length(e)}, sigma {e.sigma_m:.0f} m), and no detection fits: not "
                "found, elsewhere than it sent, or too small"
            ),
        )
        for e in sorted(expected, key=lambda e: e.mmsi)
        if e.mmsi in inside and e.mmsi not in seen
    )


@dataclass(frozen=True, slots=True)
class _Received:
    """Where ships were received around a time."""

    ship: NDArray[np.int64]
    """number of the track, shape (n,)"""
    lon_deg: NDArray[np.float64]
    lat_deg: NDArray[np.float64]

    def near(self, d: Detection) -> int:
        """How many ships were received near a detection."""
        if d.outline is None or not self.ship.size:
            return 0
        plane = local_plane(d.outline.centroid.x, d.outline.centroid.y)
        east, north = plane.transform(self.lon_deg, self.lat_deg)
        return len(set(self.ship[np.hypot(east, north) <= RECEIVED_KM * 1000].tolist()))


def _received(tracks: Sequence[Track], t_utc: datetime) -> _Received:
    found: list[tuple[int, float, float]] = []
    for number, track in enumerate(tracks):
        times = [p.t_utc for p in track.positions]
        around = slice(bisect_left(times, t_utc - RECEIVED_WITHIN), bisect_right(times, t_utc + RECEIVED_WITHIN))
        found += [(number, p.lon_deg, p.lat_deg) for p in track.positions[around]]
    ship, lon, lat = zip(*found, strict=True) if found else ((), (), ())
    return _Received(np.array(ship, np.int64), np.array(lon, np.float64), np.array(lat, np.float64))


def _assigned(scores: NDArray[np.float64]) -> dict[int, int]:
    """Row -> column of the best one-to-one choice; pairs that lower the total are left out."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half a second that only AIS is worth

    gain = np.maximum(np.where(np.isfinite(scores), scores, 0.0), 0.0)
    rows, cols = linear_sum_assignment(-gain)
    return {int(r): int(c) for r, c in zip(rows, cols, strict=True) if gain[r, c] > 0}


def _score(d: Detection, e: Expected, ships: int, area_km2: float) -> float:
    """Natural logarithm of a pair's likelihood ratio; minus infinity where it is out of question."""
    if _apart_m(d, e) > WITHIN_SIGMA * _sigma_m(d, e):
        return -math.inf
    return _of_place(d, e, ships, area_km2) + _of_length(d, e) + _of_axis(d, e)


def _apart_m(d: Detection, e: Expected) -> float:
    if d.outline is None:
        return math.inf
    plane = local_plane(e.lon_deg, e.lat_deg)
    x, y = plane.transform(d.outline.centroid.x, d.outline.centroid.y)
    return math.hypot(x, y)


def _sigma_m(d: Detection, e: Expected) -> float:
    return math.hypot(e.sigma_m, d.length_m.sigma / 2 if d.length_m else 0.0)


def _of_place(d: Detection, e: Expected, ships: int, area_km2: float) -> float:
    variance = _sigma_m(d, e) ** 2
    density = -(_apart_m(d, e) ** 2) / (2 * variance) - math.log(2 * math.pi * variance)
    return density - math.log(max(ships, 1) / max(area_km2 * 1e6, _LEAST_AREA_M2))


def _of_length(d: Detection, e: Expected) -> float:
    if d.length_m is None or e.length_m is None or d.length_m.value <= 0:
        return 0.0
    sigma = math.hypot(d.length_m.sigma, _SENT_LENGTH_SIGMA_M)
    usual = _normal(math.log(d.length_m.value / _USUAL_LENGTH_M), _LENGTH_SPREAD) / d.length_m.value
    return math.log((1 - _WRONG_STATIC) * _normal(d.length_m.value - e.length_m, sigma) / usual + _WRONG_STATIC)


def _of_axis(d: Detection, e: Expected) -> float:
    if d.heading_deg is None or e.axis_deg is None:
        return 0.0
    off = (d.heading_deg.value - e.axis_deg + 90) % 180 - 90
    sigma = min(math.hypot(d.heading_deg.sigma, _SENT_AXIS_SIGMA_DEG), 60.0)
    return math.log((1 - _WRONG_STATIC) * _normal(off, sigma) * 180 + _WRONG_STATIC)


def _normal(x: float, sigma: float) -> float:
    return math.exp(-(x**2) / (2 * sigma**2)) / (math.sqrt(2 * math.pi) * sigma)


def _fact(
    d: Detection, scores: NDArray[np.float64], column: int | None, expected: Sequence[Expected], received: int
) -> AisFact:
    if column is None:
        return _alone(d, [expected[int(k)].mmsi for k in np.flatnonzero(scores > 0)], received)
    e, score = expected[column], float(scores[column])
    ratio = float(f"{math.exp(min(score, 50.0)):.3g}")
    near = np.flatnonzero(scores > max(score - math.log(MATCH_AT), 0.0))
    also = tuple(expected[int(k)].mmsi for k in near if k != column)
    apart = _apart_m(d, e)
    sure = ratio >= MATCH_AT
    verb = "fits" if sure else "may fit, which is not decided:"
    how = f"{apart:.0f} m from where its reports put it (sigma {_sigma_m(d, e):.0f} m{_shifted(e)})"
    nearly = f"; {', '.join(also)} fits nearly as well" if also else ""
    return AisFact(
        detection_id=d.id,
        state=AisState.MATCHED if sure else AisState.UNMATCHED,
        sentence=(
            f"AIS of {_called(e)} {verb} {how}, {_length(e)}{_measured(d)}; {ratio:g} times likelier than an unrelated "
            f"ship{nearly}"
        ),
        mmsi=e.mmsi,
        name=e.name,
        imo=e.imo,
        likelihood_ratio=ratio,
        distance_m=round(apart, 1),
        sigma_m=round(_sigma_m(d, e), 1),
        shift_m=round(e.shift_m, 1),
        also=also,
    )


def _alone(d: Detection, rivals: Sequence[str], received: int) -> AisFact:
    around = f"within {RECEIVED_KM:.0f} km and {RECEIVED_WITHIN.seconds // 60} min"
    state = AisState.UNMATCHED
    if rivals:
        sentence = f"AIS of {', '.join(rivals)} would fit, but fits another detection better"
    elif received >= RECEIVED_SHIPS:
        state = AisState.SILENT
        sentence = (
            f"no AIS that we hold fits, while {received} ships were received {around}; why this one was not is not "
            "known, and ships below 300 gross tons need not send"
        )
    else:
        sentence = f"no AIS that we hold fits, and {received} ship(s) were received {around}: nothing follows from it"
    return AisFact(detection_id=d.id, state=state, sentence=sentence, also=tuple(rivals))


def _called(e: Expected) -> str:
    return f"{e.name or 'a ship without a name'} (MMSI {e.mmsi})"


def _length(e: Expected) -> str:
    return f"{e.length_m:.0f} m long by its own word" if e.length_m else "length not sent"


def _measured(d: Detection) -> str:
    return f", measured {d.length_m.value:.0f} m" if d.length_m else ""


def _shifted(e: Expected) -> str:
    return f", radar shift of {e.shift_m:+.0f} m reckoned in" if abs(e.shift_m) >= 1 else ""
