"""The report: one self-contained HTML file that a newspaper can check and a critic can re-run."""

from roadstead.report.contents import Chip, Contents, Edition, Found
from roadstead.report.coverage_figure import coverage_svg
from roadstead.report.editions import edition_name
from roadstead.report.html import render_report
from roadstead.report.pdf import Attached, RunningHead, render_pdf
from roadstead.report.plates import Plate, plate_png, plates
from roadstead.report.sheet import Sheet, SheetCandidate, sheet_png

__all__ = [
    "Attached",
    "Chip",
    "Contents",
    "Edition",
    "Found",
    "Plate",
    "RunningHead",
    "Sheet",
    "SheetCandidate",
    "coverage_svg",
    "edition_name",
    "plate_png",
    "plates",
    "render_pdf",
    "render_report",
    "sheet_png",
]
