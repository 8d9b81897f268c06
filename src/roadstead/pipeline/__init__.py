"""The way of data from a case folder, or a bare image, to verdicts, findings and a report.

Names are loaded when first used: who only detects does not wait for what weighs and reports.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roadstead.pipeline.baseline import BaselineResult, site_baseline
    from roadstead.pipeline.chips import chip_of
    from roadstead.pipeline.contents import Judged, judged
    from roadstead.pipeline.coverage import CoverageResult, case_coverage
    from roadstead.pipeline.coverage_files import coverage_json
    from roadstead.pipeline.fetching import Fetched, FetchSeams, fetch
    from roadstead.pipeline.find import Findings, SceneAtSite, detectors, find_vessels
    from roadstead.pipeline.gathering import FindStep, Gathered, Seams, Task, gather
    from roadstead.pipeline.images import Detected, detect, properties, rejected_beside
    from roadstead.pipeline.judge import AssessStep, Question, evidence_sha256, is_simulated
    from roadstead.pipeline.outputs import data_files, verdict_json
    from roadstead.pipeline.photographs import PhotoMarks, PhotoResult, photo
    from roadstead.pipeline.picture import Terms, periods_of, picture_of, usual_length_m
    from roadstead.pipeline.preview import Explanation, explain
    from roadstead.pipeline.radio import AisAtSite, AisFacts, ais_facts, ais_files
    from roadstead.pipeline.review import meant, standing
    from roadstead.pipeline.run import Result, verify
    from roadstead.pipeline.sea import CaseSeas
    from roadstead.pipeline.searching import (
        LOOKBACK_DAYS,
        Plan,
        SearchResult,
        SearchScope,
        SearchSeams,
        plan_search,
        search,
    )
    from roadstead.pipeline.ship_sheet import Identified, class_sheets, identify
    from roadstead.pipeline.structures import without_structures

_HOMES = {
    "AisAtSite": "radio",
    "AisFacts": "radio",
    "AssessStep": "judge",
    "BaselineResult": "baseline",
    "CoverageResult": "coverage",
    "CaseSeas": "sea",
    "Detected": "images",
    "Explanation": "preview",
    "FetchSeams": "fetching",
    "Fetched": "fetching",
    "FindStep": "gathering",
    "Findings": "find",
    "Gathered": "gathering",
    "Identified": "ship_sheet",
    "Judged": "contents",
    "LOOKBACK_DAYS": "searching",
    "PhotoMarks": "photographs",
    "PhotoResult": "photographs",
    "Plan": "searching",
    "Question": "judge",
    "Result": "run",
    "SceneAtSite": "find",
    "Seams": "gathering",
    "SearchResult": "searching",
    "SearchScope": "searching",
    "SearchSeams": "searching",
    "Task": "gathering",
    "Terms": "picture",
    "ais_facts": "radio",
    "ais_files": "radio",
    "case_coverage": "coverage",
    "chip_of": "chips",
    "class_sheets": "ship_sheet",
    "coverage_json": "coverage_files",
    "data_files": "outputs",
    "detect": "images",
    "detectors": "find",
    "evidence_sha256": "judge",
    "explain": "preview",
    "fetch": "fetching",
    "find_vessels": "find",
    "gather": "gathering",
    "identify": "ship_sheet",
    "is_simulated": "judge",
    "judged": "contents",
    "meant": "review",
    "periods_of": "picture",
    "photo": "photographs",
    "picture_of": "picture",
    "plan_search": "searching",
    "properties": "images",
    "rejected_beside": "images",
    "search": "searching",
    "site_baseline": "baseline",
    "standing": "review",
    "usual_length_m": "picture",
    "verdict_json": "outputs",
    "verify": "run",
    "without_structures": "structures",
}
__all__ = [
    "LOOKBACK_DAYS",
    "AisAtSite",
    "AisFacts",
    "AssessStep",
    "BaselineResult",
    "CaseSeas",
    "CoverageResult",
    "Detected",
    "Explanation",
    "FetchSeams",
    "Fetched",
    "FindStep",
    "Findings",
    "Gathered",
    "Identified",
    "Judged",
    "PhotoMarks",
    "PhotoResult",
    "Plan",
    "Question",
    "Result",
    "SceneAtSite",
    "Seams",
    "SearchResult",
    "SearchScope",
    "SearchSeams",
    "Task",
    "Terms",
    "ais_facts",
    "ais_files",
    "case_coverage",
    "chip_of",
    "class_sheets",
    "coverage_json",
    "data_files",
    "detect",
    "detectors",
    "evidence_sha256",
    "explain",
    "fetch",
    "find_vessels",
    "gather",
    "identify",
    "is_simulated",
    "judged",
    "meant",
    "periods_of",
    "photo",
    "picture_of",
    "plan_search",
    "properties",
    "rejected_beside",
    "search",
    "site_baseline",
    "standing",
    "usual_length_m",
    "verdict_json",
    "verify",
    "without_structures",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'roadstead.pipeline' has no attribute {name!r}")
    return getattr(import_module(f"roadstead.pipeline.{_HOMES[name]}"), name)
