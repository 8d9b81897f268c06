"""Which inputs may be copied: only those whose whole licence is one that is known here. All others are hashed.

A licence with a word more ("with permission of", "non-commercial use only") may be another, so it allows nothing here.
"""

from __future__ import annotations

import re

_VERSION = r"(?:[ -]?v?\d(?:\.\d)?)?"
_PLACE = r"(?:[ -](?:igo|int|international|generic|unported|universal|intl))?"
_KNOWN = (
    rf"cc0{_VERSION}{_PLACE}",
    rf"creative commons zero{_VERSION}{_PLACE}",
    rf"cc[ -]by(?:[ -](?:sa|nd))?{_VERSION}{_PLACE}",
    (
        rf"creative commons attribution(?:[ -](?:share[ -]?alike|no[ -]?derivatives|no[ -]?derivs))?{_VERSION}{_PLACE}"
        r"(?: public)?(?: license)?"
    ),
    (
        r"(?:https?://)?(?:www\.)?creativecommons\.org/licenses/by(?:-sa|-nd)?/\d\.\d(?:/[a-z]{2,3})?/?"
        r"(?:legalcode|deed)?(?:\.[a-z-]+)?"
    ),
    r"(?:https?://)?(?:www\.)?creativecommons\.org/publicdomain/(?:zero|mark)/\d\.\d/?(?:legalcode|deed)?(?:\.[a-z-]+)?",
    r"public domain(?: mark)?(?: \d\.\d)?|landsat public domain|us government public domain",
    rf"pddl{_VERSION}|odc-by{_VERSION}|odbl{_VERSION}|open database license{_VERSION}",
    (
        r"(?:(?:modified )?copernicus sentinel data(?: terms)?|sentinel data terms|copernicus sentinel terms)"
        r"(?: \(free, full and open\))?"
    ),
    r"(?:https?://)?(?:sentinel|sentinels)\.(?:esa|copernicus)\.(?:int|eu)/[\w./-]*sentinel_data_legal_notice(?:\.pdf)?",
    rf"ogl(?:-uk)?{_VERSION}|(?:uk )?open government license{_VERSION}",
    r"apache-2\.0|apache license 2\.0|mit(?: license)?",
)
_WHOLE = re.compile("|".join(f"(?:{form})" for form in _KNOWN))
_SHARE_ALIKE = re.compile(r"[ -]sa\b|share[ -]?alike|\bodbl\b|open database license")
_CREDIT = re.compile(r"\bcc[ -]by\b|licenses/by\b|attribution|copernicus|sentinel|odc-by|odbl|\bogl\b|open government")
SHARE_ALIKE = "share-alike: whatever is made of it carries the same licence"
CREDIT = "credit: its credit line is printed wherever it, or what is made of it, is shown"


def may_copy(licence: str) -> bool:
    """Whether a licence, as its holder words it, is one that allows copies to be handed on, also in trade."""
    return _WHOLE.fullmatch(_plain(licence)) is not None


def duties(licence: str) -> tuple[str, ...]:
    """What the licence asks of those who hand it on, a sentence each."""
    text = _plain(licence)
    asked = ((SHARE_ALIKE, _SHARE_ALIKE), (CREDIT, _CREDIT))
    return tuple(words for words, form in asked if form.search(text))


def _plain(licence: str) -> str:
    text = " ".join(licence.casefold().replace("licence", "license").split()).rstrip(".")
    return text.replace("\u2013", "-").replace("\u2011", "-")
