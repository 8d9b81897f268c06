"""Keys and signed addresses never leave: found by their form, or because they stand in the environment."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUERY = (
    r"(?:x-amz-[a-z0-9-]+|x-goog-[a-z0-9-]+|awsaccesskeyid|googleaccessid|signature|sig|policy|key-pair-id|token|"
    r"access_token|api_key|api-key|apikey|key|auth|secret|password|subscription-key)"
)
_FORMS = (
    re.compile(rf"(?<=[?&;]){_QUERY}=[^&\s\"'<>\\)]+", re.IGNORECASE),
    re.compile(r"(?<=://)[^/\s:@\"'<>]+:[^/\s@\"'<>]+(?=@)"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\bPLAK[0-9a-fA-F]{32}\b"),
    re.compile(r"(?<=\bBearer )[A-Za-z0-9._~+/-]{16,}=*"),
    re.compile(r"(?<=\bapi-key )[A-Za-z0-9._~+/-]{16,}", re.IGNORECASE),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
)
_ENVIRON = re.compile(r"(?:KEY|SECRET|TOKEN|PASSWORD)", re.IGNORECASE)
_NO_SECRET = re.compile(r"(?:FILE|PATH|DIR|BINDINGS?)$", re.IGNORECASE)
LEAST_SECRET = 12
"""letters: a shorter value of the environment would be found by chance in ordinary text"""
REMOVED = "[key removed]"


def without_secrets(text: str, environ: Mapping[str, str] | None = None) -> tuple[str, int]:
    """The text with every key, password and signature of an address replaced, and how many there were.

    Args:
        text: any text that is to leave the house.
        environ: where the user's own keys are looked up; the environment unless given.
    """
    count = 0
    for form in _FORMS:
        text, n = form.subn(REMOVED, text)
        count += n
    for value in _known(os.environ if environ is None else environ):
        count += text.count(value)
        text = text.replace(value, REMOVED)
    return text, count


def holds_secret(data: bytes) -> bool:
    """Whether a file's bytes, read as text, hold a key or a signed address."""
    return without_secrets(data.decode("utf-8", errors="replace"))[1] > 0


def _known(environ: Mapping[str, str]) -> list[str]:
    named = ((k, v.strip()) for k, v in environ.items() if _ENVIRON.search(k) and not _NO_SECRET.search(k))
    return sorted({v for _, v in named if len(v) >= LEAST_SECRET and "/" not in v[:1]}, key=lambda v: (-len(v), v))
