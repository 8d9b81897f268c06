"""Ships as truth for `bench/identity.py`: drawn apart from the likelihood, with its own jitter, sea, blur and noise.

Each landmark moves by itself, evenly within a share of the length, each height within a share of itself. The blur is a
defocus disc smeared along a line with some sharpening after it, where the likelihood knows a Gaussian; the sea has
swell; noise grows with the signal; the outline handed on has the errors of a measurement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead import library
from roadstead.identify import Circumstances, Placement, deck_strip
from roadstead.library import SunView
from roadstead.model import BandRole, Range
from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.library import Overhead, ShipForm

SEA = 0.06
RIM_M = 25.0
LENGTH_ERROR, BEAM_ERROR, END_ERROR, SIDE_ERROR, TURN_ERROR_DEG = 0.03, 0.06, 0.01, 0.05, 0.7
"""standard deviations of the measured outline"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One ship to be drawn."""

    group: str
    """names its stream of random numbers, with seed and number"""
    seed: int
    number: int
    form_id: str
    pixel_m: tuple[float, float] = (0.5, 0.5)
    """drawn evenly between"""
    moved: float = 0.03
    """largest move of a landmark, share of the length"""
    raised: float = 0.2
    """largest change of a height, share of it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One ship as an image shows it."""

    image: NDArray[np.float32]
    at: Placement
    scene: Circumstances
    length_m: float
    pixel_m: float


def seen(trial: Trial) -> Seen:
    """Draw a trial: random size, pose, sun, view, sea and noise."""
    rng = stream(trial.seed, "bench", "identity", trial.group, str(trial.number))
    form = library.form(trial.form_id)
    length, beam = (rng.uniform(r.low, r.high) for r in (form.length_m, form.beam_m))
    solid = _solid(form, (length, beam), trial, rng)
    pixel = rng.uniform(*trial.pixel_m)
    sun, view, heading = (
        (rng.uniform(20, 65), rng.uniform(90, 270)), (rng.uniform(0, 25), rng.uniform(0, 360)), rng.uniform(0, 360)
    )  # fmt: skip
    sight = SunView(sun_elevation_deg=sun[0], sun_azimuth_deg=sun[1], off_nadir_deg=view[0], view_azimuth_deg=view[1])
    drawn = library.overhead(
        solid, sight, heading_deg=heading, pixel_m=pixel, bands=[BandRole.PAN], origin_px=tuple(rng.random(2))
    )
    image, rim = _on_sea(drawn, pixel, rng)
    image = _noisy(_blurred(image, rng), rng)
    middle = (drawn.middle_px[0] + rim, drawn.middle_px[1] + rim)
    at = _measured((length, beam, heading), middle, pixel, rng)
    water = deck_strip(image, np.ones(image.shape, bool), at).water
    scene = Circumstances(
        sun_elevation_deg=sun[0],
        sun_azimuth_deg=sun[1],
        off_nadir_deg=view[0],
        view_azimuth_deg=view[1],
        resolved_m=max(pixel, 0.5),
        noise=water[1] / water[0],
    )
    return Seen(image=image, at=at, scene=scene, length_m=length, pixel_m=pixel)


def _solid(form: ShipForm, size_m: tuple[float, float], trial: Trial, rng: np.random.Generator) -> library.Solid:
    length, beam = size_m
    own = replace(_moved(form, trial, rng), length_m=Range(length, length), beam_m=Range(beam, beam))
    opened = bool(rng.random() < 0.2)
    solid = library.solid_of(own, length, beam, seed=int(rng.integers(2**31)), hatch_open=opened)
    paint = rng.uniform(0.75, 1.33, len(library.materials()) + 1).astype(np.float32)
    return replace(solid, texture=solid.texture * paint[solid.material])


