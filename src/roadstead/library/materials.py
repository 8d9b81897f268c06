"""Surface materials: how much of the light each sends back, per band role."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from roadstead.library._files import DATA, read_entry
from roadstead.model import BandRole, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

DRAWN_BANDS = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.SWIR16, BandRole.PAN)
"""band roles for which materials have a reflectance"""


def materials() -> Mapping[str, Mapping[BandRole, float]]:
    """Reflectance 0-1 of every material per band role, sorted by name; raises CaseError when the file is broken."""
    return load_materials(DATA / "materials.toml")


@cache
def load_materials(path: Path) -> Mapping[str, Mapping[BandRole, float]]:
    """Read a table of materials; pan is the mean of blue, green, red and nir; raises CaseError as `read_entry` does."""
    from roadstead.library._form_schema import MaterialsFile  # noqa: PLC0415 - pydantic only when data are read

    table: dict[str, Mapping[BandRole, float]] = {}
    for name, entry in sorted(read_entry(path, MaterialsFile).materials.items()):
        said = {band: float(getattr(entry, band.value)) for band in DRAWN_BANDS[:-1]}
        said[BandRole.PAN] = sum(said[band] for band in DRAWN_BANDS[:4]) / 4
        table[name] = MappingProxyType(said)
    return MappingProxyType(table)


def reflectances(bands: Sequence[BandRole | str]) -> NDArray[np.float32]:
    """Reflectance of all materials in the order of `materials()`, shape (materials, bands).

    Raises:
        InputError: a band for which nothing can be drawn.
    """
    unknown = sorted({str(band) for band in bands} - {band.value for band in DRAWN_BANDS})
    if unknown or not bands:
        allowed = ", ".join(band.value for band in DRAWN_BANDS)
        raise InputError(f"a ship cannot be drawn in bands {unknown}; allowed are {allowed}, at least one")
    return np.array([[row[BandRole(band)] for band in bands] for row in materials().values()], np.float32)
