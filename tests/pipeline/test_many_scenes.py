"""A hundred scenes here, in local processes and on a Dask cluster: the same bytes; a dead worker loses nothing."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from roadstead.model import BandRole, SarUnit
from roadstead.pipeline import Detected, detect
from roadstead.steps import Workers

SCENES = 100
EMPTY = 17
SIDE_PX = 96


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A hundred radar images of 1 km of sea with one ship each; one holds nodata only."""
    folder = tmp_path_factory.mktemp("scenes")
    return [_scene(folder / f"scene-{k:03d}.tif", k) for k in range(SCENES)]


def _scene(path: Path, number: int) -> Path:
    rng = np.random.default_rng(number)
    sea = rng.gamma(4.4, 0.01 / 4.4, (SIDE_PX, SIDE_PX)).astype(np.float32)
    row, col = rng.integers(30, 60, 2)
    sea[row : row + 3, col : col + 14] += 4.0
    if number == EMPTY:
        sea[:] = 0
    profile = {
        "driver": "GTiff", "width": SIDE_PX, "height": SIDE_PX, "count": 1, "dtype": "float32", "nodata": 0,
        "crs": "EPSG:32633", "transform": Affine(10, 0, 500_000 + 2000 * number, 0, -10, 4_000_000),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(sea, 1)
    return path


def quiet(_item: str, _done: int, _total: int) -> None:
    pass


def found_by(
    scenes: list[Path], out: Path, workers: Workers, progress: Callable[[str, int, int], None] = quiet
) -> tuple[Detected, bytes]:
    facts = {"bands": (BandRole.VV,), "sar_unit": SarUnit.LINEAR}
    found = detect(scenes, out=out, workers=workers, progress=progress, **facts)
    return found, out.read_bytes()


@pytest.fixture(scope="module")
def in_process(scenes: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Detected, bytes]:
    return found_by(scenes, tmp_path_factory.mktemp("alone") / "ships.geojson", Workers())


class KillOne:
    """Kills one worker when ten scenes are done."""

    def __init__(self, victims: Callable[[], list[int]]) -> None:
        self.victims, self.killed = victims, 0

    def __call__(self, _item: str, done: int, _total: int) -> None:
        if done >= 10 and not self.killed:
            self.killed = self.victims()[0]
            os.kill(self.killed, signal.SIGKILL)


def test_one_process_finds_every_ship_and_names_the_failed_scene(in_process: tuple[Detected, bytes]) -> None:
    found, _ = in_process
    assert len(found.scenes) == SCENES - 1
    assert len(found.detections) == SCENES - 1
    assert [d.scene_id for d in found.detections] == sorted(d.scene_id for d in found.detections)
    (failure,) = found.failures
    assert f"scene-{EMPTY:03d}.tif holds no valid pixel" in failure


def test_two_local_workers_give_the_same_bytes(
    scenes: list[Path], in_process: tuple[Detected, bytes], tmp_path: Path
) -> None:
    found, written = found_by(scenes, tmp_path / "ships.geojson", Workers(count=2))
    assert written == in_process[1]
    assert found.failures == in_process[0].failures


def test_a_killed_local_worker_loses_nothing(
    scenes: list[Path], in_process: tuple[Detected, bytes], tmp_path: Path
) -> None:
    kill = KillOne(lambda: sorted(p.pid or 0 for p in multiprocessing.active_children()))
    found, written = found_by(scenes, tmp_path / "ships.geojson", Workers(count=2), kill)
    assert kill.killed
    assert written == in_process[1]
    assert found.failures == in_process[0].failures


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler on 127.0.0.1 with two workers of one thread each.

    A process group of its own, ended at once: a cluster that has lost a worker may wait for it when asked to close.
    """
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    made = "n_workers=2, threads_per_worker=1, host='127.0.0.1', dashboard_address=None, local_directory=sys.argv[1]"
    code = f"import distributed, sys; c = distributed.LocalCluster({made}); print(c.scheduler_address, flush=True)"
    command = [sys.executable, "-c", f"{code}; sys.stdin.read()", str(tmp_path_factory.mktemp("dask"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **pipes, text=True, start_new_session=True) as running:  # noqa: S603 - our own words
        try:
            yield running.stdout.readline().strip()
        finally:
            os.killpg(running.pid, signal.SIGKILL)


@pytest.mark.enable_socket
def test_a_dask_cluster_that_loses_a_worker_gives_the_same_bytes(
    scenes: list[Path], in_process: tuple[Detected, bytes], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue("cluster")
    with import_module("distributed").Client(address, set_as_default=False) as client:
        assert len(client.nthreads()) == 2
        kill = KillOne(lambda: sorted(client.run(os.getpid).values()))
        found, written = found_by(scenes, tmp_path / "ships.geojson", Workers(cluster=address), kill)
    assert kill.killed
    assert written == in_process[1]
    assert found.failures == in_process[0].failures


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_study_leaves_no_workers_behind(tmp_path: Path, end: signal.Signals) -> None:
    words = ["exercise", "study", "-n", "8", "--pixels", "--out", str(tmp_path)]
    started = [sys.executable, "-c", "from roadstead.cli import main; main()", *words]
    with subprocess.Popen(started, stderr=subprocess.PIPE) as running:  # noqa: S603 - the product, as a user starts it
        try:
            children = _wait_for(lambda: len(_children(running.pid)) >= 3 and _children(running.pid), 120)
            running.send_signal(end)
            assert running.wait(30) == (130 if end is signal.SIGTERM else -9)
            assert _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 20)
            said = running.communicate()[1]
        finally:
            running.kill()
    # A process that is killed outright cannot keep the interpreter of a child that was starting from complaining.
    assert end is signal.SIGKILL or b"Traceback" not in said


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in text.read_text().split()] if text.exists() else []


def _wait_for(found: Callable[[], object], seconds: float) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")
