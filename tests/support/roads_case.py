"""A case over the template's `my-roads`: one ship in a 3 m image, and AIS files beside it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from affine import Affine
from fakes import BrightBlockDetector
from shapely.geometry import box

from roadstead.ais import AisPosition, AisStatic, write_csv
from roadstead.imagery import MemoryReader
from roadstead.model import BandRole, Modality, Pixels, Scene, TimeSpan
from roadstead.pipeline import Result, Seams, verify
from roadstead.steps import FixedClock

NOON = datetime(2024, 10, 17, 2, 30, tzinfo=UTC)
LON, LAT = 132.0 + 918.5 * 3.6e-5, 42.862 - 1202.5 * 2.7e-5
"""middle of the ship in `image`"""


def image(at: datetime, *, known_to: timedelta = timedelta(0)) -> tuple[Scene, Pixels]:
    """A 3 m image over the template's `my-roads` with a 111 x 15 m ship that lies east and west."""
    values = np.full((1, 2700, 3000), 10.0, np.float32)
    values[0, 1200:1205, 900:937] = 200
    scene = Scene(
        id=f"memory-{at:%m%d%H%M}", path=Path("none"), time=TimeSpan(at, at + known_to), modality=Modality.OPTICAL,
        bands=(BandRole.PAN,), footprint=box(132.0, 42.79, 132.11, 42.865), sha256=f"{at:%m%d%H%M}",
    )  # fmt: skip
    transform = Affine(3.6e-5, 0, 132.0, 0, -2.7e-5, 42.862)
    return scene, Pixels(values=values, valid=np.ones(values.shape[1:], bool), transform=transform, crs="EPSG:4326")


def verified(case: Path, *shown: tuple[Scene, Pixels]) -> Result:
    seams = Seams(
        clock=FixedClock(NOON),
        reader=MemoryReader({s.id: p for s, p in shown}),
        detectors={Modality.OPTICAL: BrightBlockDetector()},
        scenes=tuple(s for s, _ in shown),
    )
    return verify(case, seams=seams)


def ais_file(case: Path, *ships: tuple[str, float, float]) -> None:
    (case / "ais").mkdir(exist_ok=True)
    positions = [
        AisPosition(
            mmsi=mmsi,
            t_utc=NOON + timedelta(minutes=m),
            lon_deg=lon,
            lat_deg=lat,
            sog_kn=0.0,
            cog_deg=90.0,
            heading_deg=90.0,
        )
        for mmsi, lon, lat in ships
        for m in (-6, 6)
    ]
    statics = [
        AisStatic(
            mmsi=mmsi, t_utc=NOON, last_utc=NOON, name=f"VESSEL {mmsi[-1]}", to_bow_m=56, to_stern_m=56, to_port_m=8,
            to_starboard_m=8,
        )
        for mmsi, *_ in ships
    ]  # fmt: skip
    (case / "ais" / "log.csv").write_bytes(write_csv(positions, statics))
