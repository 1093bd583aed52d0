"""Differences told from noise, against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest
from statsmodels.stats.rates import confint_poisson_2indep, test_poisson_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from app.significance import (
    Sums,
    compare,
    mean_difference,
    neutral,
    rate_difference,
    share_difference,
    share_of,
    told,
)
from app.texts import speaking

test_poisson_2indep.__test__ = False  # a function of statsmodels, not one of ours


def delays(values: np.ndarray, *, batch: int = 1) -> Sums:
    """The sums of as many rows, each a batch of as many identical cases."""
    return Sums(
        treated=batch * len(values),
        closed=batch * len(values),
        delay_treated=batch * len(values),
        delay_sum=float(values.sum()) * batch,
        delay_sq=float((values**2).sum()) * batch,
        rows=len(values),
    )


def two(n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(n)
    return draw.lognormal(3, 0.5, n), draw.lognormal(3.1, 0.6, m)


@pytest.mark.parametrize(("n", "m"), [(6, 9), (12, 40), (300, 900), (5000, 70_000)])
def test_mean_delays_are_compared_as_welch_does(n: int, m: int) -> None:
    x, y = two(n, m)
    found = mean_difference(delays(x), delays(y))
    known = CompareMeans(DescrStatsW(x), DescrStatsW(y))
    assert found is not None
    low, high = known.tconfint_diff(usevar="unequal")
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-3)
    assert found.p == pytest.approx(known.ttest_ind(usevar="unequal")[1], rel=0.01)


@pytest.mark.parametrize(("k", "n", "j", "m"), [(30, 100, 60, 140), (0, 20, 3, 25), (800, 2000, 700, 2000)])
def test_shares_are_compared_by_newcombe_and_the_two_proportion_test(k: int, n: int, j: int, m: int) -> None:
    found = share_difference(k, n, j, m)
    low, high = confint_proportions_2indep(k, n, j, m, method="newcomb")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p == pytest.approx(proportions_ztest([k, j], [n, m])[1])


@pytest.mark.parametrize(("k", "n", "j", "m"), [(30, 100, 60, 140), (4, 1, 11, 1), (9_000, 1, 8_700, 1)])
def test_counts_and_rates_are_compared_as_poisson(k: int, n: int, j: int, m: int) -> None:
    found = rate_difference(k, n, j, m)
    low, high = confint_poisson_2indep(k, n, j, m, method="mover", compare="diff")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high))
    known = test_poisson_2indep(k, n, j, m, method="score", compare="diff")
    assert found.p == pytest.approx(known.pvalue)


def test_equals_are_told_apart_once_in_twenty() -> None:
    draw = np.random.default_rng(4)
    pairs = [(draw.lognormal(3, 0.6, 40), draw.lognormal(3, 0.6, 60)) for _ in range(2000)]
    found = [mean_difference(delays(x), delays(y)) for x, y in pairs]
    assert np.mean([each.more_than_noise for each in found if each]) == pytest.approx(0.05, abs=0.015)


def test_a_batch_is_one_observation() -> None:
    x, y = two(40, 60)
    alone, batched = (mean_difference(delays(x, batch=batch), delays(y, batch=batch)) for batch in (1, 25))
    assert alone is not None
    assert batched is not None
    assert (batched.difference, batched.low) == pytest.approx((alone.difference, alone.low))


def test_a_batch_counts_once_for_shares_and_volumes_too() -> None:
    one = Sums(treated=100, closed=90, delay_treated=90, late=30, returns=9, returns_treated=100, rows=100)
    ten = Sums(
        treated=1000, closed=900, delay_treated=900, late=300, returns=90, returns_treated=1000, rows=100
    )
    for name in ("late_share", "return_rate"):
        alone, batched = compare(name, one, one), compare(name, ten, ten)
        assert alone is not None
        assert batched is not None
        assert batched.high == pytest.approx(alone.high), name
    volume = compare("closed", ten, Sums(treated=1000, closed=800, rows=100))
    assert volume is not None
    assert not volume.more_than_noise


def test_a_part_is_tested_against_the_rest_and_told_against_the_whole() -> None:
    x, y = two(50, 150)
    part, rest = delays(x), delays(y)
    whole = delays(np.concatenate([x, y]))
    found, apart = compare("mean_delay", part, whole, part=True), mean_difference(part, rest)
    assert found is not None
    assert apart is not None
    assert found.difference == pytest.approx(x.mean() - np.concatenate([x, y]).mean())
    assert found.low == pytest.approx(apart.low * 0.75)
    assert found.p == pytest.approx(apart.p)


def test_what_cannot_be_told_is_not() -> None:
    x, _ = two(50, 10)
    assert mean_difference(delays(x), Sums()) is None
    assert mean_difference(delays(x), Sums(delay_treated=3, delay_sum=9)) is None
    assert share_difference(0, 0, 1, 4) is None
    assert rate_difference(1, 1, 1, 0) is None
    assert compare("stock", Sums(), Sums()) is None


def test_one_case_is_no_reason_to_speak_of_a_difference() -> None:
    x, _ = two(50, 10)
    found = mean_difference(delays(x), delays(np.array([900.0])))
    assert found is not None
    assert not found.more_than_noise


def test_a_difference_is_said_in_words_and_noise_by_its_name() -> None:
    usual = two(50, 10)[0]
    apart, alike = (mean_difference(delays(base), delays(usual)) for base in (usual + 90, usual))
    words = [told("mean_delay", 20.0, 18.8, found) for found in (apart, alike, None)]
    assert [each and (each.words, each.tone) for each in words] == [
        ("1,2\u00a0j plus lent", "bad"),
        ("dans le hasard", "flat"),
        ("1,2\u00a0j plus lent", "bad"),
    ]
    share = told("return_rate", 0.118, 0.081, None)
    assert share is not None
    assert share.words == "3,7\u00a0pt de plus"
    with speaking("en"):
        english = told("mean_delay", 20.0, 18.8, alike)
        assert english is not None
        assert english.words == "within chance"


def test_a_volume_is_a_share_of_the_network_neither_good_nor_bad() -> None:
    share = share_of(13_537, 110_861)
    assert share is not None
    assert (share.words, share.tone) == ("12,2\u00a0% du réseau", "flat")
    assert share_of(3, 0) is None
    moved = told("closed", 110, 100, None)
    assert moved is not None
    assert neutral(moved) == neutral(neutral(moved))
    assert (neutral(moved) or moved).tone == "flat"
