"""Simulation: whole scenes of a fictional place, with known truth, marked as simulated everywhere."""

from roadstead.simulate.clouds import CLEAR
from roadstead.simulate.files import TIFF_MARK
from roadstead.simulate.null_islands import null_island, null_islands
from roadstead.simulate.scene import Made, make_scene
from roadstead.simulate.sensors import sensor_of
from roadstead.simulate.spec import MARK, Place, SceneSpec, ShipAt, VehicleAt, Weather

__all__ = [
    "CLEAR",
    "MARK",
    "TIFF_MARK",
    "Made",
    "Place",
    "SceneSpec",
    "ShipAt",
    "VehicleAt",
    "Weather",
    "make_scene",
    "null_island",
    "null_islands",
    "sensor_of",
]
