"""`roadstead report` and `roadstead figures`: the same again from a verified case, and what the public may read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from evidence_case import ANALYST, SIGNED, small_case
from PIL import Image

from roadstead.evidence import Print, figures, figuring, offered, reporting, write_report
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


def test_an_editor_reads_what_the_public_reads_and_can_comment_on_it(case: Path) -> None:
    made = write_report(case, editor=True)
    (path,) = made.files
    assert path == case / "out/report-editor/editor.html"
    page = path.read_text("utf-8")
    for secret in (ANALYST, "Ivan the Informer", "from my window", "from the pier", "Sup3rS3cret"):
        assert secret not in page
    assert "analyst 1" in page
    assert made.removed["claims"] == 1
    assert 'id="comments"' in page


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


def _stems(folder: Path) -> set[str]:
    return {p.name.partition(".")[0] for p in folder.iterdir() if not p.name.startswith(".")}


def test_named_figures_are_written_beside_earlier_ones_in_the_formats_asked_for(case: Path, tmp_path: Path) -> None:
    figures(case, Print(names=("MAP",), formats=("svg",)), out=tmp_path)
    ship = next(o.key for o in offered(case) if o.name == "vessel-1")
    made = figures(case, Print(names=("roads", ship), formats=("pdf", "png"), width_mm=88.0), out=tmp_path)
    assert made.notes == ()
    assert _stems(tmp_path) == {"map-1", "site-roads", "vessel-1"}
    endings = {p.name.partition(".")[2] for p in made.files if p.name.startswith("vessel-1.")}
    assert endings == {"pdf", "png", "caption.txt", "credit.txt", "alt.txt"}
    with Image.open(tmp_path / "vessel-1.png") as picture:
        assert picture.width == pytest.approx(88 / 25.4 * 300, abs=2)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert (tmp_path / "vessel-1.credit.txt").read_text("utf-8") == "Credit: Test Space Agency 2024 (CC-BY-SA-4.0)\n"
    figures(case, Print(formats=("svg",)), out=tmp_path)
    assert "site-roads" not in _stems(tmp_path), "all figures take the place of the named ones"


def test_a_ship_that_the_report_only_lists_gets_its_figure_when_it_is_named(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roadstead.pipeline.chips.MOST_FIGURES", 1)
    monkeypatch.setattr("roadstead.report.offering.MOST_FIGURES", 1)
    listed = next(o for o in offered(case) if o.name == "vessel-2")
    assert not listed.usual
    for profile in Profile:
        made = figures(case, Print(names=(listed.key,), formats=("svg",)), out=tmp_path / profile, profile=profile)
        assert made.notes == ()
        assert "data:image/png" in (tmp_path / profile / "vessel-2.svg").read_text("utf-8")


def test_a_ship_whose_image_is_gone_is_named_and_the_others_are_drawn(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roadstead.pipeline.chips.chip_of", lambda *_: None)
    monkeypatch.setattr(figuring, "chip_of", lambda *_: None)
    ship = next(o.key for o in offered(case) if o.name == "vessel-1")
    made = figures(case, Print(names=(ship, "MAP"), formats=("svg",)), out=tmp_path)
    assert made.notes == (f"{ship}: the pixels around it cannot be read; bring its image back",)
    assert _stems(tmp_path) == {"map-1"}


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Print(names=("nowhere",)), "nowhere: is no figure of this case"),
        (Print(formats=("gif",)), "--format gif: is not known; write one of svg, png, pdf"),
        (Print(width_mm=49.9), "--width-mm 49.9: is not between 50 and 400"),
        (Print(width_mm=0.0), "--width-mm 0: is not between"),
        (Print(width_mm=float("nan")), "--width-mm nan: is not between"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_remedy(
    case: Path, tmp_path: Path, wanted: Print, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        figures(case, wanted, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_case_that_was_not_verified_has_no_report(case: Path, tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_bytes((case / "case.toml").read_bytes())
    with pytest.raises(InputError, match="was not verified"):
        write_report(tmp_path)
