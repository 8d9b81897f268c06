"""What careless and hostile people bring: cases, images, items and marks to be broken by the tests of bad input."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from roadstead.model import Candidate, Pixels, Rejected, Scene

if TYPE_CHECKING:
    from pathlib import Path

AOI = "[[132.0, 42.8], [132.02, 42.8], [132.02, 42.815], [132.0, 42.815]]"
CASE = f"""schema_version = 1
id = "c"
title = "A messy case"
images = ["images"]
[[sites]]
id = "roads"
name = "Roads"
timezone = "Asia/Vladivostok"
aoi = {AOI}
traffic = [0.2, 4.0]
[[vessels]]
id = "v1"
length_m = [110, 115]
speed_kn = [14, 18]
home = "roads"
[[sources]]
id = "src"
name = "Src"
origin = "src"
reliability = "C"
credibility = "3"
[[claims]]
id = "lay-there"
source = "src"
text = "It lay there."
kind = "presence"
who = ["v1"]
site = "roads"
when = "2024-10-17"
prior = [0.2, 0.8]
prior_reason = "r"
[[claims]]
id = "some"
source = "src"
text = "Some ship lay there."
kind = "count"
site = "roads"
at_least = 1
when = "2024-10-17"
prior = [0.2, 0.8]
prior_reason = "r"
"""
OVER_ROADS = Affine(3, 0, 254_800, 0, -3, 4_744_700)
SIDE = 600
SHIP_ROW, SHIP_COL = 252.5, 218.5


def changed(old: str, new: str, text: str = CASE) -> str:
    """The text with its first `old` replaced; fails where there is none."""
    assert old in text
    return text.replace(old, new, 1)


def write_case(folder: Path, text: str = CASE) -> Path:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_bytes(text.encode())
    return folder


def write_tiff(  # noqa: PLR0913 - a test names only what it breaks
    path: Path,
    *,
    names: tuple[str, ...] = ("blue", "green", "red", "nir"),
    crs: str | None = "EPSG:32653",
    transform: Affine = OVER_ROADS,
    driver: str = "GTiff",
    nodata: float | None = None,
    fill: int | None = None,
    ship: bool = True,
    seed: int = 3,
) -> Path:
    """A sea of 1.8 x 1.8 km at 3 m over the site `roads`, with one ship of 111 x 15 m or without."""
    count, eight_bit = len(names) or (3 if driver == "PNG" else 4), driver == "PNG"
    values = np.random.default_rng(seed).normal(300, 8, (count, SIDE, SIDE))
    if ship:
        values[:, 250:255, 200:237] += 900
    if fill is not None:
        values[:] = fill
    values = np.clip(values / (8 if eight_bit else 1), 0, 255 if eight_bit else 65_000)
    place: dict[str, Any] = {"crs": crs, "transform": transform} if crs else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver=driver, width=SIDE, height=SIDE, count=count, nodata=nodata,
            dtype="uint8" if eight_bit else "uint16", **place,
        ) as out:  # fmt: skip
            out.write(values.astype("uint8" if eight_bit else "uint16"))
            if names:
                out.descriptions = names
    return path


def write_item(path: Path, image: str, item_id: str | None = None, **properties: Any) -> Path:
    bands = [{"name": n} for n in ("blue", "green", "red", "nir")]
    asset = {"href": image, "type": "image/tiff; application=geotiff", "roles": ["data"], "bands": bands}
    item = {
        "type": "Feature", "stac_version": "1.1.0", "id": path.stem if item_id is None else item_id, "geometry": None,
        "properties": {"datetime": "2024-10-17T02:15:00Z", "constellation": "planetscope", **properties},
        "links": [], "assets": {"image": asset},
    }  # fmt: skip
    path.write_text(json.dumps(item))
    return path


class SharpEyes:
    """A `Detector` that sees the one ship of `write_tiff` and nothing else."""

    name = "sharp-eyes"
    version = 1
    fingerprint = ""
    limits = "sees what is twice as bright as the sea"

    def detect(self, scene: Scene, pixels: Pixels) -> tuple[list[Candidate], list[Rejected]]:  # noqa: ARG002 - the seam
        sea = float(np.median(pixels.values[0]))
        rows, cols = np.nonzero((pixels.values[0] > 2 * sea) & pixels.valid)
        if not rows.size:
            return [], []
        return [Candidate(rows_px=rows, cols_px=cols, weights=np.ones(rows.size, np.float32), score=0.9)], []


def write_marks(path: Path, *geometries: dict[str, Any], **properties: Any) -> Path:
    features = [{"type": "Feature", "geometry": g, "properties": properties} for g in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def line(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(corners)}


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
