"""Drawing photographs at random: ships whose landmarks stand a little elsewhere, cameras, scenery."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.library import solid_of
from roadstead.simulate.photograph import Camera, Scenery, photograph
from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.library import ShipForm, Solid
    from roadstead.simulate.photograph import Photographed

JITTER = (0.03, 0.2)
"""landmarks of a drawn ship: moved by up to this share of its length, higher or lower by up to this share"""
_TOP = 0.97
_SIZE_PX = (408, 720)


def jittered(form: ShipForm, rng: np.random.Generator, jitter: tuple[float, float] = JITTER) -> ShipForm:
    """A form whose blocks, posts, cranes and hatches each stand elsewhere and higher or lower, uniformly."""
    move, grow = jitter
    deck = max(height for _, height in form.deck_m)

    def shifted(span: tuple[float, float]) -> tuple[float, float]:
        by = float(np.clip(rng.uniform(-move, move), -span[0], 1 - span[1]))
        return span[0] + by, span[1] + by

    def grown(value: float) -> float:
        return value * float(rng.uniform(1 - grow, 1 + grow))

    def placed(at: float) -> float:
        return float(np.clip(at + rng.uniform(-move, move), 0.0, _TOP))

    blocks = []
    for block in form.blocks:
        base = min(deck, block.top_m - 0.5)
        blocks.append(replace(block, span=shifted(block.span), top_m=base + grown(block.top_m - base)))
    return replace(
        form,
        blocks=tuple(blocks),
        posts=tuple(replace(p, at=placed(p.at), rise_m=grown(p.rise_m)) for p in form.posts),
        cranes=tuple(replace(c, at=placed(c.at), rise_m=grown(c.rise_m), jib_m=grown(c.jib_m)) for c in form.cranes),
        hatches=tuple(replace(h, span=shifted(h.span), rise_m=grown(h.rise_m)) for h in form.hatches),
    )


def random_ship(form: ShipForm, seed: int, jitter: tuple[float, float] = JITTER) -> Solid:
    """A ship of a form: any length and beam in its range, landmarks moved."""
    rng = stream(seed, "photograph", "ship", form.id)
    share, aside = rng.random(), rng.uniform(-0.15, 0.15)
    length = form.length_m.low + share * (form.length_m.high - form.length_m.low)
    beam = form.beam_m.low + float(np.clip(share + aside, 0, 1)) * (form.beam_m.high - form.beam_m.low)
    return solid_of(jittered(form, rng, jitter), length, beam, seed=int(rng.integers(1 << 30)), cell_m=0.5)


def random_photograph(
    form: ShipForm,
    seed: int,
    *,
    bow_angle_deg: float | None = None,
    clutter: bool = False,
    jitter: tuple[float, float] = JITTER,
) -> tuple[Photographed, Camera]:
    """A photograph of a random ship of a form.

    Args:
        form: the form.
        seed: draws everything.
        bow_angle_deg: 20-90 at random if not said.
        clutter: hills, houses, cranes and clouds may stand behind the ship, at least one of the first three.
        jitter: of landmarks.
    """
    solid = random_ship(form, seed, jitter)
    rng = stream(seed, "photograph", "camera", form.id)
    angle = float(rng.uniform(20, 90)) if bow_angle_deg is None else bow_angle_deg
    distance_m = solid.length_m * float(np.exp(rng.uniform(np.log(2.6), np.log(14))))
    camera = Camera(
        bow_angle_deg=angle,
        bow_left=bool(rng.random() < 0.5),
        distance_m=distance_m,
        eye_m=min(float(np.exp(rng.uniform(np.log(1.8), np.log(25)))), 0.05 * distance_m),
        filled=float(rng.uniform(0.5, 0.88)),
        aside=float(rng.uniform(-0.05, 0.05)),
        roll_deg=float(rng.normal(0, 1.5)),
        blur_px=float(rng.uniform(0.4, 1.5)),
        noise=float(rng.uniform(0.004, 0.03)),
        quality=int(rng.integers(55, 95)),
        size_px=_SIZE_PX,
    )
    return photograph(solid, camera, _scenery(rng, clutter=clutter), seed=seed), camera


def _scenery(rng: np.random.Generator, *, clutter: bool) -> Scenery:
    drawn = [bool(rng.random() < p) for p in (0.7, 0.5, 0.4)]
    if not any(drawn):
        drawn[0] = True
    hills, houses, cranes = (d and clutter for d in drawn)
    return Scenery(
        hills=hills,
        houses=houses,
        cranes=cranes,
        clouds=bool(rng.random() < 0.5),
        haze=float(rng.uniform(0.2, 0.6)),
        rake=float(rng.uniform(0, 0.05)),
        rigging=int(rng.integers(0, 7)),
    )
