"""Images that are placed by ground control points only, as Sentinel-1 GRD is delivered.

A range-projected swath is no affine picture of the Earth. A thin-plate spline through its control points (Bookstein
1989, IEEE PAMI 11, 567-585; GDAL's `GCP_TPS`) holds every point exactly and bends smoothly between them. The image is
shown through a virtual warp into the UTM zone of its middle at its own pixel spacing, so that whoever reads a window
computes that window only.

Pixels are taken by nearest neighbour: each is then one measurement of the sensor with its own speckle. Bilinear or
cubic would average neighbours, so that the clutter seems to have more looks than it has and the peaks of small ships
sink, and both are what detectors rest on. The price is a place that is off by up to half a pixel.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine
from pyproj import Transformer
from pyproj.exceptions import CRSError, ProjError
from rasterio.crs import CRS
from rasterio.transform import GCPTransformer
from shapely.geometry import Polygon

from roadstead.model import RasterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_LEAST_POINTS = 4
# Narrower than this share of its length, a cloud of points is a line and leaves the other direction open.
_LEAST_WIDTH = 1e-3
# Swaths bend by a few per cent of their width; points further from their best affine fit contradict each other.
_MOST_BEND = 0.1
_EDGE_POINTS = 16
# Between places so close that a straight line is off by no more than this, the spline is not computed.
_MOST_ERROR_PX = 0.05
_TYPES = {
    "uint8": "Byte", "int8": "Int8", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32",
    "float32": "Float32", "float64": "Float64", "complex_int16": "CInt16", "complex64": "CFloat32",
}  # fmt: skip
_UTM_NORTH, _UTM_SOUTH = 84.0, -80.0


def has_points_only(dataset: Any) -> bool:
    """Whether an open dataset is placed by ground control points and by nothing else."""
    return dataset.crs is None and dataset.transform == Affine.identity() and bool(dataset.gcps[0])


@contextmanager
def placed(dataset: Any) -> Iterator[Any]:
    """The dataset itself, or its virtual warp into UTM where it only has control points.

    In the warp 0 is nodata where the file declares none: beside the swath nothing was measured, and the product writes
    0 at its edges.

    Raises:
        RasterError: there are control points and they cannot be used.
    """
    if not has_points_only(dataset):
        yield dataset
        return
    with rasterio.open(_virtual_warp(dataset)) as warped:
        yield warped


def _virtual_warp(dataset: Any) -> str:
    """GDAL's description of the warp (gdal.org, VRT: warped VRT), with the control points in metres of the grid.

    rasterio's own `WarpedVRT` forgets the points when it is told a grid.
    """
    points = _checked(dataset)
    crs, transform, width, height = _grid(dataset, points)
    nodata = f"{0 if dataset.nodata is None else dataset.nodata}"
    root = ET.Element("VRTDataset", rasterXSize=f"{width}", rasterYSize=f"{height}", subClass="VRTWarpedDataset")
    _add(root, "SRS", crs.to_wkt())
    _add(root, "GeoTransform", _six(transform))
    for i, (kind, words) in enumerate(zip(dataset.dtypes, dataset.descriptions, strict=True), start=1):
        band = ET.SubElement(root, "VRTRasterBand", dataType=_TYPES[kind], band=f"{i}", subClass="VRTWarpedRasterBand")
        _add(band, "Description", words or "")
        _add(band, "NoDataValue", nodata)
    options = ET.SubElement(root, "GDALWarpOptions")
    _add(options, "ResampleAlg", "NearestNeighbour")
    _add(options, "WorkingDataType", _TYPES[dataset.dtypes[0]])
    for name, value in (("UNIFIED_SRC_NODATA", "YES"), ("INIT_DEST", "NO_DATA")):
        _add(options, "Option", value).set("name", name)
    _add(options, "SourceDataset", dataset.name).set("relativeToVRT", "0")
    approximate = ET.SubElement(ET.SubElement(options, "Transformer"), "ApproxTransformer")
    _add(approximate, "MaxError", f"{_MOST_ERROR_PX}")
    general = ET.SubElement(ET.SubElement(approximate, "BaseTransformer"), "GenImgProjTransformer")
    spline = ET.SubElement(ET.SubElement(general, "SrcTPSTransformer"), "TPSTransformer")
    _add(spline, "Reversed", "0")
    listed = ET.SubElement(spline, "GCPList")
    x, y = _to_metres(crs).transform(points[:, 2], points[:, 3])
    for i, (col, row) in enumerate(points[:, :2]):
        ET.SubElement(listed, "GCP", Id=f"{i}", Pixel=f"{col:.6f}", Line=f"{row:.6f}", X=f"{x[i]:.4f}", Y=f"{y[i]:.4f}")
    _add(general, "DstGeoTransform", _six(transform))
    _add(general, "DstInvGeoTransform", _six(~transform))
    bands = ET.SubElement(options, "BandList")
    for i in range(1, dataset.count + 1):
        mapping = ET.SubElement(bands, "BandMapping", src=f"{i}", dst=f"{i}")
        for side in ("Src", "Dst"):
            _add(mapping, f"{side}NoDataReal", nodata)
            _add(mapping, f"{side}NoDataImag", "0")
    return ET.tostring(root, encoding="unicode")


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text
    return child


def _six(transform: Affine) -> str:
    return ", ".join(f"{v:.17g}" for v in transform.to_gdal())


def swath_outline(dataset: Any) -> BaseGeometry:
    """Outline of an image with control points only, WGS84: the swath itself, not the box around it.

    Raises:
        RasterError: the points cannot be used.
    """
    _checked(dataset)
    return Polygon(np.column_stack(_lonlat_of_edge(dataset)))


def _grid(dataset: Any, points: NDArray[np.float64]) -> tuple[CRS, Affine, int, int]:
    """UTM zone of the middle, and a north-up grid of native spacing around the image."""
    lon, lat = _lonlat_of_edge(dataset)
    crs = CRS.from_epsg(_zone((lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2))
    to_metres = _to_metres(crs)
    x, y = to_metres.transform(lon, lat)
    fit, _ = _affine_fit(points[:, :2], np.column_stack(to_metres.transform(points[:, 2], points[:, 3])))
    spacing_m = round(math.sqrt(abs(np.linalg.det(fit[:2]))), 2)
    if not (np.isfinite(x).all() and np.isfinite(y).all() and spacing_m > 0):
        raise _broken(dataset, "lie outside the projection")
    left, top = math.floor(x.min() / spacing_m) * spacing_m, math.ceil(y.max() / spacing_m) * spacing_m
    width, height = math.ceil((x.max() - left) / spacing_m), math.ceil((top - y.min()) / spacing_m)
    return crs, Affine(spacing_m, 0, left, 0, -spacing_m, top), width, height


def _to_metres(crs: CRS) -> Transformer:
    return Transformer.from_crs("EPSG:4326", crs.to_wkt(), always_xy=True)


def _zone(lon_deg: float, lat_deg: float) -> int:
    """EPSG code of the UTM zone; of the polar stereographic grid beyond its ends."""
    if lat_deg > _UTM_NORTH or lat_deg < _UTM_SOUTH:
        return 5041 if lat_deg > 0 else 5042
    return (32601 if lat_deg >= 0 else 32701) + int((lon_deg + 180) // 6) % 60


def _lonlat_of_edge(dataset: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude along the image's edge."""
    height, width = dataset.shape
    along = np.linspace(0, 1, _EDGE_POINTS, endpoint=False)
    none, full = np.zeros(_EDGE_POINTS), np.ones(_EDGE_POINTS)
    cols = width * np.concatenate([along, full, 1 - along, none])
    rows = height * np.concatenate([none, along, full, 1 - along])
    with GCPTransformer(dataset.gcps[0], tps=True) as spline:
        x, y = spline.xy(rows, cols, offset="ul")
    lon, lat = _to_lonlat(dataset).transform(np.asarray(x), np.asarray(y))
    return np.asarray(lon), np.asarray(lat)


