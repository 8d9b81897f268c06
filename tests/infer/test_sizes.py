"""Ships of a claimed length among ships at large."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from dunai_looks import look

from roadstead.infer import chance_of_length, drawn_lengths_m, of_length, share_at_large, usual_of_length_m
from roadstead.model import Estimate, Range
from roadstead.steps import stream

NOON = datetime(2024, 10, 12, 12, tzinfo=UTC)
LONG = Range(100.0, 600.0)


def test_the_share_and_the_usual_length_are_those_of_drawn_ships() -> None:
    lengths = drawn_lengths_m(stream(1, "test"), 200_000)
    long = lengths[(lengths >= 100) & (lengths <= 600)]
    assert share_at_large(LONG) == pytest.approx(long.size / lengths.size, abs=0.005)
    assert usual_of_length_m(LONG) == pytest.approx(float(np.median(long)), rel=0.01)
    assert share_at_large(Range(1.0, 600.0)) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("value", "sigma", "low", "high"),
    [(150, 5, 0.999, 1.0), (60, 5, 0.0, 0.001), (100, 5, 0.4, 0.6), (95, 20, 0.3, 0.6), (900, 3, 0.99, 1.0)],
)
def test_a_detection_is_so_long_by_its_measured_length(value: float, sigma: float, low: float, high: float) -> None:
    (ship,) = look(NOON, (value,)).detections
    ship = replace(ship, length_m=Estimate(value, sigma))
    assert low <= chance_of_length(ship, LONG) <= high
    rest = chance_of_length(ship, Range(1.0, 100.0))
    assert chance_of_length(ship, LONG) + rest == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("low", "high", "share"),
    [(100.2, 100.8, 0.38), (99.0, 102.0, 0.99), (100.5, 600.0, 0.5), (150.0, 152.0, 0.0)],
)
def test_a_range_counts_between_whole_metres_too(low: float, high: float, share: float) -> None:
    (ship,) = look(NOON, (100.5,)).detections
    ship = replace(ship, length_m=Estimate(100.5, 0.6))
    assert chance_of_length(ship, Range(low, high)) == pytest.approx(share, abs=0.06)


def test_a_length_not_measured_is_that_of_a_ship_at_large() -> None:
    seen = look(NOON, (150,))
    bare = replace(seen, detections=(replace(seen.detections[0], length_m=None),))
    (thinned,) = of_length([bare], LONG)
    assert thinned.detections[0].score == pytest.approx(bare.detections[0].score * share_at_large(LONG))
