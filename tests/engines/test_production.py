"""The production questions against figures worked out by hand."""

from collections.abc import Callable
from datetime import date

import pytest

from queries import production as ask
from queries.selection import Selection
from tests.engines.engines import Engines

World = Callable[..., Engines]


def test_mean_delay_weighs_cases_and_counts_closed_ones_alone(engine_with: World) -> None:
    engines = engine_with(
        cases="""
        day        | status   | treated | delay_days
        2026-01-05 | closed   |       9 |         10
        2026-01-06 | closed   |       1 |         30
        2026-01-07 | rejected |       5 |         90"""
    )
    assert engines.value(ask.kpis, "mean_delay") == pytest.approx(12.0)
    assert engines.value(ask.kpis, "row_mean_delay") == pytest.approx(130 / 3)


def test_late_is_strictly_past_the_norm_of_the_type(engine_with: World) -> None:
    engines = engine_with(
        cases="""
        day        | delay_days | norm_days | treated
        2026-01-05 |         20 |        20 |       1
        2026-01-05 |       20.5 |        20 |       2
        2026-01-05 |         20 |        10 |       1"""
    )
    assert engines.value(ask.kpis, "late_share") == pytest.approx(3 / 4)


def test_return_rate_weighs_cases_not_days(engine_with: World) -> None:
    engines = engine_with(
        cases="""
        day        | treated | returns
        2026-01-05 |       9 |       0
        2026-01-06 |       1 |       1"""
    )
    assert engines.value(ask.kpis, "return_rate") == pytest.approx(0.1)


def test_cases_without_a_return_count_stay_out_of_the_rate(engine_with: World) -> None:
    engines = engine_with(
        cases="""
        day        | treated | returns
        2026-01-05 |       4 |       1
        2026-01-06 |      96 |       -"""
    )
    assert engines.value(ask.kpis, "return_rate") == pytest.approx(0.25)


def test_the_share_returned_counts_a_case_once_and_is_unknown_for_batches(engine_with: World) -> None:
    single = """
        day        | treated | returns
        2026-01-05 |       1 |       3
        2026-01-06 |       1 |       0"""
    assert engine_with(cases=single).value(ask.kpis, "returned_share") == pytest.approx(0.5)


def test_the_share_returned_is_unknown_for_batches(engine_with: World) -> None:
    batches = """
        day        | treated | returns
        2026-01-05 |       2 |       3
        2026-01-06 |       1 |       0"""
    assert engine_with(cases=batches).value(ask.kpis, "returned_share") is None


STANDING = """
    day        | received_on | closed_on  | status | agency | weight
    2026-01-20 | 2026-01-10  | 2026-01-20 | closed | Lille  |      1
    2026-02-15 | 2026-01-12  | 2026-02-15 | closed | Lille  |      2
    2026-02-20 | 2026-02-20  | -          | open   | Lille  |      1
    2026-02-21 | 2026-02-21  | -          | open   | Rouen  |      3"""


@pytest.mark.parametrize(
    ("selection", "stock"),
    [("", 2), ("until=2026-01-31", 1), ("until=2026-01-11", 1), ("until=2026-02-14", 1), ("agency=Lille", 1)],
)
def test_stock_is_what_came_in_less_what_left(engine_with: World, selection: str, stock: int) -> None:
    assert engine_with(cases=STANDING, fte=2).value(ask.kpis, "stock", selection) == stock


def test_workload_weighs_open_cases_by_type_over_full_time_agents(engine_with: World) -> None:
    engines = engine_with(cases=STANDING, fte=2)
    assert engines.value(ask.kpis, "workload_per_fte") == pytest.approx((1 + 3) / 4)
    assert engines.value(ask.kpis, "workload_per_fte", "agency=Rouen") == pytest.approx(3 / 2)


def test_without_dates_of_receipt_stock_is_unknown_not_zero(engine_with: World) -> None:
    engines = engine_with(cases="day\n2026-01-05", fte=2)
    assert engines.value(ask.kpis, "stock") is None
    assert engines.value(ask.kpis, "workload_per_fte") is None


def test_the_backlog_is_aged_on_the_last_day_of_the_period(engine_with: World) -> None:
    engines = engine_with(cases=STANDING)
    assert engines.run(ask.backlog_by_age).rows() == [("0-10", 2)]
    assert engines.run(ask.backlog_by_age, "until=2026-02-14").rows() == [("31+", 1)]


