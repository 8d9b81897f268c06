"""How drawings are inked where no page's style sheet reaches them: as files, and in print."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

STYLE = "style.css"
_HALOED = re.compile(
    r'<text ([^>]*class="[^"]*\b(?:s-onhatch|s-count|s-place|s-local|s-onimage)\b)([^"]*"[^>]*>[^<]*</text>)'
)
_FRONT = "svg .s-front { stroke: none; }"


def haloed(drawings: str) -> str:
    """Drawings whose words with a halo are there twice: the halo, then the word.

    The page says `paint-order`, which print programs do not know: there a halo would cover its own word.
    """
    return _HALOED.sub(r'<text aria-hidden="true" \1\2<text \1 s-front\2', str(drawings))


@cache
def drawing_rules() -> str:
    """The rules of drawings from the page's style sheet, in its light colours, without variables: editors know none."""
    css = files(__package__).joinpath(STYLE).read_text("utf-8")
    colours = palette()
    rules = re.findall(r"^(?:svg text|(?:svg )?\.s-).*$", css, re.MULTILINE)
    return re.sub(r"var\(--(\w+)\)", lambda m: colours[m[1]], "\n".join([*rules, _FRONT]))


@cache
def palette() -> dict[str, str]:
    """The light colours and the fonts of the page, name -> value."""
    css = files(__package__).joinpath(STYLE).read_text("utf-8")
    return dict(re.findall(r"--(\w+): ([^;]+);", css[: css.index("}")]))
