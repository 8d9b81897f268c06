"""Reading one window of all files that are needed, and writing it with an item that says where it came from."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from shapely.geometry import Polygon, mapping

from roadstead.catalogues import Grid, RemoteFile, RemoteWindow, read_window
from roadstead.geo import ground_frame
from roadstead.model import LICENCE_WORDS, InputError, Listing, RasterError, StorageError, iso
from roadstead.steps import sha256_file, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from shapely.geometry.base import BaseGeometry

    from roadstead.pipeline.fetch_plan import Choice, Fetchable

_TILE_PX = 256
_SPDX = re.compile(r"[\w.+-]+")
# Of the original's properties those that describe its whole raster are left out: the window is another raster.
_NOT_OF_WINDOW = (
    "proj:",
    "raster:",
    "eo:bands",
    "eo:cloud_cover",
    "file:",
    "datetime",
    "start_datetime",
    "end_datetime",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of one product."""

    values: NDArray[Any]
    """shape (bands, height, width)"""
    grid: Grid
    nodata: float | None
    bands: tuple[str, ...]
    """names of the bands; `other` where the item does not say"""
    files: tuple[tuple[str, RemoteFile], ...]
    """(asset, file) of everything that was read"""
    mask: RemoteWindow | None
    loss: str = ""
    """why the mask is missing, where the product has one"""


def read_choice(choice: Choice, area: BaseGeometry) -> Read:
    """Read a window of every band onto the first band's pixels, by nearest neighbour, and the mask on its own.

    Raises:
        RasterError: a band cannot be read.
    """
    first, *others = choice.wanted.images
    base = read_window(first.href, area, access=choice.access)
    read = [base, *(read_window(p.href, area, onto=base.grid, access=choice.access) for p in others)]
    bands = [_names(part.roles, len(w.values)) for part, w in zip(choice.wanted.images, read, strict=True)]
    mask, loss = _mask(choice, area)
    files = [(p.key, w.file) for p, w in zip(choice.wanted.images, read, strict=True)]
    if mask is not None and choice.wanted.mask is not None:
        files.append((choice.wanted.mask.key, mask.file))
    return Read(
        values=np.concatenate([w.values for w in read]),
        grid=base.grid,
        nodata=base.nodata,
        bands=tuple(name for names in bands for name in names),
        files=tuple(files),
        mask=mask,
        loss=loss,
    )


def _names(roles: tuple[Any, ...], count: int) -> tuple[str, ...]:
    return tuple(r.value for r in roles) if len(roles) == count else ("other",) * count


def _mask(choice: Choice, area: BaseGeometry) -> tuple[RemoteWindow | None, str]:
    """The mask's window; without it the image still serves, with its cloud estimated or unknown."""
    if choice.wanted.mask is None:
        return None, ""
    try:
        return read_window(choice.wanted.mask.href, area, access=choice.access), ""
    except InputError as error:
        return None, f"its image was fetched, its mask of cloud was not ({error})"


