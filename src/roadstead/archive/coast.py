"""Files that say where land and sea are: coastlines and sea polygons, in any reference system.

Only the part near a scene is read, so that a coastline of the whole Earth serves; what cannot be told (a reference
system that the file does not name, lines that do not close) is refused, for a wrong sea mask hides ships in silence.
"""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.errors import ShapelyError
from shapely.geometry import GeometryCollection, MultiPolygon, box

from roadstead.model import InputError, SeaKind, StatedSea
from roadstead.steps import sha256_file, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

# GDAL's other formats name further files, even remote ones.
_STARTS = {".gpkg": (b"SQLite format 3",), ".shp": (b"\0\0\x27\x0a",), ".geojson": (b"{",), ".json": (b"{",)}
MAX_BYTES = {".gpkg": 2**31, ".shp": 2**31, ".geojson": 2**28, ".json": 2**28}
"""largest file that is opened; GeoJSON has no index and is read whole"""
MAX_VERTICES = 4_000_000
"""most corners near one scene; the full coastline of GSHHG has ten million for the whole Earth"""
MARGIN_DEG = 0.02
"""around a scene that is read too, so that its edge is no shore"""
_PIECES = 256
_EXPORT = "export it as GeoPackage, Shapefile or GeoJSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeaFile:
    """A file of land or sea that can be read around a scene."""

    path: Path
    kind: SeaKind
    sha256: str
    crs: str
    """WKT"""
    lines: bool
    """coastlines, not polygons"""
    bounds: tuple[float, float, float, float]
    """west, south, east, north, WGS84"""

    def around(self, area: BaseGeometry) -> StatedSea:
        """What it says near an area.

        Args:
            area: WGS84 lon/lat degrees.

        Raises:
            InputError: it lies elsewhere, is broken there, holds too much, or holds lines that do not close.
        """
        west, south, east, north = area.bounds
        near = box(west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
        if not box(*self.bounds).intersects(near):
            raise InputError(
                f"{self.path.name} reaches from {_degrees(self.bounds)} and the image from {_degrees(area.bounds)}; "
                "give one that covers the image, and check its reference system"
            )
        with _told(self.path):
            shapes, mended = self._shapes(near)
        if self.kind is not SeaKind.COASTLINE and shapes.is_empty:
            raise InputError(f"{self.path.name} holds no sea over the image, so nothing could be searched; check it")
        notes = (f"{mended} shape(s) of {self.path.name} crossed themselves and were mended",) if mended else ()
        return StatedSea(kind=self.kind, area=shapes, name=self.path.name, sha256=self.sha256, notes=notes)

    def _shapes(self, near: BaseGeometry) -> tuple[BaseGeometry, int]:
        """Polygons near a box in WGS84, and how many had to be mended."""
        to_own = Transformer.from_crs("EPSG:4326", CRS.from_wkt(self.crs), always_xy=True)
        west, south, east, north = near.bounds
        window = to_own.transform_bounds(west, south, east, north, densify_pts=21)
        if not all(math.isfinite(v) for v in window):
            raise InputError(f"{self.path.name}: the image lies outside its reference system; {_EXPORT} in EPSG:4326")
        # A coastline's pieces close only together, so that all of them are needed.
        read = pyogrio.raw.read(self.path, columns=[], force_2d=True, bbox=None if self.lines else window)
        shapes = shapely.from_wkb([g for g in (read[2] if read[2] is not None else ()) if g is not None])
        corners = int(shapely.get_num_coordinates(shapes).sum())
        if corners > MAX_VERTICES:
            raise InputError(
                f"{self.path.name} has {corners / 1e6:.1f} million corners near the image, over the limit of "
                f"{MAX_VERTICES / 1e6:.0f} million; simplify it or cut it to the area"
            )
        shapes = self._closed(shapes) if self.lines else self._polygons(shapes)
        crossed = ~shapely.is_valid(shapes)
        shapes[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
        own = box(*window)
        cut = shapely.union_all(shapely.intersection(shapes, own))
        dense = shapely.segmentize(cut, max(window[2] - window[0], window[3] - window[1]) / _PIECES)
        wgs84 = shapely.transform(dense, lambda x, y: to_own.transform(x, y, direction="INVERSE"), interleaved=False)
        return _areas(shapely.intersection(shapely.make_valid(wgs84), near)), int(crossed.sum())

    def _polygons(self, shapes: NDArray[Any]) -> NDArray[Any]:
        parts = shapely.get_parts(shapes)
        kinds = shapely.get_type_id(parts)
        if parts.size and not (kinds == shapely.GeometryType.POLYGON).all():
            raise InputError(f"{self.path.name} holds polygons and other shapes; {_EXPORT} with one kind of them")
        return np.asarray(parts)

    def _closed(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """What coastlines enclose; a ring within a ring is a lake."""
        lines = shapely.unary_union(shapes)
        _, cuts, dangles, invalid = shapely.polygonize_full([lines])
        loose = sum(len(shapely.get_parts(g)) for g in (cuts, dangles, invalid))
        if loose:
            raise InputError(
                f"{self.path.name} holds {loose} line(s) that do not close, so which side is land is not known; "
                "give land polygons"
            )
        return np.asarray(shapely.get_parts(shapely.build_area(lines)))


def open_sea_file(path: Path, kind: SeaKind) -> SeaFile:
    """A GeoPackage, Shapefile or GeoJSON of land polygons, closed coastlines or sea polygons.

    Args:
        path: the file.
        kind: whether its shapes are land or sea.

    Raises:
        InputError: it is not there, of another format, too large, empty, names no reference system, or its
            coordinates are none of that system.
    """
    _checked(path)
    with _told(path):
        layers = [layer for layer in pyogrio.list_layers(path) if layer[1] is not None]
        if len(layers) != 1:
            names = ", ".join(str(name) for name, _ in layers) or "none"
            raise InputError(f"{path.name} holds {len(layers)} layers ({names}), where one is read; export one")
        info = pyogrio.read_info(path, force_total_bounds=True, force_feature_count=True)
        lines = _are_lines(path, str(info["geometry_type"]), kind) if info["features"] else False
    if not info["features"] or info["total_bounds"] is None:
        raise InputError(f"{path.name} holds no shape; give one with {_WANTED[kind]}")
    if info["crs"] is None:
        raise InputError(f"{path.name} names no reference system (a Shapefile needs its .prj); {_EXPORT} again")
    crs = CRS.from_user_input(info["crs"])
    return SeaFile(
        path=path,
        kind=kind,
        sha256=_sha256(path),
        crs=crs.to_wkt(),
        lines=lines,
        bounds=_bounds(path, crs, tuple(float(v) for v in info["total_bounds"])),
    )


_WANTED = {
    SeaKind.COASTLINE: "land polygons or closed coastlines",
    SeaKind.SEA: "polygons of the sea",
    SeaKind.SITE: "polygons of the sea",
}


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """GDAL's errors as ours, in one sentence; its warnings are said by our own checks."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    except (DataSourceError, DataLayerError, FieldError, ShapelyError) as error:
        raise InputError(f"{path.name} cannot be read ({_short(error)}); {_EXPORT} again") from error


def _checked(path: Path) -> None:
    ending = path.suffix.lower()
    if ending not in _STARTS:
        raise InputError(f"{path.name}: the ending {ending!r} is not known; {_EXPORT}")
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); name a file of land or sea") from error
    if not start:
        raise InputError(f"{path.name} is empty (0 bytes); {_EXPORT} again")
    if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_STARTS[ending]) and not start.startswith(
        _STARTS[ending]
    ):
        raise InputError(f"{path.name} is no {ending[1:]} file; {_EXPORT}")
    if size > MAX_BYTES[ending]:
        raise InputError(
            f"{path.name} is {size / 2**20:.0f} MiB large, over the limit of {MAX_BYTES[ending] // 2**20} MiB for "
            f"{ending}; cut it to the area"
        )


def _are_lines(path: Path, geometry_type: str, kind: SeaKind) -> bool:
    """Whether it holds lines; raises InputError where it holds neither lines nor polygons."""
    name = geometry_type.removesuffix(" Z").removeprefix("2.5D ")
    if name in ("Unknown", "GeometryCollection"):
        first = pyogrio.raw.read(path, columns=[], force_2d=True, max_features=1)[2]
        name = shapely.from_wkb(first[0]).geom_type if first is not None and len(first) and first[0] else "nothing"
    if "Polygon" in name:
        return False
    if "LineString" in name and kind is SeaKind.COASTLINE:
        return True
    raise InputError(f"{path.name} holds {name}, which encloses nothing; give {_WANTED[kind]}")


def _bounds(path: Path, crs: CRS, bounds: tuple[float, ...]) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    if crs.is_geographic and (max(abs(south), abs(north)) > 90.01 or max(abs(west), abs(east)) > 360):
        raise InputError(
            f"{path.name}: coordinates up to {max(abs(v) for v in bounds):.0f} are no degrees, as its reference "
            f"system {crs.name!r} says; {_EXPORT} with the right one"
        )
    try:
        to_wgs84 = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        found = to_wgs84.transform_bounds(west, south, east, north, densify_pts=21)
    except (CRSError, ProjError) as error:
        raise InputError(f"{path.name}: its reference system cannot be used ({_short(error)}); {_EXPORT}") from error
    if not all(math.isfinite(v) for v in found):
        raise InputError(f"{path.name}: its coordinates lie outside its reference system {crs.name!r}; {_EXPORT} again")
    return found[0], found[1], found[2], found[3]


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """Its polygons alone."""
    parts = shapely.get_parts(shape)
    flat = [p for part in parts for p in (shapely.get_parts(part) if isinstance(part, GeometryCollection) else [part])]
    return MultiPolygon([p for p in flat if p.geom_type == "Polygon" and not p.is_empty])


def _sha256(path: Path) -> str:
    """Of the file; of a Shapefile with the file that names its reference system."""
    label = path.with_suffix(".prj")
    if path.suffix.lower() != ".shp" or not label.is_file():
        return sha256_file(path)
    return sha256_of([sha256_file(path), sha256_file(label)])


def _degrees(bounds: tuple[float, float, float, float]) -> str:
    west, south, east, north = bounds
    return f"{west:.2f} to {east:.2f} E, {south:.2f} to {north:.2f} N"


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
