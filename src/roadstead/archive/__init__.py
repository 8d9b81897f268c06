"""What images exist and are held: catalogues and their kept answers, STAC items, Planet orders, files; the intake."""

from roadstead.archive.catalogue_ask import Asked, Asking, ask
from roadstead.archive.catalogue_keep import RawAnswer, keep_answer
from roadstead.archive.catalogue_kept import KeptAnswers, kept_answers
from roadstead.archive.catalogue_question import Limits
from roadstead.archive.exhibits import HeldMarks, exhibit_scenes, exhibits, held_marks, marks
from roadstead.archive.facts import IntakeFacts
from roadstead.archive.held import HeldScenes, held_scenes
from roadstead.archive.intake import IntakeReport, Refusal, add
from roadstead.archive.marks import Mark
from roadstead.archive.planet import udm2_beside
from roadstead.archive.raster import open_image
from roadstead.archive.remote import Access, Grid, RemoteFile, RemoteWindow, host_of, open_remote, read_window
from roadstead.archive.scene import open_scene
from roadstead.archive.signing import access_for
from roadstead.archive.stac import scene_from_item
from roadstead.archive.wanted import Part, Wanted, wanted_of
from roadstead.archive.window import Box, box_of

__all__ = [
    "Access",
    "Asked",
    "Asking",
    "Box",
    "Grid",
    "HeldMarks",
    "HeldScenes",
    "IntakeFacts",
    "IntakeReport",
    "KeptAnswers",
    "Limits",
    "Mark",
    "Part",
    "RawAnswer",
    "Refusal",
    "RemoteFile",
    "RemoteWindow",
    "Wanted",
    "access_for",
    "add",
    "ask",
    "box_of",
    "exhibit_scenes",
    "exhibits",
    "held_marks",
    "held_scenes",
    "host_of",
    "keep_answer",
    "kept_answers",
    "marks",
    "open_image",
    "open_remote",
    "open_scene",
    "read_window",
    "scene_from_item",
    "udm2_beside",
    "wanted_of",
]
