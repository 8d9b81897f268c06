"""Fit the constants of `identify/data/quay.json` on simulated berths.

    python bench/quay_fit.py [--berths 300] [--kept FEATURES.pickle]

Seed 101, berths without the variations that `quay.py` adds; `quay.py` draws from seeds of its own. The network starts
from seed 7. Intervals and calibration come from the first 150 berths, which the weights never saw.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from quay_scenes import berth
from roadstead.geo import ground_frame
from roadstead.identify.quay_boxes import ACROSS_M, ALONG_M, supposed, uneven
from roadstead.identify.quay_lines import lines
from roadstead.identify.quay_model import FARTHEST, box_probabilities, jib_of, load_model, vehicles_in
from roadstead.identify.quay_strip import Strip, hull_frame, strip_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quay_scenes import Berth
    from roadstead.identify.quay_boxes import Supposed

SEED, START = 101, 7
OUT = Path(__file__).resolve().parents[1] / "src/roadstead/identify/data/quay.json"
MINER, LAST = (24, 2500, 1e-4), (40, 7000, 3e-5)
"""hidden units, steps and decay of the networks that find hard examples, and of the one that is kept"""
HELD, MINED = 150, 150
"""berths that are kept from the weights; berths for the network that finds hard examples"""
FEW, HARD = 8, 25
"""examples without a vehicle from each direction of each berth: any, and such as a first network took for one"""
LINES, LINES_DECAY = (10, 1200), 3e-3
"""hidden units and steps of the network for lines"""
RATE = 0.01


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A berth's strip, with its truth."""

    crane_out: bool
    truth: tuple[tuple[float, float, float, bool], ...]
    """vehicles: along, inland, angle, covered; in the strip's frame"""
    strip: Strip


def strip_at(b: Berth) -> Strip:
    """The berth upright."""
    frame = ground_frame(b.pixels.transform, b.pixels.crs, b.pixels.valid.shape)
    return strip_of(b.scene, b.pixels, hull_frame(b.hull, b.quay, None, frame))


def truth_in(b: Berth, strip: Strip) -> tuple[tuple[float, float, float, bool], ...]:
    """The vehicles in the strip's frame."""
    frame = ground_frame(b.pixels.transform, b.pixels.crs, b.pixels.valid.shape)
    (x0, y0), (x1, y1) = (frame.to_plane_t.transform(*p) for p in (b.quay.coords[0], b.quay.coords[-1]))
    way = math.degrees(math.atan2(x1 - x0, y1 - y0))
    same = math.cos(math.radians(way - strip.along_deg)) > 0
    sign = 1.0 if same else -1.0
    return tuple((sign * v.along_m, v.away_m, (-sign * v.turn_deg) % 180, v.covered) for v in b.vehicles)


def shown(b: Berth) -> Shown:
    """Strip and truth."""
    strip = strip_at(b)
    return Shown(crane_out=b.crane == "out", truth=truth_in(b, strip), strip=strip)


def labels(s: Shown, at: Supposed) -> NDArray[np.float64]:
    """1 where a supposed vehicle is one, 0 where none is near, nan between; shape (places,)."""
    out = np.zeros(len(at.along_m))
    for along, inland, angle, _ in s.truth:
        away = np.hypot(at.along_m - along, at.inland_m - inland)
        turn = abs((at.angle_deg - angle + 90) % 180 - 90)
        out[(away < 1.2) & (turn < 11)] = 1
        near = (away < 3.0) & ((away >= 1.2) | (turn >= 11)) & (out == 0)
        out[near] = np.nan
    out[~at.seen] = np.nan
    return out


def logistic(x: NDArray[np.float64], y: NDArray[np.float64], decay: float = 1e-3) -> NDArray[np.float64]:
    """Weights with the constant last."""
    one = np.column_stack([x, np.ones(len(x))])
    sign = 2 * y - 1

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        m = sign * (one @ w)
        p = 1 / (1 + np.exp(np.clip(m, -30, 30)))
        return float(np.logaddexp(0, -m).mean() + decay * (w[:-1] ** 2).sum()), -(one * (sign * p)[:, None]).mean(
            axis=0
        ) + 2 * decay * np.append(w[:-1], 0)

    return minimize(loss, np.zeros(one.shape[1]), jac=True, method="L-BFGS-B").x


