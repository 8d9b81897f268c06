"""Ships laid on real water and along real quays, for what the labelled images lack.

Half are cut out of the images trained on (copy and paste: Ghiasi et al. 2021, CVPR, 2918-2928), half are forms of
`library` drawn from above at random pixel sizes, suns and headings. In a patch a ship goes to open water, or beside
the shore: so far off that its side nearly touches, turned along it or, now and then, stern to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.detection.optical_grid import WORK_M
from roadstead.detection.optical_planes import ROLES, SHORE_M
from roadstead.library import SunView, form, overhead, solid_of, traffic_forms
from roadstead.steps import stream
from roadstead.train.cranes import lay_row
from roadstead.train.examples import CORE, HULL, SHORE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.train.examples import Example

_HEADINGS = 36
_PIXEL_M = (3.0, 10.0)
_LEAST_PX = 5
_CORE = 0.5
_MOST, _AT_QUAY, _STERN_TO = 3, 0.65, 0.12
_GAP_PX = (-0.3, 2.0)  # between hull and quay; below 0 they overlap by a part of a pixel
_OFFSHORE = 0.15  # of the shore plane
_TURN_DEG = 7.0  # between the shore's direction and the ship's
_WATER, _LAND = 0.03, 0.2  # reflectance that the planes call 0 and, above that, 1
_FLAT_LIGHT = (0.15, 1.5)
_SOFT = 0.5  # share of ships blurred as the image around them is
_TURNS, _LEAST_CUT_PX, _RIM_PX = 12, 12, 4
_EDGE_PX = 0.7  # blur of the rim of a ship cut out
_EMPTY = 0.2  # share of berths with cranes and no ship


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One ship from above on an empty map."""

    heading_deg: float
    """its axis, clockwise from up, 0-180"""
    length_px: float
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
    """A stock of ships, of one kind or several; each kind is taken as often."""

    def __init__(self, *kinds: tuple[Drawn, ...]) -> None:
        self._kinds = tuple(k for k in kinds if k)
        self._headings = [np.array([s.heading_deg for s in ships]) for ships in self._kinds]
        self._beams = [np.array([s.beam_px for s in ships]) for ships in self._kinds]

    def with_more(self, ships: tuple[Drawn, ...]) -> Bank:
        """The same with one more kind."""
        return Bank(*self._kinds, ships)

    def paste(
        self,
        layers: NDArray[np.float32],
        ids: NDArray[np.int16],
        known: int,
        zoom: float,
        rng: np.random.Generator,
        *,
        flat: float,
        cranes: bool = False,
    ) -> NDArray[np.float64]:
        """Lay up to three ships into a patch's layers and ids (see `examples`), in place.

        Args:
            layers: of the patch, changed.
            ids: of the patch, changed.
            known: ships that have an id already.
            zoom: of the patch.
            rng: decides.
            flat: share of ships evenly lit from stem to stern, as grey or laden ones seem at 10 m.
            cranes: whether some berths get cranes instead of a ship.

        Returns:
            Middles (rows, columns), lengths, beams and axes in the patch, in the order of their ids, shape (n, 5).
        """
        shore = layers[SHORE]
        slope = np.gradient(shore)
        # Not every shore is a quay: beaches and cloud banks stay without ships, where real ships lie there may be more.
        at_quay = _AT_QUAY if ids.any() else 0.0
        laid: list[tuple[float, ...]] = []
        for _ in range(int(rng.integers(1, _MOST + 1))):
            kind = int(rng.integers(len(self._kinds)))
            ship = self._kinds[kind][int(rng.integers(len(self._kinds[kind])))]
            if rng.random() < at_quay:
                place = _beside(shore, ship.beam_px / 2, zoom, rng)
                if place is not None:
                    away = (float(slope[0][place]), float(slope[1][place]))
                    along = self._along(kind, away, ship.beam_px, rng)
                    if cranes and rng.random() < _EMPTY:
                        lay_row(layers, np.array(_box_at(along, place)), away, rng)
                    else:
                        laid += _lay(layers, ids, (along, known + len(laid) + 1), place, rng, flat=flat)
            else:
                place = _one_of(np.argwhere(shore > _OFFSHORE), rng)
                if place is not None:
                    laid += _lay(layers, ids, (ship, known + len(laid) + 1), place, rng, flat=flat)
        return np.array(laid, np.float64).reshape(-1, 5)

    def _along(self, kind: int, away: tuple[float, float], beam_px: float, rng: np.random.Generator) -> Drawn:
        """A ship of about that beam that lies along a shore; `away` points from it, rows then columns."""
        off_deg = math.degrees(math.atan2(away[1], -away[0]))
        wanted = off_deg if rng.random() < _STERN_TO else off_deg + 90
        turn = np.abs((self._headings[kind] - wanted + 90) % 180 - 90)
        near = np.flatnonzero(turn <= max(_TURN_DEG, float(turn.min())))
        misfit = np.abs(self._beams[kind][near] - beam_px) + rng.uniform(0, 1.5, len(near))
        return self._kinds[kind][int(near[np.argmin(misfit)])]


def drawn_ships(seed: int) -> Bank:
    """Every form of the usual traffic at many headings, suns and pixel sizes."""
    rng = stream(seed, "train", "drawn ships")
    ships = []
    for name in traffic_forms():
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


