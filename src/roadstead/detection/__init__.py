"""Detection: candidates for vessels in SAR and optical windows, and what was rejected with the reason."""

from roadstead.detection.optical import OpticalDetector
from roadstead.detection.sar import SarDetector

__all__ = ["OpticalDetector", "SarDetector"]
