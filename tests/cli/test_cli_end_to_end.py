"""A catalogue and files behind range requests on this machine: searched, fetched, covered, verified."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from messy import AOI, write_case
from pyproj import Transformer
from range_server import RangeServer, range_server
from shapely.geometry import box
from stac_server import StacServer, item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Cli = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.enable_socket
TILE = box(131.98, 42.76, 132.13, 42.87)
CORNER, SIZE = Affine(10, 0, 253_000, 0, -10, 4_750_000), 1280
PASSED = "2024-10-10T02:15:36.500Z"
"""when Sentinel-2A passed, by its orbit; the catalogue says so too"""
BANDS = {"blue": 400, "green": 350, "red": 250, "nir": 150, "swir16": 100}
WEEKS = ("--from", "2024-10-07", "--to", "2024-10-20")


@pytest.fixture
def files(tmp_path: Path) -> Iterator[RangeServer]:
    folder = tmp_path / "www"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for name, level in BANDS.items():
        _cog(folder / f"{name}.tif", rng.normal(level, 12, (SIZE, SIZE)).clip(1).astype(np.uint16))
    classes = np.full((SIZE, SIZE), 9, np.uint8)
    rows, cols = _window_of_area()
    classes[rows, cols.start - 30 : (cols.start + cols.stop) // 2] = 6
    _cog(folder / "SCL.tif", classes)
    with range_server(folder) as running:
        yield running


def _window_of_area() -> tuple[slice, slice]:
    """Rows and columns of the case's area."""
    lonlat = np.array(json.loads(AOI))
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32653", always_xy=True).transform(lonlat[:, 0], lonlat[:, 1])
    cols, rows = (x - CORNER.c) / 10, (CORNER.f - y) / 10
    return slice(int(rows.min()) - 5, int(rows.max()) + 6), slice(int(cols.min()), int(cols.max()) + 1)


def _cog(path: Path, values: np.ndarray) -> None:
    profile = {"driver": "COG", "count": 1, "height": SIZE, "width": SIZE, "dtype": values.dtype, "nodata": 0}
    with rasterio.open(path, "w", **profile, crs="EPSG:32653", transform=CORNER, compress="deflate") as out:
        out.write(values[None])


def _product(files: RangeServer, item_id: str, t: str, collection: str, *, pixels: bool) -> dict[str, Any]:
    """As Earth Search has it: one acquisition in three collections, tiles a second apart, one with usable pixels."""
    made = item(item_id, t, TILE, collection=collection, platform="sentinel-2a", constellation="sentinel-2")
    made["properties"] |= {"eo:cloud_cover": 97.0}
    kind = {"type": "image/tiff; application=geotiff", "roles": ["data"]}
    bands = {k: {"href": f"{files.url}/{k}.tif", "eo:bands": [{"name": k, "common_name": k}], **kind} for k in BANDS}
    made["assets"] = {**bands, "scl": {"href": f"{files.url}/SCL.tif", **kind}} if pixels else {}
    return made


@pytest.fixture
def case(tmp_path: Path, files: RangeServer) -> Iterator[Path]:
    folder = write_case(tmp_path / "case")
    products = [
        _product(files, "S2A_53TKH_20241010_0_L2A", PASSED, "sentinel-2-l2a", pixels=True),
        _product(files, "S2A_T53TKH_L2A", PASSED, "sentinel-2-c1-l2a", pixels=False),
        _product(files, "S2A_53TKH_20241010_0_L1C", "2024-10-10T02:15:38Z", "sentinel-2-l1c", pixels=False),
        _product(files, "S2A_53TKH_20240930_0_L2A", "2024-09-30T02:15:36Z", "sentinel-2-l2a", pixels=False),
    ]
    names = ("sentinel-2-l2a", "sentinel-2-c1-l2a", "sentinel-2-l1c")
    with StacServer(items=products, collections=names) as catalogue:
        held = ", ".join(f'{{ id = "{n}", missions = ["sentinel-2a", "sentinel-2b"] }}' for n in names)
        (folder / "catalogues").mkdir()
        (folder / "catalogues" / "providers.toml").write_text(
            f'[[providers]]\nid = "mine"\nname = "Mine"\nkind = "stac-api"\nurl = "{catalogue.url}"\n'
            f'licence = "free"\ncollections = [{held}]\n'
        )
        yield folder


def covered(cli: Cli, case: Path) -> dict[str, Any]:
    code, out, _ = cli("coverage", case, *WEEKS, "--json")
    assert code == 0
    return json.loads(out)


def test_from_a_catalogue_to_a_verdict(cli: Cli, case: Path, files: RangeServer) -> None:
    assert "learn" in cli("explain", case)[1]
    before = covered(cli, case)
    assert {o["state"] for o in before["opportunities"]} == {"could be imaged"}

    code, out, err = cli("search", case, "--provider", "mine", *WEEKS)
    assert code == 0, err
    assert "127.0.0.1" in out + err
    listed = covered(cli, case)
    (entry,) = listed["listed"]
    assert len(entry["products"]) == 3
    states = {(o["platform"], o["t_utc"][:10]): o["state"] for o in listed["opportunities"]}
    assert states["sentinel-2a", "2024-10-10"] == "listed"
    assert states["sentinel-2b", "2024-10-15"] == "not listed"
    assert {s for (p, _), s in states.items() if p == "sentinel-1a"} == {"could be imaged"}, (
        "nobody was asked for radar"
    )
    lately = next(o for o in listed["opportunities"] if o["t_utc"].startswith("2024-10-10"))["acquired_lately"]
    assert lately == [1, 4]

    code, out, err = cli("fetch", case, entry["id"])
    assert code == 0, err
    assert 0 < files.sent() < sum(p.stat().st_size for p in files.folder.iterdir())
    asked = len(files.requests)
    held = covered(cli, case)
    (look,) = held["looks"]
    assert look["cloud_basis"] == "scene classification"
    assert look["cloud_fraction"] == pytest.approx(0.5, abs=0.05), "of the area, not the 97 % of the scene"
    assert look["state"] == "looked at, nothing found"
    assert len(held["windows"]) == len(listed["windows"]) == 2
    assert len(held["opportunities"]) == len(before["opportunities"]), "still one pass for one acquisition"

    assert cli("verify", case)[0] == 0
    assert len(files.requests) == asked, "verify reads what is held"
    coverage = json.loads((case / "out" / "verdicts.json").read_text("utf-8"))[0]["coverage"]
    assert coverage["catalogues_asked"] == ["Mine"]