def write_window(image: Path, one: Fetchable, choice: Choice, read: Read, now: datetime) -> Path:
    """Write image, mask and, last, the item that names them; returns the image.

    Raises:
        StorageError: the case folder cannot be written.
    """
    assets = {}
    if read.mask is not None:
        target = image.with_name(f"{image.stem}_{_mask_word(choice)}.tif")
        _write_tiff(target, read.mask.values, read.mask.grid, read.mask.nodata, ())
        assets[_mask_word(choice).lower()] = _asset(target, ["data-mask"])
    _write_tiff(image, read.values, read.grid, read.nodata, read.bands)
    unit = choice.wanted.sar_unit
    extra: dict[str, Any] = {"bands": [_band(n, unit.value if unit else "") for n in read.bands]}
    extra |= {"gsd": choice.wanted.gsd_m or one.listing.gsd_m} if choice.wanted.gsd_m or one.listing.gsd_m else {}
    if all(n == "other" for n in read.bands):
        extra.pop("bands")
    assets = {"image": _asset(image, ["data"]) | extra, **assets}
    item = _item(one, choice, read, now) | {"assets": assets}
    write_atomic(image.with_suffix(".json"), json.dumps(item, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    return image


def _licence(stated: str) -> dict[str, str]:
    """A licence as STAC 1.1 has it: an SPDX name, or `other` with its words beside it."""
    if _SPDX.fullmatch(stated):
        return {"license": stated}
    return {"license": "other"} | ({LICENCE_WORDS: stated} if stated else {})


def _mask_word(choice: Choice) -> str:
    """How the mask is called: `SCL`, `UDM2` or `QA_PIXEL`."""
    key = choice.wanted.mask.key.upper() if choice.wanted.mask else ""
    return next((word for word in ("UDM2", "QA_PIXEL") if word in key), "SCL")


def _band(name: str, unit: str) -> dict[str, str]:
    return {"name": name} | ({"unit": unit} if unit else {})


def _asset(path: Path, roles: list[str]) -> dict[str, Any]:
    return {
        "href": path.name,
        "type": "image/tiff; application=geotiff",
        "roles": roles,
        "roadstead:sha256": sha256_file(path),
    }


def _write_tiff(path: Path, values: NDArray[Any], grid: Grid, nodata: float | None, bands: tuple[str, ...]) -> None:
    """A tiled, losslessly packed GeoTIFF that appears whole or not at all."""
    profile = {
        "driver": "GTiff", "count": len(values), "height": grid.height, "width": grid.width, "dtype": values.dtype,
        "crs": CRS.from_wkt(grid.crs), "transform": grid.transform, "nodata": nodata, "tiled": True,
        "blockxsize": _TILE_PX, "blockysize": _TILE_PX, "compress": "deflate",
        "predictor": 3 if values.dtype.kind == "f" else 2, "photometric": "minisblack",
    }  # fmt: skip
    with _appearing(path) as part, rasterio.open(part, "w", **profile) as out:
        out.write(values)
        if bands:
            out.descriptions = bands


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".fetching-", suffix=".tif", delete=False) as made:
            part = Path(made.name)
        yield part
        part.chmod(0o644)
        part.replace(path)
    except (OSError, RasterioError) as error:
        raise StorageError(f"{path}: cannot be written ({error}); check permissions and free space") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _item(one: Fetchable, choice: Choice, read: Read, now: datetime) -> dict[str, Any]:
    """The STAC item of a window, all but its assets."""
    listing, original = one.listing, choice.item
    outline = _outline(read.grid)
    props = original.get("properties")
    kept = {k: v for k, v in (props if isinstance(props, dict) else {}).items() if not k.startswith(_NOT_OF_WINDOW)}
    links = original.get("links")
    source = [x for x in links if isinstance(x, dict) and x.get("rel") in {"license", "self"}] if links else []
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [],
        "id": f"{original.get('id')}-{one.name}",
        "geometry": mapping(outline),
        "bbox": list(outline.bounds),
        "links": [x | {"rel": "derived_from" if x["rel"] == "self" else "license"} for x in source],
        "properties": kept
        | _licence(str(kept.get("license") or listing.licence or ""))
        | {"credit": kept.get("credit") or listing.credit}
        | {"platform": listing.platform or kept.get("platform")}
        | _time(listing, props if isinstance(props, dict) else {})
        | {
            "roadstead:product": original.get("id"),
            "roadstead:collection": original.get("collection"),
            "roadstead:catalogue": choice.provider,
            "roadstead:listing": listing.id,
            "roadstead:sites": list(one.sites),
            "roadstead:area": list(one.area.bounds),
            "roadstead:read_at": iso(now),
            "roadstead:processing": _processing(read),
            "roadstead:sources": [
                {"asset": key, "href": f.href, "etag": f.etag, "size_bytes": f.size_bytes} for key, f in read.files
            ],
        },
    }


def _processing(read: Read) -> str:
    stacked = "bands laid on the first band's pixels by nearest neighbour, " if len(read.files) > 1 else ""
    return f"window of the original read by Roadstead; {stacked}values unchanged"


def _time(listing: Listing, props: Mapping[str, Any]) -> dict[str, Any]:
    """The original's own times where the listing agrees with them; else the listing's, which may be a span."""
    words = {k: props[k] for k in ("datetime", "start_datetime", "end_datetime") if k in props}
    if listing.time.hours() <= 1 / 12 and any(words.values()):
        return {"datetime": None} | words
    start, end = (t.isoformat().replace("+00:00", "Z") for t in (listing.time.start, listing.time.end))
    if start == end:
        return {"datetime": start}
    return {"datetime": None, "start_datetime": start, "end_datetime": end}


def _outline(grid: Grid) -> Polygon:
    frame = ground_frame(grid.transform, grid.crs, (grid.height, grid.width))
    lon, lat = frame.lonlat([0, grid.width, grid.width, 0], [0, 0, grid.height, grid.height])
    if not np.isfinite(np.concatenate([lon, lat])).all():
        raise RasterError("the window lies outside its projection; use another product")
    return Polygon(np.round(np.column_stack([lon, lat]), 7))
