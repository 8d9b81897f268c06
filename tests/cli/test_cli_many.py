"""`--workers`, `--cluster` and `changes` on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer

Cli = Callable[..., tuple[int, str, str]]


def port(path: Path, *, ship: bool, seed: int) -> Path:
    """A quay with sheds in three bands at 3 m, with a ship of 180 m alongside or without."""
    town = np.random.default_rng(7)
    grey = np.full((400, 400), 30.0)
    grey[:200] = town.normal(130, 15, (200, 400))
    for _ in range(250):
        row, col = town.integers(0, 186), town.integers(0, 380)
        grey[row : row + town.integers(4, 12), col : col + town.integers(4, 18)] = town.uniform(60, 230)
    if ship:
        grey[200:209, 150:210] = 150
    bands = np.stack([grey] * 3) + np.random.default_rng(seed).normal(0, 2, (3, 400, 400))
    profile = {
        "driver": "GTiff", "width": 400, "height": 400, "count": 3, "dtype": "uint8", "crs": "EPSG:32611",
        "transform": Affine(3, 0, 4e5, 0, -3, 3.7e6),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(np.clip(bands, 1, 255).astype(np.uint8))
    return path


@pytest.fixture
def dates(tmp_path: Path) -> tuple[Path, Path]:
    return port(tmp_path / "a.tif", ship=False, seed=1), port(tmp_path / "b.tif", ship=True, seed=2)


def test_changes_tells_what_came(cli: Cli, dates: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "changes.geojson"
    code, said, _ = cli("changes", *dates, "--bands", "red,green,blue", "--out", out, "--json")
    assert code == 0
    (change,) = json.loads(said)["changes"]
    assert (change["change"], change["length_m"]) == ("came", pytest.approx(180, abs=10))
    (feature,) = json.loads(out.read_text("utf-8"))["features"]
    assert feature["properties"] == change
    assert -118.2 < feature["geometry"]["coordinates"][0][0][0] < -118.0
    code, said, _ = cli("changes", *dates[::-1], "--bands", "red,green,blue")
    assert "only in the first" in said


def test_masks_show_what_was_taken_for_sea(cli: Cli, dates: tuple[Path, Path], tmp_path: Path) -> None:
    words = ["detect", dates[1], "--bands", "red,green,blue", "--masks", tmp_path / "masks"]
    assert cli(*words)[0] == 0
    with rasterio.open(tmp_path / "masks" / "b.sea.tif") as mask:
        values = mask.read(1)
        assert (values[:190] == 1).mean() > 0.9
        assert (values[215:] == 2).mean() > 0.99
        assert mask.tags()["basis"].startswith("from the pixels (visible")
        assert mask.transform == Affine(3, 0, 4e5, 0, -3, 3.7e6)


def test_a_radar_mask_lies_on_blocks_and_knows_nodata(cli: Cli, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sea = rng.gamma(4.4, 0.01 / 4.4, (600, 600)).astype(np.float32)
    sea[:, :200] = rng.gamma(1.0, 0.3, (600, 200))
    sea[:, 500:] = 0
    profile = {
        "driver": "GTiff", "width": 600, "height": 600, "count": 1, "dtype": "float32", "nodata": 0,
        "crs": "EPSG:32633", "transform": Affine(10, 0, 5e5, 0, -10, 4e6),
    }  # fmt: skip
    with rasterio.open(tmp_path / "r.tif", "w", **profile) as out:
        out.write(sea, 1)
    words = ["detect", tmp_path / "r.tif", "--bands", "vv", "--sar-unit", "linear", "--masks", tmp_path / "masks"]
    assert cli(*words)[0] == 0
    with rasterio.open(tmp_path / "masks" / "r.sea.tif") as mask:
        values, block_px = mask.read(1), round(mask.transform.a / 10)
    middle = values[len(values) // 2]
    assert [int(middle[k // block_px]) for k in (80, 350, 560)] == [1, 2, 0]


def test_changes_answers_the_berths_of_a_case(cli: Cli, dates: tuple[Path, Path], tmp_path: Path) -> None:
    cli("new", tmp_path / "c")
    file = tmp_path / "c" / "case.toml"
    to_lonlat = Transformer.from_crs("EPSG:32611", "EPSG:4326", always_xy=True).transform

    def quay(first_px: float, last_px: float) -> str:
        ends = (to_lonlat(4e5 + 3 * x, 3.7e6 - 3 * 202) for x in (first_px, last_px))
        return "[" + ", ".join(f"[{lon:.6f}, {lat:.6f}]" for lon, lat in ends) + "]"

    text = file.read_text("utf-8")
    berths = f"berths = [{quay(150, 210)}, {quay(260, 320)}]"
    file.write_text(text.replace("aoi = [[132.00", f"{berths}\naoi = [[132.00", 1), "utf-8")
    code, said, err = cli("changes", *dates, "--bands", "red,green,blue", "--case", tmp_path / "c", "--json")
    assert code == 0, err
    assert [b["what"] for b in json.loads(said)["berths"] if b["site_id"] == "my-roads"] == ["came", "same"]


def test_changes_says_what_is_known_of_the_order(cli: Cli, dates: tuple[Path, Path], tmp_path: Path) -> None:
    """Neither image states a time: nothing may be said to have come first."""
    code, said, err = cli("changes", *dates, "--bands", "red,green,blue", "--out", tmp_path / "c.geojson")
    assert code == 0, err
    told = json.loads((tmp_path / "c.geojson").read_text("utf-8"))
    assert "the earlier one is not known" in said
    assert "the earlier one is not known" in told["meaning"]
    assert [told[k]["scene"] for k in ("first", "second")] == [d.stem for d in dates]


def test_changes_refuses_what_it_cannot_compare(cli: Cli, dates: tuple[Path, Path], tmp_path: Path) -> None:
    code, _, err = cli("changes", dates[0], tmp_path / "missing.tif", "--bands", "red,green,blue")
    assert code == 2
    assert "missing.tif" in err
    code, _, err = cli("changes", *dates, "--bands", "vv,other,other")
    assert code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "0"], "from 1 to 256"),
        (["--workers", "2", "--cluster", "tcp://127.0.0.1:1"], "give one of the two"),
    ],
)
def test_impossible_workers_are_refused_in_a_sentence(
    cli: Cli, dates: tuple[Path, Path], tmp_path: Path, words: list[str], said: str
) -> None:
    for command in (["detect", *dates], ["verify", tmp_path]):
        code, _, err = cli(*command, *words)
        assert code == 2
        assert said in err


def test_workers_give_the_same_verdicts_and_detections(cli: Cli, tmp_path: Path, dates: tuple[Path, Path]) -> None:
    written = []
    for name, words in (("alone", []), ("two", ["--workers", "2"])):
        out = tmp_path / f"{name}.geojson"
        assert cli("detect", *dates, "--bands", "red,green,blue", "--out", out, *words)[0] == 0
        written.append(out.read_bytes() + out.with_suffix(".rejected.geojson").read_bytes())
    assert written[0] == written[1]
