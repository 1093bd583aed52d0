"""What rules compare, on tables drawn by hand and against known values."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint

from queries import places
from queries.rules import courses as asked
from queries.rules import rule
from queries.rules.board import Board, wilson_low
from queries.rules.courses import Course, courses, monday
from queries.rules.drifts import drifting
from queries.rules.judging import fires
from queries.rules.returns import gap, returns_by_type
from queries.selection import shift_months


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("count", "total", "low"),
    [(10, 100, 0.0552), (50, 100, 0.4038), (0, 30, 0.0), (30, 30, 0.8865), (1, 1, 0.2065)],
)
def test_the_wilson_bound_has_its_known_values(count: int, total: int, low: float) -> None:
    assert wilson_low(array(count), array(total))[0] == pytest.approx(low, abs=5e-5)


def test_the_wilson_bound_is_that_of_a_statistics_library() -> None:
    counts, totals = array(3, 17, 240, 1_999), array(40, 100, 2_000, 2_000)
    low, _ = proportion_confint(counts, totals, alpha=0.05, method="wilson")
    assert wilson_low(counts, totals) == pytest.approx(low, abs=1e-7)


def test_nothing_counted_has_no_bound_and_more_returns_than_cases_count_as_all() -> None:
    assert np.isnan(wilson_low(array(0), array(0))[0])
    assert wilson_low(array(12), array(10)) == pytest.approx(wilson_low(array(10), array(10)))


def board_of(weights: list[float], fte: list[float], regions: list[str] | None = None) -> Board:
    """Agencies with that weight of open cases and those agents, in one month."""
    count = len(weights)
    stock = np.array([weights], dtype=np.float64).T
    flows = {
        name: np.zeros((count, 13)) for name in ("delay_treated", "delay_sum", "returns", "returns_treated")
    }
    names = tuple(f"a{n}" for n in range(count))
    return Board(
        date(2026, 1, 1),
        names,
        tuple(regions or ["Nord"] * count),
        np.array(fte, dtype=np.float64),
        flows,
        {"open": stock, "weight": stock, "old": stock * 0},
    )


@pytest.mark.parametrize(
    ("weights", "fte", "variation"),
    [
        ([10, 20], [1, 1], 1 / 3),
        ([30, 20], [3, 1], 0.34641),  # loads 10 and 20, three agents against one: √18.75 / 12.5
        ([10, 20, 30], [1, 1, 1], 0.408248),
        ([40, 10], [4, 1], 0.0),
    ],
)
def test_the_variation_of_the_load_counts_each_agency_by_its_agents(
    weights: list[float], fte: list[float], variation: float
) -> None:
    board = board_of(weights, fte)
    assert board.variation(range(len(fte)))["load_variation"][0, 0] == pytest.approx(variation, abs=1e-6)


def test_one_agency_has_no_variation_nor_have_agencies_without_agents() -> None:
    assert np.isnan(board_of([10, 20], [1, 1]).variation([0])["load_variation"][0, 0])
    assert np.isnan(board_of([10, 20], [1, np.nan]).variation([0, 1])["load_variation"][0, 0])
    assert np.isnan(board_of([0, 0], [1, 1]).variation([0, 1])["load_variation"][0, 0])


def test_a_load_is_compared_with_all_agencies_together_not_with_their_mean() -> None:
    board = board_of([90, 10], [3, 1])
    # 30 and 10 per agent; 100 for 4 agents are 25.
    assert board.values["load_ratio"][:, 0] == pytest.approx([1.2, 0.4])


def test_months_running_are_counted_back_and_a_gap_starts_again() -> None:
    of = rule("reinforce")
    figures = {"mean_delay": array(21, 21, 21, 19, 21), "load_ratio": array(1.3, 1.3, 1.2, 1.3, 1.3)}
    closed = {"closed": array(100, 100, 100, 100, 100)}
    assert fires(of, figures | closed).tolist() == [False, True, False, False, False]
    few = {"closed": array(99, 100, 100, 100, 100)}
    assert fires(of, figures | few).tolist() == [False, False, False, False, False]


def by_type(*rows: tuple[str, int, int]) -> pl.DataFrame:
    """(type, treated, returns)."""
    full = [(name, treated, returns, treated) for name, treated, returns in rows]
    return pl.DataFrame(full, schema=returns_by_type.columns, orient="row")


def test_mix_and_own_effect_of_the_returns_add_up_to_the_gap() -> None:
    # In the network 10 % of pensions come back, 20 % of widows'; the agency has more of these.
    network = by_type(("pension", 900, 90), ("widow", 100, 20))
    here = by_type(("pension", 50, 6), ("widow", 50, 11))
    found = gap(here, network)
    assert found is not None
    assert (found.rate, found.network) == (0.17, 0.11)
    assert found.mix == pytest.approx(0.15 - 0.11)  # its types, at the network's rates
    assert found.own == pytest.approx(0.17 - 0.15)
    assert found.mix + found.own == pytest.approx(found.rate - found.network)
    assert found.adjusted == pytest.approx(0.13)


def test_an_agency_like_the_network_type_by_type_has_a_mix_effect_alone() -> None:
    network = by_type(("pension", 900, 90), ("widow", 100, 20))
    found = gap(by_type(("pension", 10, 1), ("widow", 90, 18)), network)
    assert found is not None
    assert [found.rate, found.network, found.mix, found.own] == pytest.approx([0.19, 0.11, 0.08, 0.0])


def test_a_type_without_a_rate_in_the_network_counts_as_usual_and_no_rate_is_no_gap() -> None:
    network = by_type(("pension", 100, 10), ("other", 0, 0))
    found = gap(by_type(("other", 10, 2)), network)
    assert found is not None
    assert [found.rate, found.network, found.mix, found.own] == pytest.approx([0.2, 0.1, 0.0, 0.1])
    assert gap(by_type(("pension", 0, 0)), network) is None
    assert gap(network, by_type()) is None


def monthly(delays: list[float | None], closed: int = 150) -> pl.DataFrame:
    months = [shift_months(date(2025, 1, 1), n) for n in range(len(delays))]
    kept = [(month, closed, delay) for month, delay in zip(months, delays, strict=True)]
    schema = {"month": pl.Date, "closed": pl.Int64, "mean_delay": pl.Float64}
    return pl.DataFrame(kept, schema=schema, orient="row")


WAVE: list[float | None] = [17.0, 19.0] * 6  # mean 18, sample standard deviation 1.0445


def test_drifting_months_are_told_with_their_delay_and_the_limit_they_are_past() -> None:
    ((month, delay, limit),) = drifting(monthly([*WAVE, 22]))
    assert (month, delay) == (date(2026, 1, 1), 22.0)
    assert limit == pytest.approx(18 * 1.20)
    wide: list[float | None] = [14.0, 22.0] * 6  # deviation 4.178: two of them are further than 20 %
    ((_, _, limit),) = drifting(monthly([*wide, 27]))
    assert limit == pytest.approx(18 + 2 * 4.17786, abs=1e-4)


def test_a_drift_needs_its_twelve_months_and_its_cases() -> None:
    assert drifting(monthly([*WAVE[1:], 30])) == []
    assert drifting(monthly([*WAVE, 21.5])) == []
    assert drifting(monthly([*WAVE, 30], closed=149)) == []
    assert drifting(monthly([*WAVE[:5], None, *WAVE[6:], 30])) == []


def test_what_drifted_widens_what_is_usual() -> None:
    months = [month for month, *_ in drifting(monthly([*WAVE, 25, 25, 25, 25, 25]))]
    assert months == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def answers(month: date) -> Mapping[str, pl.DataFrame]:
    """Two agencies: one with a week of work, one with nothing."""
    week = monday(month) - timedelta(weeks=1)
    frame = pl.DataFrame
    return {
        "offices": frame(
            [("1", "Lille", "Nord", 5.0), ("2", "Lens", "Nord", None)],
            schema=places.offices.columns,
            orient="row",
        ),
        "people": frame(
            [("p", "1", "Lille", "Nord", "pension, widow", 1.0), ("q", "1", "Lille", "Nord", None, 1.0)],
            schema=places.people.columns,
            orient="row",
        ),
        "flows": frame(
            [("Lille", week - timedelta(weeks=20), 9, 9), ("Lille", week, 30, 20)],
            schema=asked.flows_by_week.columns,
            orient="row",
        ),
        "closed": frame([("Lille", week, 18, 360.0)], schema=asked.closed_by_week.columns, orient="row"),
        "delays": frame(
            [("Lille", 5, 4), ("Lille", 9, 10), ("Lille", 20, 86)],
            schema=asked.closed_by_delay.columns,
            orient="row",
        ),
        "stock": frame(
            [("Lille", "pension", 40, 40.0, 12), ("Lille", "widow", 10, 12.0, 0)],
            schema=asked.stock_by_type.columns,
            orient="row",
        ),
    }


def test_a_course_gathers_weeks_stock_and_skills_of_an_agency() -> None:
    month = date(2026, 10, 1)
    found = courses(answers(month), month)
    lille = found["Lille"]
    assert (lille.fte, lille.stock, lille.workload, lille.movable) == (5.0, 50, 52.0, {"pension": 12})
    assert lille.skills == {"pension", "widow"}
    assert len(lille.weeks) == 12
    assert lille.weeks[-1] == (30.0, 20.0, 18.0, 360.0)
    assert lille.weeks[0] == (0.0, 0.0, 0.0, 0.0)
    assert found["Lens"] == Course("Lens", None)


def test_the_shortest_delay_is_one_that_a_twentieth_of_the_cases_do_not_exceed() -> None:
    month = date(2026, 10, 1)
    assert courses(answers(month), month)["Lille"].shortest == 9.0
    assert Course("Lens", None).shortest == 0.0


def test_weeks_end_before_the_first_monday_after_the_month() -> None:
    assert monday(date(2026, 10, 1)) == date(2026, 10, 26)  # 31 October is a Saturday
    assert monday(date(2026, 5, 1)) == date(2026, 6, 1)  # 31 May is a Sunday
