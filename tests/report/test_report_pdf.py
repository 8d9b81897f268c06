"""The report on paper: what is extracted, attached and printed on each page; and its figures one by one."""

from __future__ import annotations

import contextlib
import io
import json
import re
import zlib
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pikepdf
import pypdfium2
import pytest
import report_contents as made
from PIL import Image

from roadstead.model import InputError
from roadstead.report import (
    Attached,
    Edition,
    RunningHead,
    edition_name,
    pdf,
    plate_png,
    plates,
    render_paper,
    render_pdf,
)
from roadstead.report.ink import palette
from roadstead.report.numbers import percents

if TYPE_CHECKING:
    from collections.abc import Iterator

ATTACHED = (
    Attached(name="verdicts.json", data=b'[{"claim": "transit-1"}]\n', what="verdicts"),
    Attached(name="detections.geojson", data=b'{"type": "FeatureCollection"}\n', what="vessels found"),
)


def _pdf(contents: Any, *, simulated: bool = False) -> bytes:
    head = RunningHead(case=contents.case.title, edition=edition_name(contents), simulated=simulated)
    return render_pdf(render_paper(contents).html, head, ATTACHED, contents.made_at)


def _few() -> Any:
    """The hostile contents with few vessels, so that pages are soon laid out."""
    whole = made.contents()
    return replace(whole, found=whole.found[:3])


@pytest.fixture(scope="module")
def data() -> bytes:
    return _pdf(_few())


@pytest.fixture(scope="module")
def pages(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [_flat(page.get_textpage().get_text_bounded()) for page in document]


def _flat(words: str) -> str:
    """Words without the places where lines break."""
    return re.sub(r"[\s\u200b\ufffe\u00ad\u00a0]+", "", words)


def test_every_verdict_and_number_can_be_extracted(pages: list[str]) -> None:
    words = "".join(pages)
    contents = _few()
    for verdict in contents.verdicts:
        for weighing in (verdict.without_reports, verdict.with_reports):
            assert weighing.call.value.replace(" ", "") in words
            assert _flat(weighing.words) in words
            assert _flat(percents(weighing.probability)) in words
        assert verdict.claim_id in words
        assert all(_flat(e.statement) in words for e in verdict.elements)


def test_hostile_words_stay_words(pages: list[str]) -> None:
    words = "".join(pages)
    assert _flat(made.SCRIPT) in words
    assert "evil\u27e8U+202E\u27e9gnp.exe" in words
    assert _flat(made.LONG)[:3000] in words


def test_every_page_says_which_case_edition_and_page_it_is(pages: list[str]) -> None:
    title = _flat(made.contents().case.title)[:40]
    assert 10 <= len(pages) <= 40
    for number, words in enumerate(pages, start=1):
        assert title in words
        assert "Workingcopy,notanedition" in words
        assert f"Page{number}/{len(pages)}" in words


def test_the_first_vessels_stand_under_their_heading(pages: list[str]) -> None:
    assert [p for p in pages if "takenforvessels" in p and "1.Dunai,2024" in p]


def test_simulated_pages_are_marked_one_by_one() -> None:
    bare = replace(made.bare(), editions=(Edition(number=2, at=made.MADE, reason="r", changes=()),))
    document = pypdfium2.PdfDocument(_pdf(bare, simulated=True))
    for page in document:
        words = page.get_textpage().get_text_bounded()
        assert "SIMULATED" in words
        assert "Edition2,2025-03-01" in _flat(words)


def test_the_head_keeps_its_spaces(data: bytes) -> None:
    words = pypdfium2.PdfDocument(data)[1].get_textpage().get_text_bounded()
    assert "Working copy, not an edition" in words


def test_results_travel_inside(data: bytes) -> None:
    document = pypdfium2.PdfDocument(data)
    held = {
        a.get_name(): bytes(a.get_data()) for a in map(document.get_attachment, range(document.count_attachments()))
    }
    assert held == {a.name: a.data for a in ATTACHED}
    assert json.loads(held["verdicts.json"])[0]["claim"] == "transit-1"


def _unpacked(data: bytes) -> bytes:
    """The file with its compressed parts laid open, pages and fonts included."""
    parts = [data]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(packed))
    return b"\n".join(parts)


def test_it_claims_pdf_a_3u_is_tagged_and_runs_nothing(data: bytes) -> None:
    whole = _unpacked(data)
    assert data.startswith(b"%PDF-1.7")
    assert re.search(rb'part="3"', whole)
    assert re.search(rb'conformance="U"', whole)
    assert b"/MarkInfo" in whole
    assert b"/Lang" in whole
    assert whole.count(b"/AFRelationship/Data") + whole.count(b"/AFRelationship /Data") == len(ATTACHED)
    assert not re.search(rb"/(?:JavaScript|JS|Launch|OpenAction|RichMedia)\b", whole)


@pytest.fixture(scope="module")
def opened(data: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(data)) as document:
        yield document


