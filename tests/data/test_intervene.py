"""The simulated world with more hands or moved cases: exact book-keeping."""

from datetime import date, timedelta
from functools import cache

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.simulate import fill
from data.simulation.intervene import HANDOVER, LEAST_DAYS, Move, course, reinforced, transferred
from tests.data.simulated_world import ask

FIRST = date(2026, 3, 2)
DAY = timedelta(days=1)
SCHEMA = {
    "case_id": pl.String, "case_type": pl.String, "received_on": pl.Date,
    "finished_on": pl.Date, "status": pl.String, "held_until": pl.Date,
}  # fmt: skip


@cache
def world() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    fill(connection, cases=200_000)
    return connection


@pytest.fixture(scope="module")
def lille() -> pl.DataFrame:
    return course(world(), "Lille")


def frame(cases: list[tuple[int, int | None, int | None]], prefix: str = "c") -> pl.DataFrame:
    """Cases as days around FIRST: received, finished (None: not yet), held until."""
    days = [[None if day is None else FIRST + day * DAY for day in case] for case in cases]
    rows = [
        (f"{prefix}{place:03}", "pension", received, finished, "closed" if finished else "open", held)
        for place, (received, finished, held) in enumerate(days)
    ]
    return pl.DataFrame(rows, SCHEMA, orient="row").sort("finished_on", "case_id", nulls_last=True)


def finished(cases: pl.DataFrame) -> dict[str, int | None]:
    """The day of each case from FIRST."""
    days = cases.select("case_id", (pl.col("finished_on") - pl.lit(FIRST)).dt.total_days())
    return dict(days.sort("case_id").iter_rows())


worlds = st.lists(
    st.tuples(st.integers(-40, 30), st.integers(1, 40), st.integers(0, 40), st.booleans()), max_size=40
).map(
    lambda drawn: frame(
        [
            (
                received,
                None if still_open else received + took,
                received + min(held, took) if held < 20 else None,
            )
            for received, took, held, still_open in drawn
        ]
    )
)


def test_each_agency_has_all_its_cases_in_the_order_they_are_finished(lille: pl.DataFrame) -> None:
    count = ask(world(), "SELECT count(*) FROM cases WHERE agency = 'Lille'")
    assert lille.height == count > 2_000
    assert lille["finished_on"].drop_nulls().is_sorted()
    assert lille["case_id"].is_unique().all()


@pytest.mark.parametrize("agency", ["Lille", "Limoges", "Marseille", "Paris", "Nancy"])
def test_no_case_was_finished_before_its_documents_were_there(agency: str) -> None:
    cases = course(world(), agency)
    held = cases.filter(pl.col("held_until").is_not_null())
    assert (held["held_until"] <= held["finished_on"].fill_null(date.max)).all()
    assert (held["held_until"] >= held["received_on"]).all()


def test_as_many_wait_for_documents_as_were_planted() -> None:
    shares = {name: course(world(), name)["held_until"].is_not_null().mean() for name in ("Lille", "Limoges")}
    assert shares["Lille"] == pytest.approx(0.03 + 0.08 * 0.37, abs=0.01)
    assert shares["Limoges"] == pytest.approx(0.10 + 0.08 * 0.30, abs=0.03)


def test_no_hands_more_change_nothing(lille: pl.DataFrame) -> None:
    assert reinforced(lille, FIRST, 6, 1.0).equals(lille)


def test_more_hands_close_the_next_cases_in_their_order() -> None:
    cases = frame([(-30, 0, None), (-29, 1, None), (-28, 2, None), (-27, 3, None)])
    assert list(finished(reinforced(cases, FIRST, 1, 2.0)).values()) == [0, 0, 1, 1]


def test_part_of_a_hand_adds_up_over_the_days() -> None:
    cases = frame([(-30 + day, day, None) for day in range(7)])
    assert list(finished(reinforced(cases, FIRST, 1, 1.5)).values()) == [0, 1, 1, 2, 3, 3, 4]


def test_the_old_pace_is_back_after_the_plan_and_the_lead_stays() -> None:
    cases = frame([(-60 + day, day, None) for day in range(21)])
    found = finished(reinforced(cases, FIRST, 1, 2.0))
    assert [found[f"c{place:03}"] for place in (13, 14, 20)] == [6, 7, 13]


def test_no_case_is_closed_before_its_documents_or_sooner_than_work_takes() -> None:
    cases = frame([(-30, 3, 2), (-3, 4, None), (-30, 5, None)])
    found = finished(reinforced(cases, FIRST, 6, 5.0))
    assert found == {"c000": 3, "c001": 3, "c002": 3}
    assert LEAST_DAYS == 5


def test_work_goes_on_with_what_can_be_worked_on() -> None:
    cases = frame([(-30, 0, None), (-30, 1, 1), (-20, 2, None)])
    assert finished(reinforced(cases, FIRST, 6, 2.0)) == {"c000": 0, "c001": 1, "c002": 0}


@settings(max_examples=60, deadline=None)
@given(cases=worlds, factor=st.floats(1, 3), weeks=st.integers(1, 5))
def test_hands_neither_lose_a_case_nor_close_more_than_they_can(
    cases: pl.DataFrame, factor: float, weeks: int
) -> None:
    after = reinforced(cases, FIRST, weeks, factor)
    assert set(after["case_id"]) == set(cases["case_id"])
    before, then = finished(cases), finished(after)
    assert all(then[name] == day for name, day in before.items() if day is not None and day < 0)
    assert all((then[name] or 0) <= day for name, day in before.items() if day is not None)
    for last in range(80):
        hands = sum(
            (factor if day < 7 * weeks else 1)
            for day in before.values()
            if day is not None and 0 <= day <= last
        )
        closed = sum(1 for day in then.values() if day is not None and 0 <= day <= last)
        assert closed <= hands + 1e-6


