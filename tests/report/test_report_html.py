"""The report as a reader, a screen reader and a hostile critic meet it."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import report_contents as made
from report_page import Page

from roadstead.identify.gate import RECOGNISE_PIXELS
from roadstead.identify.quay_gate import CRANE_M, GOODS_M, VEHICLES_M
from roadstead.model import TimeSpan, parse_span
from roadstead.report import render_report
from roadstead.report.messages import under


@pytest.fixture(scope="module")
def html() -> str:
    return render_report(made.contents())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_every_tag_is_closed_and_every_id_is_unique(page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert not page.open
    assert len(ids) == len(set(ids))


def test_words_of_others_cannot_become_markup(html: str, page: Page) -> None:
    assert "<script" not in html.lower()
    assert made.SCRIPT.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in html
    assert not [a for _, a in page.elements for k in a if k.startswith("on")]
    assert not page.all("iframe") + page.all("object") + page.all("link") + page.all("em")


def test_text_direction_cannot_be_overridden(html: str) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", html)
    assert "evil\u27e8U+202E\u27e9gnp.exe" in html


def test_nothing_is_requested_and_links_lead_only_to_web_addresses(html: str, page: Page) -> None:
    for tag, attributes in page.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            target = attributes.get(name, "#")
            if tag == "a" and target.startswith(("http://", "https://")):
                assert attributes["rel"] == "noopener noreferrer"
            else:
                assert target.startswith(("#", "data:image/png;base64,")), (tag, target[:60])
    assert "@import" not in html
    assert set(re.findall(r"url\(([^)]{0,3})", html)) <= {f"#{c}" for c in ("ke", "ti")}
    outside = {a["href"] for a in page.all("a") if not a["href"].startswith("#")}
    assert "https://example.org/nis?a=1&b=2" in outside
    assert not [u for u in outside if "javascript" in u or "file:" in u]
    assert "javascript:alert(1)" in page.text("sources")


def test_links_inside_the_page_lead_somewhere(page: Page) -> None:
    ids = {a["id"] for _, a in page.elements if "id" in a}
    assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= ids
    assert {a["href"][1:] for a in page.all("use")} <= ids


def test_every_claim_stands_with_both_verdicts(page: Page) -> None:
    contents = made.contents()
    rows = page.text("verdicts")
    for verdict in contents.verdicts:
        words = page.text(f"claim-{verdict.claim_id}")
        claim = contents.case.claim(verdict.claim_id)
        assert verdict.without_reports.words in words
        assert verdict.with_reports.words in words
        assert contents.case.source(claim.source_id).grade in words
        assert verdict.coverage.statement in words
        assert verdict.claim_id in rows
        assert verdict.claim_id in page.text("findings")
    assert " ".join(made.LONG.split()) in page.text("claim-persons")


def test_key_findings_come_first_and_most_important_first(page: Page) -> None:
    sections = [a["id"] for a in page.all("section")]
    assert sections[0] == "findings"
    words = page.text("findings")
    assert (
        "Of 6 claims: 1 supported, 1 contradicted, 1 where our looks and the reports differ, 2 not determinable"
        in words
    )
    order = [words.index(i) for i in ("dunai-17", "count-rajin", "activity-fokino", "transit-1")]
    assert order == sorted(order)
    assert "Chongjin: no usable look of ours in the window of transit-1" in words
    assert 'Rajin "Rason" <b>&amp;: no usable look of ours in the window of persons' in words
    assert "Tasked, embargoed and government images" in words
    assert "very likely to almost certain, 87\u201396\u00a0%" in "".join(page.texts["findings"])


def test_a_call_that_only_one_computation_makes_is_no_headline(page: Page) -> None:
    words = page.text("findings")
    assert words.index("do not lead to the same call") < words.index("activity-fokino")


def test_every_figure_can_be_read_aloud(html: str, page: Page) -> None:
    drawings = [a for a in page.all("svg") if a.get("aria-hidden") != "true"]
    assert len(drawings) > 30
    for drawing in drawings:
        assert drawing["role"] == "img"
        for name in drawing["aria-labelledby"].split():
            assert page.text(name)
    assert html.count("<title ") + html.count("<title>") > len(drawings)


def test_tables_name_their_columns_and_rows(page: Page) -> None:
    heads = page.all("th")
    assert heads
    assert {a["scope"] for a in heads} == {"col", "row"}
    assert len(page.all("caption")) == len(page.all("table"))


def test_headings_skip_no_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


def test_same_contents_same_bytes(html: str) -> None:
    assert render_report(made.contents()) == html


def test_no_folder_of_this_machine_is_named(html: str) -> None:
    for folder in ("/home", "jane doe", "/srv", str(made.ROOT.parent)):
        assert folder not in html
    assert "dunai-test/case.toml:12: claims[9].when: no such date" in html
    assert "roadstead verify dunai-test" in html


def test_the_name_of_the_folder_is_not_told() -> None:
    bare = made.bare()
    page = render_report(replace(bare, case=replace(bare.case, folder=made.ROOT.parent / "told by ivan")))
    assert "ivan" not in page
    assert "roadstead verify dunai-test" in page


def test_every_term_of_the_glossary_stands_in_the_report(html: str, page: Page) -> None:
    terms = under("glossary")
    assert len(terms) >= 10
    for name, words in terms:
        term = words.partition(": ")[0]
        assert f"<dt>{term}</dt>" in html, name
    assert "glossary" in page.texts


def test_captions_tell_local_time_where_the_moment_is_known(html: str) -> None:
    contents = made.contents()
    assert "<dt>Local time</dt>" in html
    assert "7 Oct 2024, 12:05 (Asia/Vladivostok)" in html
    vague = tuple(replace(f, scene=replace(f.scene, time=parse_span("2024-10-07"))) for f in contents.found)
    assert "Local time" not in render_report(replace(contents, found=vague))


def test_a_folder_named_in_any_note_is_taken_out() -> None:
    contents = made.contents()
    first = contents.found[0]
    noted = replace(first, detection=replace(first.detection, notes=(f"see {made.ROOT}/images/a.tif",)))
    html = render_report(replace(contents, found=(noted,)))
    assert "jane doe" not in html
    assert "see images/a.tif" in html


def test_more_vessels_than_figures_all_stay_listed(page: Page) -> None:
    words = page.text("vessels")
    contents = made.contents()
    assert len([a for a in page.all("article") if a.get("class") == "card"]) == 24
    assert "the other 7 in the table below" in words
    assert all(f.detection.id in words for f in contents.found)
    assert words.count("marked by eye") == sum(f.detection.method.startswith("by eye") for f in contents.found[:24])


def test_statements_that_no_image_can_test_stand_apart(page: Page) -> None:
    words = page.text("findings")
    assert words.index("Not testable by images of ships") < words.index("agreed on it in August")
    assert "statement" not in page.text("time-0")
    assert "Not drawn: 1 claim(s) that no image of ships can test" in page.text("timeline")


def test_a_window_of_decades_does_not_flatten_the_timeline() -> None:
    contents = made.contents()
    first, *rest = contents.case.claims
    decades = replace(first, when=TimeSpan(made.MADE - timedelta(days=13000), made.MADE))
    case = replace(contents.case, claims=(decades, *rest))
    words = Page(render_report(replace(contents, case=case))).text("timeline")
    assert "7 Oct 2024" in words or "6 Oct 2024" in words
    assert "the window reaches beyond the panel" in words
    assert "1990" not in words


def test_with_no_usable_look_at_all_the_first_thing_said_is_that() -> None:
    words = Page(render_report(made.bare())).text("findings")
    assert "We hold no usable look at any place in any claimed window." in words
    assert words.index("No image tested any of them") < words.index("transit-1")


def test_far_apart_periods_get_their_own_panels(page: Page) -> None:
    words = page.text("timeline")
    assert "2023, UTC" in words
    assert "2024, UTC" in words
    assert "drawn in 2 panels" in words


def test_the_map_says_what_it_is_not(page: Page) -> None:
    words = page.text("map")
    assert "claimed route, not a track" in words
    assert "without coastline" in words
    for name in ("Дунай · 두나이", "بندر عباس", "100 km", "130°E"):
        assert name in words


def test_losses_warnings_and_changes_are_told(page: Page) -> None:
    assert "images/broken.tif: cannot be read" in page.text("unseen")
    assert "not the river" in page.text("warnings")
    assert "claims transit-1 changed" in page.text("assumptions")
    assert "ab" * 32 in page.text("assumptions")
    assert "cd" * 32 in page.text("assumptions")


def test_reports_keep_their_ratio_and_reason(page: Page) -> None:
    words = page.text("reported")
    assert "3\u201320" in words
    assert "published image, own analysis" in words
    assert "not weighed" in words
    assert "shared with" in page.text("sources")


def test_simulated_pixels_are_marked_everywhere() -> None:
    html = render_report(made.simulated())
    assert "Nothing in this report is evidence of a real event" in html
    figures = re.findall(r'<svg [^>]*aria-labelledby="(?:chip|time|map)[^>]*>.*?</svg>', html, re.DOTALL)
    assert len(figures) > 20
    assert all("SIMULATED" in f for f in figures)
    assert "SIMULATED" not in render_report(made.contents()).replace("Simulated?", "")


def test_without_any_evidence_it_says_so() -> None:
    page = Page(render_report(made.bare()))
    assert "That is no proof of absence" in page.text("vessels")
    assert "We hold no look at any site" in page.text("unseen")
    assert "Our looks show no stay" in page.text("calls")
    assert "No exhibit was brought in" in page.text("exhibits")


def test_without_claims_or_sites_it_still_stands() -> None:
    contents = made.bare()
    case = replace(contents.case, claims=(), sites=(), sources=(), hypotheses=(), vessels=(), traffic=())
    page = Page(render_report(replace(contents, case=case, verdicts=())))
    assert "no claim that could be assessed" in page.text("findings")
    assert "no sites to draw" in page.text("map")
    assert "neither claimed windows nor looks" in page.text("timeline")


def test_a_picture_without_georeference_gets_no_scale_and_no_north() -> None:
    contents = made.contents()
    first = contents.found[0]
    assert first.chip is not None
    detection = replace(first.detection, outline=None, length_m=None, beam_m=None, heading_deg=None, time=None)
    chip = replace(first.chip, metres_per_pixel=0.0, north_deg=float("nan"), outline=())
    scene = replace(first.scene, gsd_m=None, footprint=None, time=None)
    found = replace(first, detection=detection, scene=scene, resolved_m=None, chip=chip)
    words = Page(render_report(replace(contents, found=(found,)))).text("vessels")
    assert "no scale: pixel size unknown" in words
    assert "time unknown" in words
    assert "length not measured, beam not measured" in words


def test_a_score_is_never_rounded_to_certainty() -> None:
    contents = made.contents()
    sure = replace(contents.found[0], detection=replace(contents.found[0].detection, score=0.9991))
    words = "".join(Page(render_report(replace(contents, found=(sure,)))).texts["vessels"])
    assert ">\u00a00.99" in words
    assert "1.00" not in words


def test_an_empty_chip_is_no_picture() -> None:
    contents = made.contents()
    first = contents.found[0]
    assert first.chip is not None
    found = replace(first, chip=replace(first.chip, rgb=np.zeros((0, 0, 3), np.uint8)))
    assert "No picture" in Page(render_report(replace(contents, found=(found,)))).text("vessels")


def test_the_limits_are_those_of_the_program(page: Page) -> None:
    said = page.text("methods")
    for untrue in ("reads no AIS", "does not compare the look", "not measured in this version"):
        assert untrue not in said
    assert "only from files that the analyst put into the case" in said
    assert "recognises no class in radar images" in said
    assert f"{CRANE_M:g} m or finer ({GOODS_M:g} m for goods" in said
    assert CRANE_M == VEHICLES_M
    assert f"{RECOGNISE_PIXELS:.0f} resolved pixels" in said
