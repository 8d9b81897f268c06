"""Drawn ships laid on real water and along real quays, for what the labelled images lack.

The forms of `library` are drawn from above at random pixel sizes, suns and headings. In a patch a ship goes to open
water, or beside the shore: so far off that its side nearly touches, turned along it or, now and then, stern to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.detection.optical_grid import WORK_M
from roadstead.detection.optical_planes import ROLES, SHORE_M
from roadstead.library import SunView, form, forms, overhead, solid_of
from roadstead.steps import stream
from roadstead.train.examples import CORE, HULL, SHORE, WEIGHT

_HEADINGS = 36
_PIXEL_M = (3.0, 10.0)
_LEAST_PX = 5
_CORE = 0.5
_MOST, _AT_QUAY, _STERN_TO = 3, 0.65, 0.12
_GAP_PX = (-0.3, 2.0)  # between hull and quay; below 0 they overlap by a part of a pixel
_OFFSHORE = 0.15  # of the shore plane
_TURN_DEG = 7.0  # between the shore's direction and the ship's
_WATER, _LAND = 0.03, 0.2  # reflectance that the planes call 0 and, above that, 1
_SOFT = 0.5  # share of ships blurred as the image around them is


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One ship from above on an empty map."""

    heading_deg: float
    """its axis, clockwise from up, 0-180"""
    beam_px: float
    middle_px: tuple[float, float]
    """row and column in the chip"""
    bands: NDArray[np.float32]
    """brightness above water times cover, the unit as in the planes, shape (5, h, w)"""
    cover: NDArray[np.float32]
    shadow: NDArray[np.float32]
    hull: NDArray[np.bool_]
    core: NDArray[np.bool_]


class Bank:
    """A stock of drawn ships."""

    def __init__(self, ships: tuple[Drawn, ...]) -> None:
        self._ships = ships
        self._headings = np.array([s.heading_deg for s in ships])
        self._beams = np.array([s.beam_px for s in ships])

    def paste(self, layers: NDArray[np.float32], zoom: float, rng: np.random.Generator) -> None:
        """Lay up to three ships into a patch's layers (see `examples`), in place."""
        shore = layers[SHORE]
        slope = np.gradient(shore)
        for _ in range(int(rng.integers(1, _MOST + 1))):
            ship = self._ships[int(rng.integers(len(self._ships)))]
            if rng.random() < _AT_QUAY:
                place = _beside(shore, ship.beam_px / 2, zoom, rng)
                if place is not None:
                    away = (float(slope[0][place]), float(slope[1][place]))
                    _lay(layers, self._along(away, ship.beam_px, rng), place, rng)
            else:
                place = _one_of(np.argwhere(shore > _OFFSHORE), rng)
                if place is not None:
                    _lay(layers, ship, place, rng)

    def _along(self, away: tuple[float, float], beam_px: float, rng: np.random.Generator) -> Drawn:
        """A ship of about that beam that lies along a shore; `away` points from it, rows then columns."""
        off_deg = math.degrees(math.atan2(away[1], -away[0]))
        wanted = off_deg if rng.random() < _STERN_TO else off_deg + 90
        turn = np.abs((self._headings - wanted + 90) % 180 - 90)
        near = np.flatnonzero(turn <= max(_TURN_DEG, float(turn.min())))
        misfit = np.abs(self._beams[near] - beam_px) + rng.uniform(0, 1.5, len(near))
        return self._ships[int(near[np.argmin(misfit)])]


