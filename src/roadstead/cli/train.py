"""`roadstead train`: make the weights of the optical network from labelled images."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.train import FINAL_STEPS, FOLD_STEPS, train

if TYPE_CHECKING:
    from pathlib import Path

_EVERY_S = 10.0


def run(folder: Path, out: Path, *, seed: int, steps: int | None) -> int:
    """Train and say what came out; returns the exit code."""
    shares = (FOLD_STEPS, FINAL_STEPS) if steps is None else (steps, steps)
    trained = train(folder, out, seed=seed, steps=shares, progress=_Told())
    told = trained.figures
    say.out.print(
        f"Places left out: {told.hits} of {told.ships} ships found, {told.false_alarms} false alarms (F1 {told.f1:.2f})"
    )
    say.out.print(f"Written: {say.shown(str(trained.weights))}, beside it the model card and the learning curves.")
    return DONE


class _Told:
    """Says every ten seconds how far a training is."""

    def __init__(self) -> None:
        self._last_s = time.monotonic()

    def __call__(self, name: str, step: int, steps: int, loss: float) -> None:
        if step == steps or time.monotonic() - self._last_s > _EVERY_S:
            self._last_s = time.monotonic()
            say.err.print(f"{name}: step {step} of {steps}, loss {loss:.2f}")
