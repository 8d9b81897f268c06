"""The surface of the sea: a periodic tile of slopes from a wave spectrum, and what it does to light.

Waves: equilibrium range of Phillips with its peak after Pierson and Moskowitz (1964, J. Geophys. Res. 69, 5181-5190),
spread as a squared cosine about the wind, and one swell. Waves shorter than two pixels are part of the mean slope
variance only (Cox and Munk 1954, J. Opt. Soc. Am. 44, 838-850). Glint is that of Cox and Munk, varied by the slopes
that the pixels resolve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.simulate.spec import Weather

SIDE = 1024
_PHILLIPS = 0.0018
_GRAVITY = 9.81
_FRESNEL = 0.021
_SWELL_M, _SWELL_SLOPE, _SWELL_TURN_DEG = 110.0, 0.003, 35.0
_PEAK = 0.77
"""Pierson-Moskowitz peak: wavenumber over gravity / wind squared"""
_MOST_GLINT = 0.016
"""archives hold few images with more: operators turn away from glint, and users pass such images over"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeaLight:
    """What the sea adds to its own colour, and how slopes vary it."""

    slopes: NDArray[np.float32]
    """slope towards the sun, periodic, shape (1024, 1024)"""
    glint: float
    """mean reflectance of sun glint"""
    per_slope: float
    """relative change of glint per slope"""
    whitecaps: float
    """share of the surface under breaking crests (Monahan and O'Muircheartaigh 1980, J. Phys. Oceanogr. 10, 2094)"""


def slope_tile(
    weather: Weather, pixel_m: float, towards_deg: float, names: tuple[int, str], *, heights: bool = False
) -> NDArray[np.float32]:
    """A periodic field of the sea's slope along one direction, shape (1024, 1024), rows southwards.

    Args:
        weather: gives the wind.
        pixel_m: sampling.
        towards_deg: direction of the slope, clockwise from grid north.
        names: seed and scene, for the phases.
        heights: give the slope's Hilbert transform instead, a field with crests where heights are greatest.
    """
    east, south = np.meshgrid(2 * np.pi * np.fft.rfftfreq(SIDE, pixel_m), 2 * np.pi * np.fft.fftfreq(SIDE, pixel_m))
    k = np.hypot(east, south)
    k[0, 0] = 1.0
    down = math.radians(weather.wind_from_deg + 180)
    cosine = (east * math.sin(down) - south * math.cos(down)) / k
    step = 2 * np.pi / (SIDE * pixel_m)
    peak = _PEAK * _GRAVITY / max(weather.wind_m_s, 1.0) ** 2
    power = 0.5 * _PHILLIPS * k**-2 * np.exp(-1.25 * (peak / k) ** 2) * cosine**2 * (2 / np.pi)
    aside = down + math.radians(_SWELL_TURN_DEG)
    swell_k = 2 * np.pi / _SWELL_M
    away = np.hypot(east - swell_k * math.sin(aside), south + swell_k * math.cos(aside)) / (0.18 * swell_k)
    power += _SWELL_SLOPE**2 * np.exp(-0.5 * away**2) / (2 * np.pi * (0.18 * swell_k) ** 2)
    power *= (np.sinc(east * pixel_m / (2 * np.pi)) * np.sinc(south * pixel_m / (2 * np.pi))) ** 2
    power[0, 0] = 0
    light = math.radians(towards_deg)
    part = np.abs(east * math.sin(light) - south * math.cos(light)) / k if not heights else 1.0
    white = np.fft.rfft2(stream(names[0], names[1], "waves").standard_normal((SIDE, SIDE), dtype=np.float32))
    return np.asarray(np.fft.irfft2(white * np.sqrt(power) * step * part * SIDE, (SIDE, SIDE)), np.float32)


def sea_light(
    weather: Weather,
    pixel_m: float,
    sun: tuple[float, float],
    view: tuple[float, float],
    names: tuple[int, str],
) -> SeaLight:
    """Glint and slopes of a scene.

    Args:
        weather: gives the wind.
        pixel_m: sampling.
        sun: elevation and azimuth (grid north), degrees.
        view: off-nadir angle and azimuth towards the satellite (grid north), degrees.
        names: seed and scene.
    """
    zenith, away = math.radians(90 - sun[0]), math.radians(view[0])
    mirror_x = math.sin(zenith) * math.sin(math.radians(sun[1])) + math.sin(away) * math.sin(math.radians(view[1]))
    mirror_y = math.sin(zenith) * math.cos(math.radians(sun[1])) + math.sin(away) * math.cos(math.radians(view[1]))
    up = math.cos(zenith) + math.cos(away)
    slope = math.hypot(mirror_x, mirror_y) / up
    spread = 0.003 + 0.00512 * weather.wind_m_s
    density = math.exp(-(slope**2) / spread) / (math.pi * spread)
    facet = (1 + slope**2) ** 2
    glint = math.pi * _FRESNEL * density * facet / (4 * math.cos(zenith) * math.cos(away))
    return SeaLight(
        slopes=slope_tile(weather, pixel_m, math.degrees(math.atan2(mirror_x, mirror_y)), names),
        glint=min(glint, _MOST_GLINT),
        per_slope=2 * slope / spread,
        whitecaps=min(3.84e-6 * weather.wind_m_s**3.41, 0.08),
    )
