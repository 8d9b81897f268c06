"""Train the network that tells a ship in a photograph from what is around it (`identify/data/photo-outline.onnx`).

    python bench/photo_outline_fit.py --kept FOLDER [--views 1400] [--steps 3000]

Photographs of all forms from `bench/photo_outline_views.py` (seed 1000, which nothing else draws from), kept in FOLDER,
varied by `photo_outline_varied.py`; the network starts from seed 5. Needs the `[train]` extra; about 45 minutes on one
core. `photo_fit.py` is to be run after it.
"""

from __future__ import annotations

import argparse
import io
import json
import warnings
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional

from photo_outline_varied import example
from photo_outline_views import SEED, View, views
from roadstead.identify.photo_network import WEIGHTS
from roadstead.identify.photo_planes import PLANES
from roadstead.identify.photo_strip import SHAPE

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT = Path(__file__).resolve().parents[1] / "src/roadstead/identify/data" / WEIGHTS
START = 5
UNITS = (16, 24, 40, 56, 56)
"""of the levels, each at half the size of the one before; the first at half the picture's"""
BATCH, RATE, DECAY = 8, 4e-3, 1e-3
_EDGE = 4.0
"""what a pixel near the ship's edge, and a thin mast, counts more"""
_HELD = 24
"""photographs that are kept from the weights, to see how training goes"""
_OPSET = 17


def _convolution(before: int, after: int, step: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, step, padding=dilation, dilation=dilation, bias=False), nn.BatchNorm2d(after)
    )


class Block(nn.Module):
    """A convolution beside a short cut."""

    def __init__(self, units: int, dilation: int = 1) -> None:
        super().__init__()
        self.inner = _convolution(units, units, 1, dilation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The same shape."""
        return x + torch.relu(self.inner(x))


class OutlineNet(nn.Module):
    """Planes, shape (n, 6, h, w), to log odds of the ship, shape (n, 1, h, w); h and w are multiples of 32.

    A U-Net (Ronneberger, Fischer and Brox 2015, arXiv:1505.04597) whose ways up add to what they meet.
    """

    def __init__(self) -> None:
        super().__init__()
        first = nn.Conv2d(len(PLANES), UNITS[0], 4, 2, padding=1, bias=False)
        self.stem = nn.Sequential(first, nn.BatchNorm2d(UNITS[0]))
        pairs = list(pairwise(UNITS))
        self.down = nn.ModuleList(_convolution(a, b, 2) for a, b in pairs)
        self.body = nn.ModuleList(Block(u) for u in UNITS[1:])
        self.deep = Block(UNITS[-1], 2)
        self.lift = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairs)
        self.join = nn.ModuleList(Block(u) for u in UNITS[:-1])
        self.head = nn.Conv2d(UNITS[0], 4, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Log odds of planes."""
        levels = [torch.relu(self.stem(x))]
        for down, body in zip(self.down, self.body, strict=True):
            levels.append(body(torch.relu(down(levels[-1]))))
        y = self.deep(levels.pop())
        for lift, join in zip(reversed(self.lift), reversed(self.join), strict=True):
            raised = functional.interpolate(lift(y), scale_factor=2.0, mode="bilinear", align_corners=False)
            y = join(levels.pop() + raised)
        return functional.pixel_shuffle(self.head(y), 2)


def batches(shown: list[View], rng: np.random.Generator) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of varied photographs in changing order."""
    while True:
        order = rng.permutation(len(shown))
        for k in range(0, len(order) - BATCH + 1, BATCH):
            x, wanted = zip(*(example(shown[j], rng) for j in order[k : k + BATCH]), strict=True)
            yield torch.from_numpy(np.stack(x)), torch.from_numpy(np.stack(wanted))


def loss_of(odds: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Cross entropy over pixels, those at edges and of thin things above all."""
    ship, seen = wanted[:, :1], wanted[:, 1:]
    spread = functional.max_pool2d(ship, 5, 1, 2) + functional.max_pool2d(-ship, 5, 1, 2)
    weight = seen * (1 + _EDGE * spread)
    each = functional.binary_cross_entropy_with_logits(odds, ship, reduction="none")
    return (each * weight).sum() / weight.sum()


def trained(shown: list[View], held: list[View], steps: int) -> OutlineNet:
    """Weights after so many steps on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(START)
    net, said = OutlineNet().to(memory_format=torch.channels_last), 0.0
    apart = next(batches(held, np.random.default_rng(START + 1)))
    descent = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    rates = torch.optim.lr_scheduler.OneCycleLR(descent, RATE, total_steps=steps, pct_start=0.1)
    for step, (x, wanted) in enumerate(batches(shown, np.random.default_rng(START)), 1):
        loss = loss_of(_said(net, x), wanted)
        descent.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        descent.step()
        rates.step()
        said += loss.item() / 100
        if step % 100 == 0:
            net.eval()
            with torch.no_grad():
                aside = loss_of(_said(net, apart[0]), apart[1]).item()
            net.train()
            print(f"  step {step} of {steps}: loss {said:.4f}, of photographs kept aside {aside:.4f}", flush=True)
            said = 0.0
        if step == steps:
            break
    return net.eval()


def _said(net: OutlineNet, x: torch.Tensor) -> torch.Tensor:
    """Log odds, computed with short numbers, which takes half the time."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return net(x.to(memory_format=torch.channels_last)).float()


def exported(net: OutlineNet, steps: int) -> bytes:
    """The network as float32 ONNX with what it is for inside."""
    held, free = io.BytesIO(), {2: "rows", 3: "columns"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is called old; the new one needs one more package
        torch.onnx.export(
            net.to(memory_format=torch.contiguous_format), (torch.zeros(1, len(PLANES), *SHAPE),), held,
            input_names=["planes"], output_names=["odds"], dynamic_axes={"planes": free, "odds": free},
            opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
    model = onnx.load_model_from_string(held.getvalue())
    about = {"planes": list(PLANES), "script": "bench/photo_outline_fit.py", "seeds": [SEED, START], "steps": steps}
    onnx.helper.set_model_props(model, {"roadstead-photo": json.dumps(about)})
    return bytes(model.SerializeToString(deterministic=True))


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kept", type=Path, required=True, help="folder of the photographs, drawn where they are not")
    parser.add_argument("--views", type=int, default=1400)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    shown = views(asked.kept, asked.views)
    net = trained(shown[_HELD:], shown[:_HELD], asked.steps)
    asked.out.write_bytes(exported(net, asked.steps))
    print(f"{sum(p.numel() for p in net.parameters())} weights, {asked.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
