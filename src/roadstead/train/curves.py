"""Learning curves as a picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OVER = 50  # steps of the running mean


def learning_curves(losses: Mapping[str, Sequence[float]]) -> bytes:
    """A PNG of the loss of each training, a running mean over its steps."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load

    figure = Figure(figsize=(7, 4), layout="constrained")
    axis = figure.add_subplot()
    for name, values in losses.items():
        over = min(_OVER, len(values))
        if over:
            smooth = np.convolve(values, np.ones(over) / over, mode="valid")
            axis.plot(np.arange(over, len(values) + 1), smooth, label=name)
    axis.set(xlabel="step", ylabel="loss on training patches")
    axis.legend()
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=130, metadata={"Software": None})
    return held.getvalue()
