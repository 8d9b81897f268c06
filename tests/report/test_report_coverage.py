"""What could have been seen, as a figure and as a section of the report."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise

import coverage_cases as cases
import pytest
import report_contents as made
from report_page import Page

from roadstead.coverage import ALWAYS_UNKNOWN
from roadstead.model import AnswerState, CaseCoverage, LookState, Modality, Moment, TimeSpan
from roadstead.report import coverage_svg, render_report
from roadstead.report.coverage_marks import key, mark, meaning
from roadstead.report.coverage_panels import columns, panels
from roadstead.report.coverage_rows import in_part
from roadstead.report.ink import haloed

SITES = cases.nine_sites()
WIDE = 740.0
NOTHING = CaseCoverage(sites=(), answers=(), satellites=(), losses=())


def drawn(coverage: CaseCoverage, **more: object) -> str:
    return coverage_svg(coverage, made.case().sites, made.case().claims, **more)  # type: ignore[arg-type]


def words(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


def section(coverage: CaseCoverage | None) -> str:
    return Page(render_report(replace(made.contents(), coverage=coverage))).text("coverage")


@pytest.fixture(scope="module")
def html() -> str:
    return render_report(replace(made.contents(), coverage=cases.six_days()))


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def _shape(state: LookState, modality: Modality) -> str:
    """A mark in black: outlines and fillings, without names of colours."""
    dark = {"s-full", "s-half", "s-dot", "s-stroke"}
    parts = "".join(str(p) for p in mark(state, modality, 0, 0))
    return re.sub(r'class="(s-[a-z]+)"', lambda m: "black" if m[1] in dark else "white", parts)


def test_states_and_sensors_are_told_apart_without_colour() -> None:
    shapes = [_shape(s, m) for s in LookState for m in Modality]
    assert all(a != b for a, b in combinations(shapes, 2))
    fillings = [re.sub(r"u-[a-z-]+", "", str(key(s, "u", frozenset({True})))) for s in LookState]
    assert all(a != b for a, b in combinations(fillings, 2))
    assert len({meaning(s) for s in LookState}) == len(LookState)


def test_every_site_has_a_row_and_every_state_a_key() -> None:
    said = words(drawn(cases.six_days()))
    for name in ("Dunai", "Chongjin", 'Rajin "Rason" <b>&amp;'):
        assert name in said
    assert all(meaning(s) in said for s in LookState)
    assert {s.name for s in SITES} <= set(words(coverage_svg(cases.months(), SITES)))


def test_a_row_tells_its_numbers() -> None:
    said = words(drawn(cases.six_days()))
    assert "passes 11 · listed 5 · usable looks 2" in said
    assert "passes 0 · listed 1 · usable looks 0" in said
    assert "3" in said


def test_without_any_answer_nothing_is_said_of_lists() -> None:
    silent = cases.told(replace(cases.six_days(), answers=(cases.answer(AnswerState.NO_ANSWER),)))
    said = " ".join(words(drawn(silent)))
    assert "· listed" not in said
    assert "No catalogue answered" in said
    assert "No catalogue was asked" in " ".join(words(drawn(cases.months())))


def test_only_the_claims_that_concern_a_site_stand_over_it() -> None:
    said = words(drawn(cases.six_days()))
    assert said.count("persons") == 2
    assert "transit-1" in said
    assert "dunai-17" not in said


def test_partial_swaths_and_looks_without_a_pass_are_drawn() -> None:
    svg = drawn(cases.six_days())
    assert svg.count('class="s-partial"') == 2 + 1
    assert "sentinel-2b, could be imaged, descending, incidence 10°, 40\u00a0% of the area" in svg
    assert "skysat-c12, listed" in svg


def _band(svg: str) -> list[tuple[float, float]]:
    paths = [p for p in re.findall(r'<path d="([^"]*)" class="s-band"', svg) if p]
    return [(float(a), float(b)) for p in paths for a, b in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)V", p)]


def test_stretches_without_a_known_look_end_where_one_is_known() -> None:
    one = replace(cases.six_days(), sites=cases.six_days().sites[2:])
    (left, middle), (after, right) = _band(drawn(one))
    listed = one.sites[0].moments[0].time.middle
    share = (listed - one.sites[0].span.start) / one.sites[0].span.duration
    assert middle < 10 + share * WIDE < after
    assert (left, right) == pytest.approx((10, 750), abs=2)


def test_marks_never_cover_one_another() -> None:
    coverage = cases.six_days()
    first = coverage.sites[0]
    twins = tuple(
        replace(m, platform=f"{m.platform}-{i}", time=TimeSpan(t, t))
        for m in first.moments
        for i in range(3)
        for t in [m.time.middle + i * timedelta(minutes=20)]
    )
    svg = coverage_svg(replace(coverage, sites=(replace(first, moments=twins),)), SITES)
    discs = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="4.6" class="s-(?:open|full)"/>', svg)
    spots = sorted((float(y), float(x)) for x, y in discs if float(y) > 20)
    assert len(spots) > 15
    assert all(b[1] - a[1] > 9 for a, b in pairwise(spots) if a[0] == b[0])


def test_nights_stand_in_short_spans_and_not_in_columns() -> None:
    night = r'<path d="M[^"]+" class="s-night"'
    assert re.search(night, drawn(cases.six_days()))
    assert not re.search(night, drawn(cases.months()))


def test_hostile_names_stay_words() -> None:
    hostile = f"{made.SCRIPT} \u202eevil \x00 \uffff & ]]> <svg onload='x'>"
    sites = (replace(made.case().sites[0], name=hostile), *made.case().sites[1:])
    coverage = cases.six_days()
    odd = tuple(replace(m, platform=f"{made.SCRIPT}\x08") for m in coverage.sites[0].moments)
    svg = coverage_svg(replace(coverage, sites=(replace(coverage.sites[0], moments=odd),)), sites, made.case().claims)
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    names = {e.tag.split("}")[1] for e in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "defs", "pattern", "g", "rect", "line", "circle", "path", "text",
                     "polygon"}  # fmt: skip
    assert not [k for e in root.iter() for k in e.attrib if k.startswith("on") or k.endswith("href")]
    assert not re.search("[\u202a-\u202e\x00-\x08]", svg)


def test_the_file_stands_alone() -> None:
    svg = drawn(cases.six_days())
    assert svg.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert "var(" not in svg
    assert "@import" not in svg
    assert 'width="180mm"' in svg
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids)


def test_same_coverage_same_bytes() -> None:
    assert drawn(cases.six_days()) == drawn(cases.six_days())
    contents = replace(made.contents(), coverage=cases.six_days())
    assert render_report(contents) == render_report(replace(made.contents(), coverage=cases.six_days()))


@pytest.mark.parametrize(("coverage", "bin_days"), [(cases.six_days, 0), (cases.months, 1), (cases.years, 7)])
def test_longer_spans_are_drawn_coarser_and_nothing_is_lost(coverage: object, bin_days: int) -> None:
    made_here: CaseCoverage = coverage()  # type: ignore[operator]
    laid = panels(made_here, WIDE)
    assert {p.bin_days for p in laid} == {bin_days}
    assert all(a.end == b.start for a, b in pairwise(laid))
    if bin_days:
        counted = sum(c.total for p in laid for s in p.sites for c in columns(s, p))
        assert counted == sum(len(s.moments) for s in made_here.sites)


@pytest.mark.parametrize("width", [760.0, 360.0])
@pytest.mark.parametrize("n", [3, 30])
def test_years_stay_small_and_few(n: int, width: float) -> None:
    coverage = cases.years(n)
    assert len(panels(coverage, width - 20)) <= 4
    svg = coverage_svg(coverage, SITES, width=width)
    assert len(svg) < 400_000


def test_two_hours_and_an_instant_can_be_drawn() -> None:
    said = words(drawn(cases.hours()))
    assert {"01:00", "02:00", "03:00"} <= set(said)
    assert "10\u00a0Oct\u00a02024, UTC" in said
    first = cases.hours().sites[0]
    at = replace(first, span=TimeSpan(first.span.start, first.span.start), moments=(), windows=(), nights=())
    assert "Dunai" in words(drawn(replace(cases.hours(), sites=(at,))))


def test_periods_far_apart_are_not_stretched_over_the_time_between() -> None:
    late, early = cases.six_days().sites[0], cases.years().sites[4]
    short = TimeSpan(early.span.start, early.span.start + timedelta(days=5))
    both = replace(cases.six_days(), sites=(late, replace(early, span=short, moments=early.moments[:3])))
    laid = panels(both, WIDE)
    assert [len(p.sites) for p in laid] == [1, 1]
    assert sum((p.end - p.start).days for p in laid) == 11


def test_a_crowd_of_passes_becomes_columns() -> None:
    first = cases.six_days().sites[0]
    t = first.span.start
    crowd: tuple[Moment, ...] = tuple(
        replace(first.moments[0], time=TimeSpan(t + i * timedelta(minutes=9), t + i * timedelta(minutes=9)))
        for i in range(900)
    )
    svg = drawn(replace(cases.six_days(), sites=(replace(first, moments=crowd),)))
    assert "A column is a day" in svg
    assert len(svg) < 60_000


def test_nothing_known_says_so() -> None:
    assert any("No pass was computed" in w for w in words(drawn(NOTHING)))
    assert "No pass was computed" in section(NOTHING)
    assert "Passes and catalogues were not worked out" in section(None)
    assert "No catalogue was asked" in section(None)


def test_a_site_without_moments_keeps_its_row() -> None:
    bare = replace(cases.six_days().sites[1], moments=())
    said = words(drawn(replace(cases.six_days(), sites=(bare,))))
    assert "Chongjin" in said
    assert "passes 0 · listed 0 · usable looks 0" in said


def test_simulated_pixels_mark_the_figure() -> None:
    assert "SIMULATED" in words(drawn(cases.hours(), simulated=True))
    assert "SIMULATED" not in words(drawn(cases.hours()))
    simulated = render_report(replace(made.simulated(), coverage=cases.six_days()))
    figures = re.findall(r'<svg [^>]*aria-labelledby="cover[^>]*>.*?</svg>', simulated, re.DOTALL)
    assert figures
    assert all("SIMULATED" in f for f in figures)


def test_claimed_windows_without_a_look_are_named(page: Page) -> None:
    said = page.text("coverage")
    dark = said[said.index("without any look known to us") : said.index("none is a usable look of ours")]
    assert "transit-1: Chongjin, Hungnam, Musudan, Vladivostok; 2024-10-07 14:00 UTC" in dark
    assert "persons" not in dark.split("Claimed windows where")[0]
    listed = said[said.index("none is a usable look of ours") : said.index("The places and times")]
    assert 'persons: Rajin "Rason"' in listed
    assert "dunai-17" not in dark + listed


def test_claims_that_share_a_window_share_a_line() -> None:
    contents = made.bare()
    twin = replace(contents.case.claims[0], id="transit-2")
    case = replace(contents.case, claims=(*contents.case.claims, twin))
    verdicts = (*contents.verdicts, replace(contents.verdicts[0], claim_id="transit-2"))
    html = render_report(replace(contents, case=case, verdicts=verdicts, coverage=cases.six_days()))
    assert "transit-1, transit-2: Chongjin, Hungnam" in Page(html).text("coverage")


def test_every_catalogue_stands_with_its_answer(page: Page) -> None:
    said = page.text("coverage")
    assert "These did not answer, so what they list is unknown: " in said
    assert "15 times within the claimed windows" in said
    assert "answered in part" in said
    assert "48 products of 31 acquisitions" in said
    assert "Dunai, Fokino, Vladivostok" in said
    assert "copernicus: no answer within 30 s" in said
    assert "No catalogue was asked" not in said


def _rows(html: str, caption: str) -> list[list[str]]:
    table = html[html.index(f"<caption>{caption}") :]
    table = table[: table.index("</table>")]
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", table, re.DOTALL)[1:]
    cells = [re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", r, re.DOTALL) for r in rows]
    return [[" ".join(re.sub("<[^>]+>", "", c).split()) for c in row] for row in cells]


def test_where_lists_are_open_no_number_is_final(html: str) -> None:
    caption = "The places and times of each claim"
    by_site = {(r[0], r[1]): r for r in _rows(html, caption)}
    assert by_site["transit-1", "Chongjin"][3:5] == ["at least 4", "unknown"]
    assert by_site["transit-1", "Hungnam"][3:5] == ["unknown", "unknown"]
    assert by_site["persons", "Dunai"][3:5] == ["at least 11", "at least 5"]
    wider = cases.six_days()
    first = wider.sites[1]
    span = TimeSpan(first.span.start - timedelta(days=1), first.span.end)
    settled = tuple(replace(m, state=LookState.NOT_LISTED) for m in first.moments)
    whole = replace(wider, sites=(replace(first, span=span, moments=settled),))
    rows = _rows(render_report(replace(made.contents(), coverage=whole)), caption)
    assert next(r for r in rows if r[1] == "Chongjin")[3:5] == ["4", "0"]


def test_passes_stand_with_time_sun_chance_and_track(html: str) -> None:
    rows = _rows(html, "Passes and images")
    radar = next(r for r in rows if r[1] == "2024-10-11 21:14:47 UTC" and r[0] == "Dunai")
    assert radar[2:] == [
        "12 Oct 07:14",
        "Sentinel-1A",
        "descending, 36°",
        "-12°",
        "could be imaged",
        "20–60 %",
        "3 of 4",
    ]
    tasked = next(r for r in rows if r[3] == "SkySat")
    assert tasked[4:] == ["–", "–", "listed", "unknown", "unknown"]
    assert any("40\u00a0% of the area in the swath" in r[6].replace(" %", "\u00a0%") for r in rows)


def test_many_passes_are_cut_with_a_sentence_and_known_images_stay() -> None:
    coverage = cases.months()
    first = coverage.sites[0]
    last = replace(first.moments[-1], state=LookState.LISTED)
    sites = (replace(first, moments=(*first.moments[:-1], last)), *coverage.sites[1:])
    contents = made.bare()
    long = tuple(replace(c, when=cases.OCTOBER) for c in contents.case.claims)
    case = replace(contents.case, claims=long)
    html = render_report(replace(contents, case=case, coverage=replace(coverage, sites=sites)))
    rows = _rows(html, "Passes and images")
    assert len(rows) == 60
    assert [r[6] for r in rows].count("listed") == 1
    assert re.search(r"60 of \d+ are shown: known images first", html)


def test_chances_of_staying_unseen_stand_with_their_method(html: str, page: Page) -> None:
    rows = _rows(html, "Probability that a call goes unseen")
    assert len(rows) == 6
    assert rows[1][:4] == ["Dunai", "8 h, at night", "Sentinel-1A, Sentinel-2A, Sentinel-2B", "86 %"]
    assert rows[1][4:] == ["90–97 %", "100 %", "91 % with one at 2024-10-08 14:00 UTC"]
    assert page.text("coverage").count("Share of all starts of a call") == 1


def test_what_never_can_be_known_is_said_and_nothing_twice(page: Page) -> None:
    assert ALWAYS_UNKNOWN in page.text("coverage")
    assert ALWAYS_UNKNOWN not in page.text("unseen")
    captions = [c for c in page.text("unseen").split() if c == "Claim"]
    assert not captions


def test_the_page_with_coverage_is_as_safe_as_without(html: str, page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert not page.open
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)
    assert "<script" not in html.lower()
    assert made.SCRIPT not in html
    assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(ids)
    assert "jane doe" not in html


def test_losses_name_no_folder_of_this_machine() -> None:
    lost = replace(cases.six_days(), losses=(f"{made.ROOT}/orbits/own.tle: line 3 is garbled",))
    assert "orbits/own.tle: line 3 is garbled" in section(lost)
    assert "jane doe" not in section(lost)


def test_the_methods_say_what_is_true_now(page: Page) -> None:
    said = page.text("methods")
    assert "Cloud comes from the product’s own mask" in said
    assert "It asks image catalogues only when its user does" in said
    assert "computes no cloud mask" not in said
    assert "shifted by whole repeat cycles" in said


def test_a_half_clouded_look_is_marked_as_showing_a_part() -> None:
    covered = cases.six_days()
    dunai = covered.sites[0]
    seen = next(m for m in dunai.moments if m.usable and m.look)
    half = replace(seen, opportunity=None, look=replace(seen.look, usable_fraction=0.5))
    assert in_part(half)
    assert not in_part(replace(seen, opportunity=None))
    moments = tuple(half if m is seen else m for m in dunai.moments)
    assert "50\u00a0% of the area seen" in drawn(replace(covered, sites=(replace(dunai, moments=moments),)))


def test_a_look_of_unknown_hour_is_dashed_over_its_day_and_explained() -> None:
    known = drawn(cases.six_days())
    assert "s-vague" not in known.partition("</style>")[2]
    assert "hour unknown" not in known
    first, *rest = cases.six_days().sites
    held = next(m for m in first.moments if m.look is not None)
    midnight = held.time.start.replace(hour=0, minute=0, second=0)
    vague = replace(held, time=TimeSpan(midnight, midnight + timedelta(days=1)))
    moments = tuple(vague if m is held else m for m in first.moments)
    svg = drawn(replace(cases.six_days(), sites=(replace(first, moments=moments), *rest)))
    dashed = re.findall(r'<line x1="([\d.]+)" y1="[\d.]+" x2="([\d.]+)" y2="[\d.]+" class="s-vague"', svg)
    assert len(dashed) == 2, "the look and its key"
    assert "hour unknown" in svg


def test_numbers_beside_marks_keep_a_halo_in_print() -> None:
    svg = haloed(drawn(cases.six_days()))
    assert re.search(r'<text aria-hidden="true" [^>]*class="s-count"', svg)
