"""How well a deck agrees with the library's ships, and what that is worth as evidence.

Every form of the library is stretched to the measured size and drawn some times under the scene's own sun, view and
blur, each time with landmarks moved, heights and paint changed. Means of their profiles and one covariance of the
scatter within forms give a synthetic likelihood (Wood 2010, Nature 466, 1102-1104; Price et al. 2018, JCGS 27, 1-11);
the squared Mahalanobis distance to each form, least over both ends as bow and over small errors of the outline, is its
misfit. Because every form has the measured size, size says nothing here.

Misfits become shares by a conditional logit (McFadden 1974) in which "none of these" competes as what the second best
and the middle of all misfits would make of a ship that is not there. Its few constants were fitted to drawn ships
(`bench/identity.py`), part of them with their class left out; so they know no real image, and ratios are capped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from roadstead import library
from roadstead.identify.drawn import drawn_strip
from roadstead.identify.layouts import GROUPS, class_of, superstructure
from roadstead.identify.strip import deck_strip, profiles, shadow_side
from roadstead.model import NONE_OF_THESE, OTHER_TYPE, DefectError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from roadstead.identify.drawn import Circumstances
    from roadstead.identify.strip import DeckStrip, Placement, Profiles

CAP = 10.0
"""no ratio that rests on drawn ships counts for more, or for less than its inverse"""
VARIANTS = 8
"""times that each form is drawn for each bow"""
_STRETCHES, _SHIFTS = (0.95, 1.0, 1.05), (-0.02, 0.0, 0.02)
"""errors of the outline that are tried"""
_SHADOW_WEIGHT = 0.2
"""of a metre of shadow beside one standard deviation of brightness"""
_SHRUNK, _FLOOR = 0.6, 0.02
"""share of the covariance that is put on its diagonal, and part of the mean variance added to it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What turns misfits into shares; fitted by `bench/identity.py`."""

    slope: float
    """of the logarithm of the misfit"""
    second: float
    """weight of the second best misfit against the middle one, for "none of these", 0-1"""
    none: float
    """logarithm that "none of these" starts with"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """One deck compared with every form."""

    misfit: tuple[tuple[str, float], ...]
    """(form id, squared distance), sorted by id; all forms at the measured size"""
    turned: bool
    """whether the best agreement has the bow at the other end than the placement says"""


def compare(
    image: NDArray[np.float32],
    valid: NDArray[np.bool_],
    at: Placement,
    scene: Circumstances,
    *,
    open_water: bool,
    forms: Sequence[str] | None = None,
) -> Likeness:
    """Compare a hull's deck with the library's forms.

    Args:
        image: brightness, shape (height, width).
        valid: True where a pixel is valid, same shape.
        at: how the hull lies in it; both ends are tried as its bow.
        scene: sun, view, sharpness and noise, under which the forms are drawn.
        open_water: False where a quay lies beside the hull, so that shadows on the water cannot be seen.
        forms: ids of the forms to compare; all unless given.

    Raises:
        InputError: less than half of the hull lies on valid pixels.
    """
    ids = tuple(library.forms()) if forms is None else tuple(sorted(forms))
    ways = (at, at.turned())
    sides = [shadow_side(scene.sun_azimuth_deg, way.heading_deg) if open_water else 0 for way in ways]
    drawn = np.array(
        [
            [
                [_vector(profiles(drawn_strip(f, k, way, scene), side)) for k in range(1, VARIANTS + 1)]
                for way, side in zip(ways, sides, strict=True)
            ]
            for f in ids
        ],
        np.float64,
    )
    seen = [
        [_vector(profiles(strip, side)) for strip in _tried(image, valid, way)]
        for way, side in zip(ways, sides, strict=True)
    ]
    misfit = _misfits(drawn, np.array(seen, np.float64))
    best = misfit.min(axis=0)
    rows = zip(ids, misfit.min(axis=1).tolist(), strict=True)
    return Likeness(misfit=tuple((f, round(d, 3)) for f, d in rows), turned=bool(best[1] < best[0]))


def _tried(image: NDArray[np.float32], valid: NDArray[np.bool_], at: Placement) -> list[DeckStrip]:
    return [deck_strip(image, valid, at.moved(s, way)) for s in _STRETCHES for way in _SHIFTS]


def _vector(p: Profiles) -> NDArray[np.float64]:
    return np.concatenate([p.lanes.ravel(), p.edges, _SHADOW_WEIGHT * p.shadow_m]).astype(np.float64)


def _misfits(drawn: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances, shape (forms, 2), from drawn (forms, 2, variants, n) and seen (2, tried, n)."""
    means = drawn.mean(axis=2)
    rest = (drawn - means[:, :, None]).reshape(-1, drawn.shape[-1])
    scatter = rest.T @ rest / (len(rest) * (1 - 1 / drawn.shape[2]))
    diagonal = np.diag(np.diag(scatter))
    floor = _FLOOR * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
    white = np.linalg.inv(np.linalg.cholesky((1 - _SHRUNK) * scatter + _SHRUNK * diagonal + floor))
    to, of = seen @ white.T, means @ white.T
    apart = ((to[None] - of[:, :, None]) ** 2).sum(axis=-1)
    least: NDArray[np.float64] = apart.min(axis=-1)
    return least


