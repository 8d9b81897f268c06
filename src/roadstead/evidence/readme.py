"""The page that a reader of the bundle sees first."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from roadstead.report.exports import SIMULATED, Profile
from roadstead.steps import numeric_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.evidence.results import Results

_HOW = """\
How to check it, without any network:

    roadstead audit THIS_FOLDER        (with Roadstead {version}, Python 3.11 or newer)

`audit` compares every file with its hashes, verifies timestamps, checks the form of the results, and derives the
verdicts again: from the measurements always, from the pixels where they are here. Any BagIt or RO-Crate tool reads
the folder too. code/requirements.txt and code/uv.lock name the exact packages.

The image files can show ships. They never show what they carry, and no list of images is complete: tasked, embargoed
and government images are unknown to everyone outside.
"""


def readme(results: Results, left_out: Sequence[str], duties: Sequence[str], profile: Profile) -> str:
    """README.txt of a bundle, plain text."""
    mark = f"{SIMULATED}\n" if results.simulated else ""
    public = "Names, hosts, paths and marked sources were taken out: see redactions.json.\n"
    title = " ".join(results.case.title.split())[:300]
    sections = [
        f"Evidence bundle of Roadstead: {title}\n{mark}{public if profile is Profile.PUBLIC else ''}",
        _HOW.replace("{version}", numeric_versions()["roadstead"]),
        _listed("Of these inputs only the hash is here", left_out),
        _listed("Licences of the copied inputs ask", duties),
    ]
    return "\n".join(s for s in sections if s)


def _listed(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    wrapped = [textwrap.fill(line, 110, initial_indent="- ", subsequent_indent="  ") for line in lines]
    return "\n".join([f"{title}:", *wrapped, ""])
