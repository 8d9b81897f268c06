"""Deck strips of the library's ships, drawn as the scene would show them: its sun, its view, its sharpness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead import library
from roadstead.identify.strip import DeckStrip, Placement, deck_strip
from roadstead.identify.variants import stretched, variant
from roadstead.library import SunView
from roadstead.model import BandRole
from roadstead.steps import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

WATER_LEVEL = 0.06
"""reflectance of the water under drawn ships"""
_PIXEL_M = 1.0
"""drawn ships need no finer pixels: landmarks are not known better"""
_PER_RESOLVED = 0.683
"""standard deviation of a blur whose contrast falls to a tenth at the resolved distance, see `sharpness`"""
_ENDS, _SIDES = 0.012, 0.04
"""standard deviations of the outline's error: of the ends as a share of the length, of the sides of the beam"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a scene does to every ship in it."""

    sun_elevation_deg: float
    sun_azimuth_deg: float
    off_nadir_deg: float
    view_azimuth_deg: float
    resolved_m: float
    noise: float
    """standard deviation of the water over its level, which stands for noise and waves"""
    bands: tuple[BandRole, ...] = (BandRole.PAN,)
    """averaged to one brightness"""

    def over(self, heading_deg: float) -> SunView:
        """Sun and view as a ship that heads north would have them."""
        return SunView(
            sun_elevation_deg=self.sun_elevation_deg,
            sun_azimuth_deg=(self.sun_azimuth_deg - heading_deg) % 360,
            off_nadir_deg=self.off_nadir_deg,
            view_azimuth_deg=(self.view_azimuth_deg - heading_deg) % 360,
        )


def drawn_strip(form_id: str, number: int, at: Placement, scene: Circumstances) -> DeckStrip:
    """The deck strip of a variant of a form, of the placement's size and heading, measured with the usual errors.

    Args:
        form_id: a form of the library.
        number: of the variant; 0 is the form as it stands, without errors of the outline.
        at: size and heading.
        scene: sun, view, sharpness, noise.
    """
    rng = stream(number, "identify", "drawn", form_id)
    length, beam = at.length_m, at.beam_m
    solid = stretched(variant(form_id, number), length, beam)
    pixel = max(0.5, min(_PIXEL_M, length / 80))
    view = library.overhead(solid, scene.over(at.heading_deg), heading_deg=0, pixel_m=pixel, bands=scene.bands)
    picture, middle = _on_water(view, pixel)
    sharp = ndimage.gaussian_filter(picture, max(_PER_RESOLVED * scene.resolved_m / pixel, 0.3))
    noisy = sharp + WATER_LEVEL * scene.noise * rng.standard_normal(sharp.shape).astype(np.float32)
    errors = rng.standard_normal(3) * (number > 0)
    placed = Placement(
        row_px=middle[0],
        col_px=middle[1] + errors[2] * _SIDES * beam / pixel,
        ahead_px=(-1 / pixel, 0.0),
        starboard_px=(0.0, 1 / pixel),
        length_m=length,
        beam_m=beam,
        heading_deg=at.heading_deg,
    ).moved(1 + _ENDS * errors[0], _ENDS * errors[1])
    return deck_strip(noisy, np.ones(noisy.shape, bool), placed)


def _on_water(view: library.Overhead, pixel_m: float) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """The mean of the bands over even water with a rim of 20 m, and the ship's middle in it."""
    rim = math.ceil(20 / pixel_m)
    ground = np.full(view.reflectance.shape, WATER_LEVEL, np.float32)
    picture = np.pad(view.over(ground).mean(axis=0), rim, constant_values=WATER_LEVEL)
    return picture.astype(np.float32), (view.middle_px[0] + rim, view.middle_px[1] + rim)