@cache
def constants(kind: str) -> Constants:
    """Fitted constants: `fine` for images that pass the class gate, `coarse` for those that tell the layout only."""
    text = resources.files("roadstead.identify").joinpath("data/calibration.json").read_text("utf-8")
    held = json.loads(text)["constants"]
    if kind not in held:
        raise DefectError(f"calibration.json holds no constants {kind!r}")
    return Constants(**held[kind])


def shares(misfit: Mapping[str, float], fitted: Constants) -> dict[str, float]:
    """Shares of the classes of all forms and of `NONE_OF_THESE`; they sum to 1.

    Prior: half for "none of these", the other half in equal parts for the classes.

    Args:
        misfit: by form id, at least two classes.
        fitted: constants.
    """
    by_class = class_misfits(misfit)
    logs = {c: -fitted.slope * np.log(d) for c, d in by_class.items()}
    ranked = sorted(by_class.values())
    apart = fitted.second * np.log(ranked[1]) + (1 - fitted.second) * np.log(np.median(ranked))
    logs[NONE_OF_THESE] = float(fitted.none - fitted.slope * apart) + float(np.log(len(by_class)))
    top = max(logs.values())
    weights = {c: float(np.exp(v - top)) for c, v in logs.items()}
    total = sum(weights.values())
    return {c: w / total for c, w in weights.items()}


def class_misfits(misfit: Mapping[str, float]) -> dict[str, float]:
    """The least misfit of each class's forms."""
    out: dict[str, float] = {}
    for form_id, value in misfit.items():
        name = class_of(form_id)
        out[name] = min(value, out.get(name, np.inf))
    return out


def ratios(share: Mapping[str, float]) -> dict[str, float]:
    """p(pixels | class) over p(pixels | another ship of that size), before the cap.

    Another ship of that size is, with equal chances, one of the other classes or none of the library.
    """
    count = len(share) - 1
    none = 2 * share[NONE_OF_THESE]
    likely = {c: 2 * count * s for c, s in share.items() if c != NONE_OF_THESE}
    whole = sum(likely.values())
    return {c: v / max(0.5 * none + 0.5 * (whole - v) / max(count - 1, 1), 1e-12) for c, v in likely.items()}


def capped(ratio: float) -> float:
    """Within 1/10 and 10."""
    return min(CAP, max(1 / CAP, ratio))


def posterior(share: Mapping[str, float], named: Collection[str]) -> dict[str, float]:
    """Shares of named classes, `OTHER_TYPE` and `NONE_OF_THESE` from capped ratios.

    Prior: half for the named classes in equal parts, half for the other two, which share what is left as the drawn
    ships say.
    """
    bounded = {c: capped(r) for c, r in ratios(share).items() if c in named}
    weights = {c: 0.5 * r / len(bounded) for c, r in bounded.items()}
    other = sum(s for c, s in share.items() if c not in named and c != NONE_OF_THESE)
    left = other + share[NONE_OF_THESE]
    part = other / left if left > 0 else 0.5
    weights |= {OTHER_TYPE: 0.5 * part, NONE_OF_THESE: 0.5 * (1 - part)}
    total = sum(weights.values())
    return {c: w / total for c, w in weights.items()}


def layout_shares(misfit: Mapping[str, float], fitted: Constants) -> dict[str, float]:
    """Shares of forward, midships and aft among the forms that have a superstructure; each group starts equal.

    The best group counts for at most `CAP` times another.
    """
    best: dict[str, float] = {}
    for form_id, value in misfit.items():
        house = superstructure(form_id)
        if house is not None:
            best[house.group] = min(value, best.get(house.group, np.inf))
    logs = {g: -fitted.slope * float(np.log(best[g])) for g in GROUPS if g in best}
    top = max(logs.values())
    weights = {g: max(1 / CAP, float(np.exp(v - top))) for g, v in logs.items()}
    return {g: w / sum(weights.values()) for g, w in weights.items()}
