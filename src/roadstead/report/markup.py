"""Words of others made safe: escaped, isolated in direction, control characters made visible, no local paths."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from roadstead.report.messages import text
from roadstead.report.numbers import ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.model import TimeSpan

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_XML = frozenset("\ufffe\uffff")
_PATH = re.compile(r"(?<![\w:/.\\])(?:[A-Za-z]:\\(?:[^\\\s:]+\\)+|/(?:[^/\s:]+/)+)(?=[^\s/\\]|$)")


def visible(words: str) -> str:
    """Text in which nothing hides: direction overrides, controls and lone surrogates stand as their code point."""
    if words.isascii() and words.isprintable():
        return words
    return "".join(c if not _hidden(c) else f"\u27e8U+{ord(c):04X}\u27e9" for c in words)


def _hidden(c: str) -> bool:
    return c in _BIDI or c in _NOT_XML or (c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs"))


def user(words: str) -> Markup:
    """Text of a case file or catalogue, escaped, and isolated so that its direction moves nothing around it."""
    return Markup("<bdi>{}</bdi>").format(visible(words)) if words else Markup("")


def plain(words: str) -> Markup:
    """Text of our own, escaped."""
    return escape(visible(words))


def unbroken(words: str) -> Markup:
    """A number that must not break across lines."""
    return Markup('<span class="num">{}</span>').format(visible(words))


def when(span: TimeSpan | None) -> Markup:
    """A time for a table: it breaks only between its two ends."""
    said = [unbroken(words) for words in ends(span)]
    return said[0] if len(said) == 1 else Markup(text("number.from_to", start=said[0], end=said[1]))  # noqa: S704


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


def file_name(path: str) -> str:
    """The last part of a path of any system."""
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]


def without_paths(words: str, roots: Sequence[str] = ()) -> str:
    """Text without local folders: known roots first (they may hold spaces), then whatever looks like a path.

    Args:
        words: a sentence that may name files.
        roots: folders of this machine, each replaced by its last part.
    """
    for root in sorted(roots, key=len, reverse=True):
        if len(root) > 1:
            words = words.replace(root, file_name(root))
    return _PATH.sub("", words)
