"""Kernels of optical scenes: ground and water to reflectance, wakes, air, blur, noise, digital numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from roadstead.simulate.land import REFLECTANCE, STACK, STACK_COLOURS, node_values
from roadstead.simulate.noise import smooth, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOAM = np.array([0.34, 0.36, 0.36, 0.30, 0.12], np.float32)
"""reflectance of dense foam, bands blue green red nir swir16 (Koepke 1984, Applied Optics 23, 1816-1824)"""
TURBID = np.array([0.010, 0.026, 0.030, 0.008, 0.001], np.float32)
"""added by a cloud of suspended matter"""
SHALLOW = np.array([0.035, 0.055, 0.022, 0.003, 0.0], np.float32)
"""added by a light bottom in shallow water"""
SKYLIGHT = np.array([0.017, 0.013, 0.010, 0.007, 0.004], np.float32)
"""sky mirrored by a calm sea"""
SHADE = np.array([0.42, 0.34, 0.28, 0.20, 0.12], np.float32)
"""light left in shadow: the sky's"""
AIR = np.array([0.155, 0.125, 0.105, 0.075, 0.040], np.float32)
"""path reflectance of dense haze"""


@njit(inline="always")
def _water(key, x, y, coast, sloped, light, size, bands, out):  # type: ignore[no-untyped-def]  # numba types it
    """Add the reflectance of a point of the sea to `out`."""
    glint, per_slope, caps = light
    stain = smooth(key, x / 1400, y / 1400) + np.float32(0.6) * smooth(key + 1, x / 460, y / 460)
    stain += np.float32(0.35) * smooth(key + 2, x / 130, y / 130) + np.float32(0.22) * smooth(key + 3, x / 45, y / 45)
    gust = np.float32(1) + np.float32(0.16) * smooth(key + 4, x / 700, y / 700) + np.float32(0.10) * smooth(key + 5, x / 90, y / 170)
    silt = np.float32(0.30) + np.float32(0.22) * stain + np.float32(0.8) * np.exp(-coast / np.float32(250))
    silt = max(silt, np.float32(0))
    flat = np.exp(-coast / np.float32(45))
    foam = np.float32(0)
    if coast < 14:
        foam = max(smooth(key + 6, x / 14, y / 14) + np.float32(0.55) * smooth(key + 7, x / 4, y / 4) - np.float32(0.05), np.float32(0))
        foam *= (np.float32(1) - coast / np.float32(14)) * np.float32(0.6)
    if size > 5:
        foam += np.float32(0.5 * caps)
    elif caps > 0.0012 and coast > 150:
        i, j = np.int64(np.floor(x / 9)), np.int64(np.floor(y / 9))
        if uniform(key + 8, i, j) < caps * 10:
            u, v = x - 9 * i - 2 - 5 * uniform(key + 9, i, j), y - 9 * j - 2 - 5 * uniform(key + 10, i, j)
            ragged = np.float32(0.5) + smooth(key + 11, x / 1.6, y / 1.6)
            foam = max(foam, ragged * np.exp(-(u * u / 1.0 + v * v / 4.0)))
    shine = np.float32(glint) * np.exp(min(np.float32(per_slope) * sloped, np.float32(1.8))) * gust
    for b in range(len(bands)):
        k = bands[b]
        level = REFLECTANCE[0, k] + TURBID[k] * silt + SHALLOW[k] * flat
        level += SKYLIGHT[k] * gust * (np.float32(1) + np.float32(3.5) * sloped) + shine
        out[b] += level * (np.float32(1) - foam) + FOAM[k] * foam


