"""Draw the pictures by which the simulator is judged.

    bench/contact_sheet.py                                   -> docs/ships.png and docs/scenes.png
    bench/contact_sheet.py --against ../shared --out FILE    -> real crops beside simulated ones

The second sheet shows pixels of others, so it may not lie inside the project. Both kinds of crop are enlarged without
interpolation and stretched by one rule: from the 1st to the 99.5th percentile of all three bands together, root.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import rasterio.warp
import rasterio.windows
from shapely.geometry import Point

import contact_ships
from contact_ships import CALM, DAY, LANDING, enlarged, save, sheet, stacked, toned
from roadstead import library
from roadstead.geo import local_plane
from roadstead.simulate import Place, SceneSpec, ShipAt, Weather, make_scene, null_island

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PIL import Image

ROOT = Path(__file__).resolve().parents[1]


CLOUDY = Weather(wind_m_s=6.0, wind_from_deg=230.0, cloud_fraction=0.12, haze=0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A scene and the part of it that is shown."""

    platform: str
    place: str
    east_m: float
    """middle of what is shown, from the middle of the place's area"""
    north_m: float
    size_px: tuple[int, int]
    """rows and columns"""
    label: str
    weather: Weather = CALM


def harbour_ships(place: Place) -> tuple[ShipAt, ...]:
    """Ships along the quays, one at anchor, two under way."""
    plane = local_plane(place.aoi.centroid.x, place.aoi.centroid.y)
    ships = [_ship_at(plane, at, form, alongside=True) for at, form in _alongside(place, plane)]
    west, south, east, north = local_bounds(place, plane)
    afloat = ((0.18, 0.30, "alligator-three-cranes", 0.0), (0.42, 0.22, "ferry", 16.0), (0.30, 0.62, "corvette", 20.0))
    for i, (u, v, form, knots) in enumerate(afloat):
        at = (west + u * (east - west), south + v * (north - south), 60.0 + 75 * i)
        ships.append(_ship_at(plane, at, form, speed_kn=knots))
    return tuple(replace(ship, vessel_id=f"v{i}") for i, ship in enumerate(ships))


def _alongside(place: Place, plane: Any) -> Iterator[tuple[tuple[float, float, float], str]]:
    """East, north and heading of ships in a row along each quay, and their forms."""
    names = ("container-ship", "bulk-carrier-handysize", "ropucha-i", "cargo-engines-aft", "ferry", "tug")
    for k, quay in enumerate(sorted(place.quays, key=lambda q: -q.length)):
        (x0, y0), (x1, y1) = (plane.transform(*p[:2]) for p in (quay.coords[0], quay.coords[-1]))
        long, start = math.hypot(x1 - x0, y1 - y0), 20.0
        for form in (library.form(n) for n in (*names[k % 6 :], *names[: k % 6])):
            if start + form.length_m.mid + 20 <= long:
                at, off = start + form.length_m.mid / 2, form.beam_m.mid / 2 + 2
                yield _beside(place, plane, (x0, y0, x1, y1), at, off), form.id
                start += form.length_m.mid + 45


def _beside(
    place: Place, plane: Any, line: tuple[float, float, float, float], at: float, off: float
) -> tuple[float, float, float]:
    """East, north and heading of a ship beside a quay, on its water side."""
    x0, y0, x1, y1 = line
    long = math.hypot(x1 - x0, y1 - y0)
    u, v = (x1 - x0) / long, (y1 - y0) / long
    sides = [(x0 + at * u - s * off * v, y0 + at * v + s * off * u) for s in (1, -1)]
    x, y = max(sides, key=lambda p: place.land.distance(_point(plane, p)))
    return x, y, math.degrees(math.atan2(u, v))


def _point(plane: Any, at: tuple[float, float]) -> Any:
    lon, lat = plane.transform(*at, direction="INVERSE")
    return Point(lon, lat)


def local_bounds(place: Place, plane: Any) -> tuple[float, float, float, float]:
    """West, south, east and north of a place's area, metres."""
    west, south = plane.transform(*place.aoi.bounds[:2])
    east, north = plane.transform(*place.aoi.bounds[2:])
    return west, south, east, north


def _ship_at(
    plane: Any, at: tuple[float, float, float], form_id: str, *, speed_kn: float = 0.0, alongside: bool = False
) -> ShipAt:
    form = library.form(form_id)
    lon, lat = plane.transform(*at[:2], direction="INVERSE")
    return ShipAt(
        vessel_id=form_id,
        form_id=form_id,
        length_m=form.length_m.mid,
        beam_m=form.beam_m.mid,
        lon_deg=lon,
        lat_deg=lat,
        heading_deg=at[2],
        speed_kn=speed_kn,
        alongside=alongside,
        crane_out=alongside and form_id in LANDING,
        trucks=6 if alongside else 0,
    )


WHOLE, PART = (330, 438), (110, 146)
VIEWS = (
    View(
        platform="sentinel-2b", place="meridian-harbour", east_m=400, north_m=0, size_px=WHOLE, weather=CLOUDY,
        label="like Sentinel-2, 10 m: clouds and their shadows, wakes",
    ),
    View(
        platform="planetscope", place="meridian-harbour", east_m=870, north_m=250, size_px=WHOLE,
        label="like PlanetScope, 3 m: commercial port",
    ),
    View(
        platform="skysat", place="port-null", east_m=-220, north_m=780, size_px=WHOLE,
        label="like SkySat, 0.8 m: naval harbour",
    ),
    View(
        platform="sentinel-1a", place="meridian-harbour", east_m=400, north_m=0, size_px=WHOLE,
        label="like Sentinel-1, 10 m: amplitude",
    ),
)  # fmt: skip


