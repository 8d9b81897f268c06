"""`roadstead shadow`: plain words, JSON, and mistakes answered with a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., tuple[int, str, str]]

CLAIM = ("shadow", "--site", "dunai", "--time", "2024-10-17T12:57", "--height-m", "20")


def test_a_fitting_shadow_is_called_consistent_with_times_and_dates(cli: Cli) -> None:
    code, out, _ = cli(*CLAIM, "--shadow-m", "26", "--azimuth-deg", "0")
    assert code == 0
    assert "Consistent with the claim." in out
    assert "2024-10-17 02:57 UTC" in out
    assert "That year it fits at that time of day" in out


def test_a_shadow_of_another_season_is_not(cli: Cli) -> None:
    code, out, _ = cli(*CLAIM, "--shadow-m", "11", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["consistent"] is False
    assert all(last < "09-15" and first > "03-15" for first, last in told["fits_dates_at_that_time_of_day"])


def test_the_place_and_the_zone_that_were_used_are_named(cli: Cli) -> None:
    _, by_site, _ = cli(*CLAIM)
    _, by_place, _ = cli("shadow", "--at", "132.35,42.88", "--time", "2024-10-17T02:57", "--height-m", "20")
    assert "Asia/Vladivostok" in by_site
    assert "42.8800 N, 132.3500 E; a time without a zone is UTC" in by_place


def test_without_a_measurement_it_says_what_to_expect(cli: Cli) -> None:
    code, out, _ = cli(*CLAIM)
    assert code == 0
    assert "1.29 m long per metre of height" in out
    assert "Nothing was compared" in out


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--time", "2024-10-17"), "state the place"),
        (("--time", "2024-10-17", "--site", "nowhere"), "no site"),
        (("--time", "2024-10-17", "--at", "95,200"), "no place on Earth"),
        (("--time", "2024-10-17", "--at", "here"), "no place"),
        (("--time", "yesterday", "--site", "dunai"), "no date"),
        (("--time", "2024-10-17", "--site", "dunai", "--height-m", "tall"), "no height"),
        (("--time", "2024-10-17", "--site", "dunai", "--height-m", "30-20"), "no height|lower one first"),
        (("--time", "2024-10-17", "--site", "dunai", "--azimuth-deg", "nan"), "finite"),
        (("--time", "2024-10-17", "--site", "dunai", "--azimuth-deg", "365"), "no direction"),
        (("--time", "2024", "--site", "dunai"), "days"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(cli: Cli, wrong: tuple[str, ...], said: str) -> None:
    code, out, err = cli("shadow", *wrong)
    assert code == 2
    assert "Traceback" not in out + err
    assert any(part in out + err for part in said.split("|"))
