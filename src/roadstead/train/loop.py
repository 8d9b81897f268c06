"""The training loop: deterministic, killed and resumed at any step with the same result.

A network with weights from photographs looks for texture; the last, small steps show it more ships that have none.

The weights that are kept are a running mean over the last steps (Polyak and Juditsky 1992, SIAM J. Control Optim. 30,
838-855). The step size falls along a half cosine (Loshchilov and Hutter 2017, ICLR). Every step draws its patches from
a random stream of its own, so a step needs nothing but its number and the state before it.
"""

from __future__ import annotations

import copy
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

from roadstead.steps import stream, write_atomic
from roadstead.train.network import OpticalNet
from roadstead.train.patches import LEARNING, SETTLING, WORKING, Mix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from roadstead.train.patches import PatchMaker

_STEM = "_conv_stem"
_WARM_STEPS = 50
_DECAY = 1e-2
_RATE = 2e-3  # largest step size
_SETTLING_RATE, _WORKING_RATE = 5e-4, 1e-3  # of the two later stages
_LATER = 0.4  # steps of each of these for one of the first
_LAST = 0.3  # steps of the stage that a training goes on with, for one of the first
_MEAN_OVER = 0.99  # of the running mean of weights, per step
_CROSS_ENTROPY, _SHIP_WEIGHT = 4.0, 1.0
_DICE_ROOM = 50.0
_BOX, _BOX_BEND = 0.7, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """How one network of those that look together is trained; unlike each other they err in unlike places."""

    name: str
    side_px: int
    """of a patch, working pixels"""
    batch: int
    """patches a step"""
    trunk_rate: float
    """step size of the trunk, as a share of the others': a small one keeps what it learnt from photographs"""


