"""Drawing the parts of a form into a height field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.library.materials import materials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.library.forms import Crane, Hatch, Plan, ShipForm, Stow

    Line = tuple[tuple[float, float, float], tuple[float, float, float], float, str]

_BOX_M = (12.19, 2.44, 2.6)
"""forty-foot container, ISO 668: length, width, height"""
_BOX_TONES = ("box-red", "box-blue", "box-green", "box-grey", "box-white", "rust", "orange")
_BOX_WEIGHTS = (0.24, 0.2, 0.1, 0.16, 0.12, 0.12, 0.06)
_LOWER_STACKS = 0.25
_HOLD_DEPTH_M = 7.0
_SWUNG_DEG = 65.0
"""a crane at work: jib off the centre line"""
_QUAY_JIB_M = (3.0, 26.0)
"""heights of a quay crane's jib: at its foot, at its head"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A height field while it is being drawn; its arrays are written to."""

    length_m: float
    beam_m: float
    cell_m: float
    at: NDArray[np.float64]
    """place of each row as a share of the length, shape (rows, 1)"""
    across_m: NDArray[np.float64]
    """metres to starboard of each column, shape (1, columns)"""
    hull: NDArray[np.bool_]
    """True inside the hull"""
    deck_m: NDArray[np.float32]
    height_m: NDArray[np.float32]
    material: NDArray[np.int16]

    @classmethod
    def empty(cls, form: ShipForm, length_m: float, beam_m: float, cell_m: float) -> Board:
        """The bare hull with its deck."""
        rows, cols = (max(2, round(size / cell_m)) for size in (length_m, beam_m))
        at = ((np.arange(rows) + 0.5) / rows)[:, None]
        across: NDArray[np.float64] = ((np.arange(cols) - (cols - 1) / 2) * (beam_m / cols))[None, :].astype(np.float64)
        hull = np.abs(across) <= half_width(form.plan, at) * beam_m / 2
        deck = np.interp(at[:, 0], *np.transpose(form.deck_m)).astype(np.float32)
        return cls(
            length_m=length_m,
            beam_m=beam_m,
            cell_m=cell_m,
            at=at,
            across_m=across,
            hull=hull,
            deck_m=deck,
            height_m=np.where(hull, deck[:, None], 0).astype(np.float32),
            material=np.where(hull, material_index(form.deck), -1).astype(np.int16),
        )

    def box(self, span: tuple[float, float], width: float, offset: float) -> NDArray[np.bool_]:
        """Cells of a rectangle within the hull."""
        near = np.abs(self.across_m - offset * self.beam_m) <= width * self.beam_m / 2
        return self.hull & (self.at >= span[0]) & (self.at < span[1]) & near

    def disc(self, at: float, offset: float, width_m: float) -> NDArray[np.bool_]:
        """Cells of a circle within the hull, at least one cell on each side of its middle."""
        away = np.hypot((self.at - at) * self.length_m, self.across_m - offset * self.beam_m)
        return self.hull & (away <= max(width_m / 2, 0.75 * self.cell_m))

    def stands_on_m(self, at: float, offset: float) -> float:
        """Height at a place."""
        row = min(int(at * len(self.deck_m)), len(self.deck_m) - 1)
        col = int(np.argmin(np.abs(self.across_m[0] - offset * self.beam_m)))
        return float(self.height_m[row, col])

    def along_m(self, at: float) -> float:
        """Metres from the ship's middle towards the stern."""
        return (at - 0.5) * self.length_m


def material_index(tone: str) -> int:
    """Index of a material among the sorted names."""
    return list(materials()).index(tone)


