"""The optical networks at work: ONNX weights, run by onnxruntime in float32 on the processor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import ndimage

from roadstead.detection.optical_boxes import told, turned
from roadstead.detection.optical_grid import WORK_M
from roadstead.detection.optical_planes import stacked
from roadstead.model import InputError
from roadstead.steps import onnx_session, sha256_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

_THREADS = 2
_STRIDE_PX = 16  # heights and widths that the network takes are multiples of this
_SMALL_M, _LARGE_M = 60.0, 200.0  # of a length: near looks tell shorter ships, far ones longer ones
WEIGHTS = "optical.onnx"
"""name of the shipped weights"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How scores are made of what the network says, kept with its weights."""

    threshold: float
    """least probability of a candidate"""
    coefficients: tuple[float, ...]
    """of `optical_candidates.probability`"""


class Seen(NamedTuple):
    """What the network says of a window."""

    hull: NDArray[np.float32]
    """probability, shape (h, w)"""
    core: NDArray[np.float32]
    """probability of a hull's inner part, shape (h, w)"""
    boxes: NDArray[np.float64]
    """of every second pixel what `optical_boxes.read` reads, shape (BOX, (h + 1) // 2, (w + 1) // 2)"""


class Network:
    """Weights ready to run: of one network, or of several that look together."""

    def __init__(self, path: Path) -> None:
        """Loads the weights; raises InputError where they are missing or no such network."""
        try:
            self._alone, kept = onnx_session(path, "roadstead", threads=_THREADS)
            self._among, _ = onnx_session(path, "roadstead", threads=1)
            self._given = [given.name for given in self._alone.get_inputs()]
            self.judgement = Judgement(
                threshold=float(kept["threshold"]), coefficients=tuple(float(c) for c in kept["coefficients"])
            )
        except Exception as error:
            raise InputError(
                f"{path} holds no optical network of Roadstead ({error}); make it with roadstead train"
            ) from error

    def maps(
        self, planes: NDArray[np.float32], *, among: bool = False
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Hull and core, and boxes, for planes of shape (9, h, w), float32.

        Every network sees them a quarter turn further than the one before it; what they say is turned back and
        averaged. Networks trained unlike each other err in unlike places (Lakshminarayanan et al. 2017, NeurIPS).

        Args:
            planes: what `optical_planes.stacked` makes.
            among: other threads run it at the same time, so that it does with one; what it says is the same.

        Returns:
            Probabilities, shape (2, h, w), and what `optical_boxes.told` reads, for every second pixel, shape
            (BOX, (h + 1) // 2, (w + 1) // 2).
        """
        height, width = planes.shape[1:]
        rim = [(0, 0), (0, -height % _STRIDE_PX), (0, -width % _STRIDE_PX)]
        whole = np.pad(planes, rim, mode="edge") if any(end for _, end in rim) else planes
        views = {name: np.ascontiguousarray(np.rot90(whole, k, (1, 2)))[None] for k, name in enumerate(self._given)}
        said = (self._among if among else self._alone).run(None, views)
        logits = [np.rot90(one[0], -k, (1, 2)) for k, one in enumerate(said[::2])]
        boxes = [turned(np.rot90(one[0], -k, (1, 2)), k) for k, one in enumerate(said[1::2])]
        probability = 1 / (1 + np.exp(-np.mean(logits, axis=0)[:, :height, :width]))
        box = np.mean(boxes, axis=0)[:, : (height + 1) // 2, : (width + 1) // 2]
        return np.asarray(probability, np.float32), np.asarray(box, np.float32)

    def seen(
        self,
        bands: NDArray[np.float32],
        shore: NDArray[np.float32],
        infrared: tuple[bool, bool],
        native_m: float,
        *,
        among: bool = False,
    ) -> Seen:
        """What the network says of a window on the working grid.

        Images finer than the grid are looked at a second time at half its size, where a large ship is seen as a whole.

        Args:
            bands: above water, shape (5, h, w) (`optical_planes`).
            shore: the shore plane, shape (h, w).
            infrared: whether near and short-wave infrared are there.
            native_m: ground size of the image's own pixel, metres.
            among: as of `maps`.
        """
        near, boxes = self.maps(stacked(bands, shore, infrared, native_m, WORK_M), among=among)
        told_near = told(boxes, *_places(boxes, 2))
        if looks(native_m) == 1 or min(shore.shape) < 2:
            return Seen(near[0], near[1], told_near)
        coarse = stacked(_halved(bands), _halved(shore[None])[0], infrared, native_m, 2 * WORK_M)
        far, boxes = self.maps(coarse, among=among)
        hull, core = (near + _doubled(far, shore.shape)) / 2
        told_far = told(boxes, *_places(boxes, 4), scale=2.0).repeat(2, axis=1).repeat(2, axis=2)
        told_far = told_far[:, : told_near.shape[1], : told_near.shape[2]]
        # What is large is seen as a whole from afar only.
        share = np.clip((np.exp(told_far[2]) * WORK_M - _SMALL_M) / (_LARGE_M - _SMALL_M), 0, 1)
        return Seen(hull, core, told_near + share * (told_far - told_near))


def looks(native_m: float) -> int:
    """How often an image is looked at, each time at half the size of the last; finer images than the grid twice."""
    return 1 if native_m >= WORK_M else 2


def _places(boxes: NDArray[np.float32], step: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Working rows and columns, from the first pixel's middle, of the pixels that tell boxes."""
    rows, cols = np.indices(boxes.shape[1:]) * float(step) + (step - 1) / 2
    return rows, cols


def _halved(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of two by two pixels; an odd last row or column counts twice."""
    even = np.pad(planes, [(0, 0), (0, planes.shape[1] % 2), (0, planes.shape[2] % 2)], mode="edge")
    count, height, width = even.shape
    return np.asarray(even.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4)), np.float32)


def _doubled(planes: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Linear interpolation back to twice the size."""
    wide = ndimage.zoom(planes, (1, 2, 2), order=1, mode="nearest", grid_mode=True)
    return np.asarray(wide[:, : shape[0], : shape[1]], np.float32)


def network(path: Path | None = None) -> Network:
    """The network of a weights file; the shipped one where none is given. Loaded once for each content of the file.

    Raises:
        InputError: see `Network`.
    """
    file = path or shipped_weights()
    return _loaded(file, sha256_file(file))


def shipped_weights() -> Path:
    """The weights in use where no others are given."""
    return Path(str(files("roadstead.detection") / "data" / WEIGHTS))


@cache
def _loaded(path: Path, _sha256: str) -> Network:
    return Network(path)
