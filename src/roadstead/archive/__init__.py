"""What images exist and are held: STAC items, Planet orders, bare files; and the intake of exhibits."""

from roadstead.archive.exhibits import HeldMarks, exhibit_scenes, exhibits, held_marks, marks
from roadstead.archive.facts import IntakeFacts
from roadstead.archive.held import HeldScenes, held_scenes
from roadstead.archive.intake import IntakeReport, Refusal, add
from roadstead.archive.marks import Mark
from roadstead.archive.planet import udm2_beside
from roadstead.archive.raster import open_image
from roadstead.archive.scene import open_scene
from roadstead.archive.stac import scene_from_item

__all__ = [
    "HeldMarks",
    "HeldScenes",
    "IntakeFacts",
    "IntakeReport",
    "Mark",
    "Refusal",
    "add",
    "exhibit_scenes",
    "exhibits",
    "held_marks",
    "held_scenes",
    "marks",
    "open_image",
    "open_scene",
    "scene_from_item",
    "udm2_beside",
]
