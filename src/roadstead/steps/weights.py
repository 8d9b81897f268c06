"""Networks kept as ONNX files: run by onnxruntime in float32 on the processor, the same on every machine of a kind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def onnx_session(path: Path, kept_under: str, *, threads: int) -> tuple[Any, Any]:
    """A network ready to run, and the JSON that is kept with it.

    Args:
        path: the ONNX file.
        kept_under: key of its metadata under which the JSON stands.
        threads: of one run.

    Raises:
        Exception: whatever a missing or damaged file leads to; the caller says what the file should have held.
    """
    import onnxruntime  # noqa: PLC0415 - takes a tenth of a second, and most commands never look at a picture

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session: Any = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    return session, json.loads(session.get_modelmeta().custom_metadata_map[kept_under])
