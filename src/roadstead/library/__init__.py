"""Reference data with sources: sites, vessel classes, hulls, sea distances, missions, traps of language."""

from roadstead.library.distances import SeaDistance, sea_distance_km
from roadstead.library.missions import Mission, mission, missions
from roadstead.library.sites import find_site, site, sites
from roadstead.library.traps import date_warnings, place_warnings
from roadstead.library.vessels import classes, hull, hulls, valid_imo, vessel_class

__all__ = [
    "Mission",
    "SeaDistance",
    "classes",
    "date_warnings",
    "find_site",
    "hull",
    "hulls",
    "mission",
    "missions",
    "place_warnings",
    "sea_distance_km",
    "site",
    "sites",
    "valid_imo",
    "vessel_class",
]
