"""The network that looks for vehicles: ONNX weights, run by onnxruntime in float32 on the processor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from roadstead.identify.quay_boxes import MAPS
from roadstead.identify.quay_planes import PLANES
from roadstead.model import InputError
from roadstead.steps import onnx_session, sha256_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

_THREADS = 1
WEIGHTS = "quay.onnx"
"""name of the shipped weights, trained by `bench/quay_fit.py`"""
_MIRRORED_PLANES = np.array([-1.0 if p == "sun along" else 1.0 for p in PLANES], np.float32)[:, None, None]
_MIRRORED_MAPS = np.array([-1.0 if m in {"right", "sine"} else 1.0 for m in MAPS], np.float32)[:, None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How probabilities and counts are made of what the network says, kept with its weights."""

    calibration: tuple[float, float]
    """constant and slope of the network's log odds, over things that are kept as different ones"""
    count: tuple[float, float, float]
    """vehicles for each unit of summed probability; ends of the 90 % interval in roots of that count"""


class VehicleNetwork:
    """Weights ready to run."""

    def __init__(self, path: Path) -> None:
        """Loads the weights; raises InputError where they are missing or no such network."""
        try:
            self._session, kept = onnx_session(path, "roadstead-quay", threads=_THREADS)
            constant, slope = (float(v) for v in kept["calibration"])
            factor, low, high = (float(v) for v in kept["count"])
            self.fitted = f"{path.name} {sha256_file(path)[:8]}"
            """name and first digits of the SHA-256 of the file"""
        except Exception as error:
            raise InputError(f"{path} holds no network for quays ({error}); make it with bench/quay_fit.py") from error
        self.judgement = Judgement(calibration=(constant, slope), count=(factor, low, high))

    def maps(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """What `quay_boxes.MAPS` lists for every cell: the mean over the berth and its mirror image.

        Args:
            planes: from `quay_planes`, shape (7, rows, columns).

        Returns:
            Shape (7, rows / 2, columns / 2).
        """
        plain = self._run(planes)
        mirrored = self._run((planes * _MIRRORED_PLANES)[:, :, ::-1])[:, :, ::-1] * _MIRRORED_MAPS
        return np.asarray((plain + mirrored) / 2, np.float32)

    def _run(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        (out,) = self._session.run(None, {"planes": np.ascontiguousarray(planes[None])})
        return np.asarray(out[0], np.float32)


@cache
def vehicle_network() -> VehicleNetwork:
    """The shipped network."""
    return VehicleNetwork(Path(str(files("roadstead.identify") / "data" / WEIGHTS)))