def cut_out(examples: Sequence[Example], seed: int) -> tuple[Drawn, ...]:
    """The labelled ships of images, cut out along their hulls and turned."""
    rng = stream(seed, "train", "ships cut out")
    ships = []
    for example in examples:
        for number, ship in enumerate(example.ships, 1):
            heading_deg = 90 + math.degrees(float(ship[4]))
            mine = _chip(example, number)
            if mine is not None:
                offs = (k * 360 / _TURNS + rng.uniform(0, 360 / _TURNS) for k in range(_TURNS))
                ships += [made for off in offs if (made := _turned(mine, heading_deg, off)) is not None]
    return tuple(ships)


def _chip(example: Example, number: int) -> NDArray[np.float32] | None:
    """Bands and hull of one ship with room to turn it, shape (6, side, side); None where it is too small or cut."""
    rows, cols = np.nonzero(example.ids == number)
    if rows.size < _LEAST_CUT_PX:
        return None
    half = int(math.hypot(np.ptp(rows), np.ptp(cols)) / 2) + _RIM_PX
    top, left = (round(float(p.min() + p.max()) / 2) - half for p in (rows, cols))
    if min(top, left) < 0 or top + 2 * half + 1 > example.shape[0] or left + 2 * half + 1 > example.shape[1]:
        return None
    here = np.s_[top : top + 2 * half + 1, left : left + 2 * half + 1]
    hull = (example.ids[here] == number).astype(np.float32)
    return np.concatenate([np.moveaxis(example.layers[here][..., :5], 2, 0), hull[None]])


def _turned(chip: NDArray[np.float32], heading_deg: float, off_deg: float) -> Drawn | None:
    """A ship cut out, turned clockwise."""
    turn = math.radians(off_deg)
    # From places in what is made to places in the chip: turned back.
    back = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    middle = (chip.shape[1] - 1) / 2
    planes = np.stack(
        [ndimage.affine_transform(p, back, (middle, middle) - back @ (middle, middle), order=1) for p in chip]
    )
    hull = planes[5] > 0.5
    if np.count_nonzero(hull) < _LEAST_CUT_PX:
        return None
    cover = ndimage.gaussian_filter(ndimage.binary_dilation(hull).astype(np.float32), _EDGE_PX)
    made = (planes[:5] * cover).astype(np.float32)
    return _drawn(hull, heading_deg + off_deg, made, cover, np.zeros_like(cover))


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
    along = cols * math.sin(turn) - rows * math.cos(turn)
    return Drawn(
        heading_deg=heading_deg % 180,
        length_px=float(np.ptp(along)) + 1,
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


def _lay(
    layers: NDArray[np.float32],
    ids: NDArray[np.int16],
    numbered: tuple[Drawn, int],
    place: tuple[int, int],
    rng: np.random.Generator,
    *,
    flat: float,
) -> list[tuple[float, ...]]:
    """One ship into a patch, unless it would lie over another, over land, or where nothing is known: its box, if so."""
    ship, number = numbered
    first = [round(p - m) for p, m in zip(place, ship.middle_px, strict=True)]
    low = [max(0, f) for f in first]
    high = [min(n, f + s) for n, f, s in zip(layers.shape[1:], first, ship.hull.shape, strict=True)]
    if high[0] <= low[0] or high[1] <= low[1]:
        return []
    here = np.s_[low[0] : high[0], low[1] : high[1]]
    chip = np.s_[low[0] - first[0] : high[0] - first[0], low[1] - first[1] : high[1] - first[1]]
    hull, part = ship.hull[chip], layers[(slice(None), *here)]
    if not hull.any() or (part[WEIGHT][hull] == 0).any() or (part[HULL][hull] > 0.1).any():
        return []
    if (part[SHORE][hull] < -0.02).mean() > 0.2:
        return []
    cover, shadow, bands = ship.cover[chip], ship.shadow[chip], ship.bands[(slice(None), *chip)]
    if rng.random() < flat:
        bands = np.broadcast_to(cover * np.float32(rng.uniform(*_FLAT_LIGHT)), bands.shape)
    light = np.exp(rng.normal(0, 0.45) + rng.normal(0, 0.12, 5)).astype(np.float32)[:, None, None]
    if rng.random() < _SOFT:
        cover, bands = ndimage.gaussian_filter(cover, 0.7), ndimage.gaussian_filter(bands, (0, 0.7, 0.7))
    part[:5] = (part[:5] - shadow * np.float32(rng.uniform(0.02, 0.12))) * (1 - cover) + bands * light
    part[HULL] = np.maximum(part[HULL], hull)
    part[CORE] = np.maximum(part[CORE], ship.core[chip])
    part[WEIGHT][hull] = 1
    ids[here][hull] = number
    return [_box_at(ship, place)]


def _box_at(ship: Drawn, place: tuple[int, int]) -> tuple[float, ...]:
    """Middle, length, beam and axis of a ship laid at a place."""
    row, col = (round(p - m) + m for p, m in zip(place, ship.middle_px, strict=True))
    return row, col, ship.length_px, ship.beam_px, math.radians(ship.heading_deg - 90) % math.pi