def test_a_month_is_counted_whole_whatever_days_it_holds(engine_with: World) -> None:
    engines = engine_with(
        cases="""
        day        | treated | delay_days
        2026-01-05 |       2 |         10
        2026-01-31 |       1 |         40
        2026-02-01 |       4 |          -"""
    )
    assert engines.run(ask.cases_by_month).rows() == [
        (date(2026, 1, 1), 3, 3, 20.0),
        (date(2026, 2, 1), 4, 4, None),
    ]


def test_an_agency_without_a_delay_comes_last(engine_with: World) -> None:
    engines = engine_with(
        cases="""
        agency  | delay_days
        Bobigny |          -
        Lille   |         10
        Rouen   |         30
        Évry    |         10"""
    )
    assert engines.run(ask.delay_by_agency)["agency"].to_list() == ["Rouen", "Lille", "Évry", "Bobigny"]


def test_workload_falls_back_on_what_the_file_states(engine_with: World) -> None:
    engines = engine_with(
        cases="""
        agency | workload
        Lille  |      1.0
        Lille  |      2.0"""
    )
    assert engines.run(ask.workload_and_returns_by_agency)["workload"].to_list() == [1.5]


def test_an_empty_selection_counts_zero_and_knows_no_mean(engine_with: World) -> None:
    engines = engine_with(cases=STANDING)
    row = engines.run(ask.kpis, "agency=nulle").row(0, named=True)
    assert (row["rows"], row["treated"], row["closed"]) == (0, 0, 0)
    assert row["mean_delay"] is None


DELAYS = """
    day        | delay_days | treated | norm_days | status
    2026-01-05 |        0.2 |       1 |        20 | closed
    2026-01-05 |        3.0 |       2 |        20 | closed
    2026-01-09 |        2.5 |       1 |         2 | closed
    2026-02-03 |       20.5 |       4 |        20 | closed
    2026-02-03 |          - |       9 |        20 | closed
    2026-02-04 |        7.0 |       5 |        20 | rejected"""


def test_delays_are_counted_by_the_days_begun(engine_with: World) -> None:
    rows = engine_with(cases=DELAYS).run(ask.delay_histogram).rows()
    assert rows == [(1, 1, 0), (3, 3, 1), (21, 4, 4)]


@pytest.mark.parametrize(
    ("selection", "closed", "median", "p90"),
    [
        ("", 8, 3, 21),
        ("since=2026-01-01&until=2026-01-31", 4, 3, 3),
        ("since=2026-01-06&until=2026-02-28", 5, 21, 21),
        ("until=2026-01-31", 4, 3, 3),
        ("agency=nulle", 0, None, None),
    ],
)
def test_half_and_nine_tenths_of_the_cases_are_finished_by_the_end_of_that_day(
    engine_with: World, selection: str, closed: int, median: int | None, p90: int | None
) -> None:
    assert engine_with(cases=DELAYS).run(ask.quantiles, selection).rows() == [(closed, median, p90)]


def test_exactly_half_is_enough_for_the_median_and_nine_tenths_for_the_p90(engine_with: World) -> None:
    table = "\n".join(["delay_days", *map(str, range(1, 11))])
    assert engine_with(cases=table).run(ask.quantiles).rows() == [(10, 5, 9)]


def test_the_sums_give_the_variance_of_delays(engine_with: World) -> None:
    row = engine_with(cases=DELAYS).run(ask.sums).row(0, named=True)
    assert (row["treated"], row["closed"], row["delay_treated"], row["late"]) == (22, 17, 8, 5)
    assert row["delay_sum"] == pytest.approx(0.2 + 6 + 2.5 + 82)
    assert row["delay_sq"] == pytest.approx(0.04 + 18 + 6.25 + 4 * 20.5**2)


def test_whole_months_of_delays_come_from_the_cube_and_parts_from_the_facts(engine_with: World) -> None:
    cubes = engine_with(cases=DELAYS).cubes
    whole, part = "since=2026-01-01&until=2026-01-31", "since=2026-01-06&until=2026-01-31"
    told = [cubes.answers(ask.quantiles, Selection.parse(text), Selection()) for text in ("", whole, part)]
    assert told == [True, True, False]
