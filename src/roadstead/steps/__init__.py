"""Steps: cached results, workers for many items, the run ledger, JSON lines, seeds, clocks, hashing, networks."""

from roadstead.steps.cache import StepCache
from roadstead.steps.clock import FixedClock, SystemClock
from roadstead.steps.codec import canonical_json, from_plain, to_plain
from roadstead.steps.files import append_line, check_writable, read_lines, write_atomic
from roadstead.steps.hashing import sha256_file, sha256_of
from roadstead.steps.ledger import RunLedger
from roadstead.steps.seeds import stream
from roadstead.steps.threads import one_blas_thread
from roadstead.steps.versions import numeric_versions
from roadstead.steps.weights import onnx_session
from roadstead.steps.workers import Failure, Workers, each

__all__ = [
    "Failure",
    "FixedClock",
    "RunLedger",
    "StepCache",
    "SystemClock",
    "Workers",
    "append_line",
    "canonical_json",
    "check_writable",
    "each",
    "from_plain",
    "numeric_versions",
    "one_blas_thread",
    "onnx_session",
    "read_lines",
    "sha256_file",
    "sha256_of",
    "stream",
    "to_plain",
    "write_atomic",
]
