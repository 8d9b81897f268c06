"""The report as PDF/A-3u: the same page, laid out for paper, with the machine-readable results attached.

WeasyPrint (BSD) lays it out; it needs the system's pango. Nothing is fetched, no clock is asked, identifiers follow
from the contents: the same report gives the same bytes on one machine with its fonts and versions.
"""

from __future__ import annotations

import gc
import logging
import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from roadstead.model import DefectError, InputError
from roadstead.report.ink import drawing_rules, haloed
from roadstead.report.markup import shortened, visible
from roadstead.report.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

VARIANT = "pdf/a-3u"
STYLE = "print.css"
_SVG = re.compile(r"(<svg\b[^>]*>)")
_NO_GLYPH = re.compile(r"\(U\+([0-9A-F]{4,6})\)")
_TAG = re.compile(r"(<[^>]*>)")
_RUN = re.compile(r"[^\s\u0e00-\u0eff\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]{200,}")
_PIECE = 30
BREAK = "\u200b"
"""a place where a line may end, of no width"""
_PLAIN = re.compile(r"[^A-Za-z0-9 ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHead:
    """What stands at the head of every page."""

    case: str
    """title of the case"""
    edition: str
    """which edition, or that it is none"""
    simulated: bool
    """whether the mark of simulated pixels stands there too"""
    embargo: str = ""
    """until when nothing is to be published, in words"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file inside the PDF."""

    name: str
    data: bytes
    what: str
    """in words"""


def render_pdf(page: str, head: RunningHead, attached: Sequence[Attached], made_at: datetime) -> bytes:
    """A report's HTML page as PDF/A-3u, tagged for screen readers.

    Args:
        page: as `render_paper` gives it; one of `render_report` takes longer.
        head: of every page.
        attached: files that go inside.
        made_at: when the results were first had, UTC; stands for the time of the file and of what is in it.

    Raises:
        InputError: WeasyPrint or the libraries that it needs are not installed.
        DefectError: a drawing or picture of the page could not be drawn.
    """
    printer = _weasyprint()
    drawn = _for_paper(page, head)
    named = _without_glyph(_tried(printer, drawn))
    data, heard = _printed(printer, drawn.translate(named), attached, made_at)
    if missed := _without_glyph(heard):
        data, heard = _printed(printer, drawn.translate(named | missed), attached, made_at)
    if heard.failed:
        raise DefectError(f"the PDF lacks something that the page has: {heard.failed[0]}")
    return data


def drawing_pdf(drawing: str) -> bytes:
    """An SVG document as a PDF page of its size, to be drawn in dots; raises InputError as `render_pdf` does."""
    printer = _weasyprint()
    body = drawing.split("?>", 1)[-1].strip()
    size = re.search(r'width="([\d.]+)mm" height="([\d.]+)mm"', body)
    if size is None:
        raise DefectError("a drawing states no size in millimetres")
    rules = f"@page {{ size: {size[1]}mm {size[2]}mm; margin: 0 }} body {{ margin: 0 }} svg {{ display: block }}"
    page = f"<!DOCTYPE html><html><head><style>{rules}</style></head><body>{body}</body></html>"
    with _listening() as heard:
        data = _laid_out(printer, page)
    if heard.failed:
        raise DefectError(f"a figure could not be drawn: {heard.failed[0]}")
    return data


def _weasyprint() -> Any:
    try:
        return import_module("weasyprint")
    except ImportError as error:
        raise InputError("a PDF needs WeasyPrint; install it with: pip install 'roadstead[pdf]'") from error
    except OSError as error:
        raise InputError(
            f"a PDF needs the system libraries of pango ({str(error).splitlines()[0]}); "
            "on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from error


class _Listener(logging.Handler):
    """What WeasyPrint says while it works."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []
        self.failed: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        (self.failed if record.levelno >= logging.ERROR else self.said).append(record.getMessage())


def _for_paper(page: str, head: RunningHead) -> str:
    """The page with rules for paper after its own, and with the rules of drawings inside each drawing."""
    style = files(__package__).joinpath(STYLE).read_text("utf-8") + _running(head)
    parts = _TAG.split(page)
    words = "".join(part if i % 2 else _RUN.sub(_in_pieces, part) for i, part in enumerate(parts))
    drawn = _SVG.sub(lambda found: f"{found[1]}<style>{drawing_rules()}</style>", haloed(words))
    return drawn.replace("</head>", f"<style>\n{style}</style>\n</head>", 1)


def _in_pieces(run: re.Match[str]) -> str:
    """Text of hundreds of letters without a space, with places to break it: to try each letter takes hours."""
    pieces = re.findall(rf"(?:&[^;]{{1,8}};|.){{1,{_PIECE}}}", run[0])
    return '<span class="run">' + BREAK.join(pieces) + "</span>"


def _tried(printer: Any, page: str) -> _Listener:
    """What is said of the page's letters beyond ASCII, tried on a page of their own: that spares a second layout."""
    letters = "".join(c for c in sorted(set(page)) if ord(c) > 0x7F)
    with _listening() as heard:
        _laid_out(printer, f"<!DOCTYPE html><html><body>{letters}</body></html>", pdf_variant=VARIANT)
    return heard


def _without_glyph(heard: _Listener) -> dict[int, str]:
    """Letters that no font here has, as their code points: PDF/A allows no empty box in place of a letter."""
    codes = sorted({int(code, 16) for said in heard.said for code in _NO_GLYPH.findall(said)})
    return {code: f"\u27e8U+{code:04X}\u27e9" for code in codes}


def _printed(printer: Any, page: str, attached: Sequence[Attached], made_at: datetime) -> tuple[bytes, _Listener]:
    times = {"created": made_at, "modified": made_at}
    enclosed = [
        printer.Attachment(string=a.data, name=a.name, description=a.what, relationship="Data", **times)
        for a in attached
    ]
    with _listening() as heard:
        data = _laid_out(printer, page, attachments=enclosed, pdf_variant=VARIANT, pdf_tags=True)
    return data, heard


def _laid_out(printer: Any, page: str, **options: Any) -> bytes:
    return bytes(printer.HTML(string=page, base_url=None, url_fetcher=_only_inside(printer)).write_pdf(**options))


@contextmanager
def _listening() -> Iterator[_Listener]:
    """Hear what WeasyPrint says, and nobody else; it leaves its own colour profile open, of which Python would tell."""
    heard, logger = _Listener(), logging.getLogger("weasyprint")
    told = logger.propagate
    logger.addHandler(heard)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            yield heard
            gc.collect()
    finally:
        logger.removeHandler(heard)
        logger.propagate = told


def _only_inside(printer: Any) -> Any:
    """Pictures inside the page may be read; no file and no host."""
    return printer.urls.URLFetcher(allowed_protocols=["data"])


def _running(head: RunningHead) -> str:
    """The heads of pages as rules; words of others go in as escapes, so that they cannot become rules."""
    named = {
        "top-left": shortened(head.case, 80),
        "top-right": shortened(head.edition, 60),
        "bottom-left": text("simulated.banner") if head.simulated else "",
        "top-center": " · ".join(filter(None, [text("simulated.mark") if head.simulated else "", head.embargo])),
    }
    boxes = [f'@{place} {{ content: "{_escaped(words)}" }}' for place, words in named.items() if words]
    pages = f'@bottom-right {{ content: "{_escaped(text("pdf.page"))} " counter(page) " / " counter(pages) }}'
    return f"@page {{ {' '.join(boxes)} {pages} }}\n"


def _escaped(words: str) -> str:
    return _PLAIN.sub(lambda found: f"\\{ord(found[0]):06X} ", visible(words))
