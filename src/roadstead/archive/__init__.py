"""What images are held: STAC items, Planet orders, bare files; the intake of exhibits and marks."""

from roadstead.archive.bands import SAR_ROLES, modality_of, sar_unit_of
from roadstead.archive.coast import SeaFile, open_sea_file
from roadstead.archive.credit import credit_for, licence_for, year_of
from roadstead.archive.decisions import (
    DECISIONS,
    DecisionLine,
    DecisionMade,
    HeldDecisions,
    check_made,
    decision_of,
    held_decisions,
    line_of,
    shape_drawn,
)
from roadstead.archive.exhibits import HeldMarks, altered_notes, exhibit_scenes, exhibits, held_marks, marks
from roadstead.archive.facts import IntakeFacts
from roadstead.archive.gcps import placed
from roadstead.archive.held import HeldScenes, held_scenes
from roadstead.archive.intake import IntakeReport, Refusal, add
from roadstead.archive.marks import BY_EYE, Mark
from roadstead.archive.masks import mask_rank
from roadstead.archive.planet import udm2_beside
from roadstead.archive.raster import check_whole, image_kind, kind_of_bytes, open_image
from roadstead.archive.removal import Removal, Removed, remove
from roadstead.archive.scene import open_scene
from roadstead.archive.shapes import shape_of
from roadstead.archive.stac import NamedImage, claims_to_be_item, item_time, named_images, scene_from_item
from roadstead.archive.window import Box, box_of

__all__ = [
    "BY_EYE",
    "DECISIONS",
    "SAR_ROLES",
    "Box",
    "DecisionLine",
    "DecisionMade",
    "HeldDecisions",
    "HeldMarks",
    "HeldScenes",
    "IntakeFacts",
    "IntakeReport",
    "Mark",
    "NamedImage",
    "Refusal",
    "Removal",
    "Removed",
    "SeaFile",
    "add",
    "altered_notes",
    "box_of",
    "check_made",
    "check_whole",
    "claims_to_be_item",
    "credit_for",
    "decision_of",
    "exhibit_scenes",
    "exhibits",
    "held_decisions",
    "held_marks",
    "held_scenes",
    "image_kind",
    "item_time",
    "kind_of_bytes",
    "licence_for",
    "line_of",
    "marks",
    "mask_rank",
    "modality_of",
    "named_images",
    "open_image",
    "open_scene",
    "open_sea_file",
    "placed",
    "remove",
    "sar_unit_of",
    "scene_from_item",
    "shape_drawn",
    "shape_of",
    "udm2_beside",
    "year_of",
]
