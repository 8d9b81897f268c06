"""Long tables on paper: rows that verdicts rest on stay, the rest is said to stand elsewhere, widths are stated."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
import report_contents as made
from markupsafe import Markup

from roadstead.evidence.reporting import Telling
from roadstead.model import DistinctShips, SamePair
from roadstead.report import RunningHead, edition_name, pdf, render_paper, render_pdf, render_report
from roadstead.report.paper import MEASURED, MOST_ROWS, on_paper
from roadstead.report.tables import Table

if TYPE_CHECKING:
    from roadstead.report import Contents

SCENES, VESSELS = 150, 260
CITED = 147
"""number of the scene that a verdict names; it comes late in its table"""


def many(*, fitting: int | None = None, paired: int | None = None) -> Contents:
    """Contents with more scenes and vessels than paper takes; all scenes far from every claim's window.

    Args:
        fitting: number of the vessel that is put into the window of a claim about Dunai, of fitting size.
        paired: number of the vessel that a verdict takes for another's ship.
    """
    whole = made.contents()
    dunai = whole.case.site("dunai")
    begin = made.MADE - timedelta(days=30)
    scenes = [made._scene(i, when=begin + timedelta(hours=i), optical=False) for i in range(SCENES)]
    looks = tuple(made._look(s, dunai, 0.9) for s in scenes)
    found = [made._found(i, scenes[i % SCENES], dunai) for i in range(VESSELS)]
    found = [replace(f, chip=None, detection=replace(f.detection, score=0.9 - i / 1000)) for i, f in enumerate(found)]
    if fitting is not None:
        when = whole.case.claim("dunai-17").when
        length = replace(found[fitting].detection.length_m, value=113.0)
        inside = replace(found[fitting].detection, time=when, length_m=length)
        found[fitting] = replace(found[fitting], detection=inside)
    verdict = whole.verdicts[0]
    elements = tuple(replace(e, evidence=(scenes[CITED].id,)) for e in verdict.elements)
    pair = SamePair(first=found[0].detection.id, second=found[paired or 0].detection.id, hours=1.0, db=3.0)
    ships = DistinctShips(at_least=1, why="One.", pairs=(pair,)) if paired is not None else None
    verdicts = (replace(verdict, elements=elements, ships=ships), *whole.verdicts[1:])
    return replace(whole, scenes=tuple(scenes), looks=looks, found=tuple(found), verdicts=verdicts, port_calls=())


def section(page: str, name: str) -> str:
    return page[page.index(f'<section id="{name}"') :].split("</section>", 1)[0]


def rows(page: str, name: str) -> list[str]:
    """Rows of the longest table of a section, without their head."""
    bodies = re.findall(r"<tbody.*?</tbody>", section(page, name), re.DOTALL)
    return max((re.findall(r"<tr.*?</tr>", b, re.DOTALL) for b in bodies), key=len)


@pytest.mark.parametrize(("name", "whole"), [("unseen", SCENES), ("exhibits", SCENES), ("vessels", VESSELS - 24)])
def test_paper_takes_a_limited_number_of_rows_and_says_where_the_others_are(name: str, whole: int) -> None:
    contents = many()
    paper = render_paper(contents)
    assert len(rows(render_report(contents), name)) == whole
    assert len(rows(paper.html, name)) == MOST_ROWS
    assert f"{whole - MOST_ROWS} of {whole} rows are left out on paper" in section(paper.html, name)
    assert "report.html" in section(paper.html, name)
    assert paper.shortened


def test_the_scene_that_a_verdict_names_is_printed_however_late_it_comes() -> None:
    contents = many()
    page = render_paper(contents).html
    cited, other = contents.scenes[CITED].id, contents.scenes[CITED - 1].id
    for name in ("unseen", "exhibits"):
        assert any(cited in row for row in rows(page, name)), name
        assert not any(other in row for row in rows(page, name)), name


def test_vessels_that_a_verdict_counts_or_pairs_are_printed_however_low_their_score() -> None:
    contents = many(fitting=VESSELS - 2, paired=VESSELS - 5)
    listed = "".join(rows(render_paper(contents).html, "vessels"))
    found = [f.detection.id for f in contents.found]
    assert found[VESSELS - 2] in listed
    assert found[VESSELS - 5] in listed
    assert found[VESSELS - 1] not in listed


def test_every_row_that_carries_a_verdict_is_printed_even_beyond_the_limit() -> None:
    contents = many()
    cited = tuple(s.id for s in contents.scenes)
    verdict = contents.verdicts[0]
    verdict = replace(verdict, coverage=replace(verdict.coverage, also_weighed=cited))
    page = render_paper(replace(contents, verdicts=(verdict,))).html
    assert len(rows(page, "exhibits")) == SCENES


def test_a_report_of_usual_size_loses_nothing_on_paper() -> None:
    contents = made.contents()
    paper, page = render_paper(contents), render_report(contents)
    assert not paper.shortened
    assert "left out on paper" not in paper.html
    for name in ("verdicts", "claims", "vessels", "calls", "unseen", "sources", "reported", "exhibits", "assumptions"):
        said = [re.sub(r"<[^>]+>|\s+", "", row) for row in rows(page, name)]
        assert [re.sub(r"<[^>]+>|\s+", "", row) for row in rows(paper.html, name)] == said


def test_figures_stand_once_on_paper() -> None:
    contents = made.contents()
    assert render_report(contents).count('class="panel narrow"') > 0
    assert render_paper(contents).html.count('class="panel narrow"') == 0
    assert render_paper(contents).html.count('class="panel wide"') > 0


CELLS = (
    Markup("a"),
    Markup('<span class="num">2024-10-17 02:15 UTC</span>'),
    Markup("many words between which a line ends"),
)


def _table(rows: int) -> Table:
    return Table("caption", ("id", "time", "words"), (CELLS,) * rows)


def test_columns_of_a_long_table_have_widths_in_which_no_time_breaks() -> None:
    assert on_paper(_table(2)).shares == ()
    shares = on_paper(_table(MEASURED)).shares
    assert sum(shares) == pytest.approx(1)
    letters = 74 / 0.64  # of a line over the whole width, at the generous width of a small letter
    assert shares[1] * letters > len("2024-10-17 02:15 UTC")
    assert shares[0] < shares[1] < shares[2]


def test_a_letter_that_no_font_has_costs_no_second_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[str] = []
    real = pdf._laid_out

    def counted(printer: Any, page: str, **options: Any) -> bytes:
        laid_out.append(page)
        return real(printer, page, **options)

    monkeypatch.setattr(pdf, "_laid_out", counted)
    bare = made.bare()
    bare = replace(bare, case=replace(bare.case, summary="a letter of nobody: \U0010fff0"))
    head = RunningHead(case="c", edition=edition_name(bare), simulated=False)
    data = render_pdf(render_paper(bare).html, head, (), bare.made_at)
    words = "".join(p.get_textpage().get_text_bounded() for p in pypdfium2.PdfDocument(data))
    assert "U+10FFF0" in words
    assert len([page for page in laid_out if "<main>" in page]) == 1


def test_the_whole_report_goes_along_inside_where_rows_are_left_out() -> None:
    def attached(contents: Contents) -> dict[str, bytes]:
        files = {"verdicts.json": "[]", "detections.geojson": "{}"}
        results: Any = SimpleNamespace(files=files, simulated=False)
        redactor: Any = None
        document = pypdfium2.PdfDocument(
            Telling(full=results, results=results, contents=contents, redactor=redactor).pdf()
        )
        held = map(document.get_attachment, range(document.count_attachments()))
        return {a.get_name(): bytes(a.get_data()) for a in held}

    few = replace(many(), found=())
    assert attached(few)["report.html"].decode() == render_report(few)
    assert attached(made.bare()).keys() == {"verdicts.json", "detections.geojson"}
