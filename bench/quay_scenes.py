"""Random simulated berths for `quay.py` and `quay_fit.py`: a straight quay, a ship alongside, cranes, vehicles, goods.

What the bench varies and the fit does not: the blur (a disc smeared along a line, besides the sensor's Gaussian), the
jib's angle, tone values (8 bits after a gamma curve), vehicles' sizes and paints, how crowded the quay is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from shapely import transform
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Polygon, box

from roadstead import library
from roadstead.geo import ground_frame, local_plane, sun_position_deg
from roadstead.model import Modality, Pixels, Scene, TimeSpan
from roadstead.simulate import Place, SceneSpec, ShipAt, VehicleAt, Weather
from roadstead.simulate.grid import Tile
from roadstead.simulate.optical import OpticalScene, optical_scene, optical_tile
from roadstead.simulate.sensors import SKYSAT
from roadstead.simulate.ships import stamps
from roadstead.simulate.small import Boat
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.simulate.sensors import OpticalSensor

FORMS = (
    "alligator-one-crane", "alligator-three-cranes", "bulk-carrier-small", "cargo-bridge-forward", "cargo-engines-aft",
    "corvette", "fishing-vessel", "ro-ro-cargo", "ropucha-i", "ropucha-ii", "tanker", "bulk-carrier-handysize",
)  # fmt: skip
PAINTS = (
    (0.05, 0.08, 0.05, 0.12, 0.11), (0.05, 0.06, 0.06, 0.08, 0.09), (0.30, 0.31, 0.31, 0.32, 0.30),
    (0.45, 0.47, 0.47, 0.46, 0.40), (0.19, 0.13, 0.09, 0.14, 0.15), (0.09, 0.13, 0.09, 0.18, 0.16),
)  # fmt: skip
ODD_PAINTS = ((0.08, 0.12, 0.30, 0.34, 0.33), (0.22, 0.28, 0.34, 0.40, 0.40), (0.14, 0.14, 0.14, 0.16, 0.17))
CRANES = ("out", "stowed", "none")


@dataclass(frozen=True, kw_only=True)
class Berth:
    """A simulated berth with its truth."""

    scene: Scene
    pixels: Pixels
    reference: tuple[Scene, Pixels] | None
    """another date without the ship's crane and vehicles"""
    hull: Polygon
    """WGS84 box, as surely as `measure` knows it"""
    quay: LineString
    form_id: str
    crane: str
    vehicles: tuple[VehicleAt, ...]
    sun_deg: tuple[float, float]
    off_nadir_deg: float


def berth(seed: int, number: int, *, pixel_m: float = 0.5, strange: bool = False, reference: bool = False) -> Berth:
    """A random berth; with `strange`, varied in ways that the fit never shows."""
    rng = stream(seed, "quay", str(number))
    lon, lat = float(rng.uniform(-170, 170)), float(rng.uniform(-55, 55))
    plane = local_plane(lon, lat)
    form = library.form(FORMS[int(rng.integers(len(FORMS)))])
    length = float(rng.uniform(form.length_m.low, form.length_m.high))
    beam = float(rng.uniform(form.beam_m.low, form.beam_m.high))
    crane = "out" if rng.random() < 0.5 else ("stowed" if form.cranes else "none")
    way = float(rng.uniform(0, 360))
    gap = float(rng.uniform(0.5, 2.5))

    def onto_earth(shape: BaseGeometry) -> BaseGeometry:  # local frame: quay along x at y=0, land at y<0
        turned = rotate(shape, way, origin=(0, 0))
        return transform(turned, lambda p: np.column_stack(plane.transform(p[:, 0], p[:, 1], direction="INVERSE")))

    half = length / 2 + 60
    place = Place(
        id=f"berth-{seed}-{number}",
        name="berth",
        timezone="UTC",
        aoi=onto_earth(box(-half, -45, half, beam + 45)),
        land=onto_earth(box(-half - 400, -600, half + 400, 0)),
        quays=(onto_earth(LineString([(-half - 300, 0), (half + 300, 0)])),),
    )
    slon, slat = onto_earth(LineString([(0, beam / 2 + gap), (0.1, beam / 2 + gap)])).coords[0]
    heading = 90 - way + (180 if rng.random() < 0.5 else 0)
    lot = _vehicles(rng, length, strange)
    ship = ShipAt(
        vessel_id=f"v{number}", form_id=form.id, length_m=length, beam_m=beam, lon_deg=slon, lat_deg=slat,
        heading_deg=heading % 360, alongside=True, crane_out=crane == "out", vehicles=lot,
    )  # fmt: skip
    t_utc = _daylight(rng, lon, lat)
    odd_sensor = {"psf": float(rng.uniform(0.55, 0.85)), "noise": float(rng.uniform(0.5, 2.0))}
    sensor = replace(
        SKYSAT, pixel_m=pixel_m, margin_m=2.0, psf_px=(odd_sensor["psf"],) * 4,
        noise=tuple(n * odd_sensor["noise"] for n in SKYSAT.noise), delay_s=(0.0,) * 4,
    )  # fmt: skip
    spec = SceneSpec(
        id=f"s{number}", platform="skysat", t_utc=t_utc, place=place, ships=(ship,),
        weather=Weather(wind_m_s=float(rng.uniform(1, 8)), haze=float(rng.uniform(0, 0.3))), seed=seed,
        off_nadir_deg=float(rng.uniform(0, 25)), satellite_azimuth_deg=float(rng.uniform(0, 360)),
    )  # fmt: skip
    made = _with_goods(rng, optical_scene(spec, sensor), length, onto_earth, 3)
    if strange and crane == "out":
        made = _other_angle(rng, made, sensor)
    pixels = _pixels(made)
    scene = _scene(spec, sensor, pixels)
    if strange:
        pixels = _degraded(rng, pixels)
    other = None
    if reference:
        t_other = _daylight(rng, lon, lat)
        bare = replace(
            spec,
            id=f"r{number}",
            t_utc=t_other,
            ships=(replace(ship, crane_out=False, vehicles=()),) if rng.random() < 0.6 else (),
        )
        before = _with_goods(rng, optical_scene(bare, sensor), length, onto_earth, 1)
        held = _pixels(before)
        if strange:
            held = _degraded(rng, held)
        other = (_scene(bare, sensor, held), held)
    return Berth(
        scene=scene, pixels=pixels, reference=other, hull=_hull(rng, made, length, beam), quay=place.quays[0],
        form_id=form.id, crane=crane, vehicles=lot, sun_deg=sun_position_deg(t_utc, lon, lat),
        off_nadir_deg=spec.off_nadir_deg,
    )  # fmt: skip


