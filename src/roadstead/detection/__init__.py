"""Detection: candidates for vessels in SAR and optical windows, and what was rejected with the reason."""

from roadstead.detection.change import Change, ChangeMap, berth_change, change_map, changes
from roadstead.detection.optical import OpticalDetector
from roadstead.detection.sar import SarDetector, SarFindings
from roadstead.detection.sar_held import HeldBlocks
from roadstead.detection.sea import SeaMask, optical_sea, radar_sea, sea_doubts
from roadstead.detection.stated_sea import off_land, stated_note
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
    "off_land",
    "optical_sea",
    "radar_sea",
    "sea_doubts",
    "stated_note",
    "static_structures",
]
