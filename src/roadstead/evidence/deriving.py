"""What a bundle's own files give: by whoever audits it, and by its maker, who foretells what an audit will miss."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.case import load_case
from roadstead.evidence.contents import CASE, MEASUREMENTS, RESULTS
from roadstead.evidence.measurements import read_case, read_measurements
from roadstead.evidence.rederive import differences, entries_of
from roadstead.evidence.results import VERDICTS

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.case import Case
    from roadstead.steps import StepCache

CASE_FOLDER = "data/case"


def held_case(root: Path) -> Case:
    """The case that a bundle holds: from its own files where they are there, else as it was resolved.

    Kept answers and element sets are looked for in the bundle only, never where the program happens to run.

    Raises:
        InputError: it cannot be read.
    """
    if (root / CASE_FOLDER / "case.toml").is_file():
        return load_case(root / CASE_FOLDER)
    return replace(read_case(root / CASE), folder=root / CASE_FOLDER)


def not_derivable(root: Path, cache: StepCache) -> list[str]:
    """What the results of a bundle say otherwise than its own files give, since something was left out of them.

    Args:
        root: of the bundle.
        cache: results of steps.
    """
    recorded = json.loads((root / RESULTS / VERDICTS).read_text("utf-8"))
    gathered = read_measurements(root / MEASUREMENTS, root)
    return differences(recorded, entries_of(held_case(root), gathered, cache))
