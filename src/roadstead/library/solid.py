"""A ship as a height field: one `Solid` from a form, from which every view is drawn.

The grid lies along the hull: rows from the bow to the stern, columns from port to starboard, the ship's middle (half
its length, on the centre line) at the grid's middle. What hangs free above it (jibs, gun barrels) is kept as spars, for
a height field would let them fill the air below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from roadstead.library import solid_parts
from roadstead.library.materials import materials
from roadstead.model import InputError

if TYPE_CHECKING:
    from roadstead.library.forms import ShipForm
    from roadstead.model import Range

WATER = -1
"""material index where there is no ship"""
_FINE_BELOW_M = 60.0
_STAINS, _GRAIN = 0.04, 0.07
"""standard deviations of wear: over about 4 m, and from cell to cell"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spar:
    """A straight thin beam that hangs free: a jib, a barrel. Metres from the ship's middle."""

    start_m: tuple[float, float, float]
    """towards the stern, to starboard, above the waterline"""
    end_m: tuple[float, float, float]
    width_m: float
    material: int
    """index into the sorted names of `materials()`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """One ship in three dimensions; do not write to its arrays."""

    form_id: str
    length_m: float
    beam_m: float
    cell_m: float
    """side of a cell, as asked; the true sides are `spacing_m`"""
    height_m: NDArray[np.float32]
    """above the waterline, shape (rows from bow to stern, columns from port to starboard); 0 on water"""
    material: NDArray[np.int16]
    """index into the sorted names of `materials()`, same shape; -1 on water"""
    texture: NDArray[np.float32]
    """wear and stains: factor on the reflectance, same shape"""
    sky: NDArray[np.float32]
    """share of the sky that is seen from the surface, same shape"""
    deck_m: NDArray[np.float32]
    """height of the bare deck, shape (rows,); the hull's sides reach up to here"""
    hull_material: int
    spars: tuple[Spar, ...] = ()

    @property
    def spacing_m(self) -> tuple[float, float]:
        """Size of a cell along the hull and across it: a whole number of cells makes the ship's length and beam."""
        rows, cols = self.height_m.shape
        return self.length_m / rows, self.beam_m / cols

    @property
    def top_m(self) -> float:
        """Highest point above the waterline."""
        tops = (point[2] for spar in self.spars for point in (spar.start_m, spar.end_m))
        return max(float(self.height_m.max()), *tops, 0.0)


def solid_of(
    form: ShipForm,
    length_m: float | None = None,
    beam_m: float | None = None,
    *,
    seed: int = 0,
    crane_out: bool = False,
    quay_side: Literal["port", "starboard"] = "starboard",
    hatch_open: bool = False,
    cell_m: float | None = None,
) -> Solid:
    """Build a ship of a form.

    Args:
        form: the form.
        length_m: length overall within the form's range; its middle if not said.
        beam_m: beam within the form's range; its middle if not said.
        seed: draws containers, gear on deck and wear; the same seed gives the same ship.
        crane_out: a jib reaches over the deck: the ship's own crane swung out to the quay, or else a quay crane's.
        quay_side: side on which the quay is.
        hatch_open: hatches that open are open.
        cell_m: side of a cell, 0.25-1 m; 0.25 m for ships below 60 m if not said, otherwise 0.5 m.

    Returns:
        The solid; equal arguments give equal arrays.

    Raises:
        InputError: a length, beam or cell outside what is allowed.
    """
    length = _within(form.length_m, length_m, "length", form.id)
    beam = _within(form.beam_m, beam_m, "beam", form.id)
    cell = cell_m if cell_m is not None else (0.25 if length < _FINE_BELOW_M else 0.5)
    if not 0.25 <= cell <= 1:
        raise InputError(f"a cell of {cell} m is not possible; take 0.25 to 1 m")
    board = solid_parts.Board.empty(form, length, beam, cell)
    rng = np.random.default_rng(seed)
    solid_parts.draw(board, form, rng, hatch_open=hatch_open)
    spars = _spars(board, form, crane_out, -1.0 if quay_side == "port" else 1.0)
    return Solid(
        form_id=form.id,
        length_m=length,
        beam_m=beam,
        cell_m=cell,
        height_m=board.height_m,
        material=board.material,
        texture=_texture(rng, board.height_m.shape, cell),
        sky=_sky_share(board.height_m, cell),
        deck_m=board.deck_m,
        hull_material=solid_parts.material_index(form.hull),
        spars=spars,
    )


def _within(allowed: Range, value: float | None, what: str, form_id: str) -> float:
    if value is None:
        return allowed.mid
    slack = 0.01 * allowed.high
    if not allowed.low - slack <= value <= allowed.high + slack:
        raise InputError(f"{what} {value} m is outside the {allowed} m of form {form_id!r}; choose another form")
    return float(value)


def _spars(board: solid_parts.Board, form: ShipForm, crane_out: bool, quay: float) -> tuple[Spar, ...]:
    lines = [*solid_parts.barrels(board, form), *solid_parts.jibs(board, form, quay if crane_out else 0.0)]
    if crane_out and not form.cranes:
        lines.append(solid_parts.quay_jib(board, form, quay))
    names = list(materials())
    return tuple(Spar(start_m=a, end_m=b, width_m=w, material=names.index(tone)) for a, b, w, tone in lines)


def _texture(rng: np.random.Generator, shape: tuple[int, ...], cell_m: float) -> NDArray[np.float32]:
    """Stains of about 4 m and grain of a cell, mean 1."""
    step = max(1, round(4 / cell_m))
    coarse = rng.standard_normal((math.ceil(shape[0] / step), math.ceil(shape[1] / step)))
    stains = np.kron(coarse, np.ones((step, step)))[: shape[0], : shape[1]]
    grain = rng.standard_normal(shape)
    return np.clip(1 + _STAINS * stains + _GRAIN * grain, 0.6, 1.4).astype(np.float32)


def _sky_share(height_m: NDArray[np.float32], cell_m: float) -> NDArray[np.float32]:
    """Share of a cosine-weighted sky that walls around leave free.

    The horizon is probed at 25 and 50 degrees in eight directions; a wall of elevation a hides sin(a)**2 of its sector.
    """
    from roadstead.library.view_kernels import shadow_height  # noqa: PLC0415 - numba only when a ship is drawn

    hidden = np.zeros(height_m.shape, np.float32)
    for elevation_deg, share in ((25.0, 0.3), (50.0, 0.5)):
        rise = math.tan(math.radians(elevation_deg))
        for k in range(8):
            angle = math.radians(45 * k + 22.5)
            light = (math.cos(angle), math.sin(angle), rise)
            hidden += np.float32(share / 8) * (shadow_height(height_m, light, (cell_m, cell_m)) > height_m)
    return 1 - hidden
