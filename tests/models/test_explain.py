"""From log-odds to points of probability: signs kept, and they add up."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.explain import ACCEPT, REFUSE, REVIEW, Calibration, Score, decision

SLOPES = st.floats(0.05, 20)
LOG_ODDS = st.floats(-12, 12)
REASONS = st.lists(st.floats(-3, 3), min_size=1, max_size=30)


def rescaled(
    slope: float, intercept: float, expected: float, reasons: list[float]
) -> tuple[float, float, npt.NDArray[np.float64]]:
    """Start, probability, points."""
    calibration = Calibration(slope, intercept)
    start, risk = calibration.probability(np.array([expected, expected + np.array(reasons).sum()]))
    return float(start), float(risk), calibration.points(expected, np.array([reasons]))[0]


@given(slope=SLOPES, intercept=LOG_ODDS, expected=LOG_ODDS, reasons=REASONS)
def test_start_and_all_points_make_the_probability(
    slope: float, intercept: float, expected: float, reasons: list[float]
) -> None:
    start, risk, points = rescaled(slope, intercept, expected, reasons)
    assert start + points.sum() == pytest.approx(risk, abs=1e-12 * (1 + np.abs(points).sum()))


@given(slope=SLOPES, intercept=LOG_ODDS, expected=LOG_ODDS, reasons=REASONS)
def test_each_point_has_the_sign_of_its_log_odds(
    slope: float, intercept: float, expected: float, reasons: list[float]
) -> None:
    _, _, points = rescaled(slope, intercept, expected, reasons)
    seen = np.abs(points) > 1e-300  # what is left of 1e-200 of log-odds is nothing
    assert np.array_equal(np.sign(points[seen]), np.sign(np.array(reasons)[seen]))
    assert all(points[np.abs(reasons) > 1e-9] != 0)


@given(slope=SLOPES, intercept=LOG_ODDS, expected=LOG_ODDS, reason=st.floats(1e-9, 3))
def test_reasons_that_cancel_out_are_worth_the_slope_of_the_curve(
    slope: float, intercept: float, expected: float, reason: float
) -> None:
    start, risk, points = rescaled(slope, intercept, expected, [reason, -reason])
    assert start == risk
    assert points[0] == pytest.approx(reason * slope * risk * (1 - risk), rel=1e-9)
    assert points[0] == -points[1]


@given(slope=SLOPES, expected=LOG_ODDS, sum_of=st.floats(1e-13, 1e-6), reason=st.floats(0.1, 3))
def test_nearly_cancelling_reasons_keep_their_signs_and_all_their_digits(
    slope: float, expected: float, sum_of: float, reason: float
) -> None:
    reasons = [reason, sum_of - reason]
    _, risk, points = rescaled(slope, 0.0, expected, reasons)
    middle = slope * risk * (1 - risk)
    assert points[0] == pytest.approx(reason * middle, rel=1e-4)
    assert points[1] < 0 < points[0]


def test_extreme_log_odds_overflow_nowhere() -> None:
    with np.errstate(all="raise", under="ignore"):
        for reasons in ([900.0, -10.0], [-900.0, 10.0], [0.0, 0.0]):
            start, risk, points = rescaled(1.0, 0.0, 0.0, reasons)
            assert start + points.sum() == pytest.approx(risk, abs=1e-9)


def test_many_rows_are_rescaled_each_by_itself() -> None:
    calibration, reasons = Calibration(1.2, -0.3), np.array([[1.0, -0.5], [-2.0, 0.25], [0.5, -0.5]])
    together = calibration.points(-2.0, reasons)
    for row, alone in zip(together, reasons, strict=True):
        assert np.array_equal(row, calibration.points(-2.0, alone[None])[0])


@pytest.mark.parametrize(
    ("probability", "word"), [(0.0, ACCEPT), (0.0899, ACCEPT), (0.09, REVIEW), (0.14, REFUSE), (1.0, REFUSE)]
)
def test_the_proposal_follows_the_two_cuts(probability: float, word: str) -> None:
    score = Score(None, probability, threshold=0.09, review=0.14, model_version="1", snapshot=None)
    assert score.decision == decision(probability, 0.09, 0.14) == word
    assert score.granted == (word == ACCEPT)
