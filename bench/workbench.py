"""How quick the workbench is: first picture of a large case, tiles of a large image, frames with many detections.

    python bench/workbench.py [--scenes 400] [--side 10000] [--detections 10000]

Everything is made here: a case folder with a snapshot as `verify` leaves it, images of noise. The browser is the one on
the PATH, drawing in software; without one only tiles are measured. Seconds on a busy machine say little, so processor
time is printed too, and beside each figure a peer of the same run: the same page of a case with one small scene, the
same map with its outlines hidden, the same tiles merely read by rio-tiler.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import rasterio
from affine import Affine
from rasterio.shutil import copy
from rio_tiler.io import Reader
from shapely.geometry import box

from roadstead.model import BandRole, Modality, SarUnit, Scene, TimeSpan
from roadstead.steps import stream, to_plain
from roadstead.workbench import write_snapshot
from roadstead.workbench.schemas import DetectionOut, EstimateOut, LookOut, SceneOut, SiteOut, Snapshot, SpanOut
from roadstead.workbench.snapshot import SCHEMA_VERSION, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

WEST, NORTH, STEP = 10.0, 10.0, 5e-5
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
CASE = """
schema_version = 1
id = "bench"
title = "Bench"
seed = 1
"""
AT_ONCE = 6
"""connections that a browser opens to one host"""
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
FRAMES = """() => new Promise((done) => {
  const map = window.roadsteadMap, times = []; let last = 0;
  const begin = map.getCenter();
  const step = (t) => { if (last) times.push(t - last); last = t;
    if (times.length >= 120) { done(times); return; }
    const turn = times.length / 9;
    map.jumpTo({ center: [begin.lng + 2e-4 * Math.sin(turn), begin.lat + 1e-4 * Math.cos(turn)] });
    requestAnimationFrame(step); };
  requestAnimationFrame(step); })"""


ZOOM = 15
"""of the tiles: about the image's own pixels"""
OUTLINES = ["halo", "outlines", "fills", "dots", "chosen", "chosen-far"]
SHOW = """([layers, how]) => { for (const l of layers) window.roadsteadMap.setLayoutProperty(l, "visibility", how); }"""


@dataclass(frozen=True)
class Made:
    """A case for the bench."""

    folder: Path
    key: str
    side_px: int


def cog(path: Path, side_px: int, seed: int) -> None:
    """Write a cloud-optimised radar image of noise, strip by strip."""
    plain = path.with_suffix(".plain.tif")
    profile = {"driver": "GTiff", "width": side_px, "height": side_px, "count": 1, "dtype": "uint16", "nodata": 0,
               "crs": "EPSG:4326", "transform": Affine(STEP, 0, WEST, 0, -STEP, NORTH), "tiled": True}  # fmt: skip
    draw = stream(seed, "bench", path.name)
    with rasterio.open(plain, "w", **profile) as out:
        for row in range(0, side_px, 512):
            rows = min(512, side_px - row)
            window = rasterio.windows.Window(0, row, side_px, rows)
            out.write(draw.gamma(4.0, 25.0, (rows, side_px)).astype(np.uint16) + 1, 1, window=window)
    copy(plain, path, driver="COG", compress="deflate", level=1)
    plain.unlink()


def scene_of(path: Path, number: int, side_px: int) -> tuple[SceneOut, Scene]:
    """A scene of the case, as the page sees it and as it is kept."""
    at = BEGIN + timedelta(hours=7 * number)
    span = (WEST, NORTH - side_px * STEP, WEST + side_px * STEP, NORTH)
    scene = Scene(id=f"scene-{number:04}", path=path, time=TimeSpan(at, at), modality=Modality.SAR,
                  bands=(BandRole.VV,), sar_unit=SarUnit.AMPLITUDE, footprint=box(*span))  # fmt: skip
    shown = SceneOut.model_validate({
        "key": key_of(scene.id), "id": scene.id, "time": {"start": at, "end": at}, "modality": "sar",
        "platform": "bench", "choices": [{"label": "vv", "bands": "1"}], "stretch": "", "gsd_m": 5.5, "box": span,
        "to_decibels": True,
        "maxzoom": 15, "width_px": side_px, "height_px": side_px, "simulated": True, "credit": "", "licence": "",
    })  # fmt: skip
    return shown, scene


