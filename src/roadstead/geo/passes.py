"""When a satellite passes places, and how it sees them.

A pass is a closest approach in the Earth-fixed frame (zero Doppler): the line to the satellite stands at right angles
to its way over the ground, (r - p) . v = 0. Coarse steps give every orbit's nearest sample; Newton's method with the
two-body acceleration as seen from the rotating Earth then finds the root to microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.geo.orbits import EARTH_RADIUS_KM, EARTH_ROTATION_RAD_S, Side, earth_fixed, geodetic_normal

if TYPE_CHECKING:
    from roadstead.geo.elements import ElementSet
    from roadstead.geo.orbits import RepeatCycle, Swath

_STEP_S = 60.0
_NEWTON_STEPS = 6
"""at most; three or four are enough from within a minute"""
_SETTLED_S = 1e-3
"""a step below it leaves an error below a microsecond"""
_MU_KM3_S2 = 398600.4418
_SAME_PASS_S = 600.0
"""no satellite passes a place twice within this time"""
_BLOCK = 64
"""places searched at once: keeps the table of angles below 20 MB for a cycle of 16 days"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How places are seen from a satellite; arrays of one shape, degrees."""

    incidence_deg: NDArray[np.float64]
    """from the ellipsoid's vertical at the place"""
    off_nadir_deg: NDArray[np.float64]
    """at the satellite, from its geodetic nadir"""
    azimuth_deg: NDArray[np.float64]
    """from the place to the satellite, clockwise from true north"""
    right: NDArray[np.bool_]
    """True: the place lies to the right of the satellite's way"""
    ascending: NDArray[np.bool_]

    def inside(self, swath: Swath) -> NDArray[np.bool_]:
        """Whether the places lie in the swath; False where the satellite has no position."""
        if swath.incidence_deg is not None:
            low, high = swath.incidence_deg.low, swath.incidence_deg.high
            within = (self.incidence_deg >= low) & (self.incidence_deg <= high)
        else:
            within = (self.off_nadir_deg <= (swath.off_nadir_max_deg or 0.0)) & (self.incidence_deg < 90)
        return within if swath.side is Side.BOTH else within & (self.right == (swath.side is Side.RIGHT))


def reach_rad(swath: Swath, highest_km: float) -> float:
    """Largest angle at the Earth's centre between a satellite's footpoint and a place in its swath, with a margin.

    Args:
        swath: what is in it.
        highest_km: greatest distance of the satellite from the Earth's centre.
    """
    ratio = min(1.0, EARTH_RADIUS_KM / highest_km)
    if swath.incidence_deg is not None:
        incidence = np.radians(min(swath.incidence_deg.high, 90.0))
        angle = incidence - np.arcsin(ratio * np.sin(incidence))
    else:
        off_nadir = np.radians(min(swath.off_nadir_max_deg or 0.0, 90.0))
        angle = np.arcsin(min(1.0, np.sin(off_nadir) / ratio)) - off_nadir
    # The Earth is no sphere: verticals differ from radii by up to 0.2 degrees.
    return float(angle + np.radians(1.0))


