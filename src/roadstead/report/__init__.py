"""The report: one self-contained HTML file that a newspaper can check and a critic can re-run."""

from roadstead.report.contents import Chip, Contents, Found
from roadstead.report.coverage_figure import coverage_svg
from roadstead.report.html import render_report

__all__ = ["Chip", "Contents", "Found", "coverage_svg", "render_report"]
