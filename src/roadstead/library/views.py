"""The overhead view of a solid: lit by the sun and the sky, with its shadows, at any pixel size.

The ship is drawn at its own cells and then averaged over the pixels. Light: a Lambertian surface of reflectance r under
direct sun and an even sky; the sky's share of the light on level ground follows from the optical depth of a clear
atmosphere (Bird and Riordan 1986, SERI/TR-215-2436) and grows as the sun sinks. Shading: level steps stay level, only
what slopes over several cells is turned towards or away from the sun. A slanting view leans what is high away from the
sensor and shows the sides that face it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.library.faces import Faces, faces_of
from roadstead.library.materials import reflectances
from roadstead.library.rays import rays_of
from roadstead.model import BandRole, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.library.rays import SunView
    from roadstead.library.solid import Solid

_OPTICAL_DEPTH = {
    BandRole.BLUE: 0.31,
    BandRole.GREEN: 0.24,
    BandRole.RED: 0.16,
    BandRole.NIR: 0.10,
    BandRole.SWIR16: 0.045,
    BandRole.PAN: 0.20,
}
"""vertical, of clear maritime air: Rayleigh and aerosol"""
WATER_STAYS = 0.5
"""share of its brightness that water keeps in a shadow: the sky mirrored in it, and light that comes from the side
below the surface; estimated, for water without sun glint"""
_FORWARD = 0.6
"""share of scattered light that reaches the ground"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """A ship from above on an empty map, north up."""

    reflectance: NDArray[np.float32]
    """of the ship's part of each pixel, shape (bands, height, width); 0 where there is none"""
    cover: NDArray[np.float32]
    """share of each pixel that the ship covers, shape (height, width)"""
    shadow: NDArray[np.float32]
    """share of the rest of each pixel that lies in the ship's shadow, same shape"""
    sky: tuple[float, ...]
    """share of the light on level ground that comes from the sky and stays in a shadow, per band"""
    middle_px: tuple[float, float]
    """row and column of the ship's middle; (0.5, 0.5) is the first pixel's middle"""
    pixel_m: float

    @property
    def shade(self) -> NDArray[np.float32]:
        """Factor by which the ship's shadow darkens the water around it, shape (height, width); 1 is unshadowed."""
        return 1 - self.shadow * np.float32(1 - WATER_STAYS)

    def over(
        self, ground: NDArray[np.float32], stays: Sequence[float] | NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """The ship and its shadow laid over a ground.

        Args:
            ground: reflectance without the ship, shape (bands, height, width).
            stays: share of the ground's brightness that stays in full shadow, per band or in any shape that
                broadcasts against the ground's; that of water if not said. For a quay take `sky`.

        Returns:
            float32, same shape as the ground.
        """
        said = np.asarray(WATER_STAYS if stays is None else stays, np.float32)
        kept = said[:, None, None] if said.ndim == 1 else said
        left = ground * (1 - self.shadow * (1 - kept)) * (1 - self.cover)
        return (self.reflectance * self.cover + left).astype(np.float32)


def overhead(
    solid: Solid,
    sight: SunView,
    *,
    heading_deg: float,
    pixel_m: float,
    bands: Sequence[BandRole | str],
    origin_px: tuple[float, float] = (0.0, 0.0),
) -> Overhead:
    """Draw a ship from above.

    Args:
        solid: the ship.
        sight: sun and sensor.
        heading_deg: direction of the bow, clockwise from true north.
        pixel_m: size of a pixel on the ground, 0.3-30 m.
        bands: roles of the bands to draw.
        origin_px: where within its pixel the ship's middle falls, row and column, 0-1; lay the result into an image
            at the whole rows and columns between the middle there and `middle_px`.

    Returns:
        The view in a window that holds ship and shadow (a shadow longer than 400 m is cut).

    Raises:
        InputError: a pixel size, a heading or a band that cannot be drawn.
    """
    if not 0.3 <= pixel_m <= 30:
        raise InputError(f"pixels of {pixel_m} m cannot be drawn; take 0.3 to 30 m")
    if not math.isfinite(heading_deg):
        raise InputError(f"heading {heading_deg} is no direction; give degrees clockwise from true north")
    from roadstead.library.view_kernels import averaged  # noqa: PLC0415 - numba only when a ship is drawn

    table = reflectances(bands)
    sky = tuple(sky_share(BandRole(band), sight.sun_elevation_deg) for band in bands)
    faces = faces_of(solid, rays_of(sight, heading_deg))
    shape, middle = _window(faces, heading_deg, pixel_m, origin_px)
    fine = max(2, math.ceil(pixel_m / min(faces.spacing_m)))
    reflectance, cover, shadow = averaged(
        _shine(faces, table, np.array(sky, np.float32)),
        faces.material >= 0,
        faces.dark,
        _frame(faces, heading_deg, pixel_m, middle),
        (*shape, fine),
    )
    return Overhead(reflectance=reflectance, cover=cover, shadow=shadow, sky=sky, middle_px=middle, pixel_m=pixel_m)


def sky_share(band: BandRole, sun_elevation_deg: float) -> float:
    """Share of the light on level ground that comes from the clear sky; 1 when the sun is down."""
    if sun_elevation_deg <= 0:
        return 1.0
    # air mass of Kasten and Young 1989, Applied Optics 28, 4735
    mass = 1 / (math.sin(math.radians(sun_elevation_deg)) + 0.50572 * (sun_elevation_deg + 6.07995) ** -1.6364)
    direct = math.exp(-_OPTICAL_DEPTH[band] * mass)
    scattered = _FORWARD * (1 - direct)
    return scattered / (scattered + direct)


def _shine(faces: Faces, table: NDArray[np.float32], sky: NDArray[np.float32]) -> NDArray[np.float32]:
    """Reflectance of every cell as it is lit, shape (rows, columns, bands)."""
    light = (1 - sky) * faces.direct[..., None] + sky * faces.sky[..., None]
    worn: NDArray[np.float32] = table[faces.material] * faces.texture[..., None] * light
    return worn


def _window(
    faces: Faces, heading_deg: float, pixel_m: float, origin_px: tuple[float, float]
) -> tuple[tuple[int, int], tuple[float, float]]:
    """Shape of the map that holds all faces, and the ship's middle in it."""
    rows, cols = faces.material.shape
    u = (np.array([0, 0, rows, rows]) - faces.middle[0]) * faces.spacing_m[0]
    v = (np.array([0, cols, 0, cols]) - faces.middle[1]) * faces.spacing_m[1]
    sin, cos = math.sin(math.radians(heading_deg)), math.cos(math.radians(heading_deg))
    south, east = (u * cos + v * sin) / pixel_m, (-u * sin + v * cos) / pixel_m
    lead = [math.ceil(-side.min()) + 1 for side in (south, east)]
    middle = (lead[0] + origin_px[0] % 1, lead[1] + origin_px[1] % 1)
    shape = (math.ceil(middle[0] + south.max()) + 1, math.ceil(middle[1] + east.max()) + 1)
    return shape, middle


def _frame(
    faces: Faces, heading_deg: float, pixel_m: float, middle: tuple[float, float]
) -> tuple[float, float, float, float, float, float]:
    """Map pixels (row, column) -> rows and columns of the faces."""
    sin, cos = math.sin(math.radians(heading_deg)), math.cos(math.radians(heading_deg))
    a, b = pixel_m / faces.spacing_m[0], pixel_m / faces.spacing_m[1]
    row = faces.middle[0] - a * (cos * middle[0] - sin * middle[1])
    col = faces.middle[1] - b * (sin * middle[0] + cos * middle[1])
    return row, a * cos, -a * sin, col, b * sin, b * cos
