"""The report: one self-contained HTML file that a newspaper can check and a critic can re-run."""

from roadstead.report.chips import png
from roadstead.report.contents import Chip, Contents, Edition, Found
from roadstead.report.coverage_figure import coverage_svg
from roadstead.report.editions import edition_name, embargo_words
from roadstead.report.html import PaperPage, render_editor, render_paper, render_report
from roadstead.report.offering import SIMULATED_PREFIX, Offer, chosen, offers, plates
from roadstead.report.pdf import Attached, RunningHead, render_pdf
from roadstead.report.photo_figure import Curve, PhotoSheet, photo_figure
from roadstead.report.plates import NARROWEST_MM, WIDEST_MM, Plate, pixel_credit, plate_pdf, plate_png
from roadstead.report.reading import misstatements
from roadstead.report.sheet import Sheet, SheetCandidate, sheet_png
from roadstead.report.vessels import MOST_FIGURES

__all__ = [
    "MOST_FIGURES",
    "NARROWEST_MM",
    "SIMULATED_PREFIX",
    "WIDEST_MM",
    "Attached",
    "Chip",
    "Contents",
    "Curve",
    "Edition",
    "Found",
    "Offer",
    "PaperPage",
    "PhotoSheet",
    "Plate",
    "RunningHead",
    "Sheet",
    "SheetCandidate",
    "chosen",
    "coverage_svg",
    "edition_name",
    "embargo_words",
    "misstatements",
    "offers",
    "photo_figure",
    "pixel_credit",
    "plate_pdf",
    "plate_png",
    "plates",
    "png",
    "render_editor",
    "render_paper",
    "render_pdf",
    "render_report",
    "sheet_png",
]
