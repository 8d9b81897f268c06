"""The parts that figures are made of."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import report_contents as made
from hypothesis import given
from hypothesis import strategies as st
from rasterio.io import MemoryFile
from shapely.geometry import Point

from roadstead.model import Range, Site, TimeSpan, parse_span
from roadstead.report import Chip
from roadstead.report.axis import degree_ticks, degrees, round_length, time_ticks
from roadstead.report.chips import chip_figure, enlargement, png
from roadstead.report.events import Event, Mark, Panel, events, panels
from roadstead.report.geography import frame_of, site_groups
from roadstead.report.ink import drawing_rules
from roadstead.report.labels import Label, place
from roadstead.report.markup import is_web_address, shortened, visible, without_paths
from roadstead.report.messages import under
from roadstead.report.numbers import factor, percent, percents
from roadstead.report.svg import overlap
from roadstead.report.timeline import timeline

T0 = datetime(2024, 10, 1, tzinfo=UTC)


def site(key: str, lon: float, lat: float) -> Site:
    return Site(id=key, name=key, timezone="UTC", aoi=Point(lon, lat).buffer(0.03))


def chip(side: int = 31, **more: object) -> Chip:
    rgb = np.random.default_rng(1).integers(0, 255, (side, side, 3)).astype(np.uint8)
    given_values = {"metres_per_pixel": 10.0, "north_deg": 30.0, "outline": ((9, 9), (20, 9), (20, 12), (9, 12))}
    return Chip(rgb=rgb, stretch="none", **(given_values | more))  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_pictures_hold_exactly_the_pixels_given() -> None:
    rgb = chip().rgb
    with MemoryFile(png(rgb), ext=".png") as file, file.open() as picture:
        assert np.array_equal(np.moveaxis(picture.read(), 0, -1), rgb)


def test_chips_are_enlarged_by_whole_numbers() -> None:
    assert enlargement(chip(31)) == 8
    assert enlargement(chip(400)) == 1


def test_raw_and_annotated_show_one_picture_at_one_scale() -> None:
    drawn = str(chip_figure(chip(), "u", "title", "words", ""))
    assert drawn.count("data:image/png") == 1
    assert '<image id="u-i"' in drawn
    assert '<use href="#u-i"/>' in drawn
    assert "72,72 160,72 160,96 72,96" in drawn
    assert "rotate(30)" in drawn


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    drawn = str(chip_figure(chip(), "u", "title", "words", ""))
    metres = float(re.findall(r">(\d+) m<", drawn)[0])
    width = float(re.findall(r'width="([\d.]+)" height="4" class="s-imagebar"', drawn)[0])
    assert width / 8 * 10.0 == pytest.approx(metres)


def test_the_map_scale_is_true() -> None:
    frame = frame_of([site("a", 129.8, 41.7), site("b", 132.3, 42.9)], 760.0)
    (x1, y1), (x2, y2) = frame.xy(131.0, 42.0), frame.xy(131.0, 42.5)
    assert x1 == pytest.approx(x2)
    assert (y1 - y2) * frame.km_per_unit == pytest.approx(55.6, rel=0.01)
    east = frame.xy(131.5, 42.3)[0] - frame.xy(131.0, 42.3)[0]
    assert east * frame.km_per_unit == pytest.approx(41.2, rel=0.02)


def test_sites_across_the_date_line_stay_together() -> None:
    frame = frame_of([site("a", 179.5, 51), site("b", -179.5, 52)], 760.0)
    a, b = frame.xy(179.5, 51)[0], frame.xy(-179.5, 52)[0]
    assert 0 < a < b < 760
    assert degrees(181.0, east=True) == "179°W"


def test_far_groups_get_their_own_panels_and_close_ones_a_closer_look() -> None:
    near = [site("a", 132.3, 42.9), site("b", 132.4, 42.95), site("c", 129.8, 41.7)]
    far = site("d", 56.2, 27.1)
    ids = [[s.id for s in g] for g in site_groups([*near, far])]
    assert ids == [["a", "b", "c"], ["a", "b"], ["d"]]
    assert site_groups([]) == ()
    assert [len(g) for g in site_groups([near[0], near[0]])] == [2]


@given(st.lists(st.tuples(st.floats(20, 740), st.floats(20, 480)), min_size=1, max_size=25))
def test_labels_never_overlap(points: list[tuple[float, float]]) -> None:
    labels = [Label(x=x, y=y, clear=4, lines=("A long name", "이름"), sizes=(13, 11)) for x, y in points]
    dots = [(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    boxes = [p.box for p in place(labels, dots, [], (760, 500)) if p]
    assert boxes
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))
    assert not any(overlap(a, b) for a in boxes for b in dots)


@given(st.integers(0, 10**7), st.integers(60, 60 * 24 * 20000), st.integers(2, 12))
def test_axes_have_round_ticks_and_not_too_many(offset_min: int, length_min: int, most: int) -> None:
    start = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=offset_min)
    end = start + timedelta(minutes=length_min)
    ticks = time_ticks(start, end, most)
    assert len(ticks) <= most + 1
    assert all(start <= t <= end and t.second == 0 for t, _ in ticks)
    assert len({label for _, label in ticks}) > 1 or len(ticks) < 3


def test_degree_ticks_are_round() -> None:
    assert degree_ticks(41.13, 43.9, 6) == (41.5, 42.0, 42.5, 43.0, 43.5)
    assert round_length(734.0) == 500.0


def test_long_empty_stretches_split_the_timeline_but_not_without_end() -> None:
    def at(day: int) -> Event:
        t = T0 + timedelta(days=day)
        return Event(site_id="a", mark=Mark.LOOK, span=TimeSpan(t, t), labels=(), words="")

    assert [len(p.events) for p in panels([at(0), at(3), at(400)])] == [2, 1]
    crowded = panels([at(100 * i + i * i) for i in range(20)])
    assert len(crowded) == 6
    assert sum(len(p.events) for p in crowded) == 20
    assert panels([]) == ()


def test_probabilities_are_never_rounded_to_certainty() -> None:
    assert percent(0.9996) == ">\u00a099\u00a0%"
    assert percent(0.0001) == "<\u00a01\u00a0%"
    assert percents(Range(0.004, 0.07)) == "<\u00a01 to 7\u00a0%"
    assert percents(Range(0.31, 0.5)) == "31\u201350\u00a0%"
    assert factor(Range(0.012, 1e12)) == "0.012\u2013>\u00a010\u00a0000"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.org", False),
        ("https://", False),
        ("https://exa\u202emple.org", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, good: bool) -> None:
    assert is_web_address(url) is good


def test_hidden_characters_become_visible_and_real_scripts_stay() -> None:
    assert visible("a\u202eb\x07c\ud800") == "a\u27e8U+202E\u27e9b\u27e8U+0007\u27e9c\u27e8U+D800\u27e9"
    assert visible("ميناء 청진 Дунай 🚢\n") == "ميناء 청진 Дунай 🚢\n"


def test_folders_are_taken_out_of_messages_but_addresses_stay() -> None:
    root = str(Path("/data/my cases/x"))
    assert without_paths(f"{root}/a.tif: bad", [root]) == "x/a.tif: bad"
    assert without_paths("cannot read /srv/a/b/c.tif: no") == "cannot read c.tif: no"
    assert without_paths(r"cannot read C:\Users\me\c.tif") == "cannot read c.tif"
    kept = "see https://example.org/a/b and 3/4 and/or"
    assert without_paths(kept) == kept


def test_shortened_text_ends_at_a_word() -> None:
    assert shortened("one two three four", 9) == "one two \u2026"
    assert shortened("x" * 50, 10) == "x" * 10 + " \u2026"
    assert shortened(" short\n text ", 20) == "short text"


def _contrast(a: str, b: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("block", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast(block: int) -> None:
    css = files("roadstead.report").joinpath("style.css").read_text("utf-8")
    sets = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", sets[block]))
    for ink in ("ink", "soft", "link", "ours", "reported", "claimed", "good", "bad", "open", "mixed"):
        for ground in ("paper", "wash", "sea"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    banner = re.search(r"--alarmink: (#[0-9a-f]+)", sets[block])
    assert banner
    ink = banner[1] if len(banner[1]) == 7 else "#ffffff"
    assert _contrast(colours["alarm"], ink) >= 4.5


def test_the_catalogue_names_every_section_that_the_page_has() -> None:
    assert next(name for name, _ in under("section")) == "findings"
    assert len(under("admiralty")) == 12


def test_the_fixture_is_as_hostile_as_it_says() -> None:
    contents = made.contents()
    assert len(contents.found) == 31
    assert len(contents.case.sites) == 8
    assert len(made.LONG) > 5000


def test_exported_drawings_keep_every_rule_of_the_page_for_drawings() -> None:
    """What is printed on an image is white with a dark rim: without that rule it would be black on dark water."""
    rules = drawing_rules()
    assert re.search(r"\.s-onimage \{[^}]*fill: #fff", rules)
    assert "var(" not in rules


@pytest.mark.parametrize(
    ("looks", "sure"),
    [
        (("2024-10-05", "2024-10-05"), None),
        (("2024-10-05", "2024-10-07"), TimeSpan(T0 + timedelta(days=5), T0 + timedelta(days=6))),
        (("2024-10-05T01:00:00Z", "2024-10-05T01:00:00Z"), TimeSpan(*[T0 + timedelta(days=4, hours=1)] * 2)),
    ],
)
def test_a_stay_is_thick_only_where_it_is_sure(looks: tuple[str, str], sure: TimeSpan | None) -> None:
    contents = made.contents()
    first, last = (parse_span(t, "UTC") for t in looks)
    call = replace(contents.port_calls[0], first_with=first, last_with=last, last_without=None, first_without=None)
    shown = [e for e in events(replace(contents, port_calls=(call,))) if e.mark is Mark.STAY]
    assert [e.sure for e in shown] == [sure]
    assert (shown[0].span.start, shown[0].span.end) == (first.start, last.end)
    panel = Panel(start=T0, end=T0 + timedelta(days=10), events=tuple(shown))
    drawn = str(timeline(panel, {"dunai": "Dunai"}, uid="u", width=760.0, simulated=""))
    assert drawn.count('class="s-bracket"') == 1
    assert drawn.count('class="s-stay"') == (sure is not None)


def test_a_stay_may_begin_on_the_very_day_of_a_look_without() -> None:
    contents = made.contents()
    days = [parse_span(f"2024-10-0{n}", "UTC") for n in range(2, 5)]
    call = replace(
        contents.port_calls[0], last_without=days[0], first_with=days[1], last_with=days[1], first_without=days[2]
    )
    stay = next(e for e in events(replace(contents, port_calls=(call,))) if e.mark is Mark.STAY)
    assert (stay.span.start, stay.span.end) == (days[0].start, days[2].end)