@settings(max_examples=60, deadline=None)
@given(cases=worlds, factor=st.floats(1, 3))
def test_nothing_is_closed_before_it_can_be(cases: pl.DataFrame, factor: float) -> None:
    after = reinforced(cases, FIRST, 4, factor).join(cases, on="case_id", suffix="_before")
    moved = after.filter(pl.col("finished_on").ne_missing(pl.col("finished_on_before")))
    took = (moved["finished_on"] - moved["received_on"]).dt.total_days()
    assert (took >= LEAST_DAYS).all()
    assert (moved["finished_on"] >= moved["held_until"].fill_null(date.min)).all()
    assert (moved["finished_on"] >= FIRST).all()


def test_what_leaves_lets_the_later_ones_move_up() -> None:
    giver = frame([(-30, 0, None), (-3, 1, None), (-30, 2, None), (-30, 3, None)], "g")
    receiver = frame([(-30, day, None) for day in range(6)], "r")
    after = transferred({"A": giver, "B": receiver}, [Move("A", "B", ["g001"])], FIRST)
    assert finished(after["A"]) == {"g000": 0, "g002": 1, "g003": 2}


def test_what_arrives_makes_the_later_ones_wait() -> None:
    giver = frame([(-9, 3, None)], "g")
    receiver = frame([(-30, day, None) for day in range(6)], "r")
    after = transferred({"A": giver, "B": receiver}, [Move("A", "B", ["g000"])], FIRST)
    found = finished(after["B"])
    assert found.pop("g000") == 4
    assert list(found.values()) == [0, 1, 2, 3, 5, None]


def test_a_case_is_not_worked_on_while_it_is_handed_over() -> None:
    giver, receiver = frame([(-9, 0, None)], "g"), frame([(-30, day, None) for day in range(6)], "r")
    after = transferred({"A": giver, "B": receiver}, [Move("A", "B", ["g000"], pace=0.1)], FIRST)
    assert finished(after["B"])["g000"] == HANDOVER + 1  # behind the receiver's own case of that day


def test_a_moved_case_takes_the_time_of_its_new_agency() -> None:
    giver, receiver = frame([(-10, 20, None)], "g"), frame([(-30, day, None) for day in range(25)], "r")
    after = transferred({"A": giver, "B": receiver}, [Move("A", "B", ["g000"], pace=0.5)], FIRST)
    assert finished(after["B"])["g000"] == 6  # due on the fifth day, after the receiver's own of that day


@settings(max_examples=50, deadline=None)
@given(giver=worlds, receiver=worlds, pace=st.floats(0.5, 2), share=st.integers(1, 4))
def test_transfers_lose_no_case_and_exceed_no_capacity(
    giver: pl.DataFrame, receiver: pl.DataFrame, pace: float, share: int
) -> None:
    receiver = receiver.with_columns(case_id="r" + pl.col("case_id"))
    there = giver.filter(pl.col("received_on") < FIRST, pl.col("finished_on").fill_null(date.max) >= FIRST)
    gone = there["case_id"].to_list()[::share]
    after = transferred({"A": giver, "B": receiver}, [Move("A", "B", gone, pace)], FIRST)
    assert set(after["A"]["case_id"]) == set(giver["case_id"]) - set(gone)
    assert set(after["B"]["case_id"]) == set(receiver["case_id"]) | set(gone)
    for name, before in (("A", giver), ("B", receiver)):
        hands, closed = (
            [day for day in finished(cases).values() if day is not None and day >= 0]
            for cases in (before, after[name])
        )
        assert all(
            sum(day <= last for day in closed) <= sum(day <= last for day in hands) for last in range(80)
        )


def test_an_agency_may_give_to_several_and_its_hands_stay() -> None:
    giver = frame([(-3, day, None) for day in range(1, 7)], "g")
    others = {name: frame([(-30, day, None) for day in range(10)], name) for name in ("b", "c")}
    moves = [Move("A", "b", ["g000", "g001"]), Move("A", "c", ["g002", "g003"])]
    after = transferred({"A": giver, **others}, moves, FIRST)
    assert finished(after["A"]) == {"g004": 2, "g005": 3}
    assert {name: cases.height for name, cases in after.items()} == {"A": 2, "b": 12, "c": 12}


@pytest.mark.parametrize("case", [(-30, -1, None), (1, 9, None)])
def test_only_what_is_there_and_open_can_be_moved(case: tuple[int, int, None]) -> None:
    giver, receiver = frame([case], "g"), frame([(-30, 3, None)], "r")
    with pytest.raises(ValueError, match="only open cases"):
        transferred({"A": giver, "B": receiver}, [Move("A", "B", ["g000"])], FIRST)


def test_a_case_of_another_agency_cannot_be_moved() -> None:
    giver, receiver = frame([(-30, 3, None)], "g"), frame([(-30, 3, None)], "r")
    with pytest.raises(ValueError, match="only open cases"):
        transferred({"A": giver, "B": receiver}, [Move("A", "B", ["r000"])], FIRST)
