"""Traps of language: they fire where a reader would fall in, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.library import date_warnings, place_warnings, site
from roadstead.model import InputError, TimeSpan, span_between

if TYPE_CHECKING:
    from pathlib import Path

TZ = "Asia/Vladivostok"


@pytest.fixture(scope="module")
def window() -> TimeSpan:
    return span_between("2024-10-08", "2024-10-13", TZ)


def test_the_article_that_started_it_is_warned_about(shared: Path) -> None:
    text = (shared / "facts" / "seed-article.txt").read_text(encoding="utf-8")
    warnings = place_warnings(text)
    assert any("Danube" in line and "Dunai (Dunay, Дунай, 두나이) near Fokino" in line for line in warnings)
    assert any("Hungnam" in line for line in warnings)


@pytest.mark.parametrize(
    "text",
    [
        "a Russian military port on the Danube in the far east, near Vladivostok",
        "Donauhafen im Fernen Osten: Soldaten aus Nordkorea",
        "корабли КНДР в порту Дунай",
        "북한군이 다뉴브 항구에 도착했다",
    ],
)
def test_the_river_in_a_pacific_context_is_a_trap_in_several_languages(text: str) -> None:
    assert "naval port of Dunai" in place_warnings(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Grain barges sail up the Danube to Izmail and on to Romania",
        "Die Donau in Wien führt Hochwasser",
        "Корабли идут по Дунаю в Румынию",
        "Danubelike things in Vladivostok",
        "",
    ],
)
def test_the_river_in_europe_is_no_trap(text: str) -> None:
    assert place_warnings(text) == ()


def test_the_site_at_hand_is_context_enough() -> None:
    assert place_warnings("the ship docked at the Danube") == ()
    assert len(place_warnings("the ship docked at the Danube", site("dunai"))) == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("four landing ships and three convoys", "convoys"),
        ("sent from Najin Port to Vladivostok Dunay Port", "no part of Vladivostok"),
        ("portul Vostochnîi, în zona cosmodromului", "cosmodrome"),
        ("von Hamhung nach Russland", "Hungnam"),
        ("Schiffe vom Typ Robotscha, russische Marine, Pacific", "Ropucha"),
    ],
)
def test_other_traps(text: str, word: str) -> None:
    warnings = place_warnings(text)
    assert len(warnings) == 1
    assert word in warnings[0]


def test_convoys_on_a_road_and_the_port_of_vostochny_are_no_traps() -> None:
    assert place_warnings("convoys of trucks blocked the motorway") == ()
    assert place_warnings("Maia-1 unloaded at Vostochny") == ()


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("images taken in mid-August", "2024-08-11 to 2024-08-20"),
        ("a crane on October 17", "(2024-10-17)"),
        ("on the 20th of October 2024", "(2024-10-20)"),
        ("in November", "2024-11-01 to 2024-11-30"),
        ("since May", "2024-05-01 to 2024-05-31"),
        ("October 2023", "2023-10-01 to 2023-10-31"),
        ("late October", "2024-10-21 to 2024-10-31"),
        ("Mitte August", "2024-08-11 to 2024-08-20"),
        ("mi-août 2024", "2024-08-11 to 2024-08-20"),
        ("в середине августа", "2024-08-11 to 2024-08-20"),
        ("8월 중순", "2024-08-11 to 2024-08-20"),
        ("10月17日", "(2024-10-17)"),
        ("caption 2024-08-15", "(2024-08-15)"),
        ("29-31 February", "2024-02-29"),
    ],
)
def test_a_date_outside_the_window_is_told(text: str, dates: str, window: TimeSpan) -> None:
    (warning,) = date_warnings(text, window, TZ)
    assert dates in warning
    assert warning.endswith("lies outside the claimed window 2024-10-08 to 2024-10-13")


@pytest.mark.parametrize(
    "text",
    [
        "between 8 and 13 October",
        "8-13 October 2024",
        "October 8-13",
        "mid-October",
        "in October 2024",
        "10월 8~13일",
        "12 октября 2024",
        "they may march on, the augustinian monks decided",
        "Project 1171, 13월, 2024-13-45",
        "",
    ],
)
def test_a_date_inside_the_window_or_no_date_at_all_is_not(text: str, window: TimeSpan) -> None:
    assert date_warnings(text, window, TZ) == ()


def test_the_days_are_those_of_the_place(window: TimeSpan) -> None:
    assert date_warnings("7 October", window, "UTC") == ()
    assert len(date_warnings("7 October", window, TZ)) == 1


def test_a_window_over_new_year_takes_both_years() -> None:
    winter = span_between("2023-10-01", "2024-02-29")
    assert date_warnings("in October and in January", winter) == ()
    assert len(date_warnings("in August", winter)) == 1


def test_each_date_is_told_once(window: TimeSpan) -> None:
    assert len(date_warnings("mid-August, again mid-August", window)) == 1


def test_an_unknown_zone_is_refused(window: TimeSpan) -> None:
    with pytest.raises(InputError, match="IANA"):
        date_warnings("May", window, "Asia/Dunai")
