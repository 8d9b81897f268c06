from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.model import InputError, Precision, TimeSpan, parse_span, shown_time, span_between

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001


def test_a_local_day_is_turned_into_utc() -> None:
    span = parse_span("2024-10-17", "Asia/Vladivostok")
    assert (span.start, span.end) == (datetime(2024, 10, 16, 14, tzinfo=UTC), datetime(2024, 10, 17, 14, tzinfo=UTC))
    assert span.precision is Precision.DAY


@pytest.mark.parametrize(
    ("text", "hours", "precision"),
    [
        ("2024", 366 * 24, Precision.YEAR),
        ("2024-02", 29 * 24, Precision.MONTH),
        ("2024-10-17T02:15Z", 1 / 60, Precision.MINUTE),
        ("2024-10-17T02:15:37+09:00", 0, Precision.SECOND),
    ],
)
def test_precision_follows_what_was_written(text: str, hours: float, precision: Precision) -> None:
    span = parse_span(text)
    assert span.hours() == pytest.approx(hours)
    assert span.precision is precision


def test_a_window_includes_its_last_day() -> None:
    assert span_between("2024-10-08", "2024-10-13").hours() == 6 * 24


@pytest.mark.parametrize("text", ["17.10.2024", "2024-13", "yesterday", "", "2024-10-32", "9999999"])
def test_what_is_no_date_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="write 2024"):
        parse_span(text)


def test_a_window_that_ends_before_it_starts_says_so() -> None:
    with pytest.raises(InputError, match="before it starts"):
        span_between("2024-10-20", "2024-10-13")


def test_an_unknown_zone_names_the_remedy() -> None:
    with pytest.raises(InputError, match="IANA"):
        parse_span("2024", "Mars/Olympus")


@given(INSTANTS, st.integers(0, 10**6), INSTANTS, st.integers(0, 10**6))
def test_overlap_is_symmetric_and_holds_with_itself(a: datetime, m: int, b: datetime, n: int) -> None:
    first, second = TimeSpan(a, a + timedelta(seconds=m)), TimeSpan(b, b + timedelta(seconds=n))
    assert first.overlaps(second) == second.overlaps(first)
    assert first.overlaps(first)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2024-10-17T02:15Z", "2024-10-17 02:15 UTC"),
        ("2024-10-17", "2024-10-17, hour unknown"),
        ("2024-10", "2024-10-01 to 2024-10-31, hour unknown"),
    ],
)
def test_an_hour_that_is_not_known_is_not_shown(text: str, shown: str) -> None:
    assert shown_time(parse_span(text)) == shown
