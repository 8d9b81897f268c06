"""From torch weights to the ONNX file that the product runs."""

from __future__ import annotations

import io
import json
import warnings
from typing import TYPE_CHECKING

import onnx
import torch

from roadstead.detection.optical_planes import PLANES
from roadstead.train.network import Together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.train.judging import Judging
    from roadstead.train.network import OpticalNet

_OPSET = 17
_SIDE_PX = 64  # of the example that is traced; height and width stay free


def onnx_bytes(nets: Sequence[OpticalNet], rule: Judging) -> bytes:
    """The networks that look together as one float32 ONNX, with the judgement of their scores inside.

    Args:
        nets: trained weights; the first is given `planes-0` and says `logits-0` and `boxes-0`, and so on.
        rule: how scores are made of what they say.
    """
    held = io.BytesIO()
    given = [f"planes-{k}" for k in range(len(nets))]
    made = [f"{name}-{k}" for k in range(len(nets)) for name in ("logits", "boxes")]
    free = {name: {0: "n", 2: f"h{name[-2:]}", 3: f"w{name[-2:]}"} for name in (*given, *made)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is called old; the new one needs one more package
        torch.onnx.export(
            Together([net.cpu() for net in nets]).eval(),
            tuple(torch.zeros(1, PLANES, _SIDE_PX, _SIDE_PX) for _ in nets),
            held,
            input_names=given,
            output_names=made,
            dynamic_axes=free,
            opset_version=_OPSET,
            dynamo=False,
        )
    model = onnx.load_model_from_string(held.getvalue())
    judged = {"threshold": rule.threshold, "coefficients": list(rule.coefficients)}
    onnx.helper.set_model_props(model, {"roadstead": json.dumps(judged)})
    return bytes(model.SerializeToString(deterministic=True))
