"""From torch weights to the ONNX file that the product runs."""

from __future__ import annotations

import io
import json
import warnings
from typing import TYPE_CHECKING

import onnx
import torch

from roadstead.detection.optical_planes import PLANES

if TYPE_CHECKING:
    from roadstead.train.judging import Judging
    from roadstead.train.network import OpticalNet

_OPSET = 17
_SIDE_PX = 64  # of the example that is traced; height and width stay free


def onnx_bytes(net: OpticalNet, rule: Judging) -> bytes:
    """The network as float32 ONNX, with the judgement of its scores inside.

    Args:
        net: trained weights.
        rule: how scores are made of what it says.
    """
    held = io.BytesIO()
    free = {0: "n", 2: "h", 3: "w"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is called old; the new one needs one more package
        torch.onnx.export(
            net.cpu().eval(),
            (torch.zeros(1, PLANES, _SIDE_PX, _SIDE_PX),),
            held,
            input_names=["planes"],
            output_names=["logits", "boxes"],
            dynamic_axes=dict.fromkeys(("planes", "logits", "boxes"), free),
            opset_version=_OPSET,
            dynamo=False,
        )
    model = onnx.load_model_from_string(held.getvalue())
    judged = {"threshold": rule.threshold, "coefficients": list(rule.coefficients)}
    onnx.helper.set_model_props(model, {"roadstead": json.dumps(judged)})
    return bytes(model.SerializeToString(deterministic=True))