def _daylight(rng: np.random.Generator, lon: float, lat: float) -> datetime:
    while True:
        t = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=float(rng.uniform(0, 365)))
        noon = (12 - lon / 15) % 24
        t = t.replace(hour=0, minute=0) + timedelta(hours=noon + float(rng.uniform(-3, 3)))
        if sun_position_deg(t, lon, lat)[0] > 15:
            return t


def _vehicles(rng: np.random.Generator, length: float, strange: bool) -> tuple[VehicleAt, ...]:
    wanted, out, taken = int(rng.integers(0, 9)), [], []
    for _ in range(200):
        if len(out) == wanted:
            break
        size = (
            (float(rng.uniform(6, 12)), float(rng.uniform(2.3, 2.7))) if strange else (float(rng.uniform(6.5, 11)), 2.5)
        )
        turn = float(rng.normal(0, 6)) if rng.random() < 0.7 else float(rng.normal(90, 8))
        along, away = float(rng.uniform(-0.45, 0.45)) * length, float(rng.uniform(4.5, 22))
        shape = translate(rotate(box(-size[0] / 2, -size[1] / 2, size[0] / 2, size[1] / 2), turn), along, away)
        if shape.bounds[1] < 1.0 or any(shape.distance(t) < 1.5 for t in taken):
            continue
        taken.append(shape)
        paints = PAINTS + ODD_PAINTS if strange else PAINTS
        out.append(VehicleAt(
            along_m=along, away_m=away, turn_deg=turn, length_m=size[0], width_m=size[1],
            height_m=float(rng.uniform(2.6, 3.8)), covered=bool(rng.random() < 0.6),
                paint=paints[int(rng.integers(len(paints)))],
        ))  # fmt: skip
    return tuple(out)


def _with_goods(
    rng: np.random.Generator,
    made: OpticalScene,
    length: float,
    onto_earth: Callable[[BaseGeometry], BaseGeometry],
    most: int,
) -> OpticalScene:
    """Stacks that stand on the quay at this date only; none overlaps a vehicle."""
    extra = []
    lorries = [b.outline for b in made.boats if b.kind == "vehicle"]
    for _ in range(int(rng.integers(0, most + 1))):
        wide, deep = float(rng.uniform(4, 12)), float(rng.uniform(3.5, 7))
        x, y = float(rng.uniform(-0.5, 0.5)) * length, -float(rng.uniform(6, 22))
        shape = made.grid.metres(onto_earth(box(x - wide / 2, y - deep / 2, x + wide / 2, y + deep / 2)))
        if any(shape.distance(o) < 1.5 for o in lorries):
            continue
        shade = float(rng.uniform(0.08, 0.4))
        extra.append(
            Boat(outline=shape, reflectance=shade, kind="goods", height_m=float(rng.uniform(1, 3)), paint=(shade,) * 5)
        )
    return replace(made, boats=(*extra, *made.boats))