def _moved(form: ShipForm, trial: Trial, rng: np.random.Generator) -> ShipForm:
    deck = float(np.mean([height for _, height in form.deck_m]))
    changed: dict[str, Any] = {}
    for name in ("blocks", "hatches", "paints", "stows"):
        parts = []
        for part in getattr(form, name):
            low, high = part.span
            way = float(np.clip(rng.uniform(-trial.moved, trial.moved), -low, 1 - high))
            lifted = 1 + rng.uniform(-trial.raised, trial.raised)
            there = replace(part, span=(low + way, high + way))
            parts.append(
                replace(there, top_m=max(1.0, deck + (part.top_m - deck) * lifted)) if name == "blocks" else there
            )
        changed[name] = tuple(parts)
    for name in ("posts", "cranes"):
        changed[name] = tuple(
            replace(
                part,
                at=float(np.clip(part.at + rng.uniform(-trial.moved, trial.moved), 0, 1)),
                rise_m=part.rise_m * (1 + rng.uniform(-trial.raised, trial.raised)),
            )
            for part in getattr(form, name)
        )
    return replace(form, **changed)


def _on_sea(drawn: Overhead, pixel_m: float, rng: np.random.Generator) -> tuple[NDArray[np.float32], int]:
    rim = math.ceil(RIM_M / pixel_m)
    shape = tuple(side + 2 * rim for side in drawn.cover.shape)
    swell = ndimage.gaussian_filter(rng.standard_normal(shape), 3 / pixel_m)
    sea = SEA * (1 + 0.15 * rng.uniform(0.2, 1.0) * swell / swell.std())

    def padded(a: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.pad(a, [(0, 0)] * (a.ndim - 2) + [(rim, rim)] * 2)

    wide = replace(drawn, reflectance=padded(drawn.reflectance), cover=padded(drawn.cover), shadow=padded(drawn.shadow))
    return wide.over(sea[None].astype(np.float32))[0], rim


def _blurred(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    rows, cols = np.mgrid[-4:5, -4:5]
    disc = np.clip(rng.uniform(0.6, 1.1) + 0.5 - np.hypot(rows, cols), 0, 1)
    turn = rng.uniform(0, math.pi)
    on, off = cols * math.cos(turn) + rows * math.sin(turn), rows * math.cos(turn) - cols * math.sin(turn)
    line = np.exp(-0.5 * on**2) * (np.abs(off) < 0.7)
    kernel = ndimage.convolve(disc, line / line.sum(), mode="constant")
    soft = ndimage.convolve(image, (kernel / kernel.sum()).astype(np.float32))
    sharpened: NDArray[np.float32] = soft + np.float32(rng.uniform(0, 0.5)) * (
        soft - ndimage.gaussian_filter(soft, 1.2)
    )
    return sharpened


def _noisy(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    spread = np.sqrt((2e-3) ** 2 + 1e-4 * np.maximum(image, 0))
    return (image + spread * rng.standard_normal(image.shape)).astype(np.float32)


def _measured(
    truth: tuple[float, float, float], middle: tuple[float, float], pixel_m: float, rng: np.random.Generator
) -> Placement:
    """The outline as it might be measured; either end may be taken for the bow."""
    length, beam, heading = truth
    errors = rng.standard_normal(5)
    turn = math.radians(heading + TURN_ERROR_DEG * errors[0])
    ahead, right = (
        (-math.cos(turn) / pixel_m, math.sin(turn) / pixel_m),
        (
            math.sin(turn) / pixel_m,
            math.cos(turn) / pixel_m,
        ),
    )
    on, off = END_ERROR * length * errors[1], SIDE_ERROR * beam * errors[2]
    at = Placement(
        row_px=middle[0] + on * ahead[0] + off * right[0],
        col_px=middle[1] + on * ahead[1] + off * right[1],
        ahead_px=ahead,
        starboard_px=right,
        length_m=length * (1 + LENGTH_ERROR * errors[3]),
        beam_m=beam * (1 + BEAM_ERROR * errors[4]),
        heading_deg=math.degrees(turn) % 360,
    )
    return at.turned() if rng.random() < 0.5 else at
