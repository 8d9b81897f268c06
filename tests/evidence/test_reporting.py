"""`roadstead report` and `roadstead figures`: the same again from a verified case, and what the public may read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from evidence_case import ANALYST, SIGNED, small_case

from roadstead.evidence import figures, figuring, reporting, write_report
from roadstead.model import InputError
from roadstead.report.exports import Profile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = small_case(tmp_path_factory.mktemp("reporting"), url=SIGNED)
    (made / "redaction.toml").write_text('[sources]\ninformer = "drop"\n', "utf-8")
    return made


def _words(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


def test_the_report_is_that_of_the_last_run_without_keys(case: Path, tmp_path: Path) -> None:
    first = write_report(case, out=tmp_path / "a").files[0].read_bytes()
    assert write_report(case, out=tmp_path / "b").files[0].read_bytes() == first
    page = first.decode()
    assert "Sup3rS3cret" not in page
    assert ANALYST in page
    assert "I saw it from my window" in page


def test_the_public_reads_neither_names_nor_what_a_dropped_source_said(case: Path, tmp_path: Path) -> None:
    made = write_report(case, out=tmp_path, profile=Profile.PUBLIC)
    page = made.files[0].read_text("utf-8")
    for secret in (ANALYST, "Ivan the Informer", "from my window", "from the pier", "Sup3rS3cret"):
        assert secret not in page
    assert made.removed["claims"] == 1
    assert "analyst 1" in page
    assert "two-ships" in _words(page)
    assert "nobody-there" not in page


def test_without_libraries_for_pdf_the_html_is_there_and_a_note_says_why(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> bytes:
        raise InputError("a PDF needs WeasyPrint")

    monkeypatch.setattr(reporting, "render_pdf", missing)
    made = write_report(case, out=tmp_path, pdf=True)
    assert [p.name for p in made.files] == ["report.html"]
    assert made.notes == ("no PDF was made: a PDF needs WeasyPrint",)


def test_figures_come_with_their_words_and_public_ones_name_nobody(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figuring, "plate_png", lambda _: b"dots")
    made = figures(case, out=tmp_path, profile=Profile.PUBLIC)
    names = {p.name for p in made.files}
    for stem in ("timeline-1", "map-1", "coverage", "claim-1", "vessel-1"):
        assert {f"{stem}{e}" for e in (".svg", ".png", ".caption.txt", ".credit.txt", ".alt.txt")} <= names
    for path in made.files:
        assert ANALYST not in path.read_text("utf-8", errors="replace"), path.name
        assert "from my window" not in path.read_text("utf-8", errors="replace"), path.name


def test_a_case_that_was_not_verified_has_no_report(case: Path, tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_bytes((case / "case.toml").read_bytes())
    with pytest.raises(InputError, match="was not verified"):
        write_report(tmp_path)