def drawn_ships(seed: int) -> Bank:
    """Every form of the library at many headings, suns and pixel sizes."""
    rng = stream(seed, "train", "drawn ships")
    ships = []
    for name in forms():
        solid = solid_of(form(name))
        for k in range(_HEADINGS):
            heading_deg = k * 360 / _HEADINGS + rng.uniform(-5, 5)
            pixel_m = math.exp(rng.uniform(*np.log(_PIXEL_M)))
            sun = {"sun_elevation_deg": rng.uniform(20, 70), "sun_azimuth_deg": rng.uniform(0, 360)}
            sight = SunView(**sun, off_nadir_deg=rng.uniform(0, 8), view_azimuth_deg=rng.uniform(0, 360))
            origin = (rng.random(), rng.random())
            view = overhead(solid, sight, heading_deg=heading_deg, pixel_m=pixel_m, bands=ROLES, origin_px=origin)
            hull = view.cover > 0.5
            if np.count_nonzero(hull) >= _LEAST_PX:
                above = (view.reflectance - _WATER) * view.cover / _LAND
                ships.append(_drawn(hull, heading_deg, above.astype(np.float32), view.cover, view.shadow))
    return Bank(tuple(ships))


def core_of(hull: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The inner part of one hull: at least half as far from its side as its middle is."""
    depth = ndimage.distance_transform_edt(np.pad(hull, 1))[1:-1, 1:-1]
    return np.asarray(hull & (depth >= _CORE * depth.max()), bool)


def _drawn(
    hull: NDArray[np.bool_],
    heading_deg: float,
    bands: NDArray[np.float32],
    cover: NDArray[np.float32],
    shadow: NDArray[np.float32],
) -> Drawn:
    rows, cols = np.nonzero(hull)
    turn = math.radians(heading_deg)
    across = cols * math.cos(turn) + rows * math.sin(turn)
    return Drawn(
        heading_deg=heading_deg % 180,
        beam_px=float(np.ptp(across)) + 1,
        middle_px=(float(rows.mean()), float(cols.mean())),
        bands=bands,
        cover=cover,
        shadow=shadow,
        hull=hull,
        core=core_of(hull),
    )


def _beside(
    shore: NDArray[np.float32], half_beam_px: float, zoom: float, rng: np.random.Generator
) -> tuple[int, int] | None:
    """A place on the water so far from the shore that a ship's side lies at it; None where there is none."""
    off_px = shore * (SHORE_M / WORK_M * zoom)
    wanted = half_beam_px + rng.uniform(*_GAP_PX)
    return _one_of(np.argwhere((np.abs(off_px - wanted) < 0.7) & (shore > 0)), rng)


def _one_of(places: NDArray[np.intp], rng: np.random.Generator) -> tuple[int, int] | None:
    if not len(places):
        return None
    row, col = places[rng.integers(len(places))]
    return int(row), int(col)


def _lay(layers: NDArray[np.float32], ship: Drawn, place: tuple[int, int], rng: np.random.Generator) -> None:
    """One ship into a patch, unless it would lie over another, over land, or where nothing is known."""
    first = [round(p - m) for p, m in zip(place, ship.middle_px, strict=True)]
    low = [max(0, f) for f in first]
    high = [min(n, f + s) for n, f, s in zip(layers.shape[1:], first, ship.hull.shape, strict=True)]
    if high[0] <= low[0] or high[1] <= low[1]:
        return
    here = np.s_[low[0] : high[0], low[1] : high[1]]
    chip = np.s_[low[0] - first[0] : high[0] - first[0], low[1] - first[1] : high[1] - first[1]]
    hull, part = ship.hull[chip], layers[(slice(None), *here)]
    if not hull.any() or (part[WEIGHT][hull] == 0).any() or (part[HULL][hull] > 0.1).any():
        return
    if (part[SHORE][hull] < -0.02).mean() > 0.2:
        return
    cover, shadow, bands = ship.cover[chip], ship.shadow[chip], ship.bands[(slice(None), *chip)]
    light = np.exp(rng.normal(0, 0.45) + rng.normal(0, 0.12, 5)).astype(np.float32)[:, None, None]
    if rng.random() < _SOFT:
        cover, bands = ndimage.gaussian_filter(cover, 0.7), ndimage.gaussian_filter(bands, (0, 0.7, 0.7))
    part[:5] = (part[:5] - shadow * np.float32(rng.uniform(0.02, 0.12))) * (1 - cover) + bands * light
    part[HULL] = np.maximum(part[HULL], hull)
    part[CORE] = np.maximum(part[CORE], ship.core[chip])
    part[WEIGHT][hull] = 1
