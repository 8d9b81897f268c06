"""Simulated photographs and what the matcher makes of them, for `photo.py` and `photo_fit.py`."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead import library
from roadstead.identify.photo_match import Fit, fit_classes
from roadstead.identify.photo_profile import side_profile
from roadstead.identify.photo_values import AlongProfile, Marks, Photograph, SideProfile
from roadstead.identify.photo_views import class_of
from roadstead.library import SunView, overhead
from roadstead.model import BandRole, InputError
from roadstead.simulate.photograph_draws import JITTER, random_photograph, random_ship
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roadstead.library import ShipForm
    from roadstead.simulate.photograph import Photographed

WAYS = ("marked", "automatic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One photograph read in one way."""

    form_id: str
    class_id: str
    way: str
    clutter: bool
    bow_angle_deg: float
    bow_left: bool
    profile: SideProfile | None
    fits: tuple[Fit, ...]
    """empty where it was refused"""
    why: str
    """of a refusal"""


def cases(n: int, seed: int, kept: Path | None = None, jitter: tuple[float, float] = JITTER) -> Iterator[Case]:
    """Photographs of all forms in turn, clutter behind every other round, read in both ways; landmarks are moved.

    A file of kept cases is gone on with, so that a study that was stopped loses nothing.
    """
    done = list(_kept(kept))
    yield from done[: n * len(WAYS)]
    forms = [library.form(name) for name in sorted(library.forms())]
    for i in range(len(done) // len(WAYS), n):
        form, clutter = forms[i % len(forms)], (i // len(forms)) % 2 == 1
        photo, camera = random_photograph(form, seed * 100_000 + i, clutter=clutter, jitter=jitter)
        made = []
        for way in WAYS:
            profile, fits, why = _read(photo, way, seed, i)
            made.append(Case(
                form_id=form.id, class_id=class_of(form), way=way, clutter=clutter, profile=profile, fits=fits, why=why,
                bow_angle_deg=camera.bow_angle_deg, bow_left=camera.bow_left,
            ))  # fmt: skip
        if kept is not None:
            with kept.open("ab") as file:
                file.write(b"".join(pickle.dumps(case) for case in made))
        yield from made


def _kept(path: Path | None) -> Iterator[Case]:
    if path is None or not path.exists():
        return
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)  # noqa: S301 - our own file


def _read(photo: Photographed, way: str, seed: int, i: int) -> tuple[SideProfile | None, tuple[Fit, ...], str]:
    picture = Photograph(
        rgb=photo.rgb.astype(np.float32) / 255, file_px=photo.rgb.shape[1::-1], step=1.0, date="", notes=()
    )
    try:
        profile = side_profile(picture, _marks(photo, seed, i) if way == "marked" else Marks())
        if not profile.sure or any(profile.cut):
            return profile, (), "not sure" if not profile.sure else "cut by the frame"
        return profile, fit_classes(profile), ""
    except InputError as error:
        return None, (), str(error)


def _marks(photo: Photographed, seed: int, i: int) -> Marks:
    """The waterline as a careful hand marks it: within about half a percent of the ship's width."""
    x1, y1, x2, y2 = photo.waterline
    off = 0.005 * (x2 - x1) * stream(seed, "photo", "hand", str(i)).standard_normal(4)
    high, wide = photo.rgb.shape[:2]
    line = np.clip(np.array([x1, y1, x2, y2]) + off, 0, [wide, high, wide, high])
    return Marks(waterline=(float(line[0]), float(line[1]), float(line[2]), float(line[3])))


def shadow_and_deck(form: ShipForm, seed: int) -> tuple[AlongProfile, AlongProfile]:
    """Profiles of another random ship of a form as a 0.5 m image from above gives them, roughly."""
    rng = stream(seed, "photo", "above", form.id)
    solid = random_ship(form, seed + 1)
    rows = solid.height_m.shape[0]
    fraction = (np.arange(rows) + 0.5) / rows
    noise = rng.standard_normal((2, rows))
    shadow = solid.height_m.max(axis=1) / math.tan(math.radians(rng.uniform(20, 50))) + 0.7 * noise[0]
    sight = SunView(
        sun_azimuth_deg=90.0, sun_elevation_deg=float(rng.uniform(25, 55)), view_azimuth_deg=0.0, off_nadir_deg=0.0
    )
    seen = overhead(solid, sight, heading_deg=0.0, pixel_m=0.5, bands=(BandRole.PAN,))
    deck = _strip(seen, rows) + 0.01 * noise[1]
    return (
        AlongProfile(kind="shadow", fraction=fraction, value=shadow),
        AlongProfile(kind="deck", fraction=fraction, value=deck),
    )


def _strip(seen: library.Overhead, rows: int) -> np.ndarray:
    """Mean reflectance of the ship in each row from the bow, of a ship that heads north."""
    first = round(seen.middle_px[0] - rows / 2)
    part = slice(max(first, 0), max(first, 0) + rows)
    cover = seen.cover[part].sum(axis=1)
    bright = (seen.reflectance[0, part] * seen.cover[part]).sum(axis=1) / np.maximum(cover, 1e-6)
    return np.interp(np.arange(rows), np.arange(len(bright)), bright)
