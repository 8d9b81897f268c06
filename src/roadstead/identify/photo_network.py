"""The network that tells a ship from its surroundings: ONNX weights, run by onnxruntime in float32 on the processor."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from roadstead.identify.photo_planes import PLANES
from roadstead.model import InputError
from roadstead.steps import onnx_session

if TYPE_CHECKING:
    from numpy.typing import NDArray

_THREADS = 1
WEIGHTS = "photo-outline.onnx"
"""name of the shipped weights, trained by `bench/photo_outline_fit.py`"""


class OutlineNetwork:
    """Weights ready to run."""

    def __init__(self, path: Path) -> None:
        """Loads the weights; raises InputError where they are missing or no such network."""
        try:
            self._session, kept = onnx_session(path, "roadstead-photo", threads=_THREADS)
            planes = tuple(kept["planes"])
        except Exception as error:
            raise InputError(
                f"{path} holds no network for photographs ({error}); make it with bench/photo_outline_fit.py"
            ) from error
        if planes != PLANES:
            raise InputError(
                f"{path} holds a network for the planes {', '.join(planes)}, this version shows it "
                f"{', '.join(PLANES)}; make it anew with bench/photo_outline_fit.py"
            )

    def log_odds(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log odds that the ship takes each pixel: the mean over the picture and its mirror image.

        Args:
            planes: from `photo_planes`, shape (6, rows, columns).

        Returns:
            Shape (rows, columns).
        """
        mirrored = self._run(planes[:, :, ::-1])[:, ::-1]
        return np.asarray((self._run(planes) + mirrored) / 2, np.float32)

    def _run(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        (out,) = self._session.run(None, {"planes": np.ascontiguousarray(planes[None])})
        return np.asarray(out[0, 0], np.float32)


@cache
def outline_network() -> OutlineNetwork:
    """The shipped network."""
    return OutlineNetwork(Path(str(files("roadstead.identify") / "data" / WEIGHTS)))