def detections(count: int, scene_id: str, side_px: int) -> list[DetectionOut]:
    """Ships all over one scene."""
    draw = stream(1, "bench", "ships")
    found = []
    for i, (row, col) in enumerate(draw.uniform(20, side_px - 20, (count, 2))):
        corners = [(col - 15, row - 2), (col + 15, row - 2), (col + 15, row + 2), (col - 15, row + 2)]
        found.append(
            DetectionOut(
                id=f"{scene_id}#{i}", scene_id=scene_id, site_id="roads", score=0.9, row_px=row, col_px=col,
                outline=[(WEST + c * STEP, NORTH - r * STEP) for c, r in corners], outline_px=corners,
                length_m=EstimateOut(value=165, sigma=8), beam_m=EstimateOut(value=22, sigma=5),
                heading_deg=EstimateOut(value=90, sigma=2), heading_ambiguous=True, method="bench", notes=[],
                pixels_say="", fits=[],
            )
        )  # fmt: skip
    return found


def make(folder: Path, scenes: int, side_px: int, ships: int) -> Made:
    """A case whose first scene is large and full of ships, the others small."""
    (folder / "case.toml").write_text(CASE, "utf-8")
    large, small = folder / "large.tif", folder / "small.tif"
    cog(large, side_px, 1)
    cog(small, 512, 2)
    pairs = [scene_of(large if n == 0 else small, n, side_px if n == 0 else 512) for n in range(scenes)]
    area = box(WEST, NORTH - side_px * STEP, WEST + side_px * STEP, NORTH)
    looks = [
        LookOut(scene_id=s.id, site_id="roads", time=s.time, usable_fraction=1, cloud_fraction=None, resolved_m=5.5,
                sun_elevation_deg=None, searched=True, ships=0)
        for s, _ in pairs
    ]  # fmt: skip
    site = SiteOut(id="roads", name="Roads", aoi=area.__geo_interface__, berths=[], middle=(WEST, NORTH))
    span = SpanOut(start=BEGIN, end=BEGIN + timedelta(hours=7 * scenes))
    row = {"site_id": "roads", "span": span, "nights": [], "windows": [], "moments": []}
    snapshot = Snapshot.model_validate({
        "schema_version": SCHEMA_VERSION, "made_at": datetime.now(UTC) + timedelta(hours=1), "decisions_through": 0,
        "id": "bench", "title": "Bench", "summary": "", "simulated": True, "notes": [], "sites": [site],
        "scenes": [s for s, _ in pairs], "looks": looks, "detections": detections(ships, pairs[0][0].id, side_px),
        "rejected": [], "rows": [row], "calls": [], "verdicts": [], "ground": {"coast": [], "tracks": []},
        "held": {s.key: to_plain(kept) for s, kept in pairs},
    })  # fmt: skip
    write_snapshot(folder, snapshot)
    return Made(folder=folder, key=pairs[0][0].key, side_px=side_px)


