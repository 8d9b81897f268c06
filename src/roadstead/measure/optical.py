"""Boxes of hulls in optical images: the geometry of the outline, with the doubts that only an image brings."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.measure.box import OrientedBox, oriented_box
from roadstead.model import Estimate

if TYPE_CHECKING:
    from roadstead.geo import GroundFrame
    from roadstead.model import Candidate, Pixels, Scene

_BLUR_PX = 0.5  # of push-broom images near their native pixel; one sigma
_BLUR_PX_RESAMPLED = 1.0
# Dark bows, low sterns and bow waves: parts of length and beam by which an outline misses the hull. Set on 39 ships at
# Long Beach (PlanetScope, labels by eye, a network that never saw the place): outlines are short, by 1 % of length
# (median) in open water and by 3 % at a quay, where ends under cranes are missed; lengths are given without that.
_SHORT = (0.01, 0.03)
_HULL_SHARE = (0.08, 0.08)
_QUAY_SHARE = (0.15, 0.25)  # of length and beam, where the outline against the quay is a guess
_QUAY_TURN_DEG = 5.0


def measure_optical(scene: Scene, pixels: Pixels, candidate: Candidate, frame: GroundFrame) -> OrientedBox:
    """The oriented box of a candidate in an optical image.

    Args:
        scene: says whether the image was resampled, which blurs it.
        pixels: the window that the candidate was found in; its weights already carry what the pixels say.
        candidate: its pixels and weights.
        frame: ground metres of the window.
    """
    del pixels  # the candidate's weights are made from them; the argument keeps one signature for all sensors
    blur_px = _BLUR_PX_RESAMPLED if scene.resampled else _BLUR_PX
    box = oriented_box(candidate.cols_px, candidate.rows_px, candidate.weights, frame, blur_px)
    box = _lengthened(box, 1 / (1 - _SHORT[bool(candidate.alongside)]))
    length_share, beam_share = _QUAY_SHARE if candidate.alongside else _HULL_SHARE
    turn_deg = _QUAY_TURN_DEG if candidate.alongside else 0.0
    return replace(
        box,
        length_m=_doubted(box.length_m, length_share * box.length_m.value),
        beam_m=_doubted(box.beam_m, beam_share * box.beam_m.value),
        heading_deg=_doubted(box.heading_deg, turn_deg),
    )


def _lengthened(box: OrientedBox, times: float) -> OrientedBox:
    """The box with both ends moved outwards: its first and last corner lie at one end, the others at the other."""
    corners = np.array(box.corners_px)
    first, second = [0, 3], [1, 2]
    reach = (times - 1) / 2 * (corners[first].mean(axis=0) - corners[second].mean(axis=0))
    corners[first] += reach
    corners[second] -= reach
    return replace(
        box,
        length_m=Estimate(times * box.length_m.value, times * box.length_m.sigma),
        corners_px=tuple((float(c), float(r)) for c, r in corners),
    )


def _doubted(estimate: Estimate, more_sigma: float) -> Estimate:
    return Estimate(estimate.value, math.hypot(estimate.sigma, more_sigma))
