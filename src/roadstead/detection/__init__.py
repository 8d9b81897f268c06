"""Detection: candidates for vessels in SAR and optical windows, and what was rejected with the reason."""

from roadstead.detection.change import Change, ChangeMap, berth_change, change_map, changes
from roadstead.detection.optical import OpticalDetector
from roadstead.detection.sar import SarDetector, SarFindings
from roadstead.detection.sar_held import HeldBlocks
from roadstead.detection.sea import SeaMask, optical_sea, radar_sea
from roadstead.detection.static import SearchedImage, static_structures

__all__ = [
    "Change",
    "ChangeMap",
    "HeldBlocks",
    "OpticalDetector",
    "SarDetector",
    "SarFindings",
    "SeaMask",
    "SearchedImage",
    "berth_change",
    "change_map",
    "changes",
    "optical_sea",
    "radar_sea",
    "static_structures",
]
