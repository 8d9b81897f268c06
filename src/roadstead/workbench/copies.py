"""Copies of images that are slow to show, made once beside the case's other cached results: tiled, with overviews.

A large image without overviews would be read whole for every tile of a far zoom, and one that is placed by control
points only has to be bent first. The original stays as it is; only pictures come from the copy, never a measure.
`python -m roadstead.workbench.copies IMAGE COPY` makes one, in a process of its own.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.shutil import copy

from roadstead.archive import image_kind, open_image
from roadstead.model import RasterError, RoadsteadError

FOLDER = ".cache/pictures"
LARGE_PX = 4096
"""longer side from which an image without overviews is copied; smaller ones are read whole within a tile's time"""
REMEDY = "make a cloud-optimised copy yourself: gdal_translate -of COG IMAGE COPY.tif"


class BeingMadeError(RoadsteadError):
    """The copy of an image is being made; ask again."""


@dataclass(slots=True)
class Copies:
    """Copies of one case's images.

    Args:
        case: its folder.
    """

    case: Path
    _plain: set[str] = field(default_factory=set)
    """images that need none"""
    _failed: dict[str, str] = field(default_factory=dict)
    _making: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def making(self) -> frozenset[str]:
        """Images whose copies are being made."""
        with self._lock:
            return frozenset(self._making)

    def readable(self, path: str) -> str:
        """The file to read an image's tiles from: itself, or its copy.

        Raises:
            BeingMadeError: not yet; it was begun.
            RasterError: it needs a copy and none could be made.
        """
        with self._lock:
            if path in self._plain:
                return path
            if path in self._making:
                raise _not_yet(path)
            if path in self._failed:
                raise RasterError(self._failed[path])
            if not needs_copy(path):
                self._plain.add(path)
                return path
            made = self._place(path)
            if made.is_file():
                return str(made)
            self._begin(path, made)
        raise _not_yet(path)

    def _place(self, path: str) -> Path:
        """By the image's place, size and time, so that a changed image is copied anew."""
        at = Path(path).stat()
        name = hashlib.sha256(f"{path}|{at.st_size}|{at.st_mtime_ns}".encode("utf-8", "backslashreplace")).hexdigest()
        return self.case / FOLDER / f"{name[:16]}.tif"

    def _begin(self, path: str, made: Path) -> None:
        command = [sys.executable, "-m", "roadstead.workbench.copies", path, str(made)]
        process = subprocess.Popen(  # noqa: S603 - our own program and a file of the case
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._making[path] = process
        threading.Thread(target=self._wait, args=(path, process), name="copy", daemon=True).start()

    def _wait(self, path: str, process: subprocess.Popen[str]) -> None:
        said, _ = process.communicate()
        with self._lock:
            del self._making[path]
            if process.returncode:
                why = said.strip() or "it was stopped"
                self._failed[path] = f"the image is slow to show as it is, and no copy could be made ({why}); {REMEDY}"

    def close(self) -> None:
        """Stop what is being made."""
        with self._lock:
            for process in self._making.values():
                process.terminate()


def _not_yet(path: str) -> BeingMadeError:
    return BeingMadeError(f"a copy of {Path(path).name} that is quick to show is being made; ask again when it is done")


def needs_copy(path: str) -> bool:
    """Whether tiles of an image would be slow or in the wrong place; raises RasterError where it cannot be opened."""
    try:
        with rasterio.open(path, driver=image_kind(Path(path))) as dataset:
            bent = dataset.crs is None and bool(dataset.gcps[0])
            return bent or (max(dataset.shape) > LARGE_PX and not dataset.overviews(1))
    except RasterioError as error:
        raise RasterError(f"{Path(path).name} cannot be opened ({error}); check the file") from error


def make(image: Path, made: Path) -> None:
    """Write the copy of an image; it appears whole or not at all.

    Raises:
        RasterError: the image cannot be read.
        RasterioError: the copy cannot be written.
        OSError: its folder cannot be made.
    """
    made.parent.mkdir(parents=True, exist_ok=True)
    part = made.with_name(f"{made.stem}.{os.getpid()}.part.tif")
    try:
        with open_image(image) as dataset:
            copy(dataset, part, driver="COG", compress="deflate", level=1, overview_resampling="average",
                 bigtiff="if_safer")  # fmt: skip
        part.replace(made)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        make(Path(sys.argv[1]), Path(sys.argv[2]))
    except (RoadsteadError, RasterioError, OSError) as error:
        sys.stdout.write(str(error).replace(str(Path(sys.argv[1]).parent), ""))
        sys.exit(1)
