"""Finding withheld names in a text, however they are spelled: letters in any case, composed or not, any space."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = 3
"""a name of fewer letters is replaced only where it stands alone: inside a text it would be found by chance"""
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""soft hyphens and the like, which show nothing and would part a name"""
_BETWEEN = r"(?:[\s_.+-]|%20)+"
_PARTS = re.compile(_BETWEEN)


class NameMatcher:
    """Replaces names by their placeholders.

    A name stands between anything but letters and digits; where letters have no case (Han, Kana, Hangul, Arabic) words
    are not always parted, so there it is found inside a text too.

    Args:
        names: name -> placeholder.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._put: dict[str, str] = {}
        for name, put in names.items():
            for spelled in _spellings(name):
                self._put.setdefault(_key(spelled), put)
        words = sorted((k for k in self._put if _long_enough(k)), key=lambda k: (-len(k), k))
        forms = "|".join(map(_form, words))
        self._inside = re.compile(forms, re.IGNORECASE) if forms else None

    def replaced(self, text: str) -> tuple[str, int]:
        """The text with every name replaced, and how many there were; composed letters (NFC), nothing unseen."""
        text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
        alone = self._put.get(_key(text)) if text.strip() else None
        if alone is not None:
            return alone, 1
        if self._inside is None:
            return text, 0
        return self._inside.subn(lambda found: self._put.get(_key(found[0]), "[withheld]"), text)


def _spellings(name: str) -> tuple[str, ...]:
    """As written, as others write it: capitals, small letters, `ss` for a sharp s, without accents."""
    whole = _UNSEEN.sub("", unicodedata.normalize("NFC", name))
    bare = "".join(c for c in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(c))
    found = (whole, whole.casefold(), whole.lower(), whole.upper(), bare, bare.casefold())
    return tuple(dict.fromkeys(s for s in found if s.strip()))


def _key(text: str) -> str:
    return " ".join(_PARTS.sub(" ", unicodedata.normalize("NFC", text).casefold()).split())


def _caseless(text: str) -> bool:
    return any(c.isalpha() and c.lower() == c.upper() for c in text)


def _long_enough(key: str) -> bool:
    return len(key) >= (SHORT - 1 if _caseless(key) else SHORT)


def _form(key: str) -> str:
    words = _BETWEEN.join(_letters(w) for w in key.split())
    return words if _caseless(key) else rf"(?<![^\W_]){words}(?![^\W_])"


def _letters(word: str) -> str:
    """Letters that casefold to what stands in a key: a sharp s for two, a dotted capital I."""
    out = re.escape(word)
    for folded, written in (("ss", "\u00df"), ("i\u0307", "\u0130"), ("fi", "\ufb01"), ("fl", "\ufb02")):
        out = out.replace(re.escape(folded), f"(?:{re.escape(folded)}|{written})")
    return out
