"""Time and peak memory of opportunities: one year, 200 sites, four satellites; beside skyfield, one site after another.

    python bench/opportunities.py

The peer is what is usually done: `EarthSatellite.find_events` for each site and satellite through the whole time, with
the elevation at which the swath's far edge sees the satellite. It runs on a sample of sites and days, and its time is
scaled up; it neither judges the swath nor computes the sun. Prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry import Point

from roadstead.coverage import Satellites, elements_of, opportunities
from roadstead.library import shipped_elements
from roadstead.library._files import DATA
from roadstead.model import Site, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

SITES, SATELLITES, DAYS = 200, 4, 366
YEAR = TimeSpan(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
PEER_SITES, PEER_DAYS = 3, 12
FAR_EDGE_ELEVATION_DEG = 44.0


def places() -> list[Site]:
    """Areas of 10 km, evenly over the sphere."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(-180, 180, SITES), np.degrees(np.arcsin(rng.uniform(-1, 1, SITES)))
    return [
        Site(id=f"s{i}", name=f"s{i}", timezone="UTC", aoi=Point(x, y).buffer(0.05))
        for i, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
    ]


def constellation() -> Satellites:
    """The shipped three, and the radar once more as a fourth."""
    known = elements_of(None)
    three = [s for s in known.satellites if s.shipped_sets]
    return replace(known, satellites=(*three, replace(three[0], id="fourth")))


def peer_seconds(sites: Sequence[Site]) -> float:
    """Seconds of the peer for the whole task, scaled up from a sample."""
    from skyfield.api import EarthSatellite, load, wgs84  # noqa: PLC0415 - after our own memory was measured

    timescale = load.timescale(builtin=True)
    lines = (DATA / "sentinel.tle").read_text("ascii").splitlines()
    satellite = EarthSatellite(lines[1], lines[2], lines[0], timescale)
    begin = time.perf_counter()
    for site in sites[:PEER_SITES]:
        here = wgs84.latlon(site.lat_deg, site.lon_deg)
        start = satellite.epoch
        satellite.find_events(here, start, start + PEER_DAYS, altitude_degrees=FAR_EDGE_ELEVATION_DEG)
    taken = time.perf_counter() - begin
    return taken * SITES * SATELLITES * DAYS / (PEER_SITES * PEER_DAYS)


def main() -> None:
    """Measure and print."""
    sites, satellites = places(), constellation()
    shipped_elements()
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    runs = []
    for _ in range(3):
        begin = time.perf_counter()
        found = opportunities(sites, YEAR, satellites)
        runs.append(time.perf_counter() - begin)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peer_s = peer_seconds(sites)
    answer = {
        "sites": SITES,
        "satellites": SATELLITES,
        "days": DAYS,
        "opportunities": len(found.opportunities),
        "seconds": round(sorted(runs)[1], 2),
        "first_seconds": round(runs[0], 2),
        "peak_mib": round(peak_mib),
        "before_mib": round(before_mib),
        "peer_seconds_scaled_up": round(peer_s),
        "ratio": round(peer_s / sorted(runs)[1]),
    }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
