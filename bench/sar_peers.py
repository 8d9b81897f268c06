"""Other ways to find ships in a radar image, for `bench/sar.py`; runs under the Python that has the peers' packages.

    python sar_peers.py METHOD IMAGE OUT.json THRESHOLD [THRESHOLD ...]

Prints nothing; writes one JSON object: seconds and peak memory of the first threshold, and for every threshold the
objects found, each as four (column, row) corners of the box along its axis. A missing package exits with its name.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from scipy.ndimage import find_objects, label

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW_PX, GUARD_PX = 81, 41
LEAST_PX = 4


def intensity(image: Path) -> NDArray[np.float32]:
    """Linear intensity; integers are taken for amplitudes."""
    with rasterio.open(image) as dataset:
        values = dataset.read(1)
    return np.square(values.astype(np.float32)) if values.dtype.kind == "u" else values


def global_threshold(power: NDArray[np.float32], factor: float) -> NDArray[np.bool_]:
    """Above a multiple of the mean of the whole image."""
    return power > factor * power[power > 0].mean()


def two_parameter(power: NDArray[np.float32], sigmas: float) -> NDArray[np.bool_]:
    """Above mean plus so many deviations of a ring around a guard, by OpenCV's box filters."""
    import cv2  # noqa: PLC0415 - a peer that may be missing

    def ring(values: NDArray[np.float32]) -> NDArray[np.float32]:
        wide = cv2.boxFilter(values, cv2.CV_32F, (WINDOW_PX, WINDOW_PX), normalize=False)
        wide -= cv2.boxFilter(values, cv2.CV_32F, (GUARD_PX, GUARD_PX), normalize=False)
        return np.asarray(wide / (WINDOW_PX**2 - GUARD_PX**2))

    smooth = cv2.boxFilter(power, cv2.CV_32F, (3, 3))
    mean = ring(smooth)
    return np.asarray(
        (smooth > mean + sigmas * np.sqrt(np.maximum(ring(smooth * smooth) - mean * mean, 0))) & (power > 0)
    )


def grdl(power: NDArray[np.float32], false_alarms: float) -> list[list[list[float]]]:
    """Cell-averaging CFAR of grdl, on decibels."""
    from grdl.image_processing.detection.cfar import CACFARDetector  # noqa: PLC0415 - a peer that may be missing

    decibels = 10 * np.log10(np.maximum(power, 1e-8))
    found = CACFARDetector(guard_cells=20, training_cells=40, pfa=false_alarms).detect(decibels, valid_mask=power > 0)
    return [[list(p) for p in d.pixel_geometry.minimum_rotated_rectangle.exterior.coords[:4]] for d in found.detections]


def boxes(mask: NDArray[np.bool_]) -> list[list[list[float]]]:
    """Boxes along the axes of the connected groups of a mask."""
    labels, _ = label(mask, np.ones((3, 3)))
    out = []
    for number, part in enumerate(find_objects(labels), 1):
        rows, cols = np.nonzero(labels[part] == number)
        if len(rows) < LEAST_PX:
            continue
        xy = np.column_stack([cols + part[1].start + 0.5, rows + part[0].start + 0.5])
        middle = xy.mean(axis=0)
        axes = np.linalg.eigh(np.cov((xy - middle).T))[1]
        along = (xy - middle) @ axes
        low, high = along.min(axis=0) - 0.5, along.max(axis=0) + 0.5
        ends = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
        out.append([[float(v) for v in middle + np.asarray(e) @ axes.T] for e in ends])
    return out


def main() -> None:
    """Run one method."""
    method, image, out, *thresholds = sys.argv[1:]
    answer: dict[str, Any] = {"found": {}}
    try:
        for k, threshold in enumerate(thresholds):
            start = time.perf_counter()
            power = intensity(Path(image))
            if method == "grdl":
                found = grdl(power, float(threshold))
            else:
                masks = {"global": global_threshold, "two-parameter": two_parameter}
                found = boxes(masks[method](power, float(threshold)))
            if k == 0:
                answer["seconds"] = time.perf_counter() - start
                answer["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            answer["found"][threshold] = found
    except ImportError as error:
        sys.exit(f"{error.name or error} is missing")
    Path(out).write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main()
