"""Measures of probabilities against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.exercise import brier, brier_skill, calibration_error, calibration_limit, reliability


def test_brier_score_by_hand() -> None:
    assert brier([0.9, 0.2, 0.5], [True, False, True]) == pytest.approx((0.01 + 0.04 + 0.25) / 3)


def test_skill_is_none_for_the_prior_itself_and_one_for_a_prophet() -> None:
    true = [True, False, False, True]
    assert brier_skill([0.4] * 4, [0.4] * 4, true) == 0
    assert brier_skill([1, 0, 0, 1], [0.4] * 4, true) == 1
    assert brier_skill([0, 1, 1, 0], [0.5] * 4, true) == -3


def test_calibration_error_by_hand() -> None:
    # Bin 0.2-0.3: three given 0.25, one true: |0.75 - 1| = 0.25. Bin 0.9-1: two given 0.95, one true: |1.9 - 1| = 0.9.
    p, true = [0.25, 0.25, 0.25, 0.95, 0.95], [True, False, False, True, False]
    assert calibration_error(p, true) == pytest.approx((0.25 + 0.9) / 5)


def test_reliability_rows_hold_what_was_given() -> None:
    rows = reliability([0.25, 0.25, 0.95, 1.0], [True, False, True, True])
    assert [(r.n, r.share_true) for r in rows] == [(2, 0.5), (2, 1.0)]
    assert rows[0].mean_p == 0.25
    low, high = rows[0].interval
    assert low < 0.5 < high


def test_limit_of_one_bin_is_that_of_the_binomial() -> None:
    # 40 claims given 0.5: the error is |hits - 20| / 40, and P(|hits - 20| <= 6) is the first above 0.95.
    limit = calibration_limit([0.5] * 40, seed=3)
    assert limit == pytest.approx(6 / 40, abs=1e-9)


def test_perfect_probabilities_stay_below_the_limit_19_times_in_20() -> None:
    rng = np.random.default_rng(5)
    p = rng.uniform(0.05, 0.95, 80)
    limit = calibration_limit(p.tolist(), seed=1)
    below = [calibration_error(p.tolist(), (rng.random(80) < p).tolist()) <= limit for _ in range(400)]
    assert 0.91 < np.mean(below) < 0.985


def test_overconfident_probabilities_exceed_the_limit() -> None:
    p = [0.95] * 30
    assert calibration_error(p, [True] * 15 + [False] * 15) > calibration_limit(p, seed=1)


def test_nothing_given_is_no_error() -> None:
    assert calibration_error([], []) == calibration_limit([], seed=0) == 0
    assert reliability([], []) == ()
