"""Which classes fit the side view in a photograph, against "another ship".

For every class the outline that differs least is sought over bow angle, distance, length, either bow side, small shifts
of both ends and a small factor on heights. With the scale of the differences unknown, the likelihood of an outline at a
misfit d is proportional to d**-n (the scale is integrated out; Gelman et al., Bayesian Data Analysis, 3rd ed., section
3.2). Two misfits count, place by place and with places moved by up to 2.5 % of the width, because landmarks of real
ships stand a little elsewhere; places where the outline may be misread count less. "None of these" has the misfit at
which ships outside the library are seen. The three numbers are fitted on renders (`bench/photo_fit.py`), apart for
ships whose place was marked and for those that the program found, and shipped in `data/photo.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from roadstead.identify.photo_along import compare_along
from roadstead.identify.photo_values import MOST_RATIO, PhotoEvidence
from roadstead.identify.photo_views import ANGLES_DEG, Views, along_hull, views
from roadstead.model import NONE_OF_THESE, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.identify.photo_values import AlongProfile, SideProfile

_TALLER = (0.84, 1.19)
"""factors on heights that are allowed: the sea's level at the hull, load, the library's heights"""
_SHIFTS = (-0.03, -0.015, 0.0, 0.015, 0.03)
"""of the width: the ends of the outline against those of the hull"""
_TRIED = 12
"""poses of a class that are looked at closely"""
_REACH = 0.025
_NONE_PRIOR = 0.2
_SURE = 0.01
"""of the width: a place whose height may be misread by as much counts half"""
_COARSE = 4
"""places that are joined for the first look"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """Fitted on renders."""

    plain: float
    """power of the misfit place by place"""
    loose: float
    """power of the misfit with places moved"""
    none: float
    """logarithm of the score of "none of these\""""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The best pose of one class."""

    class_id: str
    form_id: str
    """the form of the class that fits best"""
    plain: float
    """mean difference of the outlines over their mean height"""
    loose: float
    """the same with places moved a little"""
    angle_deg: float
    nearness: float
    beam_share: float
    length_m: float
    bow_left: bool
    height: NDArray[np.float64]
    """the class's outline at that pose, left to right as in the photograph, share of the visible width"""
    poses: tuple[tuple[float, float], ...]
    """bow angle and misfit place by place of all poses that were looked at closely"""


@cache
def constants(*, marked: bool) -> Constants:
    """The shipped numbers for ships whose place was marked by hand, or that the program found."""
    read = json.loads(files(__package__).joinpath("data/photo.json").read_text("utf-8"))
    return Constants(**read["marked" if marked else "found"])


def match_photo(
    profile: SideProfile,
    *,
    along: Sequence[AlongProfile] = (),
    length_m: float | None = None,
    left_out: frozenset[str] = frozenset(),
) -> tuple[PhotoEvidence, tuple[Fit, ...]]:
    """Compare the outline of a ship with all classes of the library.

    Args:
        profile: of the photograph.
        along: profiles of a satellite detection, compared with the photograph's in fractions of the hull's length.
        length_m: of the ship, where it is known otherwise.
        left_out: classes that are not compared; studies leave the right one out.

    Returns:
        The evidence, and each class's best pose, best first.

    Raises:
        InputError: the frame cuts the ship, or nothing in the library can be as long.
    """
    if any(profile.cut):
        raise InputError("the frame cuts the ship, so no class is compared; find a picture that shows all of it")
    fits = fit_classes(profile, length_m=length_m, left_out=left_out)
    scores = class_scores(fits, constants(marked=profile.marked))
    return _evidence(profile, fits, scores, along), fits


