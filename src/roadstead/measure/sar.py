"""Length, beam and heading of a hull in a SAR image, by the blurred rectangle that fits its amplitudes best.

Speckle makes a SAR hull a patchwork, a few scatterers outshine the rest, and focusing blurs both into pixels as coarse
as a beam. So amplitudes over the sea are clipped at a level well below the bright spots, and a rectangle with the
image's blur is fitted to them by least squares (`measure.sar_fit`). Position, size and axis
change the fit smoothly, so that none of them snaps to the pixel grid. (Moments and region-based fits of ships in SAR
are compared in Stasolla and Greidanus 2016, IEEE GRSL 13, 1696-1700.)

What is bright over the side of a hull is mostly blur, layover and sidelobes, so the beam is weighed with what is usual
for the length; what the image shows beyond that counts as doubt about length and axis too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from roadstead.imagery import intensity, radar_band
from roadstead.measure.box import OrientedBox
from roadstead.measure.sar_fit import fit_hull
from roadstead.model import BandsUnknown, Estimate, SarUnit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.detection import HeldBlocks
    from roadstead.geo import GroundFrame
    from roadstead.imagery import Band
    from roadstead.model import Candidate, Pixels, Scene

_MARGIN_M = 60.0
_THREADS = 2
_EDGE_PX, _EDGE_SLIM_PX = 0.18, 0.55  # one sigma of the length: of a broad hull, and more the fewer pixels it is broad
_SIDE = 0.6  # sides are seen along the whole hull, ends only across it
_TURN = 0.65  # tips err less sideways than lengthwise, where a length has the errors of both ends
_NO_AXIS_PX = 3.0
_NO_AXIS_DEG = 180 / math.sqrt(12)
_USUAL_SLOPE, _USUAL_BASE_M, _USUAL_SPREAD = 1 / 9, 6.0, 0.25
_FLATTENING = 1 / 298.257223563  # WGS84


@dataclass(frozen=True, slots=True, kw_only=True)
class RawWindows:
    """Where the raw values around a candidate come from."""

    shape: tuple[int, int]
    """height and width of the whole band"""
    unit: SarUnit
    nodata: float = math.nan
    read: Callable[[int, int, int, int], NDArray[Any]]
    """(top, left, height, width) -> raw values"""


def measure_sar(scene: Scene, pixels: Pixels, candidate: Candidate, frame: GroundFrame) -> OrientedBox:
    """Fit a rectangle to a candidate's hull in a window in memory.

    Args:
        scene: the acquisition; its unit says how to read the pixels.
        pixels: the window the candidate was found in.
        candidate: its pixels and how surely each belongs to it.
        frame: ground metres of that window.

    Returns:
        The box. Its beam is the measured one weighed with what is usual for the length. Where the hull is shorter
        than three pixels, the sigma of the heading says that it has none.

    Raises:
        BandsUnknown: the scene does not say what its pixels hold.
    """
    number = radar_band(scene, len(pixels.values))

    def read(top: int, left: int, height: int, width: int) -> NDArray[np.float32]:
        part = slice(top, top + height), slice(left, left + width)
        return np.where(pixels.valid[part], pixels.values[number][part], np.float32(np.nan))

    windows = RawWindows(shape=(pixels.valid.shape[0], pixels.valid.shape[1]), unit=_unit(scene), read=read)
    return boxes_sar(windows, (candidate,), frame)[0]


def windows_of(scene: Scene, band: Band, held: HeldBlocks | None = None) -> RawWindows:
    """Raw windows of a band, from the blocks that a detector kept where they hold them."""

    def read(top: int, left: int, height: int, width: int) -> NDArray[Any]:
        kept = held.window(top, left, height, width) if held is not None else None
        return band.window(top, left, height, width) if kept is None else kept

    return RawWindows(shape=band.shape, unit=_unit(scene), nodata=band.nodata, read=read)


def _unit(scene: Scene) -> SarUnit:
    if scene.sar_unit is None:
        raise BandsUnknown(f"{scene.id}: what its pixels hold is unknown; state --sar-unit db, amplitude or linear")
    return scene.sar_unit


def boxes_sar(windows: RawWindows, candidates: Sequence[Candidate], frame: GroundFrame) -> list[OrientedBox]:
    """The boxes of candidates, in their order; each reads only its own window.

    Args:
        windows: raw values.
        candidates: in pixels of the whole band.
        frame: ground metres of the band.

    Raises:
        RasterError: the file is damaged.
    """
    if not candidates:
        return []
    sizes = _pixel_sizes(frame, _middles(candidates))
    fitted, offsets = np.empty((len(candidates), 6)), np.empty((len(candidates), 2))

    def fit(k: int, job: _Job) -> None:
        values = intensity(job.raw, windows.unit, windows.nodata)
        fitted[k] = fit_hull(values, job.rows, job.cols, job.weights, job.pixel_m)

    with ThreadPoolExecutor(_THREADS) as pool:
        under_way = []
        for k, (candidate, (wide_m, high_m)) in enumerate(zip(candidates, sizes.tolist(), strict=True)):
            offsets[k], job = _job(windows, candidate, (wide_m, high_m))
            under_way.append(pool.submit(fit, k, job))
        for done in under_way:
            done.result()
    measured = [
        _sizes((length_m, beam_m), math.sqrt(wide_m * high_m), doubt_m)
        for (_, _, length_m, beam_m, _, doubt_m), (wide_m, high_m) in zip(fitted.tolist(), sizes.tolist(), strict=True)
    ]
    corners_px = _corners_px(fitted, measured, offsets, sizes)
    headings = _bearings_deg(corners_px.reshape(-1, 2, 2, 2).mean(axis=2), frame)
    return [_box(m, c, h) for m, c, h in zip(measured, corners_px, headings, strict=True)]


def _middles(candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """Mean column and row of each candidate's pixels, shape (n, 2)."""
    counts = np.array([len(c.rows_px) for c in candidates])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    sums = [np.add.reduceat(np.concatenate(axis), starts) for axis in
            ([c.cols_px for c in candidates], [c.rows_px for c in candidates])]  # fmt: skip
    return np.asarray(np.column_stack(sums) / counts[:, None])


