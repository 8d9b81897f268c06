"""From a photograph to the height of a ship over each place along its waterline.

Heights are measured in a level strip from the waterline, which perspective lets rise or fall along the ship.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.identify.photo_lines import find_horizon, find_ship
from roadstead.identify.photo_network import outline_network
from roadstead.identify.photo_outline import ship_odds, top_of_ship
from roadstead.identify.photo_ship import Place
from roadstead.identify.photo_strip import WIDE, Frame, Strip, along, angle_deg, frame_of, strip_of, up
from roadstead.identify.photo_values import PLACES, SideProfile
from roadstead.model import InputError

if TYPE_CHECKING:
    from roadstead.identify.photo_values import Line, Marks, Photograph

_LOWEST = 0.008
"""of the width: what is lower is no ship"""
_HAND = 6
"""rows of the strip by which a hand may mark the waterline below the ship that it painted"""
_LEAST_WIDTH_PX = 40.0
_STEEPEST_DEG = 25.0
_ASTRAY = 0.25
"""share of the ship's area that the network expects to be misjudged, above which the outline is in doubt"""


def side_profile(photo: Photograph, marks: Marks) -> SideProfile:
    """Read the outline of the ship.

    Raises:
        InputError: marks that cannot be meant, or no ship was found and none is marked.
    """
    _check(photo, marks)
    horizon = _reduced(marks.horizon, photo.step) if marks.horizon else find_horizon(photo.rgb)
    water, found = _waterline(photo, marks)
    frame = frame_of(water, horizon, marked=marks.horizon is not None)
    strip = strip_of(photo.rgb, frame, free=marks.bow_x is None)
    if marks.mask is not None:
        top, astray = _top_of_mask(photo, marks.mask, frame, strip), np.zeros(len(strip.foot))
    else:
        top, astray = top_of_ship(ship_odds(outline_network(), strip), strip)
    read = _Read(frame=frame, strip=strip, top=top, astray=astray, found=found, level=horizon is not None)
    return _profile(photo, marks, read)


def _check(photo: Photograph, marks: Marks) -> None:
    wide, high = photo.file_px
    lines = (("--waterline", marks.waterline), ("--horizon", marks.horizon))
    points = [(word, line[k], line[k + 1]) for word, line in lines if line for k in (0, 2)]
    points += [(word, x, 0.0) for word, x in (("--bow", marks.bow_x), ("--stern", marks.stern_x)) if x is not None]
    for word, x, y in points:
        if not (math.isfinite(x) and math.isfinite(y) and -1 <= x <= wide + 1 and -1 <= y <= high + 1):
            raise InputError(
                f"{word}: {x:g},{y:g} lies outside the picture of {wide} x {high} pixels; count from its upper left "
                "corner, as it is shown upright"
            )
    for word, line in lines:
        if line and abs(angle_deg(line)) > _STEEPEST_DEG:
            raise InputError(
                f"{word}: its ends slope by {abs(angle_deg(line)):.0f} degrees; give x1,y1,x2,y2, x first, and at "
                f"most {_STEEPEST_DEG:.0f} degrees"
            )
    if (marks.bow_x is None) != (marks.stern_x is None):
        raise InputError("--bow and --stern belong together; give both or neither")
    if marks.waterline and marks.horizon and _over(marks.horizon, marks.waterline) < -0.02 * high:
        raise InputError(
            "--waterline lies above --horizon: a ship that floats is seen below the horizon at the water; "
            "rows count downwards, so look whether the picture or the marks are upside down"
        )
    if marks.mask is not None and marks.mask.shape != (high, wide):
        raise InputError(
            f"--mask has {marks.mask.shape[1]} x {marks.mask.shape[0]} pixels, the picture {wide} x {high}; "
            "draw it over the upright picture at its full size"
        )
    if marks.mask is not None and not marks.mask.any():
        raise InputError("--mask is empty: paint the ship white on black")


