"""The way of data from a case folder, or a bare image, to verdicts, findings and a report."""

from roadstead.pipeline.find import Findings, detectors, find_vessels
from roadstead.pipeline.gather import Seams
from roadstead.pipeline.images import Detected, detect, properties
from roadstead.pipeline.preview import Explanation, explain
from roadstead.pipeline.run import Result, verify

__all__ = [
    "Detected",
    "Explanation",
    "Findings",
    "Result",
    "Seams",
    "detect",
    "detectors",
    "explain",
    "find_vessels",
    "properties",
    "verify",
]
