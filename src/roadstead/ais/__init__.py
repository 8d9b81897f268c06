"""AIS: what ships sent about themselves, from NMEA logs and exports of many layouts, checked and written."""

from roadstead.ais.checks import Limits, check_track
from roadstead.ais.columns import ColumnMap, column_map, preset, presets
from roadstead.ais.hull import hull_centre
from roadstead.ais.mmsi import mmsi_problem, station
from roadstead.ais.motion import Fix, Reporter, interpolate, near
from roadstead.ais.radar import doppler_shift_m, range_over_velocity_s, shown_at
from roadstead.ais.read import read_ais
from roadstead.ais.values import AisPosition, AisRead, AisStatic, Flag, FlagKind, Track
from roadstead.ais.write import write_csv, write_nmea

__all__ = [
    "AisPosition",
    "AisRead",
    "AisStatic",
    "ColumnMap",
    "Fix",
    "Flag",
    "FlagKind",
    "Limits",
    "Reporter",
    "Track",
    "check_track",
    "column_map",
    "doppler_shift_m",
    "hull_centre",
    "interpolate",
    "mmsi_problem",
    "near",
    "preset",
    "presets",
    "range_over_velocity_s",
    "read_ais",
    "shown_at",
    "station",
    "write_csv",
    "write_nmea",
]
