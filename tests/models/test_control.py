"""Weekly delays under control: what is ordinary, what is outside, and when the level changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest

from models.control import LEAST, Week, changes, levels, outside, spread, weeks

MONDAY = date(2026, 1, 5)
FAR = date(2100, 1, 1)


def series(delays: Sequence[float], cases: int = 50) -> list[Week]:
    """Whole weeks of `cases` cases each, from Monday 5 January 2026 on."""
    rows = [(MONDAY + timedelta(7 * at), cases, delay * cases) for at, delay in enumerate(delays)]
    return weeks(rows, date.min, FAR, 11)


def noisy(level: float, count: int, seed: int = 1, deviation: float = 1.0) -> list[float]:
    draw = Random(seed)
    return [draw.gauss(level, deviation) for _ in range(count)]


def test_the_spread_is_the_mean_moving_range_over_1_128() -> None:
    assert spread([10.0, 12.0, 11.0]) == pytest.approx((2 + 1) / 2 / 1.128)


def test_the_step_into_a_new_level_does_not_widen_the_spread() -> None:
    assert spread([10.0, 11.0, 30.0, 31.0], starts=[2]) == pytest.approx(1 / 1.128)


def test_a_shift_leaves_the_limits_as_narrow_as_they_were() -> None:
    before, after = noisy(19, 20), noisy(25, 30, seed=2)
    assert max(level.spread for level in levels(series(before + after))) < 1.5


def test_a_change_of_level_is_found_on_its_week() -> None:
    assert changes(noisy(19, 20) + noisy(25, 30, seed=2)) == [20]


def test_the_two_levels_have_the_means_of_their_own_weeks() -> None:
    found = levels(series([19.0, 20.0] * 10 + [25.0, 26.0] * 10))
    assert [(level.first, level.last, level.mean) for level in found] == [(0, 19, 19.5), (20, 39, 25.5)]


def test_a_level_weighs_cases_not_weeks() -> None:
    rows = [
        (MONDAY + timedelta(7 * at), 30 if at else 90, 20.0 * 30 if at else 30.0 * 90) for at in range(LEAST)
    ]
    (level,) = levels(weeks(rows, date.min, FAR, 11))
    assert level.mean == pytest.approx((7 * 20 * 30 + 30 * 90) / (7 * 30 + 90))


def test_without_a_change_about_one_series_in_twenty_is_taken_for_one() -> None:
    found = sum(bool(changes(noisy(20, 52, seed=seed))) for seed in range(400))
    assert found / 400 < 0.08


def test_a_second_change_within_a_part_takes_stronger_evidence() -> None:
    steps = noisy(18, 20) + noisy(24, 20, seed=3) + noisy(30, 20, seed=4)
    assert changes(steps) == [20, 40]


def test_constant_weeks_have_no_change_and_nothing_outside() -> None:
    found = series([20.0] * 30)
    assert outside(found, levels(found)) == []


def test_a_single_week_far_off_is_outside() -> None:
    delays = [20.0, 21.0] * 10
    delays[7] = 30.0
    found = series(delays)
    assert outside(found, levels(found)) == [[7]]


def test_neighbouring_weeks_on_one_side_are_named_together_and_apart_from_the_other_side() -> None:
    delays = [20.0, 21.0] * 15
    delays[10], delays[11], delays[12] = 29.0, 30.0, 12.0
    found = series(delays)
    assert outside(found, levels(found)) == [[10, 11], [12]]


def test_fewer_than_eight_weeks_have_no_limits() -> None:
    assert levels(series(noisy(20, LEAST - 1))) == []


def test_a_week_that_the_period_cuts_is_not_judged() -> None:
    rows = [(MONDAY + timedelta(7 * at), 50, 1000.0) for at in range(3)]
    found = weeks(rows, MONDAY + timedelta(1), MONDAY + timedelta(19), 11)
    assert [week.judged for week in found] == [False, True, False]


def test_a_week_of_fewer_than_eleven_cases_is_not_judged() -> None:
    rows = [(MONDAY, 10, 100.0), (MONDAY + timedelta(7), 11, 110.0)]
    assert [week.judged for week in weeks(rows, date.min, FAR, 11)] == [False, True]


def test_a_week_without_a_case_keeps_its_place() -> None:
    rows = [(MONDAY, 20, 400.0), (MONDAY + timedelta(14), 20, 400.0)]
    found = weeks(rows, date.min, FAR, 11)
    assert [week.delay for week in found] == [20.0, None, 20.0]


def test_no_week_at_all_is_no_chart() -> None:
    assert weeks([], date.min, FAR, 11) == []
