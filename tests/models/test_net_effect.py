"""The net effect against places where nothing was done."""

import numpy as np
import pytest

from models.effects import Sums
from models.net_effect import Pair, net_effect


def sums(values: list[float]) -> Sums:
    return Sums(len(values), sum(values), sum(value * value for value in values))


def pair(before: float, after: float, cases: int = 50) -> Pair:
    """A place whose delays are spread by 2 days around these means."""
    spread = [(-1) ** index * 2.0 for index in range(cases)]
    return Pair(sums([before + each for each in spread]), sums([after + each for each in spread]))


def test_what_changed_everywhere_is_taken_off() -> None:
    others = [pair(20, 18), pair(22, 20), pair(17, 15)]
    found = net_effect(pair(30, 23), others, others)
    assert found is not None
    assert found.middle == pytest.approx(-5)
    assert found.low < -5 < found.high < 0


def test_places_that_change_apart_from_their_cases_widen_the_interval() -> None:
    alike = [pair(20, 20) for _ in range(8)]
    apart = [pair(20, 20 + move) for move in (-4, -3, -2, -1, 1, 2, 3, 4)]
    calm, restless = net_effect(pair(30, 25), alike, alike), net_effect(pair(30, 25), apart, apart)
    assert calm is not None
    assert restless is not None
    assert restless.high - restless.low > 3 * (calm.high - calm.low)
    assert restless.middle == pytest.approx(calm.middle)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance, held, tries = np.random.default_rng(7), 0, 400
    for _ in range(tries):
        others = [drawn(chance, 0.0) for _ in range(30)]
        found = net_effect(drawn(chance, -3.0), others, others)
        assert found is not None
        held += found.low <= -3 <= found.high
    assert 0.92 <= held / tries <= 0.98


def drawn(chance: np.random.Generator, effect: float) -> Pair:
    """A place with 200 cases a side, whose mean also moves by 1.5 days for reasons of its own."""
    moved = chance.normal(effect, 1.5)
    return Pair(sums(list(chance.normal(20, 9, 200))), sums(list(chance.normal(20 + moved, 9, 200))))


def test_without_enough_cases_nothing_is_told() -> None:
    others = [pair(20, 20)]
    assert net_effect(pair(30, 25, cases=1), others, others) is None
    assert net_effect(pair(30, 25), [], []) is None
