"""From a photograph to the height of a ship over each place along its waterline.

The picture is sampled along its horizon (or, where that is not known, along the waterline), so roll is gone; heights
are measured from the waterline, which perspective lets rise or fall along the ship.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.identify.photo_lines import Found, find_lines
from roadstead.identify.photo_outline import Strip, top_of_ship
from roadstead.identify.photo_values import SideProfile
from roadstead.model import InputError

if TYPE_CHECKING:
    from roadstead.identify.photo_values import Line, Marks, Photograph

PLACES = 160
"""columns of a profile"""
_WIDE = 400
"""columns of the strip across the ship"""
_MARGIN, _HIGH, _LOW = 0.18, 0.75, 0.06
"""of the ship's width: beside it, above and below its waterline"""
_SLACK = 0.03
"""of the width: how far the hull may reach beyond the ends of its waterline"""
_LOWEST = 0.008
"""of the width: what is lower is no ship"""
_LEAST_WIDTH_PX = 40.0
_STEEPEST_DEG = 25.0
_CLEAR = 0.9
"""contrast across the outline, over that outside, below which the outline is in doubt"""


def side_profile(photo: Photograph, marks: Marks) -> SideProfile:
    """Read the outline of the ship.

    Raises:
        InputError: marks that cannot be meant, or no ship was found and none is marked.
    """
    _check(photo, marks)
    water, found = _waterline(photo, marks)
    horizon = _reduced(marks.horizon, photo.step) if marks.horizon else (found.horizon if found else None)
    frame = _frame(water, horizon, marked=marks.horizon is not None)
    strip = _strip(photo, frame, free=marks.bow_x is None)
    if marks.mask is not None:
        top, clear = _top_of_mask(photo, marks.mask, frame, strip), math.inf
    else:
        top, clear = top_of_ship(strip)
    return _profile(photo, marks, _Read(frame=frame, strip=strip, top=top, clear=clear, found=found))


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
        if line and abs(_angle_deg(line)) > _STEEPEST_DEG:
            raise InputError(
                f"{word}: its ends slope by {abs(_angle_deg(line)):.0f} degrees; give x1,y1,x2,y2, x first, and at "
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


def _angle_deg(line: Line) -> float:
    """Slope of a line from its left to its right end; positive falls to the right; up to 90."""
    dx, dy = line[2] - line[0], line[3] - line[1]
    return math.degrees(math.atan2(dy if dx >= 0 else -dy, abs(dx)))


def _over(horizon: Line, water: Line) -> float:
    """Rows by which the waterline's middle lies below the horizon."""
    mid = (water[0] + water[2]) / 2
    slope = (horizon[3] - horizon[1]) / (horizon[2] - horizon[0])
    return (water[1] + water[3]) / 2 - horizon[1] - slope * (mid - horizon[0])


def _reduced(line: Line, step: float) -> Line:
    """A line in reduced pixels, its left end first."""
    x1, y1, x2, y2 = (v / step for v in line)
    return (x1, y1, x2, y2) if x1 <= x2 else (x2, y2, x1, y1)


def _waterline(photo: Photograph, marks: Marks) -> tuple[Line, Found | None]:
    """The waterline in reduced pixels, and what was found where not everything is marked."""
    found = None
    if marks.waterline is None or marks.horizon is None:
        found = find_lines(photo.rgb)
    if marks.waterline is not None:
        line = _reduced(marks.waterline, photo.step)
    elif marks.mask is not None:
        line = _foot_of(marks.mask, photo.step)
    elif found is not None and found.waterline is not None:
        line = found.waterline
    else:
        why = found.doubt if found else ""
        raise InputError(f"no ship was found: {why}; mark its waterline with --waterline X1,Y1,X2,Y2 if there is one")
    if marks.bow_x is not None and marks.stern_x is not None:
        left, right = sorted((marks.bow_x / photo.step, marks.stern_x / photo.step))
        slope = (line[3] - line[1]) / max(line[2] - line[0], 1e-6)
        line = (left, line[1] + slope * (left - line[0]), right, line[1] + slope * (right - line[0]))
    if line[2] - line[0] < max(_LEAST_WIDTH_PX / photo.step, 12.0):
        raise InputError(
            f"the ship is {(line[2] - line[0]) * photo.step:.0f} pixels wide; a profile needs at least "
            f"{_LEAST_WIDTH_PX:.0f}, so give a larger picture"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where the strip lies in the reduced picture."""

    start: tuple[float, float]
    """x, y of the waterline's left end"""
    right: tuple[float, float]
    """unit vector along the level"""
    width: float
    """of the ship along the level"""
    rise: float
    """rows that the waterline falls from end to end, measured across the level, reduced pixels"""
    roll_deg: float

    def at(
        self, along: NDArray[np.float64], up: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x, y of places given as shares of the width along the level and above the left end's level."""
        a, u = along * self.width, up * self.width
        x = self.start[0] + a * self.right[0] + u * self.right[1]
        y = self.start[1] + a * self.right[1] - u * self.right[0]
        return x, y


def _frame(water: Line, horizon: Line | None, *, marked: bool) -> _Frame:
    tilt = math.radians(_angle_deg(water))
    if horizon is not None:
        level = math.radians(_angle_deg(horizon))
        # a horizon that was only found may be a shore that recedes; a ship's waterline is never far from level
        tilt = level if marked or abs(level - tilt) < math.radians(6) else tilt
    right = (math.cos(tilt), math.sin(tilt))
    dx, dy = water[2] - water[0], water[3] - water[1]
    return _Frame(
        start=(water[0], water[1]),
        right=right,
        width=dx * right[0] + dy * right[1],
        rise=-dx * right[1] + dy * right[0],
        roll_deg=math.degrees(tilt),
    )


def _strip(photo: Photograph, frame: _Frame, *, free: bool) -> Strip:
    """Sample the picture along the level; columns of the ship take `_WIDE` columns of the strip."""
    margin = round(_MARGIN * _WIDE)
    along = (np.arange(-margin, _WIDE + margin) + 0.5) / _WIDE
    up = (_HIGH * _WIDE - np.arange(round((_HIGH + _LOW) * _WIDE)) - 0.5) / _WIDE
    x, y = frame.at(along[None, :], up[:, None])
    rows, cols = photo.rgb.shape[:2]
    seen = (x >= 0) & (y >= 0) & (x <= cols) & (y <= rows)
    smooth = max(0.0, 0.35 * frame.width / _WIDE)
    rgb = ndimage.gaussian_filter(photo.rgb, (smooth, smooth, 0)) if smooth > 0.4 else photo.rgb
    sampled = [ndimage.map_coordinates(rgb[..., k], (y - 0.5, x - 0.5), order=1, mode="nearest") for k in range(3)]
    foot = _HIGH * _WIDE + along * frame.rise / frame.width * _WIDE
    slack = round((_SLACK if free else 0.005) * _WIDE)
    return Strip(
        rgb=np.stack(sampled, axis=-1).astype(np.float32),
        foot=np.clip(foot, 2, len(up) - 2),
        first=margin - slack,
        last=margin + _WIDE - 1 + slack,
        seen=seen,
    )


def _top_of_mask(photo: Photograph, mask: NDArray[np.bool_], frame: _Frame, strip: Strip) -> NDArray[np.float64]:
    """Top of the analyst's mask in the strip's columns."""
    rows, cols = strip.rgb.shape[:2]
    margin = (cols - _WIDE) // 2
    along = (np.arange(cols) - margin + 0.5) / _WIDE
    up = (_HIGH * _WIDE - np.arange(rows) - 0.5) / _WIDE
    x, y = (v * photo.step for v in frame.at(along[None, :], up[:, None]))
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    at = (np.clip(v, 0, n - 1).astype(int) for v, n in ((y, mask.shape[0]), (x, mask.shape[1])))
    ship = mask[tuple(at)] & inside & (np.arange(rows)[:, None] < strip.foot)
    # what stands on the hull without a gap: a jib over the deck is no wall
    rising = np.where(np.arange(rows)[:, None] >= np.floor(strip.foot) - 2, True, ship)[::-1]  # noqa: FBT003
    top = rows - np.where(rising.all(axis=0), rows, (~rising).argmax(axis=0))
    return np.where(ship.any(axis=0), np.minimum(top, strip.foot), strip.foot).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    frame: _Frame
    strip: Strip
    top: NDArray[np.float64]
    clear: float
    found: Found | None


def _profile(photo: Photograph, marks: Marks, read: _Read) -> SideProfile:
    """The outline between the ends of the ship, with what is to be said of it."""
    strip, frame = read.strip, read.frame
    heights = (strip.foot - read.top) / _WIDE
    standing = np.flatnonzero(heights > _LOWEST)
    if standing.size < 0.3 * _WIDE:
        raise InputError(
            "no ship could be told from what is behind it above that waterline; mark it with --waterline, look whether "
            "the mark is upright, or give --mask"
        )
    first, last = int(standing[0]), int(standing[-1]) + 1
    place = (np.arange(PLACES) + 0.5) / PLACES
    columns = first + place * (last - first) - 0.5
    height = _means(heights, first, last) * _WIDE / (last - first)
    margin = (strip.rgb.shape[1] - _WIDE) // 2
    along = (columns + 0.5 - margin) / _WIDE
    up = (_HIGH * _WIDE - np.interp(columns, np.arange(len(read.top)), read.top)) / _WIDE
    x, y = frame.at(along, up)
    ends = frame.at(np.array([first - margin, last - margin]) / _WIDE,
                    -np.array([first - margin, last - margin]) / _WIDE * frame.rise / frame.width)  # fmt: skip
    line = tuple(float(v) * photo.step for v in (ends[0][0], ends[1][0], ends[0][1], ends[1][1]))
    cut = _cut(photo, ends[0])
    sure, notes = _doubts(marks, read, cut)
    return SideProfile(
        place=place,
        height=height,
        width_px=(last - first) / _WIDE * frame.width * photo.step,
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
    if marks.waterline is None and marks.mask is None and read.found is not None and not read.found.sure:
        sure = False
        notes.append(f"Not sure: {read.found.doubt}. Mark the ship with --waterline X1,Y1,X2,Y2.")
    if read.clear < _CLEAR:
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
    if marks.horizon:
        level = "marked"
    else:
        level = "found" if read.found is not None and read.found.horizon is not None else "not found, waterline used"
    outline = "drawn by the analyst" if marks.mask is not None else "found"
    ends = "marked" if marks.bow_x is not None else "found"
    return f"waterline {water}, horizon {level}, ends {ends}, outline {outline}"