def _over(horizon: Line, water: Line) -> float:
    """Rows by which the waterline's middle lies below the horizon."""
    mid = (water[0] + water[2]) / 2
    slope = (horizon[3] - horizon[1]) / (horizon[2] - horizon[0])
    return (water[1] + water[3]) / 2 - horizon[1] - slope * (mid - horizon[0])


def _reduced(line: Line, step: float) -> Line:
    """A line in reduced pixels, its left end first."""
    x1, y1, x2, y2 = (v / step for v in line)
    return (x1, y1, x2, y2) if x1 <= x2 else (x2, y2, x1, y1)


def _waterline(photo: Photograph, marks: Marks) -> tuple[Line, Place | None]:
    """The waterline in reduced pixels, and what was found where no mark says where the ship is."""
    found = None
    if marks.waterline is not None:
        line = _reduced(marks.waterline, photo.step)
    elif marks.mask is not None:
        line = _foot_of(marks.mask, photo.step)
    else:
        found = find_ship(photo.rgb, outline_network())
        if found.waterline is None:
            raise InputError(
                f"no ship was found: {found.doubt}; mark its waterline with --waterline X1,Y1,X2,Y2 if there is one"
            )
        line = found.waterline
    if marks.bow_x is not None and marks.stern_x is not None:
        left, right = sorted((marks.bow_x / photo.step, marks.stern_x / photo.step))
        slope = (line[3] - line[1]) / max(line[2] - line[0], 1e-6)
        line = (left, line[1] + slope * (left - line[0]), right, line[1] + slope * (right - line[0]))
    if line[2] - line[0] < max(_LEAST_WIDTH_PX / photo.step, 12.0):
        raise InputError(
            f"the ship is {(line[2] - line[0]) * photo.step:.0f} pixels wide; a profile needs at least "
            f"{_LEAST_WIDTH_PX:.0f}, so give a larger picture"
        )
    if max(line[1], line[3]) > photo.rgb.shape[0] - 1:
        raise InputError(
            "the frame cuts the ship at its waterline, so heights cannot be measured from it; find a picture that "
            "shows the water before the ship, or mark the waterline with --waterline X1,Y1,X2,Y2 where it is shown"
        )
    return line, found


