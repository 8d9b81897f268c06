"""The one pass over a radar band: blocks summed up, bright pixels listed, a few blocks kept, in bounded memory.

Strips come from `imagery.strips`. What is found does not depend on where they begin: a block is summed up once all its
rows are there, and cells of blocks are judged a fixed number of block rows behind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from roadstead.detection.sar_blocks import AMPLITUDE, DECIBEL, LINEAR, Form, Sums, add_rows, empty_sums
from roadstead.detection.sar_held import HeldBlocks, cut_blocks
from roadstead.detection.sar_quantiles import LISTED_RATE, threshold_factor
from roadstead.detection.sar_screen import (
    AROUND,
    CELL,
    CENSOR,
    MIN_BLOCKS,
    Levels,
    Listed,
    block_limits,
    cell_levels,
    list_bright,
    mark_bright,
)
from roadstead.detection.sar_sidelobes import Cross, cross_of, cross_reach_px
from roadstead.model import SarUnit

if TYPE_CHECKING:
    from roadstead.imagery import Band, Strip

BLOCK_M = 150.0
SMOOTH_M = 30.0
EDGE_M = 60.0
GROW = 0.5
"""pixels of an object reach down to this share of the threshold"""
_LISTED = 0.9
"""share of the first limit above which pixels are listed: mean and spread of the sea are refined later"""
_EVEN = 1.25
"""median over lower quartile of the block means, at most, where the sea is even"""
_VERY_BRIGHT = 1000.0
_MAX_HELD_BYTES = 24 * 2**20
_UNITS = {SarUnit.LINEAR: LINEAR, SarUnit.AMPLITUDE: AMPLITUDE, SarUnit.DB: DECIBEL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What one pass leaves."""

    form: Form
    pixel_m: tuple[float, float]
    sums: Sums
    """of blocks whose pixels were listed, count, total and squares are without what is too bright to be sea"""
    levels: Levels
    listed: Listed
    crosses: tuple[Cross, ...]
    """what the surroundings of very bright targets look like, in row order"""
    held: HeldBlocks
    """raw values of the blocks whose pixels were listed"""


def form_of(band: Band, unit: SarUnit, pixel_m: tuple[float, float]) -> Form:
    """How to read a band and into what windows and blocks to divide it."""
    window_px = 2 * round(max(SMOOTH_M / max(pixel_m) - 1, 0) / 2) + 1
    block_px = max(4, round(BLOCK_M / max(pixel_m)))
    height, width = band.shape
    return Form(
        unit=_UNITS[unit],
        nodata=band.nodata,
        window_px=window_px,
        block_px=window_px * max(math.ceil(4 / window_px), round(block_px / window_px)),
        height=height,
        width=width,
    )


def scan(band: Band, unit: SarUnit, pixel_m: tuple[float, float], false_alarm_rate: float, offset: float) -> Scanned:
    """Work through all strips of a band.

    Args:
        band: what to read.
        unit: what its values are.
        pixel_m: ground size of a pixel along the row and along the column.
        false_alarm_rate: share of sea pixels allowed above the threshold.
        offset: factor on the threshold.

    Raises:
        RasterError: the file is damaged.
    """
    form = form_of(band, unit, pixel_m)
    work = _Scan(form=form, pixel_m=pixel_m, false_alarm_rate=false_alarm_rate, offset=min(offset, 1.0))
    for strip in band.strips(work.carry_px):
        work.take(strip)
    return work.result()


