"""What decisions cost, on tables small enough to work out by hand."""

import numpy as np
import pytest

from data.scoring import Costs
from models.cost import curve, cut_interval, euros, per_thousand

COSTS = Costs(false_negative=10, false_positive=1)
PROBABILITY = np.array([0.02, 0.05, 0.08, 0.2, 0.6])
OUTCOME = np.array([False, True, False, False, True])


def test_a_default_granted_costs_ten_refusals() -> None:
    # Cut at 1/11: one default granted (0.05), one good client refused (0.2), of five.
    assert per_thousand(PROBABILITY, OUTCOME, COSTS, COSTS.threshold) == 1000 * (10 + 1) / 5


def test_the_cut_itself_is_refused() -> None:
    assert per_thousand(PROBABILITY, OUTCOME, COSTS, 0.05) == 1000 * 2 / 5


def test_granting_all_and_refusing_all_are_the_ends_of_the_curve() -> None:
    found = curve(PROBABILITY, OUTCOME, COSTS)
    assert found.costs[-1] == 1000 * 20 / 5
    assert found.costs[0] == 1000 * 3 / 5


def test_the_curve_says_at_every_cut_what_the_cost_there_is() -> None:
    chance = np.random.default_rng(1)
    probability, outcome = chance.random(500), chance.random(500) < 0.3
    found = curve(probability, outcome, COSTS)
    for place in range(0, 1001, 37):
        assert found.costs[place] == pytest.approx(
            per_thousand(probability, outcome, COSTS, found.cuts[place])
        )


def test_only_the_ratio_of_the_two_costs_counts() -> None:
    tenfold = Costs(false_negative=100, false_positive=10)
    assert tenfold.threshold == COSTS.threshold
    assert per_thousand(PROBABILITY, OUTCOME, tenfold, 0.5) == per_thousand(PROBABILITY, OUTCOME, COSTS, 0.5)


def test_euros_weigh_each_decision_by_its_amount() -> None:
    costs = Costs(amount="amount", loss_share=0.6, margin_share=0.06)
    amounts = np.array([1_000.0, 2_000.0, 3_000.0, np.nan, 4_000.0])  # the one unknown counts as 2,500
    lost = euros(PROBABILITY, OUTCOME, amounts, costs, COSTS.threshold)
    assert lost == pytest.approx(1000 * (0.6 * 2_000 + 0.06 * 2_500) / 5)


def test_of_calibrated_probabilities_the_cheapest_cut_is_about_the_one_of_theory() -> None:
    chance = np.random.default_rng(2)
    probability = chance.beta(1, 6, 60_000)
    outcome = chance.random(60_000) < probability
    low, high = cut_interval(probability, outcome, COSTS, seed=1)
    assert low < COSTS.threshold < high
    assert high - low < 0.06
    assert (low, high) == cut_interval(probability, outcome, COSTS, seed=1)


def test_fewer_clients_leave_the_cut_less_certain() -> None:
    chance = np.random.default_rng(2)
    probability = chance.beta(1, 6, 60_000)
    outcome = chance.random(60_000) < probability

    def width(rows: int) -> float:
        low, high = cut_interval(probability[:rows], outcome[:rows], COSTS, seed=1)
        return high - low

    assert width(600) > 2 * width(60_000)
