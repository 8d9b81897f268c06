"""Words of others made safe: escaped, isolated in direction, control characters made visible, no local paths."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PATH = re.compile(r"(?<![\w:/.\\])(?:[A-Za-z]:\\(?:[^\\\s:]+\\)+|/(?:[^/\s:]+/)+)(?=[^\s/\\]|$)")


def visible(words: str) -> str:
    """Text in which nothing hides: direction overrides, controls and lone surrogates stand as their code point."""
    if words.isascii() and words.isprintable():
        return words
    return "".join(c if not _hidden(c) else f"\u27e8U+{ord(c):04X}\u27e9" for c in words)


def _hidden(c: str) -> bool:
    return c in _BIDI or (c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs"))


def user(words: str) -> Markup:
    """Text of a case file or catalogue, escaped, and isolated so that its direction moves nothing around it."""
    return Markup("<bdi>{}</bdi>").format(visible(words)) if words else Markup("")


def plain(words: str) -> Markup:
    """Text of our own, escaped."""
    return escape(visible(words))


def shortened(words: str, most: int) -> str:
    """The text, or its beginning up to a word's end with an ellipsis."""
    words = " ".join(words.split())
    if len(words) <= most:
        return words
    head = words[:most].rsplit(" ", 1)[0] if " " in words[most // 2 : most] else words[:most]
    return f"{head.rstrip(' ,;:.')} \u2026"


def is_web_address(url: str) -> bool:
    """Whether a reader may be led there: http or https with a host, and nothing hidden in it."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and visible(url) == url
    except ValueError:
        return False


def link(words: str, url: str) -> Markup:
    """A link out of the report; an address that is no web address is shown as text."""
    if is_web_address(url):
        return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, user(words or url))
    return join([user(words), Markup('<span class="address">{}</span>').format(visible(url)) if url else Markup("")])


def inside(words: str, target: str) -> Markup:
    """A link to another part of the report."""
    return Markup('<a href="#{}">{}</a>').format(target, user(words))


def join(parts: Iterable[Markup], glue: str = " ") -> Markup:
    """The parts that are not empty, joined."""
    return escape(glue).join(p for p in parts if p)


def several(items: Sequence[Markup | str]) -> Markup:
    """One item as it is, more as a list."""
    made = [i if isinstance(i, Markup) else user(i) for i in items if i]
    if len(made) < 2:
        return join(made)
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(i) for i in made))


def without_paths(words: str, roots: Sequence[str] = ()) -> str:
    """Text without local folders: known roots first (they may hold spaces), then whatever looks like a path.

    Args:
        words: a sentence that may name files.
        roots: folders of this machine, each replaced by its last part.
    """
    for root in sorted(roots, key=len, reverse=True):
        if len(root) > 1:
            words = words.replace(root, re.split(r"[/\\]", root.rstrip("/\\"))[-1])
    return _PATH.sub("", words)
