"""What a recommendation is said to change, and what a retained one has changed."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from models.effects import (
    Audit,
    Clearing,
    Effect,
    Share,
    Sums,
    Transferred,
    measured,
    of_audit,
    of_clearing,
    of_reinforcement,
    of_transfers,
)
from models.queue import Plan, Reinforcement, recommended, reinforce
from models.transfers import Office, rebalance
from models.workplace import Workplace

PLACE = Workplace(
    stock=900, received=30, finished=30, received_spread=0.1, finished_spread=0.1,
    delay=30, delay_spread=1, fte=40,
)  # fmt: skip
WEIGHTS = {"pension": 1.0, "survivor": 1.0}


def office(name: str, stock: float, delay: float) -> Office:
    place = replace(PLACE, stock=stock, delay=delay)
    return Office(name, place, stock, {"pension": 40, "survivor": 30}, set(WEIGHTS), {int(delay): 100})


REGION = [office("full", 900, 28), office("empty", 300, 15), office("half", 500, 17)]


def sums(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Sums:
    return Sums(len(values), float(values.sum()), float((values**2).sum()))


def test_a_reinforcement_tells_the_delay_before_and_after_the_plan_that_was_asked_for() -> None:
    effect = of_reinforcement(PLACE, 1, weeks=6, agents=4)
    found = reinforce(PLACE, Plan(4, 6), 1)
    assert effect == Effect(
        "reinforcement", 30, found.delay.low, found.delay.middle, found.delay.high, "days", found
    )


def test_a_reinforcement_without_a_number_takes_the_recommended_one() -> None:
    effect = of_reinforcement(PLACE, 1, weeks=8)
    assert isinstance(effect.detail, Reinforcement)
    assert effect.detail.plan == recommended(PLACE, 8, 1)


def test_transfers_tell_the_delay_of_the_agency_that_gives_most() -> None:
    effect = of_transfers(REGION, WEIGHTS, 1)
    assert effect is not None
    assert isinstance(effect.detail, Transferred)
    assert effect.detail.giver == "full"
    assert effect.before == 28
    assert effect.middle == effect.detail.moved.delays["full"].middle < 27.5
    assert effect.detail.transfers == rebalance(REGION, WEIGHTS).transfers
    assert effect.detail.spread[1] < effect.detail.spread[0]


def test_a_transfer_that_is_left_out_has_no_effect() -> None:
    everything = of_transfers(REGION, WEIGHTS, 1, givers=["full"])
    assert everything is not None
    assert isinstance(everything.detail, Transferred)
    first, second = everything.detail.transfers
    part = of_transfers(REGION, WEIGHTS, 1, givers=["full"], kept=[first])
    assert part is not None
    assert isinstance(part.detail, Transferred)
    assert part.detail.transfers == (first,)
    assert second not in part.detail.transfers
    assert part.middle > everything.middle
    assert part.detail.plan == everything.detail.plan
    assert of_transfers(REGION, WEIGHTS, 1, kept=[]) is None


def test_transfers_that_win_less_than_half_a_day_are_dropped() -> None:
    offices = [replace(each, movable={"pension": 14}) for each in REGION]
    assert of_transfers(offices, WEIGHTS, 1) is None
    offices = [replace(each, movable={"pension": 15}) for each in REGION]
    assert of_transfers(offices, WEIGHTS, 1) is not None


def test_an_audit_avoids_what_comes_back_more_often_than_elsewhere() -> None:
    effect = of_audit(Share(2_000, 160), Share(100_000, 3_000), seed=1, per_month=500)
    assert effect is not None
    assert [effect.before, effect.middle] == pytest.approx([40, 25])
    assert effect.low < 25 < effect.high
    assert effect.detail == Audit(0.08, 0.03, 500)


def test_uneven_months_make_the_interval_of_an_audit_wider() -> None:
    even, uneven = (
        of_audit(Share(20_000, 1_600), Share(100_000, 3_000), seed=1, per_month=5_000, uneven=spread)
        for spread in (0, 0.3)
    )
    assert even is not None
    assert uneven is not None
    assert uneven.high - uneven.low > 2 * (even.high - even.low)
    assert uneven.middle == even.middle


def test_the_interval_of_an_audit_covers_the_counts_that_chance_gives() -> None:
    chance, inside = np.random.default_rng(5), 0
    for trial in range(300):
        here, elsewhere = (int(chance.binomial(n, p)) for n, p in ((1_500, 0.08), (50_000, 0.03)))
        effect = of_audit(Share(1_500, here), Share(50_000, elsewhere), seed=trial, per_month=400)
        assert effect is not None
        inside += effect.low <= chance.poisson(400 * 0.05) <= effect.high
    assert 0.75 < inside / 300 < 0.9


def test_an_audit_where_the_reason_is_no_more_frequent_avoids_nothing() -> None:
    assert of_audit(Share(1_000, 30), Share(100_000, 3_000), seed=1, per_month=500) is None
    assert of_audit(Share(0, 0), Share(100_000, 3_000), seed=1, per_month=500) is None


def test_clearing_tells_the_cases_of_each_agent_and_week() -> None:
    effect = of_clearing(120, 10, turning=40)
    assert effect is not None
    assert (effect.before, effect.low, effect.middle, effect.high) == (120, 3, 3, 4)
    assert effect.detail == Clearing(120, 40, 4)


def test_nothing_old_or_nobody_there_leaves_nothing_to_clear() -> None:
    assert of_clearing(0, 10) is None
    assert of_clearing(120, 0) is None


def test_what_changed_for_all_is_no_effect() -> None:
    values = np.array([20.0, 30.0, 22.0, 28.0])
    found = measured(sums(values), sums(values - 3), sums(values), sums(values - 3))
    assert found is not None
    assert found.middle == pytest.approx(0)


def test_a_measured_effect_is_that_of_a_regression_with_an_interaction() -> None:
    chance = np.random.default_rng(3)
    cells = {
        (0, 0): chance.normal(24, 9, 150),
        (0, 1): chance.normal(23, 9, 180),
        (1, 0): chance.normal(28, 12, 60),
        (1, 1): chance.normal(22, 7, 80),
    }
    found = measured(sums(cells[1, 0]), sums(cells[1, 1]), sums(cells[0, 0]), sums(cells[0, 1]))
    rows = [(1, here, later, here * later) for (here, later), values in cells.items() for _ in values]
    fitted = sm.OLS(np.concatenate(list(cells.values())), np.array(rows)).fit(cov_type="HC2")
    assert found is not None
    assert found == pytest.approx((fitted.params[3], *fitted.conf_int()[3]), rel=1e-6)


def test_a_mean_of_one_case_measures_nothing() -> None:
    enough = Sums(2, 40, 802)
    assert measured(enough, Sums(1, 20, 400), enough, enough) is None
    assert measured(enough, enough, enough, enough) is not None


@settings(max_examples=50)
@given(st.lists(st.floats(0, 300), min_size=2, max_size=30))
def test_the_error_of_a_mean_is_the_variance_over_the_count(values: list[float]) -> None:
    array = np.array(values)
    assert sums(array).error == pytest.approx(array.var(ddof=1) / len(values), rel=1e-6, abs=1e-6)