def _dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, those inside others included, each once."""
    todo: list[Any] = list(document.objects)
    while todo:
        value = todo.pop()
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            yield value
            todo += [v for v in dict(value.items()).values() if not getattr(v, "is_indirect", False)]
        elif isinstance(value, pikepdf.Array):
            todo += [v for v in value if not getattr(v, "is_indirect", False)]


def test_it_is_a_whole_pdf_that_says_what_it_is(opened: pikepdf.Pdf) -> None:
    assert opened.check_pdf_syntax() == []
    assert not opened.is_encrypted
    assert len(opened.trailer.ID) == 2
    with opened.open_metadata() as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "U")
        assert said["dc:title"] == str(opened.docinfo.Title)
        assert said["xmp:CreateDate"] == "2025-03-01T09:30:00Z"


def test_colours_have_their_profile_inside(opened: pikepdf.Pdf) -> None:
    (intent,) = opened.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    profile = intent.DestOutputProfile
    assert profile.N == 3
    assert profile.read_bytes()[12:20] == b"mntrRGB "
    spaces = {str(d.get("/ColorSpace")) for d in _dictionaries(opened) if "/ColorSpace" in d}
    assert not spaces & {"/DeviceCMYK", "/DeviceN", "/Separation"}


def test_every_font_is_inside_and_maps_to_letters(opened: pikepdf.Pdf) -> None:
    fonts = [d for d in _dictionaries(opened) if d.get("/Type") == "/Font"]
    assert len(fonts) > 5
    for font in fonts:
        assert font.Subtype in {"/Type0", "/CIDFontType0", "/CIDFontType2"}, "no other kind is written"
        if font.Subtype == "/Type0":
            assert font.ToUnicode.read_bytes(), font.BaseFont
        else:
            assert font.FontDescriptor.keys() & {"/FontFile2", "/FontFile3"}, font.BaseFont


def test_every_attachment_is_tied_to_the_document(opened: pikepdf.Pdf) -> None:
    tied = {str(f.UF): f for f in opened.Root.AF}
    assert tied.keys() == {a.name for a in ATTACHED} == set(opened.attachments)
    for spec in tied.values():
        assert (str(spec.F), spec.AFRelationship) == (str(spec.UF), "/Data")
        assert str(spec.Desc)
        assert str(spec.EF.F.Subtype).startswith("/application/")
        assert str(spec.EF.F.Params.ModDate) == "D:20250301093000Z"


def test_nothing_runs_and_nothing_lies_elsewhere(opened: pikepdf.Pdf) -> None:
    assert not opened.Root.keys() & {"/OpenAction", "/AA", "/AcroForm", "/Requirements", "/Perms"}
    links = 0
    for held in _dictionaries(opened):
        assert not held.keys() & {"/AA", "/JS", "/OPI", "/Alternates", "/Ref"}
        assert not (isinstance(held, pikepdf.Stream) and "/F" in held), "a stream whose data lie in another file"
        action = held.get("/A") if held.get("/Type") == "/Annot" else None
        if held.get("/Type") == "/Annot":
            links += 1
            assert held.Subtype == "/Link"
            assert int(held.F) & 4, "it is printed, as PDF/A wants"
        if action is not None:
            assert action.S == "/URI"
            assert str(action.URI).startswith(("http://", "https://"))
    assert links > 20


def test_same_report_same_bytes() -> None:
    assert _pdf(made.bare()) == _pdf(made.bare())


def test_a_title_cannot_become_a_rule_of_the_page() -> None:
    bare = made.bare()
    nasty = '"; } } body { display: none } @page { content: "'
    document = pypdfium2.PdfDocument(_pdf(replace(bare, case=replace(bare.case, title=nasty))))
    words = document[0].get_textpage().get_text_bounded()
    assert _flat(words).count(_flat(nasty)[:20]) >= 2


def test_ten_thousand_letters_without_a_space_are_laid_out() -> None:
    bare = made.bare()
    document = pypdfium2.PdfDocument(_pdf(replace(bare, case=replace(bare.case, summary="x" * 10_000))))
    words = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert words.count("x") >= 10_000


def test_without_its_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Any:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf, "import_module", missing)
    with pytest.raises(InputError, match="apt-get install libpango"):
        _pdf(made.bare())


@pytest.fixture(scope="module")
def figures() -> Any:
    return plates(_few())


def test_every_figure_stands_alone_with_caption_credit_and_alt_text(figures: Any) -> None:
    names = [p.name for p in figures]
    assert len(names) == len(set(names))
    assert {n.rsplit("-", 1)[0] for n in names} == {"timeline", "map", "claim", "vessel"}
    etree = import_module("xml.etree.ElementTree")
    for plate in figures:
        root = etree.fromstring(plate.svg)
        assert root.attrib["width"].endswith("mm")
        assert float(root.attrib["width"][:-2]) <= 180
        assert min(map(len, (plate.caption, plate.credit, plate.alt))) > 10
        assert not re.search(r"(?:href|src)=\"(?!#|data:image/png)|@import|<script|var\(--", plate.svg)


def test_figures_of_simulated_cases_say_so_in_name_and_drawing() -> None:
    for plate in plates(made.simulated()):
        assert plate.name.startswith("simulated-")
        assert "SIMULATED" in plate.svg


def test_a_figure_in_dots_is_300_an_inch_and_its_labels_can_be_read(figures: Any) -> None:
    plate = next(p for p in figures if p.name == "map-1")
    data = plate_png(plate)
    picture = Image.open(io.BytesIO(data))
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert picture.width == pytest.approx(180 / 25.4 * 300, abs=2)
    dark = sum(picture.convert("L").histogram()[:90])
    without = replace(plate, svg=re.sub(r"<text [^>]*s-(?:place|local)[^<]*</text>", "", plate.svg))
    bare = Image.open(io.BytesIO(plate_png(without)))
    assert dark > sum(bare.convert("L").histogram()[:90]) + 1000
    assert plate_png(plate) == data


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", ["ink", "soft", "link", "ours", "reported", "claimed", "good", "bad", "open", "alarm"])
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_words_stand_out_from_their_ground(ink: str, ground: str) -> None:
    assert _contrast(palette()[ink], palette()[ground]) >= 4.5
