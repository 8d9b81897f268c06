"""Figures by name: what there is, how wide it is drawn, and what stands in every picture of pixels or of a map."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from typing import Any

import coverage_cases as cases
import numpy as np
import pypdfium2
import pytest
import report_contents as made

from roadstead.model import InputError
from roadstead.report import Chip, chosen, offers, plate_pdf, plates
from roadstead.report.chips import chip_figure
from roadstead.report.plates import LEAST_UNITS, MM_PER_UNIT, NARROWEST_MM

POINTS_A_MM = 72 / 25.4
SMALLEST_WORDS = 11.0
"""units; of ticks and credits"""


@pytest.fixture(scope="module")
def few() -> Any:
    contents = made.contents()
    return replace(contents, found=contents.found[:3])


def _root(svg: str) -> Any:
    return import_module("xml.etree.ElementTree").fromstring(svg)


def _names(contents: Any, *names: str) -> list[str]:
    return [o.name for o in chosen(offers(contents), names)]


def test_figures_are_asked_for_by_detection_site_claim_and_kind(few: Any) -> None:
    ship = few.found[0].detection.id
    assert _names(few, "MAP") == _names(few, "map") != []
    assert {n.rsplit("-", 1)[0] for n in _names(few, "TIMELINE")} == {"timeline"}
    assert _names(few, "chongjin") == ["site-chongjin"]
    assert _names(few, "dunai-17") == ["claim-2"]
    (named,) = _names(few, ship)
    assert named.startswith("vessel-")
    assert _names(few, named) == [named]
    assert _names(few, "chongjin", "MAP", "map-1") == [*_names(few, "MAP"), "site-chongjin"], "each once, in order"


def test_without_names_the_figures_are_those_of_the_report(few: Any) -> None:
    assert _names(few) == [p.name for p in plates(few)]
    assert not [n for n in _names(few) if n.startswith("site-")]


def test_an_unknown_name_is_told_with_some_that_there_are(few: Any) -> None:
    with pytest.raises(InputError, match=r"nowhere: is no figure of this case; there are TIMELINE, .*--list"):
        _names(few, "MAP", "nowhere")


def test_figures_of_simulated_cases_are_found_with_and_without_their_mark() -> None:
    contents = made.simulated()
    assert _names(contents, "map-1") == _names(contents, "simulated-map-1") == ["simulated-map-1"]


@pytest.mark.parametrize("width_mm", [50.0, 88.0, 180.0, 400.0])
def test_every_figure_is_as_wide_as_it_was_asked_for_and_its_words_can_be_read(few: Any, width_mm: float) -> None:
    for offer in offers(few):
        root = _root(offer.draw(width_mm).svg)
        assert float(root.attrib["width"][:-2]) == pytest.approx(width_mm), offer.name
        units = float(root.attrib["viewBox"].split()[2])
        assert SMALLEST_WORDS * width_mm / units * POINTS_A_MM >= 6, offer.name


def test_the_narrowest_column_gives_words_of_six_points() -> None:
    assert SMALLEST_WORDS * NARROWEST_MM / LEAST_UNITS * POINTS_A_MM >= 5.99
    assert 7.9 < 12 * MM_PER_UNIT * POINTS_A_MM < 8.1


def test_no_word_of_a_legend_or_credit_leaves_a_narrow_figure(few: Any) -> None:
    texts = "{http://www.w3.org/2000/svg}text"
    for offer in chosen(offers(few), ["TIMELINE", "chongjin", few.found[0].detection.id]):
        root = _root(offer.draw(50.0).svg)
        width = float(root.attrib["viewBox"].split()[2])
        for t in root.findall(texts):
            assert float(t.attrib["x"]) + 5 * len(t.text or "") < width * 1.05, (offer.name, t.text)


def test_pictures_of_pixels_and_maps_carry_scale_north_and_credit(few: Any) -> None:
    for offer in offers(few):
        if offer.name.startswith(("vessel", "map", "site")):
            svg = offer.draw(0.0).svg
            assert re.search(r">N</text>", svg), offer.name
            assert re.search(r">[\d.]+ (?:k?m)</text>", svg), offer.name
            words = " ".join(re.findall(r">([^<]+)</text>", svg)).replace("&amp;", "&")
            assert " ".join(offer.draw(0.0).credit.split()) in words, offer.name


def test_the_credit_of_pixels_is_the_exact_line_with_its_licence(few: Any) -> None:
    found = few.found[0]
    (offer,) = chosen(offers(few), [found.detection.id])
    scene = found.scene
    assert offer.draw(0.0).credit == f"Credit: {scene.credit} ({scene.licence or 'no licence stated'})"


def _chip(outline: tuple[tuple[float, float], ...], **more: float) -> Chip:
    given = {"metres_per_pixel": 10.0, "north_deg": 0.0} | more
    return Chip(rgb=np.full((30, 30, 3), 90, np.uint8), outline=outline, stretch="none", **given)


@pytest.mark.parametrize("width", [0.0, 260.0, 700.0])
@pytest.mark.parametrize(("left", "top"), [(12, 12), (0, 0), (20, 22)])
def test_the_mark_of_simulated_pixels_stands_clear_of_the_ship(width: float, left: int, top: int) -> None:
    box = ((left, top), (left + 6, top), (left + 6, top + 4), (left, top + 4))
    svg = str(chip_figure(_chip(box), "u", "title", "words", "SIMULATED", width=width))
    at = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>SIMULATED<', svg)
    ship = [float(v) for v in re.findall(r'points="([\d., ]+)" class="s-outline"', svg)[0].replace(",", " ").split()]
    assert len(at) == 2, "on both pictures"
    x, y = map(float, at[0])
    clear_x = x + 110 < min(ship[::2]) or x > max(ship[::2])
    clear_y = y < min(ship[1::2]) or y - 15 > max(ship[1::2])
    assert clear_x or clear_y


def test_a_narrow_figure_puts_the_pictures_one_below_the_other() -> None:
    chip = _chip(((12, 12), (18, 12), (18, 16), (12, 16)))
    boxes = [
        re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', str(chip_figure(chip, "u", "t", "w", "", width=w)))[0]
        for w in (260.0, 700.0)
    ]
    (narrow, high), (wide, low) = [tuple(map(float, b)) for b in boxes]
    assert (narrow, wide) == (260.0, 700.0)
    assert high > narrow
    assert low < wide


def test_pixels_without_georeference_say_that_scale_and_north_are_unknown() -> None:
    svg = str(chip_figure(_chip((), metres_per_pixel=0.0, north_deg=float("nan")), "u", "title", "words", ""))
    assert "no scale" in svg
    assert "north unknown" in svg


def test_a_pdf_is_a_page_of_the_figures_size_with_its_words_and_the_same_twice(few: Any) -> None:
    (offer,) = chosen(offers(few), ["chongjin"])
    plate = offer.draw(88.0)
    data = plate_pdf(plate)
    assert plate_pdf(plate) == data
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 1
    assert document[0].get_width() / POINTS_A_MM == pytest.approx(88, abs=0.5)
    assert "Roadstead" in document[0].get_textpage().get_text_bounded()
    document.close()


@pytest.mark.parametrize("width_mm", [0.0, 50.0, 400.0])
def test_coverage_carries_its_credit_and_the_mark_in_the_drawing_at_every_width(width_mm: float) -> None:
    contents = replace(made.simulated(), coverage=cases.hours())
    (offer,) = chosen(offers(contents), ["coverage"])
    svg = offer.draw(width_mm).svg
    words = re.findall(r">([^<]+)</text>", svg)
    assert "SIMULATED." in words
    assert "Drawing: Roadstead" in " ".join(words)
    assert float(_root(svg).attrib["width"][:-2]) == pytest.approx(width_mm or 180)


def test_a_period_and_the_mark_of_simulated_pixels_never_stand_on_each_other() -> None:
    for offer in chosen(offers(made.simulated()), ["TIMELINE"]):
        svg = offer.draw(50.0).svg
        lifted = re.search(r'class="s-sim"[^>]*>SIMULATED</text><g transform="translate\(0 17\)"><text', svg)
        assert lifted, offer.name