def _to_lonlat(dataset: Any) -> Transformer:
    crs = dataset.gcps[1]
    if crs is None:
        raise _broken(dataset, "name no reference system")
    try:
        return Transformer.from_crs(crs.to_wkt(), "EPSG:4326", always_xy=True)
    except (CRSError, ProjError) as error:
        raise _broken(dataset, "have a reference system that cannot be used") from error


def _checked(dataset: Any) -> NDArray[np.float64]:
    """Column, row, longitude and latitude of each control point, shape (n, 4); raises RasterError."""
    points = dataset.gcps[0]
    if len(points) < _LEAST_POINTS:
        raise _broken(dataset, f"are {len(points)}, fewer than {_LEAST_POINTS}")
    array = np.array([(p.col, p.row, p.x, p.y) for p in points], np.float64)
    if np.isfinite(array).all():
        array[:, 2], array[:, 3] = _to_lonlat(dataset).transform(array[:, 2], array[:, 3])
    if not np.isfinite(array).all() or abs(array[:, 3]).max() > 90:
        raise _broken(dataset, "hold values that are no coordinates")
    if np.ptp(array[:, 2]) > 180:
        raise _broken(dataset, "lie on both sides of the antimeridian")
    flat = array[:, 2:] * [math.cos(math.radians(array[:, 3].mean())), 1]
    if _is_line(array[:, :2]) or _is_line(flat):
        raise _broken(dataset, "lie on one line")
    _, off = _affine_fit(array[:, :2], flat)
    if off > _MOST_BEND * np.linalg.norm(np.ptp(flat, axis=0)):
        raise _broken(dataset, "contradict each other")
    return array


def _is_line(positions: NDArray[np.float64]) -> bool:
    sizes = np.linalg.svd(positions - positions.mean(axis=0), compute_uv=False)
    return bool(sizes[1] <= _LEAST_WIDTH * sizes[0])


def _affine_fit(pixels: NDArray[np.float64], places: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Least-squares affine from pixels to places, shape (3, 2), and its root mean square distance."""
    design = np.column_stack([pixels, np.ones(len(pixels))])
    fit = np.asarray(np.linalg.lstsq(design, places, rcond=None)[0], np.float64)
    return fit, float(np.sqrt(((design @ fit - places) ** 2).sum(axis=1).mean()))


def _broken(dataset: Any, why: str) -> RasterError:
    return RasterError(
        f"{dataset.name} is placed by ground control points only, and they {why}; fetch it again, or give a "
        "terrain-corrected product"
    )