def _foot_of(mask: NDArray[np.bool_], step: float) -> Line:
    """The lowest line along a mask that the analyst drew, reduced pixels."""
    cols = np.flatnonzero(mask.any(axis=0))
    low = mask.shape[0] - mask[::-1, cols].argmax(axis=0)
    inner = slice(len(cols) // 10, max(len(cols) - len(cols) // 10, len(cols) // 10 + 2))
    slope, start = np.polyfit(cols[inner] + 0.5, low[inner], 1) if len(cols) > 4 else (0.0, float(low.max()))
    left, right = float(cols[0]), float(cols[-1] + 1)
    return left / step, (start + slope * left) / step, right / step, (start + slope * right) / step


def _top_of_mask(photo: Photograph, mask: NDArray[np.bool_], frame: Frame, strip: Strip) -> NDArray[np.float64]:
    """Top of the analyst's mask in the strip's columns."""
    rows = strip.rgb.shape[0]
    x, y = (v * photo.step for v in frame.pixels())
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    at = (np.clip(v, 0, n - 1).astype(int) for v, n in ((y, mask.shape[0]), (x, mask.shape[1])))
    ship = mask[tuple(at)] & inside & (np.arange(rows)[:, None] < strip.foot)
    # what stands on the hull without a gap: a jib over the deck is no wall
    rising = np.where(np.arange(rows)[:, None] >= np.floor(strip.foot) - _HAND, True, ship)[::-1]  # noqa: FBT003
    top = rows - np.where(rising.all(axis=0), rows, (~rising).argmax(axis=0))
    return np.where(ship.any(axis=0), np.minimum(top, strip.foot), strip.foot).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    frame: Frame
    strip: Strip
    top: NDArray[np.float64]
    astray: NDArray[np.float64]
    found: Place | None
    level: bool
    """whether there was a horizon"""


def _profile(photo: Photograph, marks: Marks, read: _Read) -> SideProfile:
    """The outline between the ends of the ship, with what is to be said of it."""
    strip, frame = read.strip, read.frame
    heights = (strip.foot - read.top) / WIDE
    standing = np.flatnonzero(heights > _LOWEST)
    if standing.size < 0.3 * WIDE:
        raise InputError(
            "no ship could be told from what is behind it above that waterline; mark it with --waterline, look whether "
            "the mark is upright, or give --mask"
        )
    first, last = int(standing[0]), int(standing[-1]) + 1
    place = (np.arange(PLACES) + 0.5) / PLACES
    columns = first + place * (last - first)
    height = _means(heights, first, last) * WIDE / (last - first)
    x, y = frame.at(along(columns), up(np.interp(columns - 0.5, np.arange(len(read.top)), read.top)))
    tips = along(np.array([first, last], np.float64))
    ends = frame.at(tips, -tips * frame.rise / frame.width)
    line = tuple(float(v) * photo.step for v in (ends[0][0], ends[1][0], ends[0][1], ends[1][1]))
    cut = _cut(photo, ends[0])
    sure, notes = _doubts(marks, read, cut)
    return SideProfile(
        place=place,
        height=height,
        doubt=np.interp(columns - 0.5, np.arange(len(read.astray)), read.astray) / (last - first),
        width_px=(last - first) / WIDE * frame.width * photo.step,
        waterline=(line[0], line[1], line[2], line[3]),
        roll_deg=frame.roll_deg,
        outline=np.stack([x, y], axis=-1) * photo.step,
        bow_left=None if marks.bow_x is None or marks.stern_x is None else marks.bow_x < marks.stern_x,
        cut=cut,
        sure=sure,
        marked=marks.waterline is not None or marks.mask is not None,
        basis=_basis(marks, read),
        notes=notes,
    )


def _means(heights: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """Highest of each place's columns: thin masts count with what they reach."""
    edges = np.linspace(first, last, PLACES + 1)
    low, high = np.floor(edges[:-1]).astype(int), np.maximum(np.ceil(edges[1:]).astype(int), 1)
    return np.array([heights[a:b].max() for a, b in zip(low, high, strict=True)])


def _cut(photo: Photograph, x: NDArray[np.float64]) -> tuple[bool, bool]:
    wide = photo.rgb.shape[1]
    near = max(2.0, 0.004 * wide)
    return bool(x[0] <= near), bool(x[1] >= wide - near)


def _doubts(marks: Marks, read: _Read, cut: tuple[bool, bool]) -> tuple[bool, tuple[str, ...]]:
    notes, sure = [], True
    if read.found is not None and read.found.doubt:
        sure = False
        notes.append(f"Not sure: {read.found.doubt}. Mark the ship with --waterline X1,Y1,X2,Y2.")
    if read.astray.sum() > _ASTRAY * (read.strip.foot - read.top).sum():
        sure = sure and marks.waterline is not None
        notes.append("The outline hardly stands out from what is behind the ship; a --mask drawn by hand is safer.")
    if any(cut):
        side = " and ".join(word for word, is_cut in zip(("left", "right"), cut, strict=True) if is_cut)
        notes.append(
            f"The frame cuts the ship at its {side}: the profile is of the visible part only, and no class is compared."
        )
    return sure, tuple(notes)


def _basis(marks: Marks, read: _Read) -> str:
    water = "marked" if marks.waterline else "from the mask" if marks.mask is not None else "found"
    level = "marked" if marks.horizon else "found" if read.level else "not found, waterline used"
    outline = "drawn by the analyst" if marks.mask is not None else "found"
    ends = "marked" if marks.bow_x is not None else "found"
    return f"waterline {water}, horizon {level}, ends {ends}, outline {outline}"
