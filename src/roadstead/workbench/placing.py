"""Placing a picture on the map by control points that an analyst sets: a screenshot becomes an image with a place.

The pixels are written unchanged into a GeoTIFF with the points (GDAL: ground control points), which is taken in as an
exhibit of its own; `archive` then bends it through the points as it does Sentinel-1 GRD. How far the points lie off the
best affine map is said, since only points beyond the third can show a mistake.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.control import GroundControlPoint

from roadstead.archive import IntakeFacts, IntakeReport, add, exhibits, open_image
from roadstead.archive.facts import FACTS
from roadstead.model import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.model import Exhibit, Scene
    from roadstead.workbench.schemas import PointIn

LEAST_POINTS = 4
MOST_PIXELS = 200_000_000
M_PER_DEG = 111_195.0


def place(case: Path, scene: Scene, points: Sequence[PointIn], analyst: str) -> tuple[IntakeReport, float]:
    """Take a picture in once more, with control points.

    Args:
        case: its folder.
        scene: the picture; an exhibit without georeference.
        points: at least four, not on one line.
        analyst: who set them.

    Returns:
        What became of it, and the points' distance from their best affine map, root mean square, metres.

    Raises:
        InputError: it has a place already, is used as a look already, or the points are too few or on one line.
        RasterError: it cannot be read.
    """
    picture = _picture(case, scene)
    off_m, pixel_m = fit_m(points)
    with tempfile.TemporaryDirectory(prefix="roadstead-") as folder:
        path = Path(folder) / f"{Path(picture.original_name).stem[:60]}-placed.tif"
        _write(scene.path, path, points)
        said = (
            f"{len(points)} control points set by {analyst} on {picture.id}, {off_m:.1f} m off an affine map (r.m.s.)"
        )
        report = add(case, [path], _facts(picture, analyst, pixel_m, said))
        hidden = tuple(replace(r, reason=r.reason.replace(f"{folder}/", "")) for r in report.refused)
    return replace(report, refused=hidden), off_m


def _picture(case: Path, scene: Scene) -> Exhibit:
    if scene.footprint is not None:
        raise InputError(f"{scene.id} lies on the map already; control points are for pictures without georeference")
    picture = next((e for e in exhibits(case) if e.id == scene.id), None)
    if picture is None:
        raise InputError(f"{scene.id} is no picture that was brought in as it is; bring it in with 'roadstead add'")
    if picture.site_id:
        raise InputError(
            f"{scene.id} is stated to show {picture.site_id} and counts as a look there; placed as well, its ships "
            "would count twice"
        )
    return picture


def fit_m(points: Sequence[PointIn]) -> tuple[float, float]:
    """How far points lie off their best affine map, root mean square, and the size of a pixel by it, metres.

    Raises:
        InputError: too few, or on one line in the picture or on the ground.
    """
    if len(points) < LEAST_POINTS:
        raise InputError(f"{len(points)} control points cannot show a mistake among them; set at least {LEAST_POINTS}")
    pixels = np.array([(p.col, p.row) for p in points], np.float64)
    lat = math.radians(float(np.mean([p.lat for p in points])))
    ground = np.array([(p.lon * math.cos(lat), p.lat) for p in points], np.float64) * M_PER_DEG
    for cloud in (pixels, ground):
        sizes = np.linalg.svd(cloud - cloud.mean(axis=0), compute_uv=False)
        if sizes[1] <= 0.01 * sizes[0]:
            raise InputError("the control points lie on one line; set one to its side")
    design = np.column_stack([pixels - pixels.mean(axis=0), np.ones(len(points))])
    fit = np.linalg.lstsq(design, ground - ground.mean(axis=0), rcond=None)[0]
    off = design @ fit - (ground - ground.mean(axis=0))
    pixel_m = math.sqrt(abs(float(np.linalg.det(fit[:2]))))
    return float(np.sqrt((off**2).sum(axis=1).mean())), pixel_m


def _write(picture: Path, path: Path, points: Sequence[PointIn]) -> None:
    with open_image(picture) as source:
        if source.width * source.height > MOST_PIXELS:
            raise InputError(f"{picture.name} has more than {MOST_PIXELS // 10**6} million pixels; cut it to the area")
        profile = {"driver": "GTiff", "width": source.width, "height": source.height, "count": source.count,
                   "dtype": source.dtypes[0], "compress": "deflate"}  # fmt: skip
        values, colours = source.read(), source.colorinterp
    gcps = [GroundControlPoint(row=p.row, col=p.col, x=p.lon, y=p.lat) for p in points]
    with rasterio.open(path, "w", **profile) as out:
        out.gcps = (gcps, rasterio.CRS.from_epsg(4326))
        out.colorinterp = colours
        out.write(values)


def _facts(picture: Exhibit, analyst: str, pixel_m: float, said: str) -> IntakeFacts:
    kept: dict[str, Any] = {
        name: getattr(picture, name) for name in FACTS if name not in {"gsd_m", "gsd_basis", "of_exhibit"}
    }
    own: dict[str, Any] = {"gsd_m": round(pixel_m, 3), "gsd_basis": said, "of_exhibit": picture.id, "analyst": analyst}
    return IntakeFacts(**{**kept, **own, "resampled": True, "added_by": analyst})
