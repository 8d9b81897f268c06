"""Reading pixels: windows with their validity and cloud, bands by role, decibels, resolved distance, figures."""

from roadstead.imagery.area import area_mask, in_pixels
from roadstead.imagery.bands import SAR_FLOOR_DB, SAR_MOST, band, intensity, radar_band, sar_db
from roadstead.imagery.cloud import ESTIMATED
from roadstead.imagery.coregister import Coregistration, coregister, on_grid_of
from roadstead.imagery.memory import MemoryReader
from roadstead.imagery.reader import MAX_VALUES, RasterioReader
from roadstead.imagery.resolution import resolved_distance_m
from roadstead.imagery.show import chip, stretch
from roadstead.imagery.strips import MAX_PIXELS, MAX_WIDTH_PX, Band, FileBand, MemoryBand, Strip, band_of, open_band

__all__ = [
    "ESTIMATED",
    "MAX_PIXELS",
    "MAX_VALUES",
    "MAX_WIDTH_PX",
    "SAR_FLOOR_DB",
    "SAR_MOST",
    "Band",
    "Coregistration",
    "FileBand",
    "MemoryBand",
    "MemoryReader",
    "RasterioReader",
    "Strip",
    "area_mask",
    "band",
    "band_of",
    "chip",
    "coregister",
    "in_pixels",
    "intensity",
    "on_grid_of",
    "open_band",
    "radar_band",
    "resolved_distance_m",
    "sar_db",
    "stretch",
]
