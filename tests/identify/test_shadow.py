from datetime import UTC, datetime

import pytest

from roadstead import library
from roadstead.geo import sun_position_deg, sun_positions_deg
from roadstead.identify import Measured, check_shadow, shadow_at
from roadstead.model import Estimate, InputError, Range, parse_span

DUNAI = library.site("dunai")
PLACE = DUNAI.lon_deg, DUNAI.lat_deg
AUGUST, OCTOBER = parse_span("2024-08-15T03:15Z"), parse_span("2024-10-17T02:57Z")
"""about noon by the sun"""
CRANE = Range(20, 20)


def test_a_crane_of_20_m_at_dunai_casts_11_m_at_noon_in_mid_august_and_26_m_on_17_october() -> None:
    for span, length_m in ((AUGUST, 11), (OCTOBER, 26)):
        assert 20 * shadow_at(span.start, *PLACE).per_metre == pytest.approx(length_m, abs=0.3)
        assert shadow_at(span.start, *PLACE).azimuth_deg == pytest.approx(0, abs=2) or shadow_at(
            span.start, *PLACE
        ).azimuth_deg == pytest.approx(360, abs=2)


def test_an_october_shadow_speaks_against_a_claim_of_august_and_says_which_dates_fit() -> None:
    measured = Measured(length_m=Estimate(26, 0.8), height_m=CRANE)
    false, true = (check_shadow(span, *PLACE, measured) for span in (AUGUST, OCTOBER))
    assert (false.consistent, true.consistent) == (False, True)
    assert "Not consistent" in false.words[-1]
    assert any(a <= "10-17" <= b for a, b in true.fits_dates_then)
    assert not any(a <= "08-15" <= b for a, b in true.fits_dates_then)
    assert any(a <= "02-24" <= b for a, b in true.fits_dates_then), "spring has the same sun, and that is said"


def test_a_direction_alone_gives_the_time_of_day() -> None:
    at = datetime(2024, 10, 17, 5, 30, tzinfo=UTC)
    measured = Measured(azimuth_deg=Estimate(shadow_at(at, *PLACE).azimuth_deg, 1.0))
    check = check_shadow(parse_span("2024-10-17", DUNAI.timezone), *PLACE, measured)
    assert check.consistent
    assert len(check.fits_that_day) == 1
    assert check.fits_that_day[0].start <= at <= check.fits_that_day[0].end
    assert check.fits_that_day[0].hours() < 0.5
    assert check.fits_dates_then == (), "a day names no time of day"
    assert check_shadow(parse_span("2024-10-17T02:00Z"), *PLACE, measured).consistent is False


def test_a_direction_is_compared_across_north() -> None:
    measured = Measured(azimuth_deg=Estimate(359.0, 2.0))
    assert check_shadow(OCTOBER, *PLACE, measured).consistent


def test_a_length_gives_a_height() -> None:
    check = check_shadow(OCTOBER, *PLACE, Measured(length_m=Estimate(26, 0.5)))
    assert check.consistent is None
    assert check.height_m is not None
    assert check.height_m.low < 20 < check.height_m.high


def test_by_night_there_is_nothing_to_compare() -> None:
    measured = Measured(length_m=Estimate(26, 0.8), height_m=CRANE)
    check = check_shadow(parse_span("2024-10-17T15:00Z"), *PLACE, measured)
    assert check.consistent is False
    assert check.predicted == ()
    assert "no shadow" in check.words[0]


@pytest.mark.parametrize(
    ("span", "place", "measured", "said"),
    [
        ("2024-10", PLACE, Measured(), "days"),
        ("2024-10-17", (132.0, 91.0), Measured(), "no place on Earth"),
        ("1820-10-17", PLACE, Measured(), "1950"),
        ("2024-10-17", PLACE, Measured(length_m=Estimate(-3, 1)), "above 0"),
        ("2024-10-17", PLACE, Measured(height_m=Range(0, 20)), "above 0"),
    ],
)
def test_what_cannot_be_compared_is_said(span: str, place: tuple[float, float], measured: Measured, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_shadow(parse_span(span), *place, measured)


def test_many_moments_give_the_sun_of_each() -> None:
    times = [datetime(2024, month, 3, 7, tzinfo=UTC) for month in (1, 6, 11)]
    elevation, azimuth = sun_positions_deg([t.timestamp() for t in times], 12.0, -35.0)
    for k, t in enumerate(times):
        assert (elevation[k], azimuth[k]) == pytest.approx(sun_position_deg(t, 12.0, -35.0))


def test_the_sector_of_a_day_is_the_same_whether_night_falls_into_it_or_around_it() -> None:
    local, universal = (
        check_shadow(parse_span("2024-10-17", zone), *PLACE, Measured()) for zone in (DUNAI.timezone, "UTC")
    )
    sectors = [check.words[0].split("point to ")[1].split(" and")[0] for check in (local, universal)]
    assert sectors[0].endswith("degrees (clockwise)")
    ends = [[float(n) for n in sector.split(" degrees")[0].split(" to ")] for sector in sectors]
    assert ends[0] == pytest.approx(ends[1], abs=2)
    assert ends[0] == pytest.approx([286, 74], abs=2)
