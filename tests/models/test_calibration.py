"""Probabilities that can be believed: the sigmoid, cross-fitting, the calibration error."""

import numpy as np
import pytest

from models.calibration import FLAT, Sigmoid, cross_fitted, ece, fit, reliability

CHANCE = np.random.default_rng(5)
TRUE = CHANCE.normal(-1.5, 1.0, 20_000)
OUTCOME = CHANCE.random(20_000) < 1 / (1 + np.exp(-TRUE))


def test_the_sigmoid_that_made_the_log_odds_too_extreme_is_found_again() -> None:
    found = fit(TRUE * 3 + 1, OUTCOME)
    assert found.slope == pytest.approx(1 / 3, abs=0.02)
    assert found.intercept == pytest.approx(-1 / 3, abs=0.05)


def test_calibration_is_strictly_increasing_so_that_no_two_clients_change_places() -> None:
    for log_odds in (TRUE, -TRUE, np.zeros_like(TRUE)):
        probabilities = fit(log_odds, OUTCOME)(np.linspace(-8, 8, 400))
        assert (np.diff(probabilities) > 0).all()


def test_a_model_that_ranks_the_wrong_way_round_is_held_for_one_that_says_nothing() -> None:
    found = fit(-TRUE, OUTCOME)
    assert found.slope == FLAT
    assert found(np.array([0.0]))[0] == pytest.approx(OUTCOME.mean())


def test_each_fold_is_calibrated_by_the_others() -> None:
    fold = np.arange(len(TRUE)) % 2
    shifted = TRUE + np.where(fold == 0, 2.0, 0.0)
    found = cross_fitted(shifted, OUTCOME, fold)
    by_other = fit(shifted[fold == 1], OUTCOME[fold == 1])(shifted[fold == 0])
    np.testing.assert_array_equal(found[fold == 0], by_other)


def test_the_error_of_a_drawn_table_is_as_worked_out_by_hand() -> None:
    probability = np.array([0.1, 0.1, 0.4, 0.6])
    outcome = np.array([False, False, True, False])
    assert ece(probability, outcome, bins=2) == pytest.approx(0.5 * 0.1 + 0.5 * 0.0)
    assert ece(probability, ~outcome, bins=2) == pytest.approx(0.5 * 0.9 + 0.5 * 0.0)
    assert [each.clients for each in reliability(probability, outcome, bins=2)] == [2, 2]


def test_the_right_probabilities_have_hardly_any_error_and_others_have() -> None:
    assert ece(Sigmoid(1, 0)(TRUE), OUTCOME) < 0.01
    assert ece(Sigmoid(1, 1)(TRUE), OUTCOME) > 0.1
