"""Train the network that looks for vehicles (`identify/data/quay.onnx`); `quay_fit.py` runs it.

Berths are shown with variations by principle, not by what `quay.py` draws: tone curves, blur, noise, 8 bits, colour
left out, vehicles lighter, darker or of another hue, mirror images with the sun mirrored too, parts unseen, no sun.
"""

from __future__ import annotations

import io
import json
import math
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import onnx
import torch
from scipy import ndimage
from scipy.optimize import minimize
from torch import nn
from torch.nn import functional

from roadstead.identify.quay_boxes import LENGTH_M, MAPS
from roadstead.identify.quay_model import jib_of, quay_model
from roadstead.identify.quay_network import VehicleNetwork
from roadstead.identify.quay_planes import CELL, PLANES, cell, first_row, quay_planes
from roadstead.identify.quay_strip import STEP_M
from roadstead.identify.quay_vehicles import vehicles_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from quay_fit import Shown
    from roadstead.identify.quay_boxes import Box
    from roadstead.identify.quay_strip import Strip

START = 7
UNITS, DILATIONS = 32, (1, 2, 1, 4, 2, 1)
STEPS, BATCH, RATE, DECAY = 3600, 8, 4e-3, 1e-3
PIECE = (36, 64)
"""rows and columns of cells that are shown at once"""
_POOL = 96
"""pieces that are mixed; berths beside each other in a batch would be the same berth"""
_SPREAD, _NEAR = 1.2, 1.5
"""cells around a vehicle's middle: of its bump in the map, and in which its box is told"""
_FOUND_M = 2.5
_OPSET = 17


class Truth(NamedTuple):
    """A vehicle in the strip's frame."""

    along_m: float
    inland_m: float
    angle_deg: float
    length_m: float
    width_m: float
    covered: bool


class Block(nn.Module):
    """A convolution beside a short cut."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(UNITS, UNITS, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm2d(UNITS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The same shape."""
        return x + torch.relu(self.norm(self.conv(x)))


class QuayNet(nn.Module):
    """Planes, shape (n, 7, 2 h, 2 w), to `quay_boxes.MAPS`, shape (n, 7, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(len(PLANES), UNITS, 6, stride=CELL, padding=2, bias=False)
        self.norm = nn.BatchNorm2d(UNITS)
        self.body = nn.Sequential(*(Block(d) for d in DILATIONS))
        self.head = nn.Conv2d(UNITS, len(MAPS), 1)
        nn.init.zeros_(self.head.bias)
        self.head.bias.data[0] = -4.0  # vehicles are rare

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps of planes."""
        return self.head(self.body(torch.relu(self.norm(self.stem(x)))))


def varied(s: Shown, rng: np.random.Generator) -> Strip:
    """A berth's strip as another sensor, another processing or other paints would show it."""
    grey, warm = s.strip.grey.copy(), s.strip.warm.copy()
    if rng.random() < 0.5 and s.off_nadir_deg < 12:
        _paint(s, grey, warm, rng)
    if rng.random() < 0.8:
        sigma = _blur(rng)
        grey, warm = (ndimage.gaussian_filter(p, sigma) for p in (grey, warm))
    if rng.random() < 0.7:
        grey, warm = _toned(grey, warm, rng)
    if rng.random() < 0.5:
        noise = rng.uniform(0, 0.03) * float(np.subtract(*np.percentile(grey, (95, 5))))
        grey = grey + rng.normal(0, noise, grey.shape)
        warm = warm + rng.normal(0, 1.4 * noise, grey.shape)
    warm = warm * (0.0 if rng.random() < 0.25 else rng.uniform(0.5, 1.5))
    seen = s.strip.seen
    if rng.random() < 0.1:
        seen = seen.copy()
        top, left = (int(rng.integers(0, n)) for n in seen.shape)
        seen[top : top + int(rng.integers(6, 40)), left : left + int(rng.integers(6, 60))] = False
    sun = None if rng.random() < 0.05 else s.strip.sun
    return replace(s.strip, grey=grey.astype(np.float32), warm=warm.astype(np.float32), seen=seen, sun=sun)


def _blur(rng: np.random.Generator) -> NDArray[np.float64]:
    """Sigmas down and along, samples: mostly slight ones, sometimes as of pixels of 0.7 to 1 m."""
    if rng.random() < 0.2:
        return np.full(2, rng.uniform(0.9, 1.8))
    return rng.uniform(0, 0.9, 2) if rng.random() < 0.5 else np.full(2, rng.uniform(0, 0.9))