def half_width(plan: Plan, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Width of the hull as a share of the beam, at shares of the length."""
    if plan.outline:
        places, widths = np.transpose(plan.outline)
        outline: NDArray[np.float64] = np.interp(at, places, widths)
        return outline
    entry, run = max(plan.entry, 1e-6), max(plan.run, 1e-6)
    bow = 1 - (1 - plan.bow_width) * np.clip(1 - at / entry, 0, 1) ** plan.entry_power
    stern = 1 - (1 - plan.transom) * np.clip(1 - (1 - at) / run, 0, 1) ** plan.run_power
    width: NDArray[np.float64] = np.minimum(bow, stern)
    return width


def draw(board: Board, form: ShipForm, rng: np.random.Generator, *, hatch_open: bool) -> None:
    """Draw every part that stands on the hull, in an order in which later parts cover earlier ones."""
    _paints(board, form)
    _clutter(board, form, rng)
    _bulwarks(board, form)
    for hatch in form.hatches:
        _hatch(board, hatch, is_open=hatch_open and hatch.opens)
    _blocks(board, form)
    for stow in form.stows:
        _stow(board, stow, rng)
    _posts(board, form)
    for crane in form.cranes:
        _raise(board, board.disc(crane.at, crane.offset, crane.width_m), crane.rise_m, crane.tone)


def _set(board: Board, where: NDArray[np.bool_], height_m: NDArray[np.float32] | float, tone: str) -> None:
    board.height_m[where] = np.broadcast_to(height_m, where.shape)[where]
    board.material[where] = material_index(tone)


def _raise(board: Board, where: NDArray[np.bool_], rise_m: float, tone: str) -> None:
    if where.any():
        _set(board, where, float(board.height_m[where].max()) + rise_m, tone)


def _paints(board: Board, form: ShipForm) -> None:
    for paint in form.paints:
        board.material[board.box(paint.span, paint.width, paint.offset)] = material_index(paint.tone)
        if paint.circle:
            radius = 0.36 * min(paint.width * board.beam_m, (paint.span[1] - paint.span[0]) * board.length_m)
            middle = (paint.span[0] + paint.span[1]) / 2
            away = np.hypot((board.at - middle) * board.length_m, board.across_m - paint.offset * board.beam_m)
            board.material[board.hull & (np.abs(away - radius) < 0.35)] = material_index("white")


def _clutter(board: Board, form: ShipForm, rng: np.random.Generator) -> None:
    """Winches, vents, lockers and pipes: small boxes wherever the deck is later left bare."""
    pieces = round(form.clutter * board.hull.sum() * board.cell_m**2 / 100)
    tones = (form.deck, form.hull, "grey-deck", "hatch-grey", "black", "rust")
    for _ in range(pieces):
        at, offset, tone = rng.random(), rng.uniform(-0.47, 0.47), tones[rng.integers(len(tones))]
        half, width = rng.uniform(0.3, 1.4) / board.length_m, rng.uniform(0.6, 2.2) / board.beam_m
        where = board.box((at - half, at + half), width, offset)
        _set(board, where, board.deck_m[:, None] + np.float32(rng.uniform(0.4, 1.6)), tone)


def _bulwarks(board: Board, form: ShipForm) -> None:
    inside = board.hull.copy()
    padded = np.pad(board.hull, 1)
    for row, col in ((0, 1), (2, 1), (1, 0), (1, 2)):
        inside &= padded[row : row + inside.shape[0], col : col + inside.shape[1]]
    for wall in form.bulwarks:
        edge = board.box(wall.span, 1.0, 0.0) & ~inside
        _set(board, edge, board.deck_m[:, None] + np.float32(wall.rise_m), form.hull)


def _hatch(board: Board, hatch: Hatch, *, is_open: bool) -> None:
    where = board.box(hatch.span, hatch.width, hatch.offset)
    top = board.deck_m[:, None] + np.float32(hatch.rise_m)
    _set(board, where, top, hatch.tone)
    if is_open:
        rim = 1.2 / board.length_m
        hold = board.box((hatch.span[0] + rim, hatch.span[1] - rim), hatch.width - 2 * 0.6 / board.beam_m, hatch.offset)
        _set(board, hold, np.maximum(board.deck_m[:, None] - np.float32(_HOLD_DEPTH_M), np.float32(0.3)), "hold")
        return
    for k in range(1, hatch.panels):
        seam = hatch.span[0] + k * (hatch.span[1] - hatch.span[0]) / hatch.panels
        half = max(0.25, 0.51 * board.cell_m) / board.length_m
        _set(board, board.box((seam - half, seam + half), hatch.width, hatch.offset), top - np.float32(0.4), "black")


def _sides(offset: float, mirrored: bool) -> tuple[float, ...]:
    return (offset, -offset) if mirrored else (offset,)


def _blocks(board: Board, form: ShipForm) -> None:
    for block in form.blocks:
        for offset in _sides(block.offset, block.mirrored):
            _set(board, board.box(block.span, block.width, offset), block.top_m, block.tone)


def _posts(board: Board, form: ShipForm) -> None:
    for post in form.posts:
        for offset in _sides(post.offset, post.mirrored):
            foot = board.stands_on_m(post.at, offset)
            _set(board, board.disc(post.at, offset, post.width_m), foot + post.rise_m, post.tone)


def _stow(board: Board, stow: Stow, rng: np.random.Generator) -> None:
    """Rows of forty-foot containers: each bay to a drawn height, a quarter of its stacks one lower, gaps by chance."""
    box_l, box_w, box_h = _BOX_M[0] / board.length_m, _BOX_M[1] / board.beam_m, _BOX_M[2]
    hold = material_index("hold")
    bays = int((stow.span[1] - stow.span[0]) / (box_l * 1.08))
    ranks = int(stow.width / (box_w * 1.03))
    for bay in range(bays):
        start = stow.span[0] + bay * box_l * 1.08
        full = int(rng.integers(stow.tiers[0], stow.tiers[1] + 1))
        for rank in range(ranks):
            tone = _BOX_TONES[rng.choice(len(_BOX_TONES), p=_BOX_WEIGHTS)]
            tiers = full - int(rng.random() < _LOWER_STACKS)
            taken = rng.random() < stow.fill and tiers > 0
            where = board.box((start, start + box_l), box_w, (rank - (ranks - 1) / 2) * box_w * 1.03)
            if taken and where.any() and not (board.material[where] == hold).any():
                _set(board, where, float(board.height_m[where].max()) + tiers * box_h, tone)


def barrels(board: Board, form: ShipForm) -> Iterator[Line]:
    """Barrels of the guns as lines."""
    for post in form.posts:
        ahead = -1.0 if post.aims == "bow" else 1.0
        for offset in _sides(post.offset, post.mirrored) if post.barrel_m else ():
            height = board.stands_on_m(post.at, offset) - 0.4 * post.rise_m
            x, y = board.along_m(post.at), offset * board.beam_m
            far = x + ahead * (post.width_m / 2 + post.barrel_m)
            yield (x, y, height), (far, y, height + 0.3), 0.5, post.tone


def jibs(board: Board, form: ShipForm, quay: float) -> Iterator[Line]:
    """Jibs of the deck cranes; with a quay (-1 port, 1 starboard) the middle one is swung out over that side."""
    for i, crane in enumerate(form.cranes):
        foot = (board.along_m(crane.at), crane.offset * board.beam_m, board.stands_on_m(crane.at, crane.offset))
        ahead = -1.0 if crane.stowed == "bow" else 1.0
        at_work = quay != 0 and i == len(form.cranes) // 2
        yield _jib(crane, foot, ahead, quay if at_work else 0.0)


def _jib(crane: Crane, foot: tuple[float, float, float], ahead: float, quay: float) -> Line:
    turn = np.radians(_SWUNG_DEG) if quay else 0.0
    rise = 0.45 * crane.jib_m if quay else 0.0
    reach = float(np.sqrt(crane.jib_m**2 - rise**2))
    x = foot[0] + ahead * reach * float(np.cos(turn))
    y = foot[1] + quay * reach * float(np.sin(turn))
    width = max(0.9, 0.07 * crane.jib_m)
    return (foot[0], foot[1], foot[2] - 0.8), (x, y, foot[2] - 0.8 + rise), width, crane.tone


def quay_jib(board: Board, form: ShipForm, quay: float) -> Line:
    """The jib of a mobile crane on the quay, its head over the first hatch that opens, or over the fore deck."""
    opens = next((hatch.span for hatch in form.hatches if hatch.opens), (0.2, 0.4))
    head, foot = board.along_m((opens[0] + opens[1]) / 2), board.beam_m / 2 + 9.0
    low, high = _QUAY_JIB_M
    return (head + 7.0, quay * foot, low), (head, 0.0, high), 1.6, "steel-yellow"
