"""Simulation: whole scenes of a fictional place, with known truth, marked as simulated everywhere."""

from roadstead.simulate.spec import MARK, Place, SceneSpec, ShipAt, Weather

__all__ = ["MARK", "Place", "SceneSpec", "ShipAt", "Weather"]