MEMBERS = (
    Member(name="near", side_px=96, batch=16, trunk_rate=1.0),
    Member(name="wide", side_px=128, batch=9, trunk_rate=0.1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Steps that see one mix of patches; the step size goes up at its start and falls along half a cosine."""

    end: int
    """number of the first step after it"""
    steps: int
    rate: float
    """largest step size"""
    warm: int
    """steps in which it goes up to that"""
    mix: Mix

    def rate_at(self, step: int) -> float:
        """Size of a step."""
        done = step - (self.end - self.steps)
        return self.rate * min(1, (done + 1) / self.warm) * 0.5 * (1 + math.cos(math.pi * done / self.steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What fixes a training beside its examples."""

    seed: int
    steps: int
    member: Member
    data: str
    """hash of the images and labels"""
    begun: Recipe | None = None
    """of a training that this one goes on from, with images of more places perhaps"""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Steps after each other: learning, then more evenly lit ships, then cranes over ships at quays, then on so."""
        if self.begun is not None:
            last = int(_LAST * self.steps)
            end = self.begun.all_steps + last
            return *self.begun.stages, Stage(end=end, steps=last, rate=_WORKING_RATE, warm=_WARM_STEPS, mix=WORKING)
        later = int(_LATER * self.steps)
        return (
            Stage(end=self.steps, steps=self.steps, rate=_RATE, warm=_WARM_STEPS, mix=LEARNING),
            Stage(end=self.steps + later, steps=later, rate=_SETTLING_RATE, warm=1, mix=SETTLING),
            Stage(end=self.steps + 2 * later, steps=later, rate=_WORKING_RATE, warm=_WARM_STEPS, mix=WORKING),
        )

    @property
    def all_steps(self) -> int:
        """Steps to the end."""
        return self.stages[-1].end


class Training:
    """A training under way."""

    def __init__(self, recipe: Recipe, maker: PatchMaker, begun: Training | None = None) -> None:
        """`begun` is the finished training that the recipe goes on from."""
        self.recipe, self._maker = recipe, maker
        torch.manual_seed(recipe.seed)
        torch.use_deterministic_algorithms(mode=True)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._net = OpticalNet().to(self._device, memory_format=torch.channels_last)
        self.mean: OpticalNet = OpticalNet().to(self._device)
        self.mean.load_state_dict(self._net.state_dict())
        self._optimiser = torch.optim.AdamW(self._groups(), lr=_RATE, weight_decay=_DECAY)
        self.losses: list[float] = []
        if begun is not None:
            self._take(copy.deepcopy(begun.state))

    @property
    def state(self) -> dict[str, Any]:
        """All that a training needs to go on."""
        return {
            "recipe": self._fixed,
            "net": self._net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "losses": self.losses,
        }

    def run(self, checkpoint: Path | None, every: int, progress: Callable[[int, float], None]) -> OpticalNet:
        """Train to the end; goes on from the checkpoint where there is one of the same recipe."""
        if checkpoint is not None and checkpoint.exists():
            self._resume(checkpoint)
        for step in range(len(self.losses), self.recipe.all_steps):
            self._step(step)
            if checkpoint is not None and ((step + 1) % every == 0 or step + 1 == self.recipe.all_steps):
                self._save(checkpoint)
            progress(step + 1, self.losses[-1])
        self.mean.eval()
        return self.mean

    @property
    def _fixed(self) -> str:
        """What a checkpoint must share with this training."""
        return f"{self.recipe} {self.recipe.stages}"

    def _groups(self) -> list[dict[str, Any]]:
        """What learns at the full step size, the trunk's first layer with it, and the rest of the trunk."""
        known = {name for name, _ in self._net.named_parameters() if name.startswith("trunk.") and _STEM not in name}
        parts: tuple[list[Any], list[Any]] = ([], [])
        for name, weights in self._net.named_parameters():
            parts[name in known].append(weights)
        shares = (1.0, self.recipe.member.trunk_rate)
        return [{"params": part, "share": share} for part, share in zip(parts, shares, strict=True)]

    def _step(self, step: int) -> None:
        rng = stream(self.recipe.seed, "train", "step", str(step))
        stage = next(s for s in self.recipe.stages if step < s.end)
        patches = [self._maker.draw(rng, stage.mix) for _ in range(self.recipe.member.batch)]
        planes, truth, weight, boxes, boxed = (
            torch.from_numpy(np.stack([getattr(p, name) for p in patches])).to(self._device)
            for name in ("planes", "truth", "weight", "boxes", "boxed")
        )
        for group in self._optimiser.param_groups:
            group["lr"] = stage.rate_at(step) * group["share"]
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            logits, told = self._net(planes.contiguous(memory_format=torch.channels_last))
        loss = _loss(logits.float(), truth, weight[:, None]) + _BOX * _box_loss(told.float(), boxes, boxed[:, None])
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        self._average(step)
        self.losses.append(float(loss.detach()))

    def _average(self, step: int) -> None:
        keep = min(_MEAN_OVER, (1 + step) / (10 + step))
        with torch.no_grad():
            for kept, new in zip(self.mean.parameters(), self._net.parameters(), strict=True):
                kept.lerp_(new, 1 - keep)
            for kept, new in zip(self.mean.buffers(), self._net.buffers(), strict=True):
                kept.copy_(new)

    def _save(self, checkpoint: Path) -> None:
        held = io.BytesIO()
        torch.save(self.state, held)
        write_atomic(checkpoint, held.getvalue())

    def _resume(self, checkpoint: Path) -> None:
        state = torch.load(checkpoint, map_location=self._device, weights_only=True)
        if state["recipe"] == self._fixed:
            self._take(state)

    def _take(self, state: Mapping[str, Any]) -> None:
        self._net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.losses = list(state["losses"])


def _loss(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Weighted cross entropy, and the Dice loss (Milletari et al. 2016, 3DV, 565-571), over what is known."""
    entropy = binary_cross_entropy_with_logits(
        logits, truth, weight=weight * (1 + _SHIP_WEIGHT * truth), reduction="sum"
    )
    known = weight > 0
    share, there = torch.sigmoid(logits) * known, truth * known
    over = (0, 2, 3)
    dice = (2 * (share * there).sum(over) + _DICE_ROOM) / (share.sum(over) + there.sum(over) + _DICE_ROOM)
    return _CROSS_ENTROPY * entropy / weight.sum() + 1 - dice.mean()


def _box_loss(told: Tensor, boxes: Tensor, boxed: Tensor) -> Tensor:
    """Mean Huber loss of the boxes over the hulls."""
    off = smooth_l1_loss(told, boxes, reduction="none", beta=_BOX_BEND)
    return (off * boxed).sum() / (boxed.sum() + 1)