def fit_lines(train: list[Shown], held: list[Shown]) -> dict:
    """A network that gives a berth the log odds of its strongest line.

    Which line is the jib nobody tells: the soft maximum over a berth's lines is fitted to whether a crane is out
    (multiple-instance learning: Maron and Lozano-Perez 1998, NIPS 10, 570-576).
    """
    x, lacking = _stacked(train)
    mean, scale = x[~lacking].mean(axis=0), x[~lacking].std(axis=0) + 1e-6
    x = np.where(lacking[..., None], 0, np.clip((x - mean) / scale, -FARTHEST, FARTHEST))
    y = np.array([s.crane_out for s in train], float)
    rng = np.random.default_rng(START)
    units, steps = LINES
    w = [rng.normal(0, 0.3, (x.shape[2], units)), np.zeros(units), rng.normal(0, 0.3, (units, 1)), np.zeros(1)]
    adam = Adam(w)
    for step in range(1, steps + 1):
        h = np.tanh(x @ w[0] + w[1])
        logit = np.where(lacking, -30.0, (h @ w[2] + w[3])[..., 0])
        share = np.exp(logit - logit.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        top = (share * logit).sum(axis=1)
        d = (1 / (1 + np.exp(-top)) - y)[:, None] / len(y) * share * (1 + logit - top[:, None])
        d[lacking] = 0
        back = d[..., None] * w[2][:, 0] * (1 - h**2)
        grads = [
            np.einsum("ijk,ijl->kl", x, back),
            back.sum((0, 1)),
            np.einsum("ij,ijk->k", d, h)[:, None],
            d.sum(keepdims=True)[0],
        ]
        decayed = [g + LINES_DECAY * k * (k.ndim > 1) for g, k in zip(grads, w, strict=True)]
        adam.step(w, decayed, 0.02 * cosine(step, steps))
    out = {"mean": mean.tolist(), "scale": scale.tolist(), "layers": layers(w)}
    bare = out | {"calibration": [0, 1]}
    model = load_model(json.dumps({"version": "", "lines": bare, "boxes": bare, "count": [1, 0, 0], "cover": [0, 0]}))
    best = [model.lines.logits(np.array([f.features for f in lines(s.strip)], np.float32)).max() for s in held]
    slope, constant = logistic(np.array(best)[:, None], np.array([s.crane_out for s in held], float), 0.0)
    return out | {"calibration": [float(constant), float(slope)]}


def _stacked(berths: list[Shown]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Features of all lines, shape (berths, most lines, features), and which are not there."""
    found = [np.array([f.features for f in lines(s.strip)]) for s in berths]
    x = np.full((len(found), max(len(f) for f in found), found[0].shape[1]), np.nan)
    for row, f in zip(x, found, strict=True):
        row[: len(f)] = f
    return np.nan_to_num(x), np.isnan(x[..., 0])


class Adam:
    """Kingma and Ba 2015, with their constants."""

    def __init__(self, w: list[NDArray[Any]]) -> None:
        self._m, self._v, self._n = [np.zeros_like(k) for k in w], [np.zeros_like(k) for k in w], 0

    def step(self, w: list[NDArray[Any]], grads: list[NDArray[Any]], rate: float) -> None:
        """Change the weights in place."""
        self._n += 1
        for k, g in enumerate(grads):
            self._m[k] = 0.9 * self._m[k] + 0.1 * g
            self._v[k] = 0.999 * self._v[k] + 0.001 * g * g
            w[k] = w[k] - rate * (self._m[k] / (1 - 0.9**self._n)) / (np.sqrt(self._v[k] / (1 - 0.999**self._n)) + 1e-8)


def cosine(step: int, steps: int) -> float:
    """From 1 down to 0."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


def layers(w: list[NDArray[Any]]) -> list[dict]:
    """Weights as JSON."""
    return [{"weights": w[k].tolist(), "bias": w[k + 1].tolist()} for k in (0, 2)]


def examples(train: list[Shown], hard: dict | None) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Features and labels: all vehicles, some of the rest, and with `hard` what a first network took for vehicles."""
    rng = np.random.default_rng(START)
    model = load_model(json.dumps(hard)) if hard else None
    xs, ys = [], []
    for s in train:
        for at in supposed(s.strip):
            y = labels(s, at)
            yes = np.flatnonzero(y == 1)
            no = rng.permutation(np.flatnonzero(y == 0))[:FEW]
            if model is not None:
                p = box_probabilities(model, at.features)
                wrong = np.flatnonzero((y == 0) & (p > 0.1))
                no = np.concatenate([no, rng.permutation(wrong)[:HARD]])
            xs.append(at.features[np.concatenate([yes, no])])
            ys.append(np.concatenate([np.ones(len(yes)), np.zeros(len(no))]))
    return np.concatenate(xs), np.concatenate(ys)


def fit_boxes(x: NDArray[np.float32], y: NDArray[np.float64], size: tuple[int, int, float]) -> dict:
    """A network of one hidden layer by Adam (Kingma and Ba 2015); colour is left out of half the examples."""
    hidden, steps, decay = size
    rng = np.random.default_rng(START)
    x = x.copy()
    grid = len(ALONG_M) * len(ACROSS_M)
    x[np.ix_(rng.random(len(x)) < 0.4, np.arange(grid, 2 * grid))] = 0
    x[:, : 2 * grid] *= rng.uniform(0.7, 1.4, (len(x), 1)).astype(np.float32)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    x = np.clip((x - mean) / scale, -FARTHEST, FARTHEST)
    w = [
        rng.normal(0, 1 / math.sqrt(x.shape[1]), (x.shape[1], hidden)),
        np.zeros(hidden),
        rng.normal(0, 0.2, (hidden, 1)),
        np.zeros(1),
    ]
    w = [k.astype(np.float32) for k in w]
    adam = Adam(w)
    for step in range(1, steps + 1):
        pick = rng.integers(0, len(x), 512)
        a, t = x[pick], y[pick]
        h = np.tanh(a @ w[0] + w[1])
        p = 1 / (1 + np.exp(-np.clip((h @ w[2] + w[3]).ravel(), -30, 30)))
        d = ((p - t)[:, None] / len(t)).astype(np.float32)
        back = (d @ w[2].T) * (1 - h**2)
        grads = [a.T @ back + decay * w[0], back.sum(0), h.T @ d + decay * w[2], d.sum(0)]
        adam.step(w, grads, RATE * cosine(step, steps))
    return {"mean": mean.tolist(), "scale": scale.tolist(), "layers": layers(w)}


def calibrated(told: dict, held: list[Shown]) -> list[float]:
    """Constant and slope of the logit of being a vehicle, over the different things that are kept."""
    model = load_model(json.dumps(told))
    x, y = [], []
    for s in held:
        left = list(s.truth)
        for box in vehicles_in(model, s.strip, jib_of(model, s.strip)[1]):
            near = [t for t in left if math.hypot(box.along_m - t[0], box.inland_m - t[1]) < 2.5]
            left = [t for t in left if t not in near[:1]]
            x.append(math.log(box.probability / (1 - box.probability)))
            y.append(bool(near))
    slope, constant = logistic(np.array(x)[:, None], np.array(y, float), 0.0)
    return [float(constant), float(slope)]


def fit_count(told: dict, held: list[Shown]) -> list[float]:
    """Truth by sum of probabilities, and quantiles of what is left in roots of the count."""
    model = load_model(json.dumps(told))
    sums = [sum(box.probability for box in vehicles_in(model, s.strip, jib_of(model, s.strip)[1])) for s in held]
    x, y = np.array(sums), np.array([len(s.truth) for s in held], float)
    factor = float((x * y).sum() / (x * x).sum())
    left = (y - factor * x) / np.sqrt(factor * x + 1)
    return [factor, *np.quantile(left, (0.05, 0.95)).tolist()]


def fit_cover(train: list[Shown]) -> list[float]:
    """Constant and slope of being covered by unevenness, where vehicles stand."""
    x, y = [], []
    for s in train:
        for at in supposed(s.strip):
            for k in np.flatnonzero(labels(s, at) == 1):
                near = min(s.truth, key=lambda t: math.hypot(at.along_m[k] - t[0], at.inland_m[k] - t[1]))
                x.append(uneven(at.features[k]))
                y.append(float(near[3]))
    slope, constant = logistic(np.array(x)[:, None], np.array(y), 0.0)
    return [float(constant), float(slope)]


def rounded(value: Any) -> Any:
    """Numbers to four significant digits."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main() -> None:
    """Draw, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berths", type=int, default=660)
    parser.add_argument("--kept", type=Path, help="features drawn before; written where it is not there")
    asked = parser.parse_args()
    if asked.kept and asked.kept.exists():
        drawn = pickle.loads(asked.kept.read_bytes())  # noqa: S301 - our own file
    else:
        drawn = [shown(berth(SEED, n)) for n in range(asked.berths)]
        if asked.kept:
            asked.kept.write_bytes(pickle.dumps(drawn))
    train, held = drawn[HELD:], drawn[:HELD]
    told = {
        "version": "1", "fitted_on": f"{len(drawn)} simulated berths, seed {SEED}; network from seed {START}",
        "lines": fit_lines(train, held), "count": [1.0, -1.0, 1.0], "cover": fit_cover(train[:MINED]),
    }  # fmt: skip
    told["boxes"] = rounded(fit_boxes(*examples(train[:MINED], None), MINER)) | {"calibration": [0.0, 1.0]}
    told["boxes"] = rounded(fit_boxes(*examples(train, told), LAST))
    told["boxes"]["calibration"] = [0.0, 1.0]
    told["boxes"]["calibration"] = calibrated(told, held)
    told["count"] = fit_count(told, held)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rounded(told), indent=1) + "\n", "utf-8")
    print(f"wrote {OUT.name}: count {told['count']}, calibration {told['lines']['calibration']}, cover {told['cover']}")


if __name__ == "__main__":
    main()
