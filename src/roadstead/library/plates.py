"""Plates of ship forms: side, view from above and shadow one above the other, in one coordinate along the hull.

The bow is on the left in all three: the side is that to port, the ship from above heads west with north at the top, so
that its port side is the lower one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from roadstead.library.profiles import silhouette_image, water_shadow
from roadstead.library.rays import SunView
from roadstead.library.solid import Solid, solid_of
from roadstead.library.views import overhead
from roadstead.model import BandRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from roadstead.library.forms import ShipForm

PLATE_SUN = SunView(sun_elevation_deg=35.0, sun_azimuth_deg=150.0)
PLATE_MARK = "SIMULATED by Roadstead from a description: no camera and no satellite took these images"
PIXEL_M = 0.5
_HEADING_DEG = 270.0
_RGB = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)
_WATER = np.array([0.035, 0.05, 0.06], np.float32)[:, None, None]
_DARK, _BRIGHT = 0.02, 0.45
"""reflectance of black and of white"""
_SKY, _DEEP, _INK, _WARNING = "#dbe3ea", "#4b6472", "#1a1a1a", "#b2182b"
_ROOM_M = (12.0, 65.0)
"""water that is shown before bow and behind stern, and shadow that is shown beside the hull at most"""
_WIDE_IN, _LEFT_IN, _RIGHT_IN = 8.0, 0.6, 0.1
_HEAD_IN, _TITLE_IN, _GAP_IN, _AROUND_IN = 0.5, 0.25, 0.06, 0.9
"""heights: of the mark, of a ship's title, between its pictures, of all that a ship takes beside its pictures"""
_NAMES = ("side, port", "above, 0.5 m", "shadow")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ship:
    """One ship with its shadow."""

    title: str
    solid: Solid
    shadow: BaseGeometry
    """on the water, metres east and north of the ship's middle"""

    @classmethod
    def of(cls, form: ShipForm, sight: SunView, seed: int) -> _Ship:
        solid = solid_of(form, seed=seed)
        title = f"{form.name} ({form.id}), {solid.length_m:.4g} x {solid.beam_m:.4g} m"
        return cls(title=title, solid=solid, shadow=water_shadow(solid, sight, heading_deg=_HEADING_DEG))

    @property
    def sides_m(self) -> tuple[float, float]:
        """How far south and north of the middle line the pictures reach."""
        half = self.solid.beam_m / 2
        south, north = (-half, half) if self.shadow.is_empty else (self.shadow.bounds[1], self.shadow.bounds[3])
        return max(min(south, -half) - 3, -half - _ROOM_M[1]), min(max(north, half) + 3, half + _ROOM_M[1])

    @property
    def shares(self) -> tuple[float, float, float]:
        """Heights of the three pictures as shares of their width."""
        south, north = self.sides_m
        wide = self.solid.length_m + 2 * _ROOM_M[0]
        return _side_m(self.solid) / wide, (north - south) / wide, (north - south) / wide


