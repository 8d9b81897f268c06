"""Reference data with sources: sites, vessel classes, hulls, sea distances, missions, traps of language."""

from roadstead.library.checks import Checked, Tally, check, tally
from roadstead.library.distances import SeaDistance, sea_distance_km, sourced_km
from roadstead.library.forms import ShipForm, form, forms, traffic_forms
from roadstead.library.materials import materials
from roadstead.library.missions import Mission, mission, missions, platform_name, read_missions
from roadstead.library.orbits import Orbit, shipped_elements
from roadstead.library.own import Added, add_entry, own_library
from roadstead.library.plates import PLATE_MARK, PLATE_SUN, plate
from roadstead.library.profiles import Silhouette, silhouette, silhouette_image, water_shadow
from roadstead.library.providers import Provider, ProviderCollection, providers
from roadstead.library.rays import SunView
from roadstead.library.sites import find_site, site, sites
from roadstead.library.solid import Solid, Spar, solid_of
from roadstead.library.traps import date_warnings, place_warnings
from roadstead.library.vessels import classes, hull, hulls, valid_imo, vessel_class
from roadstead.library.views import WATER_STAYS, Overhead, overhead

__all__ = [
    "PLATE_MARK",
    "PLATE_SUN",
    "WATER_STAYS",
    "Added",
    "Checked",
    "Mission",
    "Orbit",
    "Overhead",
    "Provider",
    "ProviderCollection",
    "SeaDistance",
    "ShipForm",
    "Silhouette",
    "Solid",
    "Spar",
    "SunView",
    "Tally",
    "add_entry",
    "check",
    "classes",
    "date_warnings",
    "find_site",
    "form",
    "forms",
    "hull",
    "hulls",
    "materials",
    "mission",
    "missions",
    "overhead",
    "own_library",
    "place_warnings",
    "plate",
    "platform_name",
    "providers",
    "read_missions",
    "sea_distance_km",
    "shipped_elements",
    "silhouette",
    "silhouette_image",
    "site",
    "sites",
    "solid_of",
    "sourced_km",
    "tally",
    "traffic_forms",
    "valid_imo",
    "vessel_class",
    "water_shadow",
]
