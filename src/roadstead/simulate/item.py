"""The STAC item of a simulated scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.model import iso
from roadstead.simulate.edge import track_deg
from roadstead.simulate.files import WARNING
from roadstead.simulate.radar import RadarScene
from roadstead.simulate.spec import MARK

if TYPE_CHECKING:
    from roadstead.simulate.grid import Grid
    from roadstead.simulate.optical import OpticalScene

_TIFF = "image/tiff; application=geotiff; profile=cloud-optimized"
_BASE = "https://stac-extensions.github.io"
_EXTENSIONS = {
    "proj:": f"{_BASE}/projection/v2.0.0/schema.json",
    "view:": f"{_BASE}/view/v1.0.0/schema.json",
    "sat:": f"{_BASE}/sat/v1.0.0/schema.json",
    "sar:": f"{_BASE}/sar/v1.0.0/schema.json",
}


def item_of(scene: OpticalScene | RadarScene, image: str, mask: str | None) -> dict[str, Any]:
    """STAC 1.1 item; image and mask are file names beside it."""
    spec, grid = scene.spec, scene.grid
    ring = _ring(grid)
    props = {
        MARK: True,
        "description": WARNING,
        "datetime": iso(spec.t_utc),
        "platform": spec.platform,
        "constellation": scene.sensor.constellation,
        "gsd": scene.sensor.pixel_m,
        "proj:code": grid.crs,
        "proj:shape": [grid.height, grid.width],
        "sat:orbit_state": "ascending" if spec.ascending else "descending",
        "attribution": f"{WARNING} (modelled on {scene.sensor.constellation})",
        **(_radar(scene) if isinstance(scene, RadarScene) else _optical(scene)),
    }
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [url for prefix, url in _EXTENSIONS.items() if any(k.startswith(prefix) for k in props)],
        "id": spec.id,
        "bbox": [*map(min, zip(*ring, strict=True)), *map(max, zip(*ring, strict=True))],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": props,
        "links": [],
        "assets": _assets(scene, image, mask),
    }


def _ring(grid: Grid) -> list[list[float]]:
    corners = [(0, grid.height), (grid.width, grid.height), (grid.width, 0), (0, 0), (0, grid.height)]
    points = [grid.transform @ c for c in corners]
    return [[round(v, 7) for v in grid.to_utm.transform(x, y, direction="INVERSE")] for x, y in points]


def _optical(scene: OpticalScene) -> dict[str, Any]:
    lon, lat = scene.spec.place.aoi.centroid.x, scene.spec.place.aoi.centroid.y
    return {
        "view:off_nadir": scene.spec.off_nadir_deg,
        "view:azimuth": scene.spec.satellite_azimuth_deg,
        "view:sun_elevation": round(scene.sun[0], 3),
        "view:sun_azimuth": round((scene.sun[1] - scene.grid.turn_deg(lon, lat)) % 360, 3),
    }


def _radar(scene: RadarScene) -> dict[str, Any]:
    return {
        "sar:instrument_mode": "IW",
        "sar:frequency_band": "C",
        "sar:product_type": "GRD",
        "sar:polarizations": ["VV"],
        "sar:looks_equivalent_number": scene.sensor.looks,
        "sar:observation_direction": "right",
        "view:incidence_angle": scene.spec.incidence_deg,
        "view:azimuth": round((track_deg(ascending=scene.spec.ascending) - 90) % 360, 3),
    }


def _assets(scene: OpticalScene | RadarScene, image: str, mask: str | None) -> dict[str, Any]:
    if isinstance(scene, RadarScene):
        band = {"name": "vv", "description": "amplitude", "data_type": "uint16", "nodata": 0}
        note = f"values are {scene.sensor.amplitude:g} x the root of sigma nought"
        return {"image": {"href": f"./{image}", "type": _TIFF, "roles": ["data"], "title": note, "bands": [band]}}
    scaling = {"raster:scale": scene.sensor.scale, "raster:offset": scene.sensor.offset}
    bands = [
        {"name": role.value, "description": name, "data_type": "uint16", "nodata": 0, "unit": "reflectance", **scaling}
        for role, name in zip(scene.sensor.bands, scene.sensor.band_names, strict=True)
    ]
    key = "scl" if scene.sensor.mask == "scl" else "ortho_udm2"
    return {
        "image": {"href": f"./{image}", "type": _TIFF, "roles": ["data", "reflectance"], "bands": bands},
        key: {"href": f"./{mask}", "type": _TIFF, "roles": ["mask", "cloud", "cloud-shadow"]},
    }
