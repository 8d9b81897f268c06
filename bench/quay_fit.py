"""Fit the constants of `identify/data/quay.json` and the weights of `quay.onnx` on simulated berths.

    python bench/quay_fit.py [--berths 1700] [--kept BERTHS.pickle] [--only lines|vehicles]

Seed 101, berths without the variations that `quay.py` adds; `quay.py` draws from seeds of its own. Networks start from
seed 7. Intervals and calibration come from the first 150 berths, which no weights ever saw. Needs the `[train]` extra.
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
from quay_vehicles_fit import Truth, vehicles_fitted
from roadstead.geo import ground_frame
from roadstead.identify.quay_lines import lines
from roadstead.identify.quay_model import FARTHEST, load_model
from roadstead.identify.quay_network import WEIGHTS
from roadstead.identify.quay_strip import Strip, hull_frame, strip_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quay_scenes import Berth

SEED, START = 101, 7
OUT = Path(__file__).resolve().parents[1] / "src/roadstead/identify/data"
BERTHS, LINES_BERTHS = 1700, 660
"""drawn for vehicles, and the first of them that are for lines"""
HELD = 150
"""berths that are kept from the weights"""
LINES, LINES_DECAY = (10, 1200), 3e-3
"""hidden units and steps of the network for lines"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A berth's strip, with its truth."""

    crane_out: bool
    truth: tuple[Truth, ...]
    strip: Strip
    off_nadir_deg: float


def strip_at(b: Berth) -> Strip:
    """The berth upright."""
    frame = ground_frame(b.pixels.transform, b.pixels.crs, b.pixels.valid.shape)
    return strip_of(b.scene, b.pixels, hull_frame(b.hull, b.quay, None, frame))


def truth_in(b: Berth, strip: Strip) -> tuple[Truth, ...]:
    """The vehicles in the strip's frame."""
    frame = ground_frame(b.pixels.transform, b.pixels.crs, b.pixels.valid.shape)
    (x0, y0), (x1, y1) = (frame.to_plane_t.transform(*p) for p in (b.quay.coords[0], b.quay.coords[-1]))
    way = math.degrees(math.atan2(x1 - x0, y1 - y0))
    same = math.cos(math.radians(way - strip.along_deg)) > 0
    sign = 1.0 if same else -1.0
    return tuple(
        Truth(sign * v.along_m, v.away_m, (-sign * v.turn_deg) % 180, v.length_m, v.width_m, v.covered)
        for v in b.vehicles
    )


def shown(b: Berth) -> Shown:
    """Strip and truth."""
    strip = strip_at(b)
    return Shown(crane_out=b.crane == "out", truth=truth_in(b, strip), strip=strip, off_nadir_deg=b.off_nadir_deg)


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
    model = load_model(json.dumps({"lines": bare}))
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


def rounded(value: Any) -> Any:
    """Numbers to four significant digits."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def drawn_berths(count: int, kept: Path | None) -> list[Shown]:
    """The first berths of the seed; those that were drawn before are read."""
    held = pickle.loads(kept.read_bytes()) if kept and kept.exists() else []  # noqa: S301 - our own file
    drawn = held[:count] + [shown(berth(SEED, n)) for n in range(len(held), count)]
    if kept and len(drawn) > len(held):
        kept.write_bytes(pickle.dumps(drawn))
    return drawn


def main() -> None:
    """Draw, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berths", type=int, default=BERTHS)
    parser.add_argument("--kept", type=Path, help="berths drawn before; written where there are too few")
    parser.add_argument("--only", choices=("lines", "vehicles"), help="leave the other network as it is")
    asked = parser.parse_args()
    drawn = drawn_berths(asked.berths, asked.kept)
    if asked.only != "vehicles":
        told = {
            "fitted_on": f"{LINES_BERTHS} simulated berths, seed {SEED}; network from seed {START}",
            "lines": fit_lines(drawn[HELD:LINES_BERTHS], drawn[:HELD]),
        }  # fmt: skip
        (OUT / "quay.json").write_text(json.dumps(rounded(told), indent=1) + "\n", "utf-8")
        print(f"wrote quay.json: calibration {told['lines']['calibration']}")
    if asked.only != "lines":
        weights, judgement = vehicles_fitted(drawn[HELD:], drawn[:HELD])
        (OUT / WEIGHTS).write_bytes(weights)
        print(f"wrote {WEIGHTS}: {judgement}")


if __name__ == "__main__":
    main()