@dataclass(frozen=True)
class Served:
    """A server of a case, with links that serve once."""

    pid: int
    links: list[str]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """The command, as an analyst starts it."""
    command = [sys.executable, "-c", "from roadstead.cli import main; main()", "workbench", str(folder)]
    with subprocess.Popen(
        [*command, "--by", "A", "--by", "B"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        links = [re.findall(r"http\S+", (server.stdout or sys.stdin).readline())[0] for _ in range(2)]
        yield Served(pid=server.pid, links=links)
        server.terminate()


def processor_s(*, of: int = 0, below: int = 0) -> float:
    """Processor seconds of a process, or of all that descend from one, without servers' Python (Linux)."""
    told = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (place / "stat").read_text().rpartition(")")
        except OSError:
            continue
        parts = rest.split()
        told[int(place.name)] = (int(parts[1]), (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK"), name)
    if of:
        return told[of][1]
    total = 0.0
    for pid, (_, seconds, name) in told.items():
        above = pid
        while above in told and above != below:
            above = told[above][0]
        total += seconds if above == below and pid != below and "python" not in name else 0.0
    return total


def tile_places() -> list[tuple[int, int]]:
    """Tiles all over the large image, each once."""
    lon, lat = np.meshgrid(WEST + np.linspace(0.05, 0.45, 16), NORTH - np.linspace(0.05, 0.45, 16))
    x = ((lon + 180) / 360 * 2**ZOOM).astype(int).ravel()
    y = ((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**ZOOM).astype(int).ravel()
    return sorted(set(zip(x.tolist(), y.tolist(), strict=True)))


def tiles(made: Made, server: Served) -> None:
    """Ask each tile once, by as many connections as a browser has, and read the same ones without a server."""
    at = urlsplit(server.links[1])
    link = http.client.HTTPConnection("127.0.0.1", at.port or 0)
    link.request("GET", at.path)
    cookie = str(link.getresponse().headers["set-cookie"]).split(";")[0]
    places = tile_places()
    paths = [f"/api/scenes/{made.key}/tiles/{ZOOM}/{x}/{y}.png?bands=1" for x, y in places]

    def ask(share: list[str]) -> None:
        link = http.client.HTTPConnection("127.0.0.1", at.port or 0)
        for path in share:
            link.request("GET", path, headers={"Cookie": cookie})
            answer = link.getresponse()
            if len(answer.read()) < 1000 or answer.status != 200:
                raise SystemExit(f"{path}: {answer.status}")

    ask(paths[:1])
    begin, spent = time.perf_counter(), processor_s(of=server.pid)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, [paths[n::AT_ONCE] for n in range(AT_ONCE)]))
    wall_s, spent_s = time.perf_counter() - begin, processor_s(of=server.pid) - spent
    begin, spent = time.perf_counter(), time.process_time()
    for x, y in places:
        with Reader(str(made.folder / "large.tif")) as image:
            image.tile(x, y, ZOOM, tilesize=256)
    peer_wall_s, peer_s, n = time.perf_counter() - begin, time.process_time() - spent, len(paths)
    print(
        f"tiles of {made.side_px} x {made.side_px}: {n / wall_s:.1f} per second, "
        f"{1000 * spent_s / n:.1f} ms of processor each"
    )
    print(
        f"  merely read by rio-tiler, one after another: {n / peer_wall_s:.1f} per second, {1000 * peer_s / n:.1f} ms"
    )


def first_picture(browser: Browser, link: str, server: Served, label: str) -> Page:
    """Open a link in a fresh page and say when its first picture stands."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    begin, drawn, given = time.perf_counter(), processor_s(below=os.getpid()), processor_s(of=server.pid)
    page.goto(link)
    page.wait_for_selector("html[data-ready=yes]")
    while not page.evaluate("window.roadsteadMap.getLayer('picture') && window.roadsteadMap.areTilesLoaded()"):
        page.wait_for_timeout(20)
    wall_s = time.perf_counter() - begin
    drawn, given = processor_s(below=os.getpid()) - drawn, processor_s(of=server.pid) - given
    print(f"first picture, {label}: {wall_s:.2f} s; processor: browser {drawn:.2f} s, server {given:.2f} s")
    return page


def frames(page: Page, label: str) -> None:
    """Move the map and say how long its frames take."""
    page.wait_for_timeout(2500)
    spent = processor_s(below=os.getpid())
    times = sorted(page.evaluate(FRAMES))
    each_ms = 1000 * (processor_s(below=os.getpid()) - spent) / len(times)
    late_ms = times[int(0.95 * len(times))]
    print(f"frames, {label}: median {median(times):.0f} ms, 95 % {late_ms:.0f} ms; processor {each_ms:.0f} ms")


def in_browser(made: Made, small: Made, counts: str) -> None:
    """First picture and frames, each beside its peer."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(small.folder) as server:
            first_picture(browser, server.links[0], server, "browser not used before, 1 scene").context.close()
            first_picture(browser, server.links[1], server, "1 scene").context.close()
        with served(made.folder) as server:
            page = first_picture(browser, server.links[0], server, counts)
            for zoom in (None, 13):
                if zoom:
                    page.evaluate("(zoom) => window.roadsteadMap.jumpTo({ zoom })", zoom)
                where = f"zoom {page.evaluate('window.roadsteadMap.getZoom()'):.1f}"
                for how in ("visible", "none"):
                    page.evaluate(SHOW, [OUTLINES, how])
                    frames(page, f"{where}, {counts if how == 'visible' else 'outlines hidden'}")
                page.evaluate(SHOW, [OUTLINES, "visible"])
        browser.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--side", type=int, default=10_000)
    parser.add_argument("--detections", type=int, default=10_000)
    asked = parser.parse_args()
    with TemporaryDirectory() as large, TemporaryDirectory() as small:
        made = make(Path(large), asked.scenes, asked.side, asked.detections)
        if shutil.which("chromium"):
            in_browser(made, make(Path(small), 1, 512, 0), f"{asked.scenes} scenes, {asked.detections} detections")
        with served(made.folder) as server:
            tiles(made, server)


if __name__ == "__main__":
    main()
