"""Measure the scene simulator: speed, peak memory, and statistics beside real images.

    bench/simulate.py [--against ../shared]

Speed: Port Null with wide surroundings, medians of five runs after one to warm up, on two threads; pixels to numbers,
and to files. Memory: peak resident memory of a process that makes one wide scene. `--against` compares statistics with
real images beside the checkout; it prints numbers and stores nothing.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import simulate_statistics
from roadstead.simulate import SceneSpec, ShipAt, Weather, null_island
from roadstead.simulate import files as simulate_files
from roadstead.simulate import scene as simulate_scene
from roadstead.simulate.optical import OpticalScene, optical_scene, optical_tile
from roadstead.simulate.radar import radar_scene, radar_tile
from roadstead.simulate.sensors import PLANETSCOPE, SENTINEL_1, SENTINEL_2, SKYSAT, OpticalSensor

RUNS = 5
CASES = {
    "sentinel-2b": replace(SENTINEL_2, margin_m=16_000.0),
    "planetscope": replace(PLANETSCOPE, margin_m=4_000.0),
    "skysat": replace(SKYSAT, margin_m=400.0),
    "sentinel-1a": replace(SENTINEL_1, margin_m=25_000.0),
}


def spec(platform: str) -> SceneSpec:
    """Port Null by day, with four ships and some cloud."""
    place = null_island("port-null")
    forms = (("ropucha-i", 112.5, 15.0, 14.0), ("ferry", 150.0, 24.0, 0.0), ("tug", 32.0, 10.5, 8.0))
    ships = tuple(_ship(i, *form) for i, form in enumerate(forms))
    weather = Weather(wind_m_s=6.0, cloud_fraction=0.1, haze=0.1)
    time_utc = datetime(2024, 3, 10, 10, 30, tzinfo=UTC)
    return SceneSpec(
        id=f"bench-{platform}", platform=platform, t_utc=time_utc, place=place, ships=ships, weather=weather, seed=1
    )


def _ship(i: int, form: str, length_m: float, beam_m: float, speed_kn: float) -> ShipAt:
    return ShipAt(
        vessel_id=form,
        form_id=form,
        length_m=length_m,
        beam_m=beam_m,
        lon_deg=0.094 + 0.004 * i,
        lat_deg=0.088,
        heading_deg=40.0 * i,
        speed_kn=speed_kn,
    )


def prepared(platform: str) -> Any:
    """The wide scene of a platform."""
    sensor = CASES[platform]
    make = optical_scene if isinstance(sensor, OpticalSensor) else radar_scene
    return make(spec(platform), sensor)  # type: ignore[operator]  # the sensor fits


def render(scene: Any) -> None:
    """All tiles, on the threads that files are made with; results are dropped."""
    tile_of = optical_tile if isinstance(scene, OpticalScene) else radar_tile
    with ThreadPoolExecutor(simulate_files.THREADS) as pool:
        for _ in pool.map(lambda tile: tile_of(scene, tile) is None, scene.grid.tiles()):
            pass


def write(scene: Any, folder: Path) -> None:
    """The scene as files."""
    if isinstance(scene, OpticalScene):
        simulate_scene.write_optical(scene, folder)
    else:
        simulate_scene.write_radar(scene, folder)


def median_s(work: Any) -> tuple[float, float]:
    """Median seconds by the clock and by the processors, of several runs after one to warm up."""
    taken = []
    for _ in range(RUNS + 1):
        begin, busy = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - begin, time.process_time() - busy))
    return statistics.median(t[0] for t in taken[1:]), statistics.median(t[1] for t in taken[1:])


def speed() -> None:
    """Print the table of speed and memory."""
    heads = (
        "sensor",
        "Mpx",
        "prepare s",
        "Mpx/s to pixels",
        "the same per processor second",
        "Mpx/s to files",
        "the same per processor second",
        "peak MiB",
    )
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for platform in CASES:
        begin = time.perf_counter()
        scene = prepared(platform)
        preparing = time.perf_counter() - begin
        size = scene.grid.height * scene.grid.width / 1e6
        clock_s, busy_s = median_s(lambda scene=scene: render(scene))
        with tempfile.TemporaryDirectory() as name:
            file_s, file_busy_s = median_s(lambda scene=scene, name=name: write(scene, Path(name)))
        script = [sys.executable, __file__, "--once", platform]
        peak = subprocess.run(script, check=True, capture_output=True, text=True).stdout.strip()
        speeds = f"{size / clock_s:.1f} | {size / busy_s:.1f} | {size / file_s:.1f} | {size / file_busy_s:.1f}"
        print(f"| {platform} | {size:.1f} | {preparing:.2f} | {speeds} | {peak} |")


def once(platform: str) -> None:
    """Make one wide scene and print the peak of resident memory, MiB."""
    with tempfile.TemporaryDirectory() as name:
        write(prepared(platform), Path(name))
    status = Path("/proc/self/status").read_text("utf-8")
    print(next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")))


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="folder with the real images: print statistics beside theirs")
    parser.add_argument("--once", choices=sorted(CASES), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        once(arguments.once)
    elif arguments.against:
        simulate_statistics.compare(arguments.against)
    else:
        speed()


if __name__ == "__main__":
    main()