def plate(forms: Sequence[ShipForm], sight: SunView = PLATE_SUN, *, seed: int = 1) -> bytes:
    """Draw forms at the middle of their sizes, each from the side, from above at 0.5 m, and as a shadow on the water.

    Args:
        forms: at least one; each to its own scale.
        sight: sun and sensor.
        seed: of wear, small gear and containers.

    Returns:
        A PNG with the mark of what is simulated, on it and in its metadata; equal arguments give equal bytes.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load

    ships = [_Ship.of(form, sight, seed) for form in forms]
    across_in = _WIDE_IN - _LEFT_IN - _RIGHT_IN
    tall_in = _HEAD_IN + sum(sum(ship.shares) * across_in + _AROUND_IN for ship in ships)
    figure = Figure(figsize=(_WIDE_IN, tall_in))
    head = f"{PLATE_MARK}\n{_sun_words(sight)}"
    figure.text(_LEFT_IN / _WIDE_IN, 1 - 0.1 / tall_in, head, color=_WARNING, fontsize=9, va="top")
    top_in = tall_in - _HEAD_IN
    for ship in ships:
        top_in -= _TITLE_IN
        for name, share, draw in zip(_NAMES, ship.shares, (_side, _above, _shadow), strict=True):
            top_in -= share * across_in
            place = (_LEFT_IN, top_in, across_in, share * across_in)
            axes = figure.add_axes((place[0] / _WIDE_IN, place[1] / tall_in, place[2] / _WIDE_IN, place[3] / tall_in))
            draw(axes, ship, sight)
            _frame(axes, ship.solid, name, last=name == _NAMES[-1])
            if name == _NAMES[0]:
                axes.set_title(ship.title, fontsize=10, loc="left", color=_INK)
            top_in -= _GAP_IN
        top_in -= _AROUND_IN - _TITLE_IN - 3 * _GAP_IN
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110, metadata={"Software": None, "Description": "roadstead:simulated"})
    return out.getvalue()


def _sun_words(sight: SunView) -> str:
    seen = f", seen {sight.off_nadir_deg:g} deg off the vertical" if sight.off_nadir_deg else ""
    return f"sun {sight.sun_elevation_deg:g} deg high, azimuth {sight.sun_azimuth_deg:g} deg, ship heading west{seen}"


def _side_m(solid: Solid) -> float:
    """Height of the strip that holds the side."""
    return max([solid.top_m, *(max(spar.start_m[2], spar.end_m[2]) for spar in solid.spars)]) + 3.0


def _side(axes: Axes, ship: _Ship, _: SunView) -> None:
    solid = ship.solid
    colours, seen = silhouette_image(solid, "port", _RGB)
    picture = np.concatenate([_toned(colours), seen[..., None] * np.uint8(255)], axis=2)
    cell, half = solid.spacing_m[0], solid.length_m / 2
    axes.set_facecolor(_SKY)
    axes.imshow(picture, extent=(-half, half, 0, picture.shape[0] * cell), interpolation="nearest", zorder=2)
    for spar in solid.spars:
        (u, low), (v, high) = spar.start_m[::2], spar.end_m[::2]
        axes.plot([u, v], [low, high], color=_INK, linewidth=1.2, zorder=3)
    axes.set_ylim(0, _side_m(solid))


def _above(axes: Axes, ship: _Ship, sight: SunView) -> None:
    view = overhead(ship.solid, sight, heading_deg=_HEADING_DEG, pixel_m=PIXEL_M, bands=_RGB)
    sea = np.broadcast_to(_WATER, view.reflectance.shape).astype(np.float32)
    rows, cols = view.cover.shape
    west, north = -view.middle_px[1] * PIXEL_M, view.middle_px[0] * PIXEL_M
    extent = (west, west + cols * PIXEL_M, north - rows * PIXEL_M, north)
    axes.set_facecolor(_toned(_WATER)[0, 0] / 255)
    axes.imshow(_toned(view.over(sea)), extent=extent, interpolation="nearest")
    axes.set_ylim(*ship.sides_m)


def _shadow(axes: Axes, ship: _Ship, _: SunView) -> None:
    axes.set_facecolor(_SKY)
    for part in getattr(ship.shadow, "geoms", [ship.shadow]):
        if not part.is_empty:
            axes.fill(*part.exterior.xy, color=_DEEP, linewidth=0)
            for hole in part.interiors:
                axes.fill(*hole.xy, color=_SKY, linewidth=0)
    hull = np.pad(ship.solid.material >= 0, 1).astype(float).T
    rows, cols = hull.shape
    along, across = ship.solid.spacing_m
    east, north = (np.arange(cols) - (cols - 1) / 2) * along, (np.arange(rows) - (rows - 1) / 2) * across
    axes.contour(east, north, hull, levels=[0.5], colors=_INK, linewidths=0.7)
    axes.set_ylim(*ship.sides_m)


def _frame(axes: Axes, solid: Solid, name: str, *, last: bool) -> None:
    half = solid.length_m / 2
    places = np.linspace(0, 1, 11)
    axes.set(xlim=(-half - _ROOM_M[0], half + _ROOM_M[0]), aspect="equal")
    axes.set_xticks((places - 0.5) * solid.length_m, [f"{p:g}" for p in places.round(1)] if last else [], fontsize=7)
    axes.tick_params(axis="y", labelsize=7)
    axes.set_ylabel(f"{name}\nm", fontsize=7)
    if last:
        axes.set_xlabel("share of the length, from the bow", fontsize=8)


def _toned(bands: NDArray[Any]) -> NDArray[np.uint8]:
    """Three bands (bands, height, width) as a picture (height, width, 3): between dark and bright, root."""
    share = np.clip((bands - _DARK) / (_BRIGHT - _DARK), 0, 1)
    return np.moveaxis(255 * np.sqrt(share), 0, -1).astype(np.uint8)