@dataclass(slots=True, kw_only=True)
class _Scan:
    """Progress of the pass."""

    form: Form
    pixel_m: tuple[float, float]
    false_alarm_rate: float
    offset: float
    sums: Sums = field(init=False)
    whole: NDArray[np.bool_] = field(init=False)
    """block rows without any invalid pixel"""
    wanted: NDArray[np.uint8] = field(init=False)
    levels: Levels = field(init=False)
    limits: tuple[NDArray[np.float32], NDArray[np.float32]] = field(init=False)
    blocks_done: int = 0
    cells_judged: int = 0
    cells_listed: int = 0
    listed: list[Listed] = field(default_factory=list)
    crosses: list[Cross] = field(default_factory=list)
    held: list[tuple[NDArray[np.int64], NDArray[Any]]] = field(default_factory=list)
    held_bytes: int = 0

    def __post_init__(self) -> None:
        self.sums = empty_sums(self.form)
        shape = self.sums.counted.shape
        self.whole = np.zeros(shape[0], bool)
        self.wanted = np.zeros(shape, np.uint8)
        cells = (-(-shape[0] // CELL), -(-shape[1] // CELL))
        self.levels = Levels(*(np.full(cells, np.nan, np.float32) for _ in range(3)))
        self.limits = np.full(shape, np.inf, np.float32), np.full(cells, np.inf, np.float32)

    @property
    def edge_px(self) -> int:
        """Reach within which pixels without data are looked for."""
        return max(1, round(EDGE_M / max(self.pixel_m)))

    @property
    def carry_px(self) -> int:
        """Rows that are looked at again after those behind them have come."""
        reach, block = self.reach_px, self.form.block_px
        # cells are listed once the next ones are judged, which takes the blocks around those, and all in reach is there
        return max((2 * CELL + AROUND) * block + self.form.window_px, reach + CELL * block) + reach

    @property
    def reach_px(self) -> int:
        """How far beyond a row of cells pixels are needed to list it."""
        # whether a missing pixel lies in a hole is seen from as far beyond it
        return max(2 * self.edge_px + 1, cross_reach_px(self.pixel_m)) + self.form.window_px

    def take(self, strip: Strip) -> None:
        """Work through a further strip."""
        block, height = self.form.block_px, self.form.height
        last = strip.last_px == height
        ready = len(self.wanted) if last else (strip.last_px - self.form.window_px // 2) // block
        if ready > self.blocks_done:
            add_rows(strip.values, strip.first_px, (self.blocks_done, ready), self.form, self.sums)
            rows = slice(self.blocks_done, ready)
            high = np.minimum(block, height - block * np.arange(self.blocks_done, ready))
            self.whole[rows] = self.sums.counted[rows].sum(axis=1, dtype=np.int64) == high * self.form.width
            self.blocks_done = ready
        judged = len(self.levels.low) if last else (ready - AROUND) // CELL
        if judged > self.cells_judged:
            self._judge((self.cells_judged, judged))
            self.cells_judged = judged
        listed = judged if last else min(judged - 1, (strip.last_px - self.reach_px) // (CELL * block))
        for a in range(self.cells_listed, listed):
            self._list(strip, a)
        self.cells_listed = max(self.cells_listed, listed)

    def _judge(self, cells: tuple[int, int]) -> None:
        """Levels of the sea, triggers and limits of some rows of cells."""
        cell_levels(self.sums.mean, self.sums.cv2, cells, MIN_BLOCKS, self.levels)
        rows = slice(*cells)
        low, spread = self.levels.low[rows], self.levels.spread[rows]
        sea = np.minimum(self.levels.middle[rows], _EVEN * low)
        factor = threshold_factor(spread, self.false_alarm_rate)
        trigger = sea * factor * self.offset
        mark_bright(self.sums.peak, trigger.astype(np.float32), cells[0], self.wanted)
        limit = sea * np.maximum(factor * GROW * self.offset, threshold_factor(spread, LISTED_RATE)) * _LISTED
        block_limits(self.sums.mean, cells, (limit.astype(np.float32), low), self.limits[0])
        self.limits[1][rows] = CENSOR * sea

    def _list(self, strip: Strip, a: int) -> None:
        """Bright pixels of a row of cells."""
        blocks = a * CELL, min((a + 1) * CELL, len(self.wanted))
        if not self.wanted[blocks[0] : blocks[1]].any():
            return
        part = slice(max(0, blocks[0] - 2), blocks[1] + 2)
        reach_px = 0 if self.whole[part].all() else self.edge_px
        args = strip.values, strip.first_px
        listed = list_bright(*args, blocks, self.form, self.wanted, self.limits, self.sums, reach_px)
        self.listed.append(listed)
        if self.held_bytes < _MAX_HELD_BYTES:
            index, values = cut_blocks(*args, blocks, self.form, self.wanted)
            self.held.append((index, values))
            self.held_bytes += values.nbytes
        self._crosses(strip, listed, blocks)

    def _crosses(self, strip: Strip, listed: Listed, blocks: tuple[int, int]) -> None:
        """Profiles around those very bright pixels that no neighbouring block outshines."""
        for i in range(*blocks):
            middle = self.levels.middle[i // CELL].repeat(CELL)[: self.wanted.shape[1]]
            bright = (self.wanted[i] > 0) & (self.sums.peak[i] > _VERY_BRIGHT * middle)
            for j in np.flatnonzero(bright):
                near = self.sums.peak[max(0, i - 1) : i + 2, max(0, j - 1) : j + 2]
                if self.sums.peak[i, j] < near.max():
                    continue
                at = np.flatnonzero(
                    (listed.rows_px // self.form.block_px == i) & (listed.level == self.sums.peak[i, j])
                )
                if len(at):
                    place = int(listed.rows_px[at[0]]), int(listed.cols_px[at[0]])
                    self.crosses.append(
                        cross_of(strip.values, strip.first_px, place, float(middle[j]), self.form, self.pixel_m)
                    )

    def result(self) -> Scanned:
        """What was found."""
        return Scanned(
            form=self.form,
            pixel_m=self.pixel_m,
            sums=self.sums,
            levels=self.levels,
            listed=_joined(self.listed),
            crosses=tuple(self.crosses),
            held=HeldBlocks.of(self.form, self.held),
        )


def _joined(parts: list[Listed]) -> Listed:
    """One list in the order of rows, then columns."""
    if not parts:
        empty = np.zeros(0, np.int32)
        return Listed(empty, empty, np.zeros(0, np.float32), np.zeros(0, bool))
    rows, cols = np.concatenate([p.rows_px for p in parts]), np.concatenate([p.cols_px for p in parts])
    order = np.lexsort((cols, rows))
    level, at_edge = np.concatenate([p.level for p in parts]), np.concatenate([p.at_edge for p in parts])
    return Listed(rows[order], cols[order], level[order], at_edge[order])
