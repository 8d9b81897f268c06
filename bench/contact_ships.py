"""The sheet of all ship forms, and how sheets are laid out, for `bench/contact_sheet.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from shapely.geometry import Polygon, box

from roadstead import library
from roadstead.geo import local_plane
from roadstead.model import BandRole
from roadstead.simulate import Place, SceneSpec, ShipAt, Weather
from roadstead.simulate.grid import Tile
from roadstead.simulate.optical import optical_scene, optical_tile
from roadstead.simulate.sensors import PLANETSCOPE, SENTINEL_2, SKYSAT, OpticalSensor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WIDE_PX, EDGE_PX, LINE_PX = 900, 8, 15
MARK = "SIMULATED by Roadstead: no satellite took these images"
PAPER, INK, WARNING, SKY = (250, 250, 248), (25, 30, 35), (178, 24, 43), (206, 216, 224)
DAY = datetime(2024, 6, 10, 9, 40, tzinfo=UTC)
FINE_M = 0.5
SPACING_M = 260.0
ASIDE_M, ALONG_M = 20.0, 10.0
"""water that is shown around a ship"""
CALM = Weather(wind_m_s=4.0, wind_from_deg=300.0)
LANDING = ("alligator-one-crane", "alligator-three-cranes", "ropucha-i", "ropucha-ii")
LIMITS = (0.02, 0.42)
"""reflectance of black and of white in portraits"""
RGB = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)


def font(size: int = 12) -> Any:
    """Pillow's own typeface."""
    return ImageFont.load_default(size)


def roads(count: int) -> Place:
    """Open water for a column of ships, far from any land."""
    plane = local_plane(1.5, 0.3)
    half = SPACING_M * count / 2

    def placed(west: float, south: float, east: float, north: float) -> Polygon:
        ring = box(west, south, east, north).exterior.coords
        return Polygon([plane.transform(x, y, direction="INVERSE") for x, y in ring])

    return Place(
        id="sheet",
        name="Sheet",
        timezone="Etc/GMT",
        aoi=placed(-260, -half, 260, half),
        land=placed(20_000, 20_000, 20_100, 20_100),
        quays=(),
        anchorage=True,
    )


def column(forms: Sequence[library.ShipForm]) -> tuple[ShipAt, ...]:
    """Ships below each other, bows to the right."""
    plane = local_plane(1.5, 0.3)
    ships = []
    for i, form in enumerate(forms):
        lon, lat = plane.transform(0, (len(forms) / 2 - 0.5 - i) * SPACING_M, direction="INVERSE")
        ships.append(
            ShipAt(
                vessel_id=form.id,
                form_id=form.id,
                length_m=form.length_m.mid,
                beam_m=form.beam_m.mid,
                lon_deg=lon,
                lat_deg=lat,
                heading_deg=90,
            )
        )
    return tuple(ships)


def portraits(forms: Sequence[library.ShipForm], sensor: OpticalSensor, show_m: float) -> list[Image.Image]:
    """Each form as a sensor shows it, at `show_m` metres per pixel of the sheet."""
    place, ships = roads(len(forms)), column(forms)
    spec = SceneSpec(
        id="sheet",
        platform=sensor.constellation,
        t_utc=DAY,
        place=place,
        ships=ships,
        weather=CALM,
        seed=3,
    )
    scene = optical_scene(spec, sensor)
    order = [sensor.bands.index(band) for band in RGB]
    out = []
    for ship, form in zip(ships, forms, strict=True):
        row, col = scene.grid.pixel(ship.lon_deg, ship.lat_deg)
        half = (form.beam_m.mid / 2 + ASIDE_M, form.length_m.mid / 2 + ALONG_M)
        rows, cols = (max(2, round(h / sensor.pixel_m)) for h in half)
        tile = Tile(row_off=round(row) - rows, col_off=round(col) - cols, height=2 * rows, width=2 * cols)
        pixels = optical_tile(scene, tile)[0][order].astype(np.float32) * sensor.scale + sensor.offset
        out.append(enlarged(toned(pixels, LIMITS), round(sensor.pixel_m / show_m)))
    return out


def toned(pixels: NDArray[np.float32], limits: tuple[float, float]) -> NDArray[np.uint8]:
    """Three bands (bands, height, width) as a picture (height, width, 3): between limits, root."""
    share = np.clip((pixels - limits[0]) / (limits[1] - limits[0]), 0, 1)
    return np.moveaxis(255 * np.sqrt(share), 0, -1).astype(np.uint8)