@njit(cache=True, nogil=True)
def painted(
    surface: tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]],
    dark: NDArray[np.float32],
    kind: NDArray[np.uint8],
    frame: NDArray[np.float64],
    nodes: NDArray[np.float32],
    slopes: NDArray[np.float32],
    place: tuple[int, int],
    light: tuple[float, float, float],
    keys: tuple[int, int],
    bands: NDArray[np.int64],
    samples: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Reflectance of ground and water, and the share of land, of the pixels of a tile.

    Args:
        surface: class, height and variant of every sub-pixel; see `land_cover`.
        dark: 1 where a sub-pixel lies in shadow.
        kind: 0 water, 1 land, 2 breakwater, per sub-pixel.
        frame: see `land_cover`, of sub-pixels.
        nodes: see `Surroundings`.
        slopes: periodic slopes of the sea, per pixel.
        place: row and column of the first pixel.
        light: mean glint, its change per slope, whitecaps.
        keys: of the sea and of the place.
        bands: index of each band in the tables of reflectance.
        samples: sub-pixels per pixel and axis.

    Returns:
        Shapes (bands, height, width) and (height, width), float32.
    """
    height, width = kind.shape[0] // samples, kind.shape[1] // samples
    out = np.zeros((len(bands), height, width), np.float32)
    land = np.zeros((height, width), np.float32)
    x0, y0, step, row0, col0, per_node = frame
    cover, high, tint = surface
    share = np.float32(1 / (samples * samples))
    total, wet = np.zeros(len(bands), np.float32), np.zeros(len(bands), np.float32)
    for r in range(height):
        for c in range(width):
            total[:] = 0
            water, shaded = 0, np.float32(0)
            for i in range(r * samples, (r + 1) * samples):
                for j in range(c * samples, (c + 1) * samples):
                    if kind[i, j] == 0:
                        water += 1
                        shaded += dark[i, j]
                        continue
                    which = np.int64(cover[i, j])
                    grain = np.float32(1) + np.float32(0.10) * (uniform(keys[1] + 60, np.int64(np.floor((x0 + j * step) / 1.3)), np.int64(np.floor((y0 - i * step) / 1.3))) - np.float32(0.5))
                    for b in range(len(bands)):
                        if which == STACK:
                            level = STACK_COLOURS[np.int64(tint[i, j] * 5.99), bands[b]] * grain
                        else:
                            level = REFLECTANCE[which, bands[b]] * (np.float32(1) + tint[i, j]) * grain
                        if dark[i, j] > 0:
                            level *= SHADE[bands[b]]
                        total[b] += level
            if water:
                half = 0.5 * (samples - 1)
                x, y = x0 + (c * samples + half) * step, y0 - (r * samples + half) * step
                coast = node_values(nodes, row0 + (r * samples + half) / per_node, col0 + (c * samples + half) / per_node)
                fetch = np.float32(max(-coast[3], 0))
                # Along quays the water is deep and no surf breaks.
                shore = fetch + np.float32(3) * max(np.float32(150) - coast[0], np.float32(0))
                wet[:] = 0
                sheltered = np.float32(0.25) + np.float32(0.75) * (np.float32(1) - np.exp(-fetch / np.float32(1500)))
                sloped = sheltered * slopes[(place[0] + r) & 1023, (place[1] + c) & 1023]
                _water(keys[0], x, y, shore, sloped, light, step * samples, bands, wet)
                shaded /= np.float32(water)
                for b in range(len(bands)):
                    total[b] += wet[b] * water * (np.float32(1) - shaded * (np.float32(1) - SHADE[bands[b]]))
            for b in range(len(bands)):
                out[b, r, c] = total[b] * share
            land[r, c] = np.float32(1) - water * share
    return out, land


@njit(cache=True, nogil=True)
def wake_foam(
    wakes: NDArray[np.float64], corner: tuple[float, float], pixel_m: float, shape: tuple[int, int], key: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Foam (0-1) and change of brightness by the wakes of ships under way, each shape (height, width).

    Behind the stern a belt of foam and bubbles, at the sides the arms of Kelvin's pattern, 19.47 degrees off the
    track, crossed by waves of 2 pi V2 / g (Thomson 1887, Proc. Inst. Mech. Eng. 38, 409-434).

    Args:
        wakes: per ship x, y of its middle (metres), east and north of its heading, length, beam, speed (m/s).
        corner: UTM metres of the tile's upper left corner.
        pixel_m: pixel size.
        shape: of the tile.
        key: for the foam's grain.
    """
    height, width = shape
    foam, ripple = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for n in range(len(wakes)):
        x0, y0, east, north, length, beam, speed = wakes[n]
        strength = min(speed / 8.0, 1.5)
        reach = 250 + 1400 * strength * min(length / 100, 1.5)
        wave = 2 * np.pi * speed * speed / 9.81
        for r in range(height):
            y = corner[1] - (r + 0.5) * pixel_m
            if abs(y - y0) > reach + length:
                continue
            for c in range(width):
                x = corner[0] + (c + 0.5) * pixel_m
                behind = -((x - x0) * east + (y - y0) * north) - 0.45 * length
                if behind < -length or behind > reach:
                    continue
                side = abs((x - x0) * north - (y - y0) * east)
                if behind > 0:
                    half = 0.42 * beam * (1 + 0.5 * (behind / length) ** 0.5) + 0.3 * pixel_m
                    if side < 1.6 * half:
                        core = np.exp(-((side / half) ** 4))
                        grain = 0.75 + 0.5 * smooth(key + n, x / 6, y / 6)
                        foam[r, c] += core * grain * strength * (0.55 * np.exp(-behind / (0.7 * length)) + 0.10 * np.exp(-behind / (3 * length)))
                        ripple[r, c] += core * 0.10 * strength * np.exp(-behind / (0.5 * reach))
                from_bow = behind + 0.93 * length
                arm = side - 0.3536 * from_bow - 0.1 * beam
                if from_bow > 0 and abs(arm) < 3 * pixel_m + 0.05 * from_bow + 4:
                    thick = 0.5 * beam * 0.4 + 0.025 * from_bow + 0.5 * pixel_m
                    crest = np.exp(-((arm / thick) ** 2)) * np.exp(-from_bow / (1.2 * length * strength + 60))
                    turned = 0.6 + 0.4 * np.cos(2 * np.pi * (from_bow * 1.5 / wave)) if wave > 3 * pixel_m else 0.6
                    ripple[r, c] += 0.55 * strength * crest * turned
                    foam[r, c] += 0.25 * strength * crest * np.exp(-from_bow / (0.35 * length))
    return foam, ripple


