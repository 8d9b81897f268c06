"""The report as an editor gets it: one file in which passages can be commented on, offline.

Its one script is named in the page's policy by its hash, so nothing else runs; it asks no host, shows comments as text,
and keeps them in the reader's browser until they are saved as a file.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from roadstead.report.contents import Contents

SCRIPT, STYLE = "editor.js", "editor.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorView:
    """What the page of an editor has beside the report."""

    script: Markup
    style: Markup
    policy: Markup
    """the source of scripts that the page's policy allows"""
    page: str
    """which state of the case the page tells, for the file of comments"""


def editor_view(contents: Contents) -> EditorView:
    """What lets an editor comment on the report of these contents."""
    script = _file(SCRIPT)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return EditorView(
        script=Markup(script),  # noqa: S704 - our own file
        style=Markup(_file(STYLE)),  # noqa: S704 - our own file
        policy=Markup("'sha256-{}'").format(digest),
        page=f"{contents.frozen.sha256[:12]} {contents.made_at:%Y-%m-%dT%H:%M:%SZ}",
    )


@cache
def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
