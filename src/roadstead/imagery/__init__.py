"""Reading pixels: windows with their validity and cloud, bands by role, decibels, resolved distance, figures."""

from roadstead.imagery.area import area_mask, in_pixels
from roadstead.imagery.bands import SAR_FLOOR_DB, band, sar_db
from roadstead.imagery.cloud import ESTIMATED
from roadstead.imagery.memory import MemoryReader
from roadstead.imagery.reader import MAX_VALUES, RasterioReader
from roadstead.imagery.resolution import resolved_distance_m
from roadstead.imagery.show import chip, stretch

__all__ = [
    "ESTIMATED",
    "MAX_VALUES",
    "SAR_FLOOR_DB",
    "MemoryReader",
    "RasterioReader",
    "area_mask",
    "band",
    "chip",
    "in_pixels",
    "resolved_distance_m",
    "sar_db",
    "stretch",
]