def _other_angle(rng: np.random.Generator, made: OpticalScene, sensor: OpticalSensor) -> OpticalScene:
    """The jib that reaches out turned by another angle and raised otherwise."""
    ship = made.ships[0]
    spars = list(ship.solid.spars)
    k = int(np.argmax([abs(s.end_m[1] - s.start_m[1]) for s in spars]))
    a, b = np.array(spars[k].start_m), np.array(spars[k].end_m)
    turn = math.radians(float(rng.uniform(-18, 18)))
    d = b - a
    turned = np.array(
        [
            d[0] * math.cos(turn) - d[1] * math.sin(turn),
            d[0] * math.sin(turn) + d[1] * math.cos(turn),
            d[2] * rng.uniform(0.6, 1.2),
        ]
    )
    spars[k] = replace(
        spars[k], end_m=tuple(float(v) for v in a + turned), width_m=spars[k].width_m * float(rng.uniform(0.8, 1.3))
    )
    ship = replace(ship, solid=replace(ship.solid, spars=tuple(spars)))
    spec = made.spec
    turn_deg = made.grid.turn_deg(ship.ship.lon_deg, ship.ship.lat_deg)
    sight = library.SunView(
        sun_elevation_deg=made.sun[0],
        sun_azimuth_deg=made.sun[1],
        off_nadir_deg=spec.off_nadir_deg,
        view_azimuth_deg=spec.satellite_azimuth_deg + turn_deg,
    )
    return replace(made, ships=(ship,), stamps=stamps(ship, made.grid, sight, sensor.bands, sensor.delay_s))


def _pixels(made: OpticalScene) -> Pixels:
    g = made.grid
    values, _ = optical_tile(made, Tile(row_off=0, col_off=0, height=g.height, width=g.width))
    return Pixels(values=values.astype(np.float32), valid=(values > 0).all(axis=0), transform=g.transform, crs=g.crs)


def _scene(spec: SceneSpec, sensor: OpticalSensor, pixels: Pixels) -> Scene:
    h, w = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (h, w))
    lon, lat = frame.lonlat([0, w, w, 0], [0, 0, h, h])
    return Scene(
        id=spec.id, path=Path(f"{spec.id}.tif"), time=TimeSpan(spec.t_utc, spec.t_utc), modality=Modality.OPTICAL,
        platform="", bands=sensor.bands, gsd_m=sensor.pixel_m, simulated=True,
        footprint=Polygon(zip(lon, lat, strict=True)),
        off_nadir_deg=spec.off_nadir_deg,
    )  # fmt: skip


def _degraded(rng: np.random.Generator, pixels: Pixels) -> Pixels:
    """Another blur, and 8 bits after a gamma curve."""
    radius, smear, angle = rng.uniform(0.4, 0.9), rng.uniform(0, 1.5), rng.uniform(0, math.pi)
    y, x = np.mgrid[-3:3.01:0.25, -3:3.01:0.25]
    fine = (np.hypot(x, y) <= radius) | (
        (np.abs(-x * math.sin(angle) + y * math.cos(angle)) < 0.3) & (np.hypot(x, y) < smear / 2)
    )
    kernel = np.zeros((7, 7))
    np.add.at(
        kernel, (np.clip(np.rint(y[fine]) + 3, 0, 6).astype(int), np.clip(np.rint(x[fine]) + 3, 0, 6).astype(int)), 1
    )
    kernel /= kernel.sum()
    out = np.stack([ndimage.convolve(v, kernel, mode="nearest") for v in pixels.values])
    gamma = rng.uniform(0.7, 1.2)
    low, high = np.percentile(out, (0.5, 99.5))
    out = 255 * np.clip((out - low) / (high - low), 0, 1) ** gamma
    return replace(pixels, values=np.rint(np.clip(out, 1, 255)).astype(np.float32))


def _hull(rng: np.random.Generator, made: OpticalScene, length: float, beam: float) -> Polygon:
    """The hull's box with errors of the size that `measure` states at 0.5 m."""
    ship = made.ships[0]
    # Solid: heading grid
    plain = box(
        -(beam + rng.normal(0, 0.6)) / 2,
        -(length + rng.normal(0, 1.0)) / 2,
        (beam + rng.normal(0, 0.6)) / 2,
        (length + rng.normal(0, 1.0)) / 2,
    )
    turned = rotate(plain, -(ship.grid_heading_deg + rng.normal(0, 0.3)), origin=(0, 0))
    return made.grid.earth(translate(turned, ship.x_m + rng.normal(0, 0.4), ship.y_m + rng.normal(0, 0.4)))


def picture(pixels: Pixels) -> NDArray[np.uint8]:
    """Red, green, blue, 8 bits."""
    rgb = pixels.values[[2, 1, 0]]
    low, high = np.percentile(rgb, (1, 99), axis=(1, 2), keepdims=True)
    return (255 * np.clip((rgb - low) / (high - low), 0, 1)).astype(np.uint8).transpose(1, 2, 0)