def _paint(s: Shown, grey: NDArray[np.float32], warm: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Some vehicles lighter or darker and of another hue, in place."""
    rows, cols = np.indices(grey.shape)
    along, inland = (cols - s.strip.middle[1]) * STEP_M, (rows - s.strip.middle[0]) * STEP_M - s.strip.edge_m
    for v in s.truth:
        if rng.random() < 0.4:
            cos, sin = math.cos(math.radians(v.angle_deg)), math.sin(math.radians(v.angle_deg))
            u, w = along - v.along_m, inland - v.inland_m
            ahead, beside = np.abs(u * cos + w * sin), np.abs(w * cos - u * sin)
            on = np.clip((v.length_m / 2 - ahead) / STEP_M + 0.5, 0, 1)
            on = ndimage.uniform_filter(on * np.clip((v.width_m / 2 - beside) / STEP_M + 0.5, 0, 1), 3)
            grey += on * rng.uniform(-0.25, 0.35)
            warm += on * rng.uniform(-0.2, 0.2)


def _toned(
    grey: NDArray[np.float32], warm: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut at both ends, bent by a power, often in 8 bits; differences of colour change as the curve is steep."""
    low, high = np.percentile(grey, (rng.uniform(0, 2), rng.uniform(97.5, 100)))
    x, power = np.clip((grey - low) / (high - low), 0, 1), math.exp(rng.uniform(-0.45, 0.45))
    steep = np.minimum(power * np.maximum(x, 0.01) ** (power - 1), 3)
    grey, warm = x**power, warm / (high - low) * steep
    if rng.random() < 0.6:
        grey, warm = np.rint(grey * 254) / 254, np.rint(warm * 254) / 254
    return grey, warm


def targets(strip: Strip, truth: tuple[Truth, ...], shape: tuple[int, int]) -> NDArray[np.float32]:
    """What the network should say: `MAPS` with a bump of height 1 first, then where boxes are told, and what is seen.

    Returns:
        Shape (9, rows, columns).
    """
    out = np.zeros((len(MAPS) + 2, *shape), np.float32)
    rows, cols = np.indices(shape)
    for v in truth:
        row, col = cell(strip, v.along_m, v.inland_m)
        if not (0 <= row < shape[0] and 0 <= col < shape[1]):
            continue
        away = (rows - row) ** 2 + (cols - col) ** 2
        bump = np.exp(-away / (2 * _SPREAD**2))
        near = (away < _NEAR**2) & (bump > out[0])
        out[0] = np.maximum(out[0], bump)
        out[0, min(round(row), shape[0] - 1), min(round(col), shape[1] - 1)] = 1
        out[1][near], out[2][near] = (row - rows)[near], (col - cols)[near]
        twice = math.radians(2 * v.angle_deg)
        told = (math.cos(twice), math.sin(twice), math.log(v.length_m / LENGTH_M), float(v.covered), 1.0)
        for plane, value in zip(out[3:8], told, strict=True):
            plane[near] = value
    first = first_row(strip)
    out[8] = strip.seen[first : first + CELL * shape[0] : CELL, : CELL * shape[1] : CELL]
    return out


def example(s: Shown, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Planes and targets of a varied berth, half of them mirrored."""
    strip = varied(s, rng)
    planes = quay_planes(strip)
    wanted = targets(strip, s.truth, (planes.shape[1] // CELL, planes.shape[2] // CELL))
    if rng.random() < 0.5:
        planes, wanted = planes[:, :, ::-1].copy(), wanted[:, :, ::-1].copy()
        planes[PLANES.index("sun along")] *= -1
        for name in ("right", "sine"):
            wanted[MAPS.index(name)] *= -1
    return planes, wanted


def batches(shown: list[Shown], rng: np.random.Generator) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of pieces from all berths in changing order."""
    pool: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    while True:
        for n in rng.permutation(len(shown)):
            pool += _pieces(*example(shown[n], rng), rng)
            if len(pool) < _POOL:
                continue
            order = rng.permutation(len(pool))
            taken = len(pool) // 2 // BATCH * BATCH
            for k in range(0, taken, BATCH):
                x, t = zip(*(pool[j] for j in order[k : k + BATCH]), strict=True)
                yield torch.from_numpy(np.stack(x)), torch.from_numpy(np.stack(t))
            pool = [pool[j] for j in order[taken:]]


def _pieces(
    planes: NDArray[np.float32], wanted: NDArray[np.float32], rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    high, wide = PIECE
    for col in range(int(rng.integers(0, wanted.shape[2] % wide + 1)), wanted.shape[2] - wide + 1, wide):
        yield tuple(
            np.pad(p[:, : k * high, k * col : k * (col + wide)], [(0, 0), (0, max(k * high - p.shape[1], 0)), (0, 0)])
            for p, k in ((planes, CELL), (wanted, 1))
        )


def loss_of(out: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Focal loss of middles (Zhou, Wang and Kraehenbuehl 2019, arXiv:1904.07850), boxes and covers near them."""
    bump, near, seen = wanted[:, 0], wanted[:, 7], wanted[:, 8]
    p = torch.sigmoid(out[:, 0]).clamp(1e-5, 1 - 1e-5)
    yes = (bump == 1) * torch.log(p) * (1 - p) ** 2
    no = (bump < 1) * (1 - bump) ** 4 * torch.log(1 - p) * p**2
    middles = -((yes + no) * seen).sum() / (bump == 1).sum().clamp(min=4)
    told = near * seen
    count = told.sum().clamp(min=8)
    box = (torch.abs(out[:, 1:6] - wanted[:, 1:6]) * told[:, None]).sum() / count
    cover = functional.binary_cross_entropy_with_logits(out[:, 6], wanted[:, 6], reduction="none")
    return middles + 0.3 * box + 0.2 * (cover * told).sum() / count


def trained(shown: list[Shown]) -> QuayNet:
    """Weights after `STEPS` steps on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(START)
    net, said = QuayNet(), 0.0
    descent = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    rates = torch.optim.lr_scheduler.OneCycleLR(descent, RATE, total_steps=STEPS, pct_start=0.15)
    for step, (x, wanted) in enumerate(batches(shown, np.random.default_rng(START)), 1):
        loss = loss_of(net(x), wanted)
        descent.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        descent.step()
        rates.step()
        said += loss.item() / 200
        if step % 200 == 0:
            print(f"  step {step} of {STEPS}: loss {said:.3f}", flush=True)
            said = 0.0
        if step == STEPS:
            break
    return net.eval()


def exported(net: QuayNet, judgement: dict[str, list[float]]) -> bytes:
    """The network as float32 ONNX with its judgement inside."""
    held, free = io.BytesIO(), {2: "rows", 3: "columns"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is called old; the new one needs one more package
        torch.onnx.export(
            net, (torch.zeros(1, len(PLANES), CELL * PIECE[0], CELL * PIECE[1]),), held, input_names=["planes"],
            output_names=["maps"], dynamic_axes={"planes": free, "maps": free}, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
    model = onnx.load_model_from_string(held.getvalue())
    onnx.helper.set_model_props(model, {"roadstead-quay": json.dumps(judgement)})
    return bytes(model.SerializeToString(deterministic=True))


def vehicles_fitted(train: list[Shown], held: list[Shown]) -> tuple[bytes, dict[str, list[float]]]:
    """Weights from berths, and their judgement from berths that they never saw."""
    net = trained(train)
    judgement = {"calibration": [0.0, 1.0], "count": [1.0, -1.0, 1.0]}
    found = _found(exported(net, judgement), held)
    judgement["calibration"] = _calibrated(found, held)
    judgement["count"] = _counted(_found(exported(net, judgement), held), held)
    return exported(net, judgement), judgement


def _found(weights: bytes, berths: list[Shown]) -> list[tuple[Box, ...]]:
    """What the product finds with weights."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quay.onnx"
        path.write_bytes(weights)
        network = VehicleNetwork(path)
    return [vehicles_in(network, s.strip, jib_of(quay_model(), s.strip)[1]) for s in berths]


def _calibrated(found: list[tuple[Box, ...]], berths: list[Shown]) -> list[float]:
    """Constant and slope of the log odds of being a vehicle, over the different things that are kept."""
    x, y = [], []
    for kept, s in zip(found, berths, strict=True):
        left = list(s.truth)
        for box in kept:
            near = [t for t in left if math.hypot(box.along_m - t.along_m, box.inland_m - t.inland_m) < _FOUND_M]
            left = [t for t in left if t not in near[:1]]
            x.append(math.log(box.probability / (1 - box.probability)))
            y.append(1.0 if near else -1.0)
    odds, sign = np.array(x), np.array(y)
    fit = minimize(lambda w: np.logaddexp(0, -sign * (w[0] + w[1] * odds)).mean(), [0.0, 1.0], method="BFGS")
    return [float(f"{v:.4g}") for v in fit.x]


def _counted(found: list[tuple[Box, ...]], berths: list[Shown]) -> list[float]:
    """Truth by sum of probabilities, and quantiles of what is left in roots of the count."""
    x = np.array([sum(box.probability for box in kept) for kept in found])
    y = np.array([len(s.truth) for s in berths], float)
    factor = float((x * y).sum() / (x * x).sum())
    left = (y - factor * x) / np.sqrt(factor * x + 1)
    return [float(f"{v:.4g}") for v in (factor, *np.quantile(left, (0.05, 0.95)))]