def window(view: View, folder: Path) -> NDArray[np.float32]:
    """What a view shows: three bands, or one of radar, shape (bands, height, width), as stored."""
    place = null_island(view.place)
    spec = SceneSpec(
        id=f"sheet-{view.platform}",
        platform=view.platform,
        t_utc=DAY,
        place=place,
        ships=harbour_ships(place),
        weather=view.weather,
        seed=11,
    )
    made = make_scene(spec, folder)
    plane = local_plane(place.aoi.centroid.x, place.aoi.centroid.y)
    with rasterio.open(made.image) as data:
        lon, lat = plane.transform(view.east_m, view.north_m, direction="INVERSE")
        x, y = rasterio.warp.transform("EPSG:4326", data.crs, [lon], [lat])
        row, col = data.index(x[0], y[0])
        rows, cols = view.size_px
        bands = [1] if data.count == 1 else [3, 2, 1]
        place_px = rasterio.windows.Window(col - cols // 2, row - rows // 2, cols, rows)
        return np.asarray(data.read(bands, window=place_px), np.float32)


def stretched(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """By the rule of the module; a single band becomes grey."""
    three = np.repeat(pixels, 3, axis=0) if len(pixels) == 1 else pixels
    seen = three[:, (three > 0).all(axis=0)]
    low, high = np.percentile(seen, [1, 99.5])
    return toned(three, (float(low), float(high)))


def scenes() -> Image.Image:
    """Whole scenes of the four sensors."""
    with tempfile.TemporaryDirectory() as name:
        blocks = [stacked(view.label, [enlarged(stretched(window(view, Path(name))), 1)]) for view in VIEWS]
    return sheet(blocks, "the Null Islands, which do not exist, as four sensors would show them")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A part of a real image."""

    path: str
    row: int
    col: int
    label: str


TIMES = 3
PAIRS = (
    (
        Crop(path="planetscope/long-beach-b.tif", row=130, col=690, label="PlanetScope, Long Beach B: terminal"),
        View(platform="planetscope", place="meridian-harbour", east_m=1010, north_m=250, size_px=PART, label="quay"),
    ),
    (
        Crop(path="planetscope/long-beach-b.tif", row=470, col=720, label="PlanetScope, Long Beach B: other quays"),
        View(platform="planetscope", place="port-null", east_m=-150, north_m=870, size_px=PART, label="naval harbour"),
    ),
    (
        Crop(path="planetscope/long-beach-b.tif", row=1150, col=950, label="PlanetScope, Long Beach B: at anchor"),
        View(platform="planetscope", place="port-null", east_m=-1180, north_m=-380, size_px=PART, label="at anchor"),
    ),
    (
        Crop(path="planetscope/long-beach-b.tif", row=1130, col=400, label="PlanetScope, Long Beach B: under way"),
        View(platform="planetscope", place="port-null", east_m=-410, north_m=-600, size_px=PART, label="under way"),
    ),
    (
        Crop(path="planetscope/long-beach-a.tif", row=150, col=1350, label="PlanetScope, Long Beach A: town"),
        View(platform="planetscope", place="port-null", east_m=1450, north_m=1200, size_px=PART, label="town, coast"),
    ),
    (
        Crop(path="sentinel2-ports/valencia/valencia-2023-08-23.tif", row=510, col=170, label="Sentinel-2, Valencia"),
        View(platform="sentinel-2b", place="meridian-harbour", east_m=1000, north_m=0, size_px=PART, label="quay"),
    ),
    (
        Crop(path="sentinel2-ports/marseille/marseille-2023-08-22.tif", row=520, col=760, label="S-2, Marseille"),
        View(platform="sentinel-2b", place="port-null", east_m=0, north_m=600, size_px=PART, label="naval harbour"),
    ),
    (
        Crop(path="sentinel2-ports/valencia/valencia-2023-08-23.tif", row=1060, col=1330, label="Sentinel-2, Valencia"),
        View(platform="sentinel-2b", place="port-null", east_m=-600, north_m=-700, size_px=PART, label="roads"),
    ),
)  # fmt: skip


def real(folder: Path, crop: Crop) -> NDArray[np.float32]:
    """Three bands of a real crop, as stored."""
    with rasterio.open(folder / "data" / crop.path) as data:
        bands = [1, 2, 3] if data.count == 3 else [3, 2, 1]
        part = rasterio.windows.Window(crop.col, crop.row, PART[1], PART[0])
        return np.asarray(data.read(bands, window=part), np.float32)


def against(shared: Path) -> Image.Image:
    """Real crops beside simulated ones of the same pixel size."""
    blocks = []
    with tempfile.TemporaryDirectory() as name:
        for crop, view in PAIRS:
            ours = stretched(window(view, Path(name)))
            blocks.append(stacked(crop.label, [enlarged(stretched(real(shared, crop)), TIMES)]))
            blocks.append(stacked(f"SIMULATED {view.platform}: {view.label}", [enlarged(ours, TIMES)]))
    return sheet(blocks, "left: real; right: simulated", "real pixels: keep out of the project")


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="folder with the real images")
    parser.add_argument("--out", type=Path, help="with --against: the sheet, outside the project")
    arguments = parser.parse_args()
    if arguments.against is None:
        save(contact_ships.ships(), ROOT / "docs" / "ships.png")
        save(scenes(), ROOT / "docs" / "scenes.png")
    elif arguments.out is None or arguments.out.resolve().is_relative_to(ROOT):
        parser.error("--out must name a file outside the project: the sheet shows pixels of others")
    else:
        against(arguments.against).save(arguments.out)


if __name__ == "__main__":
    main()
