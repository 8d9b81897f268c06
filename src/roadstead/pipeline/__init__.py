"""The way of data from a case folder, or a bare image, to verdicts, findings and a report."""

from roadstead.pipeline.baseline import BaselineResult, site_baseline
from roadstead.pipeline.coverage import CoverageResult, case_coverage
from roadstead.pipeline.coverage_files import coverage_json
from roadstead.pipeline.fetch import Fetched, FetchSeams, fetch
from roadstead.pipeline.find import Findings, detectors, find_vessels
from roadstead.pipeline.gather import Gathered, SceneAtSite, Seams, gather
from roadstead.pipeline.images import Detected, detect, properties
from roadstead.pipeline.judge import AssessStep, Question
from roadstead.pipeline.preview import Explanation, explain
from roadstead.pipeline.run import Result, verify
from roadstead.pipeline.search import LOOKBACK_DAYS, Plan, SearchResult, SearchScope, SearchSeams, plan_search, search

__all__ = [
    "LOOKBACK_DAYS",
    "AssessStep",
    "BaselineResult",
    "CoverageResult",
    "Detected",
    "Explanation",
    "FetchSeams",
    "Fetched",
    "Findings",
    "Gathered",
    "Plan",
    "Question",
    "Result",
    "SceneAtSite",
    "Seams",
    "SearchResult",
    "SearchScope",
    "SearchSeams",
    "case_coverage",
    "coverage_json",
    "detect",
    "detectors",
    "explain",
    "fetch",
    "find_vessels",
    "gather",
    "plan_search",
    "properties",
    "search",
    "site_baseline",
    "verify",
]