def fit_classes(
    profile: SideProfile, *, length_m: float | None = None, left_out: frozenset[str] = frozenset()
) -> tuple[Fit, ...]:
    """The best pose of every class, best first; raises InputError where no class is left."""
    library = views(left_out, length_m)
    if not library.class_id:
        raise InputError(f"no class of the library is {length_m:g} m long; leave --length-m out")
    sides = (True, False) if profile.bow_left is None else (profile.bow_left,)
    weight = _SURE / (_SURE + profile.doubt)
    outlines = {side: np.stack([profile.height, weight])[:, :: 1 if side else -1] for side in sides}
    coarse = {side: _coarse_misfit(outline, library) for side, outline in outlines.items()}
    names = np.array(library.class_id)
    fits = []
    for name in sorted(set(library.class_id)):
        mine = np.flatnonzero(names == name)
        ranked = sorted((float(coarse[side][k]), side, int(k)) for side in sides for k in mine)[:_TRIED]
        fits.append(_closest(name, outlines, library, [(side, k) for _, side, k in ranked]))
    return tuple(sorted(fits, key=lambda f: (f.plain * f.loose, f.class_id)))


def _coarse_misfit(outline: NDArray[np.float64], library: Views) -> NDArray[np.float64]:
    """Mean difference of joined places at the best factor on heights, for every outline of the library."""
    seen, weight = outline.reshape(2, -1, _COARSE).mean(axis=2)
    model = library.height.reshape(len(library.height), -1, _COARSE).mean(axis=2)
    taller = np.clip((model @ (weight * seen)) / (model**2 @ weight), *_TALLER)
    misfit: NDArray[np.float64] = np.abs(seen - taller[:, None] * model) @ weight
    return misfit


def _closest(
    name: str, outlines: Mapping[bool, NDArray[np.float64]], library: Views, poses: Sequence[tuple[bool, int]]
) -> Fit:
    best, found, tried = np.inf, (poses[0][0], poses[0][1], 0.0, library.height[poses[0][1]]), []
    stretched = {side: _stretched(outline) for side, outline in outlines.items()}
    for side, k in poses:
        (seen, weight), model = stretched[side], library.height[k]
        taller = np.clip(((weight * seen) @ model) / (weight @ model**2), *_TALLER)
        misfit = (weight * np.abs(seen - taller[:, None] * model)).sum(axis=1) / (weight * seen).sum(axis=1)
        at = int(misfit.argmin())
        tried.append((float(library.angle_deg[k]), float(misfit[at])))
        if misfit[at] < best:
            best = float(misfit[at])
            found = (side, k, _loose(seen[at], taller[at] * model, weight[at]), taller[at] * model)
    side, k, loose, model = found
    return Fit(
        class_id=name,
        form_id=library.form_id[k],
        plain=best,
        loose=loose,
        angle_deg=float(library.angle_deg[k]),
        nearness=float(library.nearness[k]),
        beam_share=float(library.beam_share[k]),
        length_m=float(library.length_m[k]),
        bow_left=side,
        height=model if side else model[::-1],
        poses=tuple(tried),
    )


