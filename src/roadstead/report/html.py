"""One self-contained HTML file: no request leaves it; nothing in it runs but, for an editor, our script of comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from roadstead.coverage import ALWAYS_UNKNOWN, PROVISIONAL
from roadstead.report import assumptions, claims, evidence, figures, findings, quays, vessels
from roadstead.report.coverage_tables import coverage_view
from roadstead.report.editions import corrections, edition_name, embargo_words
from roadstead.report.editor import EditorView, editor_view
from roadstead.report.markup import file_name, shortened, visible, without_paths
from roadstead.report.messages import text, under
from roadstead.report.numbers import extent, moment, percent
from roadstead.report.paper import on_paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.report.contents import Contents
    from roadstead.report.tables import Table

TEMPLATE, STYLE = "template.html.j2", "style.css"
_DATA = re.compile(r'(data:image/png;base64,[^"]*)')


@dataclass(frozen=True, slots=True)
class PaperPage:
    """A report's page for paper."""

    html: str
    shortened: bool
    """whether rows of tables are left out, so that the whole report must go along"""


def render_report(contents: Contents) -> str:
    """The report as one HTML document; the same contents give the same text.

    Everything that comes from case files, catalogues and images is escaped. Folders of this machine are left out.
    """
    return _rendered(contents, None)


def render_editor(contents: Contents) -> str:
    """The same as one file in which an editor comments on passages, offline; comments stay in the editor's browser."""
    return _rendered(contents, None, editor_view(contents))


def render_paper(contents: Contents) -> PaperPage:
    """The same for `render_pdf`: figures of one width, and long tables without the rows that no verdict rests on."""
    left: list[str] = []

    def fit(table: Table) -> Table:
        made = on_paper(table)
        left.extend([made.caption] if made.note else [])
        return made

    return PaperPage(_rendered(contents, fit), bool(left))


def _rendered(contents: Contents, fit: Callable[[Table], Table] | None, editor: EditorView | None = None) -> str:
    roots, groups = _roots(contents), findings.groups(contents)
    simulated = figures.simulated(contents)
    view = {
        "c": contents,
        "case": contents.case,
        "style": Markup(_file(STYLE)),  # noqa: S704 - our own file
        "simulated": simulated,
        "embargo": embargo_words(contents.case),
        "made": moment(contents.made_at),
        "edition": edition_name(contents) if contents.editions else "",
        "corrections": corrections(contents),
        "findings": groups,
        "tally": findings.tally(contents, groups),
        "not_seen": findings.not_seen(contents),
        "verdict_table": claims.verdict_table(contents),
        "claims": claims.claim_views(contents),
        "timeline": figures.timeline_figure(contents),
        "map": figures.map_figure(contents),
        "vessels": vessels.vessel_views(contents),
        "rest_table": vessels.rest_table(contents),
        "coverage": coverage_view(contents, roots, simulated=simulated),
        "losses": tuple(dict.fromkeys(without_paths(w, roots) for w in (*contents.losses, *contents.case.mistakes))),
        "warnings": tuple(without_paths(w, roots) for w in contents.case.warnings),
        "always_unknown": ALWAYS_UNKNOWN,
        "provisional": PROVISIONAL,
        "sections": under("section"),
        "paper": fit is not None,
        "fit": fit,
        "editor": editor,
        **_tables(contents),
    }
    page = _environment().get_template(TEMPLATE).render(view)
    return _unrooted(page, roots)


def _tables(contents: Contents) -> dict[str, Table | None]:
    case = contents.case
    return {
        "calls_ours": evidence.calls_table(contents, ours=True),
        "calls_reported": evidence.calls_table(contents, ours=False),
        "looks_table": evidence.looks_table(contents),
        "quays_table": quays.quays_table(contents),
        "sources_table": evidence.sources_table(case) if case.sources else None,
        "reported_table": evidence.reported_table(case),
        "exhibits_table": evidence.exhibits_table(contents),
        "scenes_table": evidence.scenes_table(contents),
        "icd_table": assumptions.icd_203(),
        "status_table": assumptions.statuses(),
        "call_table": assumptions.calls(case),
        "priors_table": assumptions.priors(case),
        "hypotheses_table": assumptions.hypotheses(case),
        "interest_table": evidence.vessels_of_interest(case),
        "traffic_table": assumptions.traffic(case),
        "versions_table": assumptions.versions(contents.versions),
    }


def _roots(contents: Contents) -> tuple[str, ...]:
    """Folders of this machine that a message may name."""
    folders = [contents.case.folder, *contents.case.images, *(s.path.parent for s in contents.scenes)]
    return tuple(
        sorted({str(p) for f in folders for p in (f, f.resolve()) if p.is_absolute()}, key=lambda r: (-len(r), r))
    )


def _unrooted(page: str, roots: tuple[str, ...]) -> str:
    """The page without those folders, wherever they came from; pictures stay as they are."""
    parts = _DATA.split(page)
    for root in roots:
        pattern = re.compile(rf"(?<![\w:/.-]){re.escape(str(escape(root)))}(?![\w-])")
        name = str(escape(file_name(root)))
        parts = [p if i % 2 else pattern.sub(lambda _, name=name: name, p) for i, p in enumerate(parts)]
    return "".join(parts)


@cache
def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_file),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.globals.update(t=text, under=under, short=shortened, percent=percent, extent=extent)
    return environment
