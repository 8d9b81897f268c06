"""Measurement: length, beam and heading of a detection in true ground metres, with sigmas."""

from roadstead.measure.box import OrientedBox, box_of_outline, oriented_box
from roadstead.measure.detection import frame_of, measure, measure_by_eye, measure_in

__all__ = ["OrientedBox", "box_of_outline", "frame_of", "measure", "measure_by_eye", "measure_in", "oriented_box"]