def closest_approaches(
    elements: ElementSet,
    tau_s: tuple[float, float],
    places_km: NDArray[np.float64],
    radius_rad: NDArray[np.float64],
    swath: Swath,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Every moment at which a satellite is nearest to a place, near enough for its swath.

    Args:
        elements: the satellite.
        tau_s: seconds after the epoch between which to search.
        places_km: middles of areas, Earth-fixed, shape (n, 3).
        radius_rad: how far each area reaches from its middle, angle at the Earth's centre, shape (n,).
        swath: passes too far away for it are left out; the swath's own edge is still to be judged.

    Returns:
        Index of the place and seconds after the epoch, shape (m,) each, sorted by place, then time.
    """
    samples = np.arange(tau_s[0] - 2 * _STEP_S, tau_s[1] + 3 * _STEP_S, _STEP_S)
    track, velocity = earth_fixed(elements, samples)
    distance = np.linalg.norm(track, axis=1)
    if not np.isfinite(distance).any():
        return np.empty(0, np.int64), np.empty(0)
    speed = np.nanmax(np.linalg.norm(velocity, axis=1) / distance)
    away = np.minimum(reach_rad(swath, float(np.nanmax(distance))) + radius_rad + speed * _STEP_S / 2, np.pi)
    directions = (np.nan_to_num(track / distance[:, None])).T
    ups = places_km / np.linalg.norm(places_km, axis=1, keepdims=True)
    which: list[NDArray[np.int64]] = []
    when: list[NDArray[np.float64]] = []
    for first in range(0, len(ups), _BLOCK):
        near = ups[first : first + _BLOCK] @ directions
        peak = (near[:, 1:-1] > near[:, :-2]) & (near[:, 1:-1] >= near[:, 2:])
        peak &= near[:, 1:-1] > np.cos(away[first : first + _BLOCK])[:, None]
        place, sample = np.nonzero(peak)
        which.append(place + first)
        when.append(samples[sample + 1])
    place, tau = np.concatenate(which), np.concatenate(when)
    tau = zero_doppler(elements, tau, places_km[place])
    keep = (tau >= tau_s[0]) & (tau < tau_s[1])
    place, tau = place[keep], tau[keep]
    order = np.lexsort((tau, place))
    return place[order], tau[order]


def zero_doppler(
    elements: ElementSet, tau_s: NDArray[np.float64], places_km: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Moments of closest approach near first guesses, seconds after the epoch, shape (n,); places of shape (n, 3)."""
    spin = np.array([0.0, 0.0, EARTH_ROTATION_RAD_S])
    tau = tau_s.copy()
    for _ in range(_NEWTON_STEPS):
        r, v = earth_fixed(elements, tau)
        line = r - places_km
        pull = -_MU_KM3_S2 * r / np.linalg.norm(r, axis=1, keepdims=True) ** 3
        acceleration = pull - 2 * np.cross(spin, v) - np.cross(spin, np.cross(spin, r))
        slope = (v * v).sum(axis=1) + (line * acceleration).sum(axis=1)
        step = np.clip((line * v).sum(axis=1) / slope, -_STEP_S, _STEP_S)
        tau -= step
        if not (np.abs(step) > _SETTLED_S).any():
            break
    return tau


def track_offset(elements: ElementSet, reference: ElementSet, cycle: RepeatCycle) -> tuple[float, float]:
    """How far one set's satellite flies beside, and behind, the track of another set, whole repeat cycles apart.

    Time along the track drifts by seconds a year with the local time of the node, so it is kept apart from distance.

    Returns:
        Kilometres on the ground across the track, and seconds along it (positive: later than the reference).
    """
    apart = (elements.epoch - reference.epoch).total_seconds()
    tau = np.array([apart - round(apart / cycle.seconds) * cycle.seconds])
    here, _ = earth_fixed(elements, np.zeros(1))
    there_tau = zero_doppler(reference, tau, here)
    there, _ = earth_fixed(reference, there_tau)
    across_rad = np.radians(_angle_deg(*(r / np.linalg.norm(r, axis=1, keepdims=True) for r in (here, there))))
    return float(across_rad[0]) * EARTH_RADIUS_KM, float(tau[0] - there_tau[0])


def view(
    elements: ElementSet, tau_s: NDArray[np.float64], places_km: NDArray[np.float64], ups: NDArray[np.float64]
) -> View:
    """How places are seen at moments; `tau_s` of shape (n,), places and their verticals of shape (n, 3)."""
    r, v = earth_fixed(elements, tau_s)
    line = r - places_km
    line /= np.linalg.norm(line, axis=1, keepdims=True)
    nadir = -geodetic_normal(r)
    east = np.stack([-ups[:, 1], ups[:, 0], np.zeros(len(ups))], axis=1)
    east /= np.maximum(np.linalg.norm(east, axis=1, keepdims=True), 1e-300)
    north = np.cross(ups, east)
    return View(
        incidence_deg=_angle_deg(line, ups),
        off_nadir_deg=_angle_deg(-line, nadir),
        azimuth_deg=np.degrees(np.arctan2((line * east).sum(axis=1), (line * north).sum(axis=1))) % 360,
        right=-(line * np.cross(nadir, v)).sum(axis=1) > 0,
        ascending=v[:, 2] > 0,
    )


def once(place: NDArray[np.int64], t_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """True for the first of passes that are one and the same, found from both sides of a seam; shapes (n,)."""
    order = np.lexsort((t_s, place))
    same = (np.diff(place[order]) == 0) & (np.diff(t_s[order]) < _SAME_PASS_S)
    keep = np.ones(len(place), bool)
    keep[order[1:][same]] = False
    return keep


def _angle_deg(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angle between unit vectors, exact near 0 too."""
    angle: NDArray[np.float64] = 2 * np.arctan2(np.linalg.norm(a - b, axis=-1), np.linalg.norm(a + b, axis=-1))
    return np.degrees(angle)
