"""Reference data with sources: sites, vessel classes, hulls, sea distances, missions, traps of language."""

from roadstead.library.distances import SeaDistance, sea_distance_km
from roadstead.library.missions import Mission, mission, missions, read_missions
from roadstead.library.orbits import Orbit, shipped_elements
from roadstead.library.providers import Provider, ProviderCollection, providers
from roadstead.library.sites import find_site, site, sites
from roadstead.library.traps import date_warnings, place_warnings
from roadstead.library.vessels import classes, hull, hulls, valid_imo, vessel_class

__all__ = [
    "Mission",
    "Orbit",
    "Provider",
    "ProviderCollection",
    "SeaDistance",
    "classes",
    "date_warnings",
    "find_site",
    "hull",
    "hulls",
    "mission",
    "missions",
    "place_warnings",
    "providers",
    "read_missions",
    "sea_distance_km",
    "shipped_elements",
    "site",
    "sites",
    "valid_imo",
    "vessel_class",
]
