"""Wakes of ships under way: a belt of foam and bubbles behind the stern, and the arms of Kelvin's pattern.

The arms lie 19.47 degrees off the track and are crossed by waves of 2 pi V2 / g (Thomson 1887, Proc. Inst. Mech. Eng.
38, 409-434). How bright and how long they are is set by eye from real images at 3 and 10 m.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from roadstead.simulate.noise import smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.simulate.ships import Placed

_SLOWEST_KN = 1.0


def wakes_of(ships: Sequence[Placed]) -> NDArray[np.float64]:
    """What `wake_foam` needs of the ships under way, shape (n, 7).

    x and y of the middle (UTM metres), east and north of the heading, length, beam, speed in m/s.
    """
    rows = [
        (s.x_m, s.y_m, *s.ahead, s.ship.length_m, s.ship.beam_m, s.speed_m_s)
        for s in ships
        if s.ship.speed_kn >= _SLOWEST_KN
    ]
    return np.array(rows, np.float64).reshape(-1, 7)


@njit(inline="always")
def _belt(behind: Any, side: Any, pixel_m: Any, hull: Any) -> Any:
    """Weight of the belt behind the stern, and its foam."""
    length, beam, strength = hull
    half = 0.42 * beam * (1 + 0.5 * (behind / length) ** 0.5) + 0.3 * pixel_m
    if side > 1.6 * half:
        return 0.0, 0.0
    core = strength * np.exp(-((side / half) ** 4))
    return core, core * (0.42 * np.exp(-behind / (0.4 * length)) + 0.05 * np.exp(-behind / (2.5 * length)))


@njit(inline="always")
def _arm(from_bow: Any, side: Any, pixel_m: Any, hull: Any, wave: Any) -> Any:
    """Brightness of an arm of the pattern, and its foam."""
    length, beam, strength = hull
    off = side - 0.3536 * from_bow - 0.1 * beam
    if from_bow <= 0 or abs(off) > 3 * pixel_m + 0.05 * from_bow + 4:
        return 0.0, 0.0
    thick = 0.2 * beam + 0.025 * from_bow + 0.5 * pixel_m
    crest = strength * np.exp(-((off / thick) ** 2)) * np.exp(-from_bow / (1.2 * length * strength + 60))
    turned = 0.6 + 0.4 * np.cos(2 * np.pi * from_bow * 1.5 / wave) if wave > 3 * pixel_m else 0.6
    return 0.28 * crest * turned, 0.14 * crest * np.exp(-from_bow / (0.35 * length))


@njit(cache=True, nogil=True)
def wake_foam(
    wakes: NDArray[np.float64], corner: tuple[float, float], pixel_m: float, shape: tuple[int, int], key: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Foam (0-1) and relative change of brightness by wakes, each shape (height, width).

    Args:
        wakes: see `wakes_of`.
        corner: UTM metres of the tile's upper left corner.
        pixel_m: pixel size.
        shape: of the tile.
        key: for the foam's grain.
    """
    foam, ripple = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for n in range(len(wakes)):
        x0, y0, east, north, length, beam, speed = wakes[n]
        strength = min(speed / 8.0, 1.5)
        hull, wave = (length, beam, strength), 2 * np.pi * speed * speed / 9.81
        reach = 250 + 1400 * strength * min(length / 100, 1.5)
        for r in range(shape[0]):
            y = corner[1] - (r + 0.5) * pixel_m - y0
            if abs(y) > reach + length:
                continue
            for c in range(shape[1]):
                x = corner[0] + (c + 0.5) * pixel_m - x0
                behind, side = -(x * east + y * north) - 0.45 * length, abs(x * north - y * east)
                if behind < -length or behind > reach:
                    continue
                bright, white = _arm(behind + 0.93 * length, side, pixel_m, hull, wave)
                ripple[r, c] += bright
                foam[r, c] += white
                if behind > 0:
                    core, white = _belt(behind, side, pixel_m, hull)
                    ripple[r, c] += 0.10 * core * np.exp(-behind / (0.5 * reach))
                    foam[r, c] += white * (0.75 + 0.5 * smooth(key + n, (x + x0) / 6, (y + y0) / 6))
    return foam, ripple
