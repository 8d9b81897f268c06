"""A photograph of a ship: its outline, the classes that fit, and the figure that shows both."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead import library
from roadstead.identify import AlongProfile, Marks, PhotoEvidence, Photograph, SideProfile
from roadstead.identify.photo import Fit, check_along, match_photo, read_mask, read_photograph, side_profile
from roadstead.model import InputError
from roadstead.report import Curve, PhotoSheet, photo_figure
from roadstead.steps import check_writable, write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_LARGEST_ALONG = 5_000_000
_SHOWN, _NAMED = 3, 9
LIMITS = (
    "Ratios are calibrated on renders, not on photographs of known ships, and capped at 10.",
    "A side view never names a ship; ships of one class, and classes that differ by little, look alike.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoResult:
    """What a photograph gave."""

    profile: SideProfile
    evidence: PhotoEvidence | None
    """None where no class was compared; `notes` say why"""
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMarks:
    """What the analyst marked, as it comes from outside; pixels of the upright picture."""

    waterline: tuple[float, ...] | None = None
    horizon: tuple[float, ...] | None = None
    bow_x: float | None = None
    stern_x: float | None = None
    mask: Path | None = None


def photo(
    path: Path,
    *,
    out: Path,
    marks: PhotoMarks | None = None,
    length_m: float | None = None,
    overhead: Path | None = None,
) -> PhotoResult:
    """Read the side view of a ship and write `photo.json`, `profile.csv`, `photo.svg` and `photo.png`.

    Args:
        path: JPEG, PNG, JPEG 2000 or TIFF.
        out: folder for the files.
        marks: what the analyst marked; marks win over what is found.
        length_m: of the ship, where it is known otherwise.
        overhead: JSON with `shadow` and `deck`, each with `fraction` and `value`, of a satellite detection.

    Raises:
        RasterError: the picture or the mask cannot be read.
        InputError: marks that cannot be meant, no ship, a file or a length that cannot be used.
        StorageError: the folder cannot be written.
    """
    if length_m is not None and not 5 <= length_m <= 500:
        raise InputError(f"--length-m {length_m:g} is no length of a ship; give 5 to 500 metres, or leave it out")
    along = read_along(overhead) if overhead else ()
    picture = read_photograph(path)
    profile = side_profile(picture, _marks(marks or PhotoMarks()))
    evidence: PhotoEvidence | None = None
    fits: tuple[Fit, ...] = ()
    if profile.sure and not any(profile.cut):
        evidence, fits = match_photo(profile, along=along, length_m=length_m)
    check_writable(out)
    notes = (*picture.notes, *profile.notes, *([] if evidence else [next_to_try(profile.cut)]))
    sheet = _sheet(picture, profile, evidence, fits, along)
    said = _said(picture, profile, (evidence, fits), notes, length_m)
    written: dict[str, str | bytes] = {
        "photo.json": json.dumps(said, indent=1, sort_keys=True) + "\n",
        "profile.csv": _csv(profile, evidence),
        "photo.svg": photo_figure(sheet, "svg"),
        "photo.png": photo_figure(sheet, "png"),
    }
    for name, content in written.items():
        write_atomic(out / name, content)
    return PhotoResult(
        profile=profile, evidence=evidence, notes=notes, limits=LIMITS, files=tuple(out / n for n in written)
    )


def next_to_try(cut: tuple[bool, bool]) -> str:
    """What may give a result where no class was compared: the frame cuts the ship, or it was found and is not sure.

    Args:
        cut: whether the frame cuts the ship at its left and right end.
    """
    if any(cut):
        return "No class was compared; a photograph that shows the whole ship is needed."
    return (
        "No class was compared. Next, mark where the ship stands in the water: --waterline X1,Y1,X2,Y2, its left "
        "and right end in pixels of the upright picture."
    )


def read_along(path: Path) -> tuple[AlongProfile, ...]:
    """Profiles of a satellite detection from a JSON file; raises InputError naming what is wrong."""
    hint = 'give JSON like {"shadow": {"fraction": [0.0, ...], "value": [3.1, ...]}, "deck": {...}}'
    try:
        if path.stat().st_size > _LARGEST_ALONG:
            raise InputError(f"{path.name} is larger than {_LARGEST_ALONG} bytes; {hint}")
        read = json.loads(path.read_text("utf-8"))
        found = []
        for kind in ("shadow", "deck"):
            if kind in read:
                fraction, value = (np.array(read[kind][key], np.float64) for key in ("fraction", "value"))
                found.append(AlongProfile(kind=kind, fraction=fraction, value=value))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path} holds no profiles ({type(error).__name__}); {hint}") from error
    if not found:
        raise InputError(f"{path} holds neither 'shadow' nor 'deck'; {hint}")
    for one in found:
        check_along(one)
    return tuple(found)


def _marks(marks: PhotoMarks) -> Marks:
    return Marks(
        waterline=_line(marks.waterline, "--waterline"),
        horizon=_line(marks.horizon, "--horizon"),
        bow_x=marks.bow_x,
        stern_x=marks.stern_x,
        mask=read_mask(marks.mask) if marks.mask else None,
    )


def _line(values: tuple[float, ...] | None, word: str) -> tuple[float, float, float, float] | None:
    if values is None:
        return None
    if len(values) != 4 or values[0] == values[2]:
        raise InputError(f"{word}: give x1,y1,x2,y2 of its left and right end, four numbers in pixels")
    return values[0], values[1], values[2], values[3]


def _sheet(
    picture: Photograph,
    profile: SideProfile,
    evidence: PhotoEvidence | None,
    fits: tuple[Fit, ...],
    along: Sequence[AlongProfile],
) -> PhotoSheet:
    scale = 1 / picture.step
    x1, y1, x2, y2 = (v * scale for v in profile.waterline)
    seen: Curve | None = None
    classes: tuple[Curve, ...] = ()
    landmarks: tuple[tuple[str, float, float], ...] = ()
    detection: tuple[Curve, ...] = ()
    foot = "no class was compared"
    if evidence is not None:
        by_class = {f.class_id: f for f in fits}
        best = [by_class[name] for name, _ in evidence.ratios[:_SHOWN]]
        seen = Curve(name="photograph", fraction=evidence.fraction, value=evidence.height)
        ratios = dict(evidence.ratios)
        classes = tuple(_silhouette(f, f"{f.class_id} ({ratios[f.class_id]:.2g})") for f in best)
        landmarks = _landmarks(best[0], classes[0])
        turned = {m.kind: m for m in evidence.along}
        detection = tuple(_turned(one, turned[one.kind].reversed, turned[one.kind].ratio) for one in along)
        foot = "ratios against another ship in brackets, capped at 10, calibrated on renders"
    return PhotoSheet(
        rgb=picture.rgb,
        outline=profile.outline * scale,
        waterline=(x1, y1, x2, y2),
        title=f"The outline that was read: {profile.basis}",
        seen=seen,
        classes=classes,
        landmarks=landmarks,
        detection=detection,
        foot=foot,
    )


def _silhouette(fit: Fit, name: str) -> Curve:
    solid = library.solid_of(library.form(fit.form_id), fit.length_m)
    side = library.silhouette(solid, "port")
    return Curve(
        name=name,
        fraction=side.fraction.astype(np.float64),
        value=side.height_m.astype(np.float64) / fit.length_m,
    )


def _landmarks(fit: Fit, curve: Curve) -> tuple[tuple[str, float, float], ...]:
    """What stands highest on the best class: name, place, height over length."""
    form = library.form(fit.form_id)
    parts = [(p.name, p.at) for p in form.posts] + [(c.name, c.at) for c in form.cranes]
    parts += [(b.name, (b.span[0] + b.span[1]) / 2) for b in form.blocks]
    heights = [(name, at, float(np.interp(at, curve.fraction, curve.value))) for name, at in parts]
    tall: list[tuple[str, float, float]] = []
    for name, at, height in sorted(heights, key=lambda row: -row[2]):
        if all(abs(at - other) > 0.025 for _, other, _ in tall) and len(tall) < _NAMED:
            tall.append((name, at, height))
    return tuple(tall)


def _turned(one: AlongProfile, turned: bool, ratio: float) -> Curve:
    name = f"{one.kind}, ratio {ratio:.2g} for ships of one form against two"
    if turned:
        return Curve(name=name, fraction=1 - one.fraction[::-1], value=one.value[::-1])
    return Curve(name=name, fraction=one.fraction, value=one.value)


def _said(
    picture: Photograph,
    profile: SideProfile,
    compared: tuple[PhotoEvidence | None, tuple[Fit, ...]],
    notes: tuple[str, ...],
    length_m: float | None,
) -> dict[str, Any]:
    evidence, fits = compared
    said: dict[str, Any] = {
        "schema_version": 1,
        "picture_px": picture.file_px,
        "waterline": _rounded(profile.waterline),
        "roll_deg": round(profile.roll_deg, 2),
        "width_px": round(profile.width_px, 1),
        "cut": profile.cut,
        "sure": profile.sure,
        "basis": profile.basis,
        "length_m": length_m,
        "notes": notes,
        "limits": LIMITS,
        "evidence": None,
    }
    if evidence is not None:
        said["evidence"] = {
            "basis": evidence.basis,
            "ratios": evidence.ratios,
            "posterior": evidence.posterior,
            "misfit": evidence.misfit,
            "form": next(f.form_id for f in fits if f.class_id == evidence.ratios[0][0]),
            "bow_side": evidence.bow_side,
            "bow_angle_deg": evidence.bow_angle_deg,
            "bow_angle_interval_deg": evidence.bow_angle_interval_deg,
            "along": [{"kind": m.kind, "correlation": m.correlation, "reversed": m.reversed, "ratio": m.ratio}
                      for m in evidence.along],
            "quality": evidence.quality,
        }  # fmt: skip
    return said


def _rounded(values: Sequence[float] | NDArray[np.float64]) -> list[float]:
    return [round(float(v), 2) for v in values]


def _csv(profile: SideProfile, evidence: PhotoEvidence | None) -> str:
    """The profile over the fraction of the hull's length from the bow, else over the visible width from the left."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    if evidence is not None:
        table.writerow(("fraction_from_bow", "height_over_length"))
        rows = zip(evidence.fraction, evidence.height, strict=True)
    else:
        table.writerow(("share_of_visible_width_from_left", "height_over_visible_width"))
        rows = zip(profile.place, profile.height, strict=True)
    table.writerows((f"{a:.5f}", f"{b:.5f}") for a, b in rows)
    return out.getvalue()
