"""What transfers do to the agencies concerned, simulated."""

from dataclasses import replace

import pytest

from models.moved import moved
from models.transfers import Transfer
from tests.models.test_transfers import office


def test_what_one_gives_the_other_takes_in_days_of_its_own_pace() -> None:
    region = [office("full", 30), office("empty", 8, finished=20)]
    found = moved(region, [Transfer("full", "empty", "pension", 30)], seed=1)
    assert found.gains["full"].middle == pytest.approx(3, abs=0.2)
    assert found.gains["empty"].middle == pytest.approx(-1.5, abs=0.2)
    assert found.delays["full"].middle == pytest.approx(12, abs=0.3)


def test_fewer_cases_pass_the_norm_where_the_receiver_is_quick() -> None:
    slow = replace(office("slow", 30, delay=25), delays={20: 30, 21: 40, 22: 40, 24: 60, 26: 90})
    quick = replace(office("quick", 8, delay=9), delays={7: 30, 9: 60, 11: 40})
    found = moved([slow, quick], [Transfer("slow", "quick", "pension", 30)], seed=1)
    back = moved([slow, quick], [Transfer("quick", "slow", "pension", 30)], seed=1)
    assert 50 < found.overdue.low < found.overdue.middle < found.overdue.high < 700
    assert back.overdue.high < 0


def test_agencies_that_nothing_concerns_are_not_told() -> None:
    region = [office("full", 30), office("empty", 8), office("other", 18)]
    assert set(moved(region, [Transfer("full", "empty", "pension", 9)], seed=1).delays) == {"full", "empty"}


def test_the_same_seed_tells_the_same_effect() -> None:
    region = [office("full", 30), office("empty", 8)]
    plan = [Transfer("full", "empty", "pension", 30)]
    assert moved(region, plan, seed=1) == moved(region, plan, seed=1)
    assert moved(region, plan, seed=1) != moved(region, plan, seed=2)


def test_the_moved_cases_themselves_count_among_those_in_time() -> None:
    slow, quick = (
        replace(office("slow", 30, delay=40), delays={40: 9}),
        replace(office("quick", 8), delays={5: 9}),
    )
    found = moved([slow, quick], [Transfer("slow", "quick", "pension", 30)], seed=1)
    assert found.overdue.middle == pytest.approx(30, abs=2)
