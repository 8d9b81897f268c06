"""Small images and items for the tests of intake."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from roadstead.archive import IntakeFacts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rasterio.enums import ColorInterp

UTM52 = Affine(10, 0, 500_000, 0, -10, 4_620_000)


def write_image(  # noqa: PLR0913 - a test names only what it is about
    path: Path,
    *,
    count: int = 1,
    dtype: str = "uint8",
    driver: str = "GTiff",
    size: int = 64,
    crs: str | None = "EPSG:32652",
    names: tuple[str, ...] = (),
    colours: tuple[ColorInterp, ...] = (),
    seed: int = 1,
) -> Path:
    values = np.random.default_rng(seed).integers(1, 200, (count, size, size)).astype(dtype)
    place = {"crs": crs, "transform": UTM52} if crs else {}
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16} if driver == "GTiff" else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver=driver, width=size, height=size, count=count, dtype=dtype, **place, **tiled
        ) as out:
            out.write(values)
            if names:
                out.descriptions = names
            if colours:
                out.colorinterp = colours
    return path


def write_item(path: Path, image: str, *, bands: tuple[str, ...] = (), **properties: Any) -> Path:
    asset: dict[str, Any] = {"href": image, "type": "image/tiff; application=geotiff", "roles": ["data"]}
    if bands:
        asset["bands"] = [{"name": b} for b in bands]
    item = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": path.stem,
        "geometry": None,
        "properties": {"datetime": "2024-10-10T02:03:04Z", "constellation": "sentinel-2", **properties},
        "links": [],
        "assets": {"image": asset},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(item))
    return path


def write_order(folder: Path, order: str = "20241010_015101_12_24b7") -> Path:
    """A Planet order: four bands without descriptions, metadata, mask."""
    image = write_image(folder / f"{order}_3B_AnalyticMS_SR_clip.tif", count=4, dtype="uint16")
    write_image(folder / f"{order}_3B_udm2_clip.tif", count=8)
    meta = {
        "type": "Feature",
        "id": order,
        "geometry": None,
        "properties": {"acquired": "2024-10-10T01:51:01.5Z", "gsd": 3.9, "item_type": "PSScene"},
    }
    (folder / f"{order}_metadata.json").write_text(json.dumps(meta))
    return image


@pytest.fixture
def image() -> Callable[..., Path]:
    return write_image


@pytest.fixture
def item() -> Callable[..., Path]:
    return write_item


@pytest.fixture
def order() -> Callable[..., Path]:
    return write_order


@pytest.fixture
def facts() -> IntakeFacts:
    return IntakeFacts(now=datetime(2025, 1, 2, tzinfo=UTC), added_by="Ana")
