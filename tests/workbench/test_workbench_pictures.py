"""Pictures come from open images that are kept, and from copies where the image itself would be slow to show."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint

from roadstead.model import RasterError
from roadstead.workbench import read_snapshot
from roadstead.workbench.copies import LARGE_PX, BeingMadeError, Copies, needs_copy
from roadstead.workbench.readers import MOST_IDLE, Readers
from roadstead.workbench.tiles import Pictures

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.filterwarnings("ignore:The dataset has no Overviews"),
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),
]


def image(path: Path, side_px: int, **more: object) -> Path:
    """A ramp from west to east, striped, without overviews."""
    values = np.tile(np.arange(side_px, dtype=np.uint16), (side_px, 1))
    profile = {"driver": "GTiff", "width": side_px, "height": side_px, "count": 1, "dtype": "uint16"}
    place = {"crs": "EPSG:4326", "transform": Affine(1e-5, 0, 10, 0, -1e-5, 10)}
    with rasterio.open(path, "w", **{**profile, **place, **more}) as out:
        out.write(values, 1)
    return path


def made(copies: Copies, path: Path) -> str:
    """The copy, once it is made."""
    for _ in range(600):
        try:
            return copies.readable(str(path))
        except BeingMadeError:
            time.sleep(0.1)
    pytest.fail("the copy was never made")


def test_a_reader_is_used_again_but_never_by_two_at_once(tmp_path: Path) -> None:
    path = str(image(tmp_path / "a.tif", 64))
    readers = Readers()
    with readers.lent(path, on_map=True) as first, readers.lent(path, on_map=True) as second:
        assert first is not second
    with readers.lent(path, on_map=True) as again:
        assert again is first, "the one used last: its blocks are still decoded"
    with readers.lent(path, on_map=False) as other:
        assert all(other is not reader for reader in (first, second))


def test_a_reader_that_failed_is_not_used_again_and_few_are_kept(tmp_path: Path) -> None:
    path = str(image(tmp_path / "a.tif", 64))
    readers = Readers()
    with pytest.raises(ZeroDivisionError), readers.lent(path, on_map=True) as failed:
        _ = 1 / 0
    with readers.lent(path, on_map=True) as fresh:
        assert fresh is not failed
        assert failed.dataset.closed
    for n in range(MOST_IDLE + 1):
        with readers.lent(str(image(tmp_path / f"{n}.tif", 16)), on_map=True):
            pass
    assert fresh.dataset.closed


def test_small_images_and_those_with_overviews_are_read_as_they_are(tmp_path: Path) -> None:
    assert not needs_copy(str(image(tmp_path / "small.tif", 100)))
    large = image(tmp_path / "large.tif", LARGE_PX + 8)
    assert needs_copy(str(large))
    with rasterio.open(large, "r+") as out:
        out.build_overviews([2, 4])
    assert not needs_copy(str(large))


def test_a_large_image_without_overviews_gets_a_copy_and_stays_as_it_is(tmp_path: Path) -> None:
    large = image(tmp_path / "large.tif", LARGE_PX + 8)
    before = large.read_bytes()
    copies = Copies(tmp_path)
    with pytest.raises(BeingMadeError, match=r"a copy of large\.tif that is quick to show is being made"):
        copies.readable(str(large))
    assert copies.making == {str(large)}
    copy = made(copies, large)
    with rasterio.open(copy) as found, rasterio.open(large) as original:
        assert found.overviews(1)
        assert found.block_shapes == [(512, 512)]
        assert found.transform.almost_equals(original.transform)
        assert (found.read(1) == original.read(1)).all()
    assert large.read_bytes() == before
    assert not copies.making
    assert Copies(tmp_path).readable(str(large)) == copy, "another start finds it made"
    assert [p.name for p in large.parent.iterdir()].count("large.tif.ovr") == 0


def test_an_image_placed_by_control_points_is_bent_through_all_of_them(tmp_path: Path) -> None:
    places = ((0, 0, 10.0, 10.0), (0, 99, 10.1, 10.0), (99, 0, 10.0, 9.9), (99, 99, 10.1, 9.9), (50, 50, 10.06, 9.95))
    gcps = [GroundControlPoint(row=r, col=c, x=x, y=y) for r, c, x, y in places]
    bent = image(tmp_path / "bent.tif", 100, crs=rasterio.CRS.from_epsg(4326), transform=None, gcps=gcps)
    with rasterio.open(made(Copies(tmp_path), bent)) as found:
        assert found.crs.is_projected
        (x,), (y,) = rasterio.warp.transform("EPSG:4326", found.crs, [10.06], [9.95])
        assert next(found.sample([(x, y)]))[0] == pytest.approx(50, abs=1), "the affine map of the corners says 60"


def test_where_no_copy_can_be_made_it_is_said_with_the_remedy(tmp_path: Path) -> None:
    large = image(tmp_path / "large.tif", LARGE_PX + 8)
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "pictures").write_text("a file, no folder", "utf-8")
    with pytest.raises(RasterError, match=r"no copy could be made .* gdal_translate -of COG"):
        made(Copies(tmp_path), large)


# As the application does: the encoder hides this warning, but filters of warnings are not safe among threads.
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_first_tiles_at_once_sample_the_scene_once(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = read_snapshot(case)
    assert snapshot
    pictures, scene, sampled = Pictures(snapshot, Copies(case)), snapshot.scenes[0], []
    whole = Pictures._whole

    def slow(*given: object) -> object:
        sampled.append(given)
        time.sleep(0.2)
        return whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Pictures, "_whole", slow)
    threads = [threading.Thread(target=pictures.tile, args=(scene.key, (12, 2048, 2047), "1")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sampled) == 1