def _pixel_sizes(frame: GroundFrame, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ground size of a pixel along its row and along its column at (column, row) places, shape (n, 2)."""
    steps = np.array([[-0.5, 0], [0.5, 0], [0, -0.5], [0, 0.5]])
    at = places[:, None, :] + steps
    x, y = frame.metres(at[..., 0].ravel(), at[..., 1].ravel())
    x, y = x.reshape(-1, 4), y.reshape(-1, 4)
    return np.column_stack([np.hypot(x[:, k + 1] - x[:, k], y[:, k + 1] - y[:, k]) for k in (0, 2)])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What `fit_hull` takes, but with raw values."""

    raw: NDArray[Any]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    weights: NDArray[np.float32]
    pixel_m: tuple[float, float]


def _job(windows: RawWindows, candidate: Candidate, pixel_m: tuple[float, float]) -> tuple[tuple[int, int], _Job]:
    """First column and row of a candidate's window, and what there is to do in it."""
    pad = max(4, math.ceil(_MARGIN_M / min(pixel_m)))
    top, left = max(0, int(candidate.rows_px.min()) - pad), max(0, int(candidate.cols_px.min()) - pad)
    bottom = min(windows.shape[0], int(candidate.rows_px.max()) + pad + 1)
    right = min(windows.shape[1], int(candidate.cols_px.max()) + pad + 1)
    return (left, top), _Job(
        raw=windows.read(top, left, bottom - top, right - left),
        rows=candidate.rows_px - top,
        cols=candidate.cols_px - left,
        weights=candidate.weights,
        pixel_m=pixel_m,
    )


def _sizes(shown_m: tuple[float, float], side_m: float, doubt_m: float = 0.0) -> tuple[Estimate, Estimate, float]:
    """Length, beam and one sigma of the axis in degrees, of a hull that shows this length and beam.

    How far the length depends on where the hull is taken to end adds to its doubt.

    The beam usual for a length is a ninth of it and 6 m, within a quarter: slenderness 4.5 at 55 m, 7.6 at 300 m.
    What shows beyond that is blur and layover, which lie over the ends as well: up to a pixel of it is taken off the
    length, all of it is doubt, up to half the length.
    """
    beyond = max(0.0, shown_m[1] - (1 + _USUAL_SPREAD) * _usual_beam_m(shown_m[0]))
    length_m = shown_m[0] - min(beyond, side_m, shown_m[0] / 2)
    usual_m = _usual_beam_m(length_m)
    edge = side_m * min(1.0, _EDGE_PX + _EDGE_SLIM_PX * side_m / usual_m)
    sigma = math.hypot(edge, min(beyond, length_m / 2), doubt_m / 2)
    seen = math.hypot(_SIDE * edge, min(beyond, length_m / 2))
    by_image, by_usual = 1 / seen**2, 1 / math.hypot(_USUAL_SPREAD * usual_m, _USUAL_SLOPE * sigma) ** 2
    beam = (shown_m[1] * by_image + usual_m * by_usual) / (by_image + by_usual)
    spread = shown_m[0] ** 2 - shown_m[1] ** 2
    turn = math.degrees(_TURN * sigma * shown_m[0] / spread) if spread > 0 else _NO_AXIS_DEG
    turn = _NO_AXIS_DEG if shown_m[0] < _NO_AXIS_PX * side_m else min(_NO_AXIS_DEG, turn)
    return Estimate(length_m, sigma), Estimate(beam, (by_image + by_usual) ** -0.5), turn


def _usual_beam_m(length_m: float) -> float:
    return length_m * _USUAL_SLOPE + _USUAL_BASE_M


def _corners_px(
    fitted: NDArray[np.float64],
    measured: Sequence[tuple[Estimate, Estimate, float]],
    offsets: NDArray[np.float64],
    sizes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Corners (column, row) of boxes in pixels of the band, shape (n, 4, 2); two at each end.

    Args:
        fitted: rectangles in metres in their windows, shape (n, 6).
        measured: their lengths and beams as they are stated.
        offsets: first column and row of each window, shape (n, 2).
        sizes: ground size of a pixel along the row and along the column, shape (n, 2).
    """
    half = np.array([[length.value / 2, beam.value / 2] for length, beam, _ in measured])
    ends = half[:, None, :] * np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]])
    cosine, sine = np.cos(fitted[:, 4]), np.sin(fitted[:, 4])
    turn = np.stack([np.column_stack([cosine, sine]), np.column_stack([-sine, cosine])], axis=1)
    return np.asarray((ends @ turn + fitted[:, None, :2]) / sizes[:, None, :] + offsets[:, None, :])


def _box(
    measured: tuple[Estimate, Estimate, float], corners_px: NDArray[np.float64], heading_deg: float
) -> OrientedBox:
    length_m, beam_m, turn_deg = measured
    (c0, r0), (c1, r1), (c2, r2), (c3, r3) = corners_px.tolist()
    return OrientedBox(
        col_px=(c0 + c1 + c2 + c3) / 4,
        row_px=(r0 + r1 + r2 + r3) / 4,
        length_m=length_m,
        beam_m=beam_m,
        heading_deg=Estimate(heading_deg, turn_deg),
        corners_px=((c0, r0), (c1, r1), (c2, r2), (c3, r3)),
    )


def _bearings_deg(tips_px: NDArray[np.float64], frame: GroundFrame) -> list[float]:
    """Axes through pairs of (column, row) points, shape (n, 2, 2), degrees clockwise from true north, 0-180.

    North is that of the place, on the ellipsoid: a plane around the middle of a large scene has another one at its
    edges.
    """
    cols, rows = tips_px[..., 0].ravel(), tips_px[..., 1].ravel()
    if not frame.georeferenced:
        east, north = (v.reshape(-1, 2) for v in frame.metres(cols, rows))
        return [float(v) for v in np.degrees(np.arctan2(east[:, 0] - east[:, 1], north[:, 0] - north[:, 1])) % 180]
    lon, lat = (np.radians(v).reshape(-1, 2) for v in frame.lonlat(cols, rows))
    squared = _FLATTENING * (2 - _FLATTENING)
    middle = lat.mean(axis=1)
    curved = 1 - squared * np.sin(middle) ** 2
    east = (lon[:, 0] - lon[:, 1]) * np.cos(middle) / np.sqrt(curved)
    north = (lat[:, 0] - lat[:, 1]) * (1 - squared) / curved**1.5
    return [float(v) for v in np.degrees(np.arctan2(east, north)) % 180]
