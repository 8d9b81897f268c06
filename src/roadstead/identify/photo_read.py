"""Reading a photograph: upright, three colours, reduced to what the profile needs; its pixels only go further."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.archive import check_whole, open_image
from roadstead.identify.photo_values import Photograph
from roadstead.model import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LONGEST_PX = 1600
"""a larger picture is reduced to this"""
LEAST_PX = (64, 32)
"""columns and rows below which nothing can be read from a side view"""
MOST_PX = 400_000_000
_TURNS = {2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (3, False), 7: (1, True), 8: (1, False)}
"""EXIF orientation: quarter turns counter-clockwise, then mirrored left to right"""
_DATE = re.compile(r"\d{4}:\d{2}:\d{2} \d{2}:\d{2}:\d{2}")


def read_photograph(path: Path) -> Photograph:
    """Read a JPEG, PNG, JPEG 2000 or TIFF picture of one, three or four channels.

    Raises:
        RasterError: it is not there, is no image, is damaged or truncated.
        InputError: it is too small, or has channels that no photograph has.
    """
    check_whole(path)
    with open_image(path) as dataset:
        _check_size(dataset, path.name)
        tags = dataset.tags()
        turn = _TURNS.get(_orientation(tags), (0, False))
        wide, high = (dataset.height, dataset.width) if turn[0] % 2 else (dataset.width, dataset.height)
        if wide < LEAST_PX[0] or high < LEAST_PX[1]:
            raise InputError(
                f"{path.name} is {wide} x {high} pixels; a side view needs at least {LEAST_PX[0]} x {LEAST_PX[1]}, "
                "so give the original"
            )
        step = max(1.0, max(wide, high) / LONGEST_PX)
        colours, notes = _colours(dataset, step, path.name)
    rgb = np.rot90(colours, turn[0])
    if turn[1]:
        rgb = rgb[:, ::-1]
    if turn != (0, False):
        notes.append("Its EXIF says that it is turned; it was set upright first, and marks mean the upright picture.")
    if step > 1:
        notes.append(f"Reduced {step:.1f} times, from {wide} x {high} pixels.")
    date = _date(tags)
    if date:
        notes.append(f"Its EXIF gives the date {date}: metadata, can be altered.")
    return Photograph(rgb=np.ascontiguousarray(rgb), file_px=(wide, high), step=step, date=date, notes=tuple(notes))


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Read a mask that the analyst drew over the upright picture, white where the ship is; shape (rows, columns).

    Raises:
        RasterError: it is not there, is no image, is damaged or truncated.
    """
    check_whole(path)
    with open_image(path) as dataset:
        _check_size(dataset, path.name)
        values = dataset.read(1)
    white: NDArray[np.bool_] = values > np.nan_to_num(values, nan=0).max() / 2
    return white


def _check_size(dataset: Any, name: str) -> None:
    if dataset.width * dataset.height > MOST_PX:
        raise InputError(
            f"{name} declares {dataset.width} x {dataset.height} pixels, over {MOST_PX / 1e6:.0f} million; "
            "cut out the ship and its surroundings"
        )


def _orientation(tags: dict[str, str]) -> int:
    said = tags.get("EXIF_Orientation", "1").strip()
    return int(said) if said.isdigit() else 1


def _date(tags: dict[str, str]) -> str:
    """The date of the picture, in ISO form without a zone; empty where there is none or it is no date."""
    for key in ("EXIF_DateTimeOriginal", "EXIF_DateTimeDigitized", "EXIF_DateTime", "TIFFTAG_DATETIME"):
        found = _DATE.match(tags.get(key, ""))
        if found:
            day, clock = found[0].split()
            return f"{day.replace(':', '-')} {clock}"
    return ""


def _colours(dataset: Any, step: float, name: str) -> tuple[NDArray[np.float32], list[str]]:
    """Colours 0-1 as the file lies, shape (rows, columns, 3), and notes."""
    from rasterio.enums import ColorInterp, Resampling  # noqa: PLC0415 - slow to load

    kinds = dataset.colorinterp
    bands = [i + 1 for i, kind in enumerate(kinds) if kind != ColorInterp.alpha]
    if len(bands) not in {1, 3}:
        raise InputError(f"{name} has {len(bands)} channels; a photograph has 1 or 3 (and transparency)")
    palette = len(bands) == 1 and kinds[0] == ColorInterp.palette
    shape = (len(bands), max(1, round(dataset.height / step)), max(1, round(dataset.width / step)))
    how = Resampling.nearest if palette else Resampling.average
    read = dataset.read(bands, out_shape=shape, resampling=how)
    notes: list[str] = []
    if palette:
        table = np.zeros((256, 3), np.float32)
        for index, colour in dataset.colormap(bands[0]).items():
            table[index] = colour[:3]
        return table[read[0]] / 255, notes
    values = np.nan_to_num(read.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if read.dtype != np.uint8:
        white = float(np.percentile(values, 99.8)) or 1.0
        values = values / white * 255
        notes.append(f"Its values are {read.dtype}; they were scaled so that its brightest parts are white.")
    if len(bands) == 1:
        notes.append("It has no colours, so ship and surroundings are told apart by brightness only.")
        values = np.repeat(values, 3, axis=0)
    return np.moveaxis(np.clip(values / 255, 0, 1), 0, -1), notes
