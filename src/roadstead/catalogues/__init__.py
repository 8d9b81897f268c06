"""Catalogues: asking which images exist, keeping every answer raw, one listing per acquisition, windows read from afar.

The network is touched here and nowhere else, and only when a command says so.
"""

from roadstead.catalogues.ask import Asked, Asking, ask
from roadstead.catalogues.items import product_name
from roadstead.catalogues.keep import FOLDER as CATALOGUES_FOLDER
from roadstead.catalogues.keep import KeptProvider, RawAnswer, keep_answer
from roadstead.catalogues.kept import KeptAnswers, kept_answers
from roadstead.catalogues.question import Limits, RawPage
from roadstead.catalogues.remote import Access, Grid, RemoteFile, RemoteWindow, host_of, open_remote, read_window
from roadstead.catalogues.signing import access_for
from roadstead.catalogues.wanted import Part, Wanted, wanted_of

__all__ = [
    "CATALOGUES_FOLDER",
    "Access",
    "Asked",
    "Asking",
    "Grid",
    "KeptAnswers",
    "KeptProvider",
    "Limits",
    "Part",
    "RawAnswer",
    "RawPage",
    "RemoteFile",
    "RemoteWindow",
    "Wanted",
    "access_for",
    "ask",
    "host_of",
    "keep_answer",
    "kept_answers",
    "open_remote",
    "product_name",
    "read_window",
    "wanted_of",
]
