"""Finding paths of a disk in a text: any of two parts or more, and whatever follows a known root."""

from __future__ import annotations

import re
from pathlib import Path

REMOVED = "[path removed]"
_ROOTS = (
    "afs|data|export|gpfs|home|lustre|media|mnt|nas|net|nfs|opt|private|project|projects|root|run|scratch|shares?|srv|"
    "storage|tmp|Users|usr|var|Volumes|work|workspace"
)
_START = r"(?<![\w/.:~-])"
_TAIL = r"(?:(?!: |:?$|'(?!\w))[^\n\r\"<>;|])*"
"""to the end of the sentence's part: names of folders hold spaces, commas and brackets"""
_PART = r"[^\s/\"'<>;,|:()\[\]{}]+"


def _forms() -> tuple[re.Pattern[str], ...]:
    home = str(Path.home())
    own = f"{re.escape(home)}(?![\\w-]){_TAIL}|" if home.count("/") > 1 else ""
    return (
        re.compile(rf"file:/{_TAIL}", re.IGNORECASE),
        re.compile(rf"{own}{_START}(?:/(?:{_ROOTS})/|~[\w.-]*/){_TAIL}", re.IGNORECASE),
        re.compile(rf"\b[A-Za-z]:[\\/](?!/){_TAIL}|\\\\[\w.$-]+\\{_TAIL}"),
        # A space belongs to it where a further part follows.
        re.compile(rf"{_START}/{_PART}(?:(?: {_PART})*/{_PART})+/?"),
    )


def without_paths(text: str) -> tuple[str, int]:
    """The text with every path of a disk replaced, and how many there were."""
    if "/" not in text and "\\" not in text:
        return text, 0
    count = 0
    for form in _forms():
        text, n = form.subn(REMOVED, text)
        count += n
    return text, count