def enlarged(picture: NDArray[np.uint8], times: int) -> Image.Image:
    """A picture with each pixel as a square."""
    return Image.fromarray(np.repeat(np.repeat(picture, times, axis=0), times, axis=1))


def side(form: library.ShipForm, show_m: float) -> Image.Image:
    """A ship from starboard on paper, as long as its picture from above."""
    solid = library.solid_of(form)
    colours, ship = library.silhouette_image(solid, "starboard", RGB)
    picture = np.where(ship[..., None], toned(colours, (0.0, 0.55)), np.array(SKY, np.uint8))
    times = solid.spacing_m[0] / show_m
    size = (round(picture.shape[1] * times), round(picture.shape[0] * times))
    whole = Image.new("RGB", (size[0] + round(2 * ALONG_M / show_m), size[1] + 6), SKY)
    whole.paste(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS), (round(ALONG_M / show_m), 6))
    return whole


def stacked(label: str, parts: Sequence[Image.Image]) -> Image.Image:
    """Pictures below each other under a label."""
    wide = max([round(font().getlength(label)) + 2, *(p.width for p in parts)])
    whole = Image.new("RGB", (wide, LINE_PX + sum(p.height + 3 for p in parts)), PAPER)
    ImageDraw.Draw(whole).text((0, 0), label, INK, font())
    top = LINE_PX
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height + 3
    return whole


def shelves(blocks: Sequence[Image.Image]) -> list[list[Image.Image]]:
    """Blocks in rows that fit the sheet, each in the first row with room for it."""
    rows: list[list[Image.Image]] = []
    for block in blocks:
        fits = (r for r in rows if sum(b.width + EDGE_PX for b in r) + block.width + 2 * EDGE_PX <= WIDE_PX)
        row = next(fits, None)
        if row is None:
            rows.append(row := [])
        row.append(block)
    return rows


def sheet(blocks: Sequence[Image.Image], title: str, warning: str = MARK) -> Image.Image:
    """Blocks in rows under a title and a mark."""
    rows = shelves(blocks)
    high = 50 + sum(max(b.height for b in row) + EDGE_PX for row in rows)
    whole = Image.new("RGB", (WIDE_PX, high), PAPER)
    pen = ImageDraw.Draw(whole)
    pen.rectangle((0, 0, WIDE_PX, 26), WARNING)
    pen.text((EDGE_PX, 3), warning, "white", font(17))
    pen.text((EDGE_PX, 30), title, INK, font())
    top = 50
    for row in rows:
        left = EDGE_PX
        for block in row:
            whole.paste(block, (left, top))
            left += block.width + EDGE_PX
        top += max(b.height for b in row) + EDGE_PX
    return whole


def beside(parts: Sequence[Image.Image]) -> Image.Image:
    """Pictures next to each other."""
    whole = Image.new("RGB", (sum(p.width + 3 for p in parts) - 3, max(p.height for p in parts)), PAPER)
    left = 0
    for part in parts:
        whole.paste(part, (left, 0))
        left += part.width + 3
    return whole


def ships() -> Image.Image:
    """Forms of the usual traffic: side, 0.5 m, 3 m; landing ships also 10 m; coarser than 0.5 m at half the scale."""
    forms = sorted(library.traffic_forms().values(), key=lambda f: (f.id not in LANDING, -f.length_m.mid, f.id))
    fine = portraits(forms, replace(SKYSAT, pixel_m=FINE_M), FINE_M)
    middle = portraits(forms, PLANETSCOPE, 2 * FINE_M)
    coarse = portraits(forms, SENTINEL_2, 2 * FINE_M)
    blocks = []
    for i, form in enumerate(forms):
        small = [middle[i], coarse[i]] if form.id in LANDING else [middle[i]]
        name = f"{form.id}, {form.length_m.mid:.0f} m"
        blocks.append(stacked(name, [side(form, FINE_M), fine[i], beside(small)]))
    return sheet(blocks, "From the side and at 0.5 m; at half the scale at 3 m, landing ships also at 10 m (right).")


def save(picture: Image.Image, path: Path) -> None:
    """As a PNG with a palette, so that it stays small."""
    picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