def _stretched(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Outline and weights with both ends moved a little, shape (2, ways, places); heights follow the width."""
    height, weight = outline
    place = (np.arange(len(height)) + 0.5) / len(height)
    ways = [(a + place * (1 + b - a), 1 + b - a) for a in _SHIFTS for b in _SHIFTS]
    return np.stack([
        [np.interp(at, place, height) / wide for at, wide in ways],
        [np.interp(at, place, weight) for at, _ in ways],
    ])  # fmt: skip


def _loose(seen: NDArray[np.float64], model: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Mean difference to the nearest height within reach, from either side, over the mean height."""
    reach = round(_REACH * len(seen))
    away = (_toward(seen, model, reach) + _toward(model, seen, reach)) / 2
    return float((weight * away).sum() / (weight * seen).sum())


def _toward(a: NDArray[np.float64], b: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    padded = np.pad(b, reach, mode="edge")
    near = np.stack([padded[k : k + len(b)] for k in range(2 * reach + 1)])
    nearest: NDArray[np.float64] = np.abs(near - a).min(axis=0)
    return nearest


def class_scores(fits: Sequence[Fit], numbers: Constants) -> NDArray[np.float64]:
    """Logarithms of likelihoods of the classes in their order, and of "none of these" last; to one common factor."""
    plain = np.array([max(f.plain, 1e-4) for f in fits])
    loose = np.array([max(f.loose, 1e-4) for f in fits])
    return np.append(-numbers.plain * np.log(plain) - numbers.loose * np.log(loose), numbers.none)


def shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Posterior of the classes, equally likely before, and of "none of these" (20 % before)."""
    count = len(scores) - 1
    prior = np.append(np.full(count, np.log((1 - _NONE_PRIOR) / count)), np.log(_NONE_PRIOR))
    weighed = scores + prior
    result: NDArray[np.float64] = np.exp(weighed - logsumexp(weighed))
    return result


def _evidence(
    profile: SideProfile, fits: tuple[Fit, ...], scores: NDArray[np.float64], along: Sequence[AlongProfile]
) -> PhotoEvidence:
    posterior = shares(scores)
    before = (1 - _NONE_PRIOR) / len(fits)
    odds = np.clip(posterior, 1e-9, 1 - 1e-9)
    ratios = np.clip(odds / (1 - odds) * (1 - before) / before, 1 / MOST_RATIO, MOST_RATIO)
    names = [f.class_id for f in fits]
    order = np.argsort(-posterior[:-1], kind="stable")
    best = fits[int(order[0])]
    fraction, height = _on_hull(profile, best)
    ranked = sorted(zip([*names, NONE_OF_THESE], posterior.tolist(), strict=True), key=lambda row: (-row[1], row[0]))
    return PhotoEvidence(
        ratios=tuple((names[k], round(float(ratios[k]), 3)) for k in order),
        posterior=tuple((name, round(share, 4)) for name, share in ranked),
        bow_side="left" if best.bow_left else "right",
        bow_angle_deg=best.angle_deg,
        bow_angle_interval_deg=_angle_interval(fits, posterior, constants(marked=profile.marked)),
        fraction=fraction,
        height=height,
        misfit=tuple((f.class_id, round(f.plain, 4)) for f in fits),
        along=tuple(compare_along(fraction, height, one) for one in along),
        quality=_quality(profile, best),
    )


def _on_hull(profile: SideProfile, fit: Fit) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The photograph's profile over the fraction of the hull's length from the bow, as a share of the length."""
    seen = profile.height if fit.bow_left else profile.height[::-1]
    fraction, factor = along_hull(profile.place, fit.angle_deg, fit.nearness, fit.beam_share)
    kept = (fraction >= 0) & (fraction <= 1)
    return fraction[kept], (seen * factor)[kept]


def _angle_interval(fits: Sequence[Fit], posterior: NDArray[np.float64], numbers: Constants) -> tuple[float, float]:
    """90 % of the weight of bow angles, each class by its share and each pose by its misfit; half a step wider."""
    power = numbers.plain + numbers.loose
    angles = np.array([angle for f in fits for angle, _ in f.poses])
    weight = np.concatenate(
        [posterior[i] * _normed(np.array([m for _, m in f.poses]), power) for i, f in enumerate(fits)]
    )
    order = np.argsort(angles, kind="stable")
    rising = np.cumsum(weight[order]) / weight.sum()
    grid = np.array(ANGLES_DEG)
    low, high = (angles[order][min(int(np.searchsorted(rising, q)), len(order) - 1)] for q in (0.05, 0.95))
    below, above = (
        grid[max(int(np.searchsorted(grid, low)) - 1, 0)],
        grid[min(int(np.searchsorted(grid, high)) + 1, len(grid) - 1)],
    )
    return round(float((low + below) / 2), 1), round(float((high + above) / 2), 1)


def _normed(misfit: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    weight = np.maximum(misfit, 1e-4) ** -power
    normed: NDArray[np.float64] = weight / weight.sum()
    return normed


def _quality(profile: SideProfile, best: Fit) -> str:
    spread = abs(np.cos(np.radians(best.angle_deg))) * best.beam_share / 2 / np.sin(np.radians(best.angle_deg))
    return (
        f"{profile.width_px:.0f} pixels of the file across the ship; {profile.basis}; places along the hull are sure "
        f"to {100 * max(float(spread), 0.01):.0f} % of its length at this bow angle"
    )