@njit(cache=True, nogil=True)
def aired(
    level: NDArray[np.float32], sky: NDArray[np.float32], haze: float, bands: NDArray[np.int64], place: tuple[int, int], pixel_m: float, key: int
) -> None:
    """Put shadow of cloud, cloud and haze over reflectances (bands, height, width), in place."""
    count, height, width = level.shape
    for r in range(height):
        for c in range(width):
            thick, thin, dark = sky[0, r, c], sky[1, r, c], sky[2, r, c]
            bulge = np.float32(0)
            if thick > 0:
                x, y = (place[1] + c) * pixel_m, (place[0] + r) * pixel_m
                bulge = np.float32(0.10) * smooth(key, x / 160, y / 160) + np.float32(0.05) * smooth(key + 1, x / 50, y / 50)
            opaque = thick + (1 - thick) * thin
            bright = np.float32(0.50) + np.float32(0.20) * thick + bulge
            for b in range(count):
                k = bands[b]
                value = level[b, r, c] * (1 - dark * (1 - np.float32(1.3) * SHADE[k]))
                value = value * np.float32(1 - 0.35 * haze) + AIR[k] * np.float32(haze)
                white = bright * (np.float32(0.8) if k == 4 else np.float32(1))
                level[b, r, c] = value * (1 - opaque) + white * opaque


@njit(cache=True, nogil=True)
def numbered(
    level: NDArray[np.float32], grain: NDArray[np.float32], noise: tuple[float, float], scaling: tuple[float, float], valid: NDArray[np.bool_]
) -> NDArray[np.uint16]:
    """Digital numbers of one band with noise; 0 where there are no data, never 0 elsewhere."""
    height, width = level.shape
    out = np.zeros((height, width), np.uint16)
    floor, gain = np.float32(noise[0] * noise[0]), np.float32(noise[1])
    scale, offset = np.float32(1 / scaling[0]), np.float32(scaling[1])
    for r in range(height):
        for c in range(width):
            if valid[r, c]:
                value = level[r, c] + np.sqrt(floor + gain * max(level[r, c], np.float32(0))) * grain[r, c]
                out[r, c] = np.uint16(min(max((value - offset) * scale + np.float32(0.5), np.float32(1)), np.float32(65535)))
    return out

