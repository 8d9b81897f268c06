"""Text of others on a terminal: escape sequences and direction overrides are shown as code points and do nothing."""

from __future__ import annotations

import re

_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """The text with every control, direction mark and lone surrogate written as <U+202E>; line ends and tabs stay."""
    return _ACTS.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
