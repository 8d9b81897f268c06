"""Which inputs may be copied: only those whose licence says so in words that are known here. All others are hashed."""

from __future__ import annotations

import re

_FREE = (
    (re.compile(r"\bcc0\b|public domain|\bpddl\b|creativecommons\.org/publicdomain"), "public domain"),
    (re.compile(r"copernicus sentinel|sentinel data terms|sentinel_data_legal_notice"), "Copernicus Sentinel terms"),
    (re.compile(r"landsat.*(?:open|free)|\busgs\b.*\bfree\b"), "USGS terms"),
    (re.compile(r"\bodc-by\b|\bodbl\b"), "Open Data Commons"),
    (re.compile(r"\bogl\b|open government licen[cs]e"), "Open Government Licence"),
    (re.compile(r"\bapache-2\.0\b|\bmit\b"), "open source"),
)
_CREATIVE = re.compile(r"\bcc[ -]?by(?P<parts>(?:[ -](?:nc|nd|sa))*)|creativecommons\.org/licenses/by(?P<url>[a-z-]*)")
_NOT = re.compile(r"otherwise|all rights reserved|proprietary|commercial;|no redistribution|may not be")
SHARE_ALIKE = "share-alike: whatever is made of it carries the same licence"
CREDIT = "credit: its credit line is printed wherever it, or what is made of it, is shown"


def may_copy(licence: str) -> bool:
    """Whether a licence, as its holder words it, allows copies to be handed on."""
    text = licence.casefold()
    if _NOT.search(text):
        return False
    creative = _CREATIVE.search(text)
    # NC and ND allow verbatim copies too, but whoever publishes a bundle may be in trade.
    if creative:
        return not re.search(r"nc", creative["parts"] or creative["url"] or "")
    return any(form.search(text) for form, _ in _FREE)


def duties(licence: str) -> tuple[str, ...]:
    """What the licence asks of those who hand it on, a sentence each."""
    text = licence.casefold()
    creative = _CREATIVE.search(text)
    parts = (creative["parts"] or creative["url"] or "") if creative else ""
    out = [SHARE_ALIKE] if "sa" in re.split(r"[ -]", parts) or "odbl" in text else []
    return (*out, CREDIT) if creative or "copernicus" in text or "odc-by" in text or "ogl" in text else tuple(out)
