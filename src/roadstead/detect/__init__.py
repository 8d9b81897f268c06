"""Detection: candidates for vessels in SAR and optical windows, and what was rejected with the reason."""

from roadstead.detect.optical import OpticalDetector
from roadstead.detect.sar import SarDetector

__all__ = ["OpticalDetector", "SarDetector"]
