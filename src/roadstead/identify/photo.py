"""Photographs: the door to reading, outlining and matching them, apart from `identify` for what it takes to load."""

from roadstead.identify.photo_along import check_along
from roadstead.identify.photo_match import Fit, match_photo
from roadstead.identify.photo_profile import side_profile
from roadstead.identify.photo_read import read_mask, read_photograph

__all__ = ["Fit", "check_along", "match_photo", "read_mask", "read_photograph", "side_profile"]
