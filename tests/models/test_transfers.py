"""Transfers: what may move, what is best, what is refused and why, and what it does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.programme import GAP
from models.transfers import (
    LEAST,
    MOST,
    TOLL,
    WORTH,
    Office,
    Rebalancing,
    Refusal,
    Transfer,
    above,
    rebalance,
    room,
    spread,
)  # fmt: skip
from models.workplace import Workplace

KINDS = ("pension", "survivor", "invalidity")
WEIGHTS = {"pension": 1.0, "survivor": 1.2, "invalidity": 1.5}
DELAYS = dict.fromkeys(range(5, 36), 10)


def office(
    name: str,
    load: float,
    fte: float = 10,
    *,
    delay: float = 15,
    movable: Mapping[str, int] | None = None,
    skills: Collection[str] = KINDS,
    finished: float = 10,
) -> Office:
    """An agency of that load; everything moves and everybody knows everything unless said."""
    place = Workplace(
        stock=load * fte, received=finished, finished=finished, received_spread=0.15, finished_spread=0.15,
        delay=delay, delay_spread=1.0, fte=fte,
    )  # fmt: skip
    young = {"pension": 60} if movable is None else movable
    return Office(name, place, load * fte, young, skills, DELAYS)


offices = st.lists(
    st.builds(
        office,
        name=st.just(""),
        load=st.floats(2, 40),
        fte=st.floats(1, 40),
        delay=st.floats(5, 30),
        movable=st.dictionaries(st.sampled_from(KINDS), st.integers(0, 60)),
        skills=st.frozensets(st.sampled_from(KINDS)),
        finished=st.floats(0.5, 40),
    ),
    max_size=7,
).map(lambda found: [replace(each, name=f"o{place}") for place, each in enumerate(found)])


def given_by(found: Rebalancing, name: str) -> list[Transfer]:
    return [each for each in found.transfers if each.giver == name]


def weight(transfers: Sequence[Transfer]) -> float:
    return sum(each.cases * WEIGHTS[each.case_type] for each in transfers)


@settings(max_examples=50, deadline=None)
@given(region=offices)
def test_never_more_moves_than_there_is_nor_to_where_nobody_knows_it(region: list[Office]) -> None:
    named = {each.name: each for each in region}
    found = rebalance(region, WEIGHTS)
    for each in region:
        for kind in KINDS:
            gone = sum(one.cases for one in given_by(found, each.name) if one.case_type == kind)
            assert gone <= each.movable.get(kind, 0)
    assert all(one.case_type in named[one.receiver].skills for one in found.transfers)


@settings(max_examples=50, deadline=None)
@given(region=offices)
def test_no_receiver_passes_the_mean_load_or_its_norm_and_no_giver_falls_below(region: list[Office]) -> None:
    found = rebalance(region, WEIGHTS)
    for each in region:
        taken = [one for one in found.transfers if one.receiver == each.name]
        gone = given_by(found, each.name)
        assert not (taken and gone)
        if taken:
            assert (each.workload + weight(taken)) / each.place.fte <= found.mean_load * (1 + 1e-6)
            later = sum(one.cases for one in taken) / each.place.finished
            assert each.place.delay + later <= each.place.norm + 1e-6
        if gone:
            assert (each.workload - weight(gone)) / each.place.fte >= found.mean_load * (1 - 1e-6)


@settings(max_examples=50, deadline=None)
@given(region=offices)
def test_transfers_are_few_and_large_and_worth_half_a_day_and_make_loads_more_equal(
    region: list[Office],
) -> None:
    found = rebalance(region, WEIGHTS)
    assert len(found.transfers) <= MOST
    assert all(one.cases >= LEAST for one in found.transfers)
    for name in {one.giver for one in found.transfers}:
        finished = next(each.place.finished for each in region if each.name == name)
        assert sum(one.cases for one in given_by(found, name)) >= WORTH * finished - 1e-6
    before, after = found.spread
    assert after < before if found.transfers else after == before


@settings(max_examples=40, deadline=None)
@given(region=offices)
def test_as_much_arrives_as_leaves(region: list[Office]) -> None:
    found = rebalance(region, WEIGHTS)
    balance = {each.name: 0 for each in region}
    for one in found.transfers:
        balance[one.giver] -= one.cases
        balance[one.receiver] += one.cases
    assert sum(balance.values()) == 0
    assert len({(one.giver, one.receiver, one.case_type) for one in found.transfers}) == len(found.transfers)


@settings(max_examples=40, deadline=None)
@given(
    loads=st.tuples(st.floats(15, 40), st.floats(2, 20), st.floats(2, 20)),
    fte=st.tuples(st.floats(1, 8), st.floats(1, 8), st.floats(1, 8)),
    movable=st.tuples(st.integers(0, 8), st.integers(0, 8)),
    delay=st.floats(10, 21),
    finished=st.floats(1, 20),
)
def test_nothing_is_better_by_trying_everything(
    loads: tuple[float, ...], fte: tuple[float, ...], movable: tuple[int, int], delay: float, finished: float
) -> None:
    young = dict(zip(("pension", "invalidity"), movable, strict=True))
    region = [
        office(f"o{place}", load, hands, movable=young, delay=delay, finished=finished)
        for place, (load, hands) in enumerate(zip(loads, fte, strict=True))
    ]
    found, best = rebalance(region, WEIGHTS), tried(region)
    reached = gained(region, {(one.giver, one.receiver, one.case_type): one.cases for one in found.transfers})
    assert reached >= best * (1 - GAP) - 1e-6
    assert reached <= best + 1e-6


def tried(region: list[Office]) -> float:
    """The most that any allowed plan gains, by trying all."""
    ways = [
        (giver.name, receiver.name, kind)
        for giver in region
        for receiver in region
        for kind in giver.movable
        if giver.load > receiver.load
    ]
    steps = [
        [0, *range(LEAST, next(each for each in region if each.name == way[0]).movable[way[2]] + 1)]
        for way in ways
    ]
    plans = (dict(zip(ways, cases, strict=True)) for cases in product(*steps))
    return max(gained(region, plan) for plan in plans if allowed(region, plan))


def allowed(region: list[Office], plan: Mapping[tuple[str, str, str], int]) -> bool:
    mean = sum(each.workload for each in region) / sum(each.place.fte for each in region)
    if sum(cases > 0 for cases in plan.values()) > MOST:
        return False
    for each in region:
        gone = {way: cases for way, cases in plan.items() if way[0] == each.name and cases}
        came = {way: cases for way, cases in plan.items() if way[1] == each.name and cases}
        weighted = [sum(WEIGHTS[way[2]] * cases for way, cases in some.items()) for some in (gone, came)]
        spare, most = room(each, mean)
        for kind in each.movable:
            if sum(cases for way, cases in gone.items() if way[2] == kind) > each.movable[kind]:
                return False
        if weighted[0] > above(each, mean) + 1e-9 or weighted[1] > spare + 1e-9:
            return False
        if sum(came.values()) > most or (gone and sum(gone.values()) < WORTH * each.place.finished):
            return False
    return True


def gained(region: list[Office], plan: Mapping[tuple[str, str, str], int]) -> float:
    load = {each.name: each.load for each in region}
    used = {way: cases for way, cases in plan.items() if cases}
    return sum(
        cases * WEIGHTS[kind] * (load[giver] - load[receiver])
        for (giver, receiver, kind), cases in used.items()
    ) - TOLL * len(used)


def test_cases_go_from_the_fullest_to_the_emptiest() -> None:
    to = rebalance(
        [office("full", 30, movable={"pension": 20}), office("empty", 8), office("half", 14)], WEIGHTS
    )
    assert to.transfers == (Transfer("full", "empty", "pension", 20),)
    origin = rebalance([office("full", 30), office("fuller", 36), office("empty", 8)], WEIGHTS)
    assert origin.transfers == (Transfer("fuller", "empty", "pension", 50),)


def test_a_receiver_is_filled_up_to_the_mean_load_and_no_further() -> None:
    found = rebalance([office("full", 30), office("small", 10, fte=2)], WEIGHTS)
    assert [one.cases for one in found.transfers] == [33]  # (320 / 12 − 10) × 2 cases


def test_no_small_rest_goes_elsewhere() -> None:
    region = [office("full", 40, movable={"pension": 8}), office("a", 8, delay=19.4), office("b", 10)]
    assert [one.cases for one in rebalance(region, WEIGHTS).transfers] == [8]
    region[2] = office("b", 10, delay=19.4)
    assert [one.cases for one in rebalance(region, WEIGHTS).transfers] == [6]


def test_loads_that_are_nearly_equal_are_left_alone() -> None:
    assert rebalance([office("a", 20.05, fte=400), office("b", 20.0, fte=400)], WEIGHTS).transfers == ()
    assert rebalance([office("a", 20.5, fte=400), office("b", 20.0, fte=400)], WEIGHTS).transfers != ()


def test_only_the_agencies_asked_for_give() -> None:
    region = [office("full", 30), office("fuller", 36), office("empty", 8), office("half", 14)]
    found = rebalance(region, WEIGHTS, givers=["full"])
    assert {one.giver for one in found.transfers} == {"full"}


def test_a_refusal_says_that_nobody_there_knows_the_type() -> None:
    found = rebalance([office("full", 30), office("empty", 8, skills=["survivor"])], WEIGHTS)
    assert found.transfers == ()
    assert found.refused == (Refusal("full", "empty", "pension", "skill"),)


def test_a_refusal_says_that_there_is_no_room_up_to_the_norm() -> None:
    found = rebalance([office("full", 30), office("empty", 8, delay=19.6)], WEIGHTS)
    assert found.refused == (Refusal("full", "empty", "pension", "room"),)


def test_a_refusal_says_that_there_is_no_room_up_to_the_mean_load() -> None:
    found = rebalance([office("full", 30), office("like the others", 29.9, fte=40)], WEIGHTS)
    assert found.refused == (Refusal("full", "like the others", "pension", "room"),)


def test_a_refusal_says_that_less_than_half_a_day_would_be_gained() -> None:
    region = [office("full", 30, movable={"pension": 6}, finished=13), office("empty", 8)]
    assert rebalance(region, WEIGHTS).refused == (Refusal("full", "empty", "pension", "gain"),)
    region[0] = office("full", 30, movable={"pension": 7}, finished=13)
    assert rebalance(region, WEIGHTS).transfers == (Transfer("full", "empty", "pension", 7),)


def test_half_a_day_may_be_gained_over_several_transfers_but_not_missed_by_all() -> None:
    empties = [office(f"empty {place}", 8, delay=19.4) for place in range(3)]
    region = [office("full", 60, finished=30), *empties]
    assert [one.cases for one in rebalance(region, WEIGHTS).transfers] == [6, 6, 6]
    assert rebalance([office("full", 60, finished=40), *empties], WEIGHTS).transfers == ()


def test_one_agency_alone_or_none_moves_nothing() -> None:
    assert rebalance([], WEIGHTS).transfers == ()
    assert rebalance([office("alone", 30)], WEIGHTS).transfers == ()


def test_the_spread_of_the_load_counts_full_time_agents() -> None:
    region = [office("small", 20, fte=1), office("large", 10, fte=4)]
    assert spread(region, (), WEIGHTS) == pytest.approx(4 / 12)  # mean 12, variance (64 + 4 × 4) / 5
    assert spread(region, [Transfer("small", "large", "pension", 8)], WEIGHTS) == pytest.approx(0)
