"""The report: one self-contained HTML file that a newspaper can check and a critic can re-run."""

from roadstead.report.chips import png
from roadstead.report.contents import Chip, Contents, Edition, Found
from roadstead.report.coverage_figure import coverage_svg
from roadstead.report.editions import edition_name
from roadstead.report.html import render_report
from roadstead.report.pdf import Attached, RunningHead, render_pdf
from roadstead.report.plates import Plate, plate_png, plates

__all__ = [
    "Attached",
    "Chip",
    "Contents",
    "Edition",
    "Found",
    "Plate",
    "RunningHead",
    "coverage_svg",
    "edition_name",
    "plate_png",
    "plates",
    "png",
    "render_pdf",
    "render_report",
]
