"""A reinforcement, simulated: what more hands do to the open cases and to the delay."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.queue import AFTER, LONGEST, MOST, Plan, recommended, reinforce
from models.workplace import FEWEST, Week, Workplace, seed, workplace

# 30 a day come and go, 900 are open, and nothing varies: 30 days each.
STEADY = Workplace(
    stock=900, received=30, finished=30, received_spread=0, finished_spread=0,
    delay=30, delay_spread=0, fte=40,
)  # fmt: skip
UNEVEN = replace(STEADY, received_spread=0.2, finished_spread=0.15, delay_spread=2.0)
PLAN = Plan(agents=4, weeks=6)
CLOSED_MORE = 30 * 42 * 4 * 0.95 / 40  # by the plan, in all: 120 cases

places = st.builds(
    Workplace,
    stock=st.floats(0, 5_000), received=st.floats(0, 100), finished=st.floats(0.1, 100),
    received_spread=st.floats(0, 1), finished_spread=st.floats(0, 1),
    delay=st.floats(1, 120), delay_spread=st.floats(0, 10), fte=st.floats(0.5, 200),
    weeks=st.integers(4, 12), norm=st.floats(5, 60), shortest=st.floats(0, 5),
)  # fmt: skip
plans = st.builds(Plan, agents=st.floats(0.5, 30), weeks=st.integers(1, LONGEST))


def test_the_stock_falls_by_what_the_added_hands_close() -> None:
    found = reinforce(STEADY, PLAN, seed=1)
    fallen = found.without[6].middle - found.with_it[6].middle
    assert fallen == pytest.approx(CLOSED_MORE, rel=0.05)


def test_the_lower_stock_stays_when_the_hands_have_left() -> None:
    found = reinforce(STEADY, PLAN, seed=1)
    later = found.without[LONGEST].middle - found.with_it[LONGEST].middle
    assert later == pytest.approx(CLOSED_MORE, rel=0.1)


def test_the_delay_falls_by_the_time_in_which_as_many_cases_are_closed() -> None:
    found = reinforce(STEADY, PLAN, seed=1)
    assert found.gain.middle == pytest.approx(CLOSED_MORE / 30, rel=0.05)
    assert found.delay.middle == pytest.approx(30 - CLOSED_MORE / 30, rel=0.02)


def test_the_pace_of_who_is_added_is_that_of_the_others_times_the_efficiency() -> None:
    half = reinforce(STEADY, replace(PLAN, efficiency=0.475), seed=1)
    whole = reinforce(STEADY, PLAN, seed=1)
    assert half.gain.middle == pytest.approx(whole.gain.middle / 2, rel=0.05)


def test_uneven_weeks_make_the_interval_wider_and_leave_the_middle() -> None:
    sure, unsure = reinforce(STEADY, PLAN, seed=1), reinforce(UNEVEN, PLAN, seed=1)
    assert unsure.delay.high - unsure.delay.low > 3 * (sure.delay.high - sure.delay.low)
    assert unsure.delay.middle == pytest.approx(sure.delay.middle, abs=0.5)


def test_a_mean_of_few_weeks_is_less_certain() -> None:
    many, few = (reinforce(replace(UNEVEN, weeks=weeks), PLAN, seed=1).delay for weeks in (12, 4))
    assert few.high - few.low > 1.1 * (many.high - many.low)


def test_the_stock_at_the_norm_is_the_norm_times_what_is_finished_in_a_day() -> None:
    assert replace(STEADY, finished=37.2).norm_stock == pytest.approx(744)


def test_the_day_on_which_the_norm_is_reached_lies_where_the_middle_path_crosses_it() -> None:
    found = reinforce(STEADY, Plan(agents=12, weeks=8), seed=1)
    _, likely, _ = found.reached
    assert likely is not None
    week = int(likely // 7)
    assert found.with_it[week].middle > found.norm_stock > found.with_it[week + 1].middle


def test_a_norm_that_is_reached_already_is_reached_on_the_first_day() -> None:
    assert reinforce(replace(STEADY, stock=400), PLAN, seed=1).reached[1] == 0


def test_a_norm_out_of_reach_has_no_day_and_no_chance() -> None:
    found = reinforce(replace(STEADY, stock=5_000, delay=160), Plan(1, 4), seed=1)
    assert (found.reached, found.chance) == ((None, None, None), 0)


def test_the_chance_is_that_of_the_day_of_the_norm_falling_within_the_plan() -> None:
    for agents in (8, 10, 12):
        found = reinforce(UNEVEN, Plan(agents, 8), seed=1)
        early, likely, _ = found.reached
        assert (found.chance >= 0.1) == (early is not None and early <= 56)
        assert (found.chance > 0.5) == (likely is not None and likely <= 56)


def test_the_chance_is_that_of_the_end_of_the_plan() -> None:
    found = reinforce(STEADY, Plan(agents=12, weeks=6), seed=1)  # 300 cases too many, 60 fewer a week
    assert found.with_it[5].middle == pytest.approx(found.norm_stock, abs=15)
    assert found.chance > 0.8


def test_no_case_is_closed_in_less_than_the_quickest_take() -> None:
    found = reinforce(replace(STEADY, shortest=12), Plan(agents=40, weeks=20), seed=1)
    assert found.delay.low >= 12
    assert found.with_it[20].middle > 0.8 * 12 * 30


def test_the_same_seed_tells_the_same_and_another_something_else() -> None:
    first, again, other = (reinforce(UNEVEN, PLAN, seed=number) for number in (1, 1, 2))
    assert first == again
    assert first.delay != other.delay


def test_a_seed_is_the_same_on_every_machine_and_differs_by_agency() -> None:
    assert seed("2026-10-31", "Lille") == 4_239_901_784_697_100_844
    assert seed("2026-10-31", "Lille") != seed("2026-10-31", "Lens")
    assert seed("a", "bc") != seed("ab", "c")


@settings(max_examples=30, deadline=None)
@given(place=places, plan=plans)
def test_more_hands_never_make_anybody_wait_longer(place: Workplace, plan: Plan) -> None:
    less, more = reinforce(place, plan, 1), reinforce(place, replace(plan, agents=plan.agents * 1.5), 1)
    assert more.delay.middle <= less.delay.middle + 1e-9
    assert all(a.middle <= b.middle + 1e-9 for a, b in zip(more.with_it, less.with_it, strict=True))
    assert more.chance >= less.chance


@settings(max_examples=30, deadline=None)
@given(place=places, plan=plans)
def test_stocks_are_never_negative_and_never_higher_for_the_plan(place: Workplace, plan: Plan) -> None:
    found = reinforce(place, plan, seed=1)
    assert len(found.without) == len(found.with_it) == LONGEST + 1
    for without, with_it in zip(found.without, found.with_it, strict=True):
        assert -1e-9 <= with_it.low <= with_it.middle <= with_it.high
        assert with_it.middle <= without.middle + 1e-9
    assert found.delay.low <= found.delay.middle <= found.delay.high
    assert 0 <= found.chance <= 1


def test_the_fewest_agents_that_reach_the_norm_are_recommended() -> None:
    plan = recommended(UNEVEN, weeks=16, seed=1)
    assert 1 < plan.agents < MOST * UNEVEN.fte
    assert reinforce(UNEVEN, plan, 1).chance >= 0.5
    assert reinforce(UNEVEN, replace(plan, agents=plan.agents - 1), 1).chance < 0.5


def test_no_more_than_a_fifth_of_the_agency_is_recommended() -> None:
    assert recommended(replace(STEADY, stock=3_000, delay=100), weeks=6, seed=1).agents == 8
    assert recommended(replace(STEADY, stock=3_000, delay=100, fte=2), weeks=6, seed=1).agents == 1


@pytest.mark.parametrize("plan", [Plan(0, 6), Plan(-1, 6), Plan(2, 0), Plan(2, LONGEST + 1)])
def test_what_is_no_plan_is_refused(plan: Plan) -> None:
    with pytest.raises(ValueError, match="no reinforcement"):
        reinforce(STEADY, plan, seed=1)


@pytest.mark.parametrize("unknown", ["fte", "finished", "delay"])
def test_an_agency_without_hands_or_closings_cannot_be_reinforced(unknown: str) -> None:
    with pytest.raises(ValueError, match="no effect"):
        reinforce(replace(STEADY, **{unknown: 0}), PLAN, seed=1)


def test_the_delay_is_told_over_weeks_that_are_drawn_even_for_the_longest_plan() -> None:
    found = reinforce(UNEVEN, Plan(4, LONGEST), seed=1)
    assert found.gain.middle == pytest.approx(CLOSED_MORE / 30 * LONGEST / 6, rel=0.1)
    assert AFTER == 4


def test_a_workplace_is_what_its_weeks_show() -> None:
    weeks = [
        Week(70, 63, 60, 1_200),
        Week(77, 70, 66, 1_650),
        Week(70, 63, 60, 1_200),
        Week(77, 70, 66, 1_650),
    ]
    place = workplace(weeks, stock=250, fte=10, norm=20, shortest=6)
    assert place is not None
    assert (place.received, place.finished) == (10.5, 9.5)
    assert place.delay == pytest.approx((2 * 1_200 + 2 * 1_650) / (2 * 60 + 2 * 66))
    assert place.received_spread == pytest.approx((7**2 / 2) ** 0.5 / 73.5)
    assert (place.stock, place.fte, place.weeks, place.norm, place.shortest) == (250, 10, 4, 20, 6)


def test_a_season_is_no_chance() -> None:
    rising = [Week(100 + 5 * week, 100 + 5 * week, 90, 1_800) for week in range(12)]
    place = workplace(rising, stock=250, fte=10)
    assert place is not None
    assert place.received_spread < 0.03


def test_too_few_weeks_or_an_unknown_fte_make_no_workplace() -> None:
    week = Week(70, 63, 60, 1_200)
    assert workplace([week] * (FEWEST - 1), stock=250, fte=10) is None
    assert workplace([week] * FEWEST, stock=250, fte=None) is None
    assert workplace([week] * 2 + [Week(70, 0, 0, 0)] * 8, stock=250, fte=10) is None
    assert workplace([week] * FEWEST, stock=250, fte=10) is not None
