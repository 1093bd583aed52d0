"""The planted truths are where the docstring of the simulator says, in real numbers."""

from datetime import date

import duckdb
import pytest

from data.simulate import PLANTED, UNTIL
from tests.data.simulated_world import ask, load, mean_delay, simulated_world


@pytest.fixture
def world() -> duckdb.DuckDBPyConnection:
    return simulated_world()


def test_lille_is_slow_and_overloaded_since_march(world: duckdb.DuckDBPyConnection) -> None:
    start = PLANTED["Lille"].starts_on(UNTIL)
    assert start == date(2026, 3, 1)
    network = mean_delay(world, "day >= $start", start=start)
    assert mean_delay(world, "agency = 'Lille' AND day >= $start", start=start) > 1.3 * network
    assert mean_delay(world, "agency = 'Lille' AND day < $start", start=start) < 1.12 * network
    assert load(world, "Lille") > 1.25 * load(world)


def test_nancy_drifts_from_june_and_not_before(world: duckdb.DuckDBPyConnection) -> None:
    start = PLANTED["Nancy"].starts_on(UNTIL)
    assert start == date(2026, 6, 1)
    months = world.execute("""
        SELECT date_trunc('month', day)::DATE AS month, avg(delay_days) FROM cases
        WHERE agency = 'Nancy' AND status = 'closed' AND day >= '2025-06-01' GROUP BY month ORDER BY month
        """).fetchall()
    before = [delay for month, delay in months if month < start]
    centre = sum(before) / len(before)
    spread = (sum((delay - centre) ** 2 for delay in before) / (len(before) - 1)) ** 0.5
    assert all(delay > centre + 2 * spread for month, delay in months if month >= start)
    assert abs(before[-1] - centre) < 2 * spread


@pytest.mark.parametrize("agency", ["Marseille", "Rouen"])
def test_returns_are_frequent_for_a_missing_document(world: duckdb.DuckDBPyConnection, agency: str) -> None:
    cases, rate, missing = ask(
        world,
        """
        SELECT count(*), avg((returns > 0)::INTEGER),
               count(*) FILTER (return_reason = 'pièce manquante') / count(return_reason)
        FROM cases WHERE agency = $agency""",
        agency=agency,
    )
    z = 1.96
    centre, width = rate + z**2 / 2 / cases, z * ((rate * (1 - rate) + z**2 / 4 / cases) / cases) ** 0.5
    assert (centre - width) / (1 + z**2 / cases) > 0.10
    assert missing > 0.5


def test_returns_are_over_a_tenth_nowhere_else_by_design(world: duckdb.DuckDBPyConnection) -> None:
    sure = world.execute("""
        SELECT agency FROM cases GROUP BY agency
        HAVING avg((returns > 0)::INTEGER) - 1.96 * sqrt(0.09 / count(*)) > 0.10
        ORDER BY agency""").fetchall()
    assert sure == [("Marseille",), ("Rouen",)]


def test_limoges_hides_an_old_stock_behind_an_ordinary_delay(world: duckdb.DuckDBPyConnection) -> None:
    old, others = ask(
        world,
        """
        SELECT avg(old) FILTER (agency = 'Limoges'), avg(old) FILTER (agency <> 'Limoges')
        FROM (SELECT agency, ($until - received_on > 30)::INTEGER AS old FROM cases WHERE status = 'open')
        """,
        until=UNTIL,
    )
    assert old > 0.2
    assert old > 2 * others
    assert mean_delay(world, "agency = 'Limoges'") == pytest.approx(mean_delay(world, "true"), rel=0.08)


def test_bobigny_lacks_staff_while_creteil_has_room(world: duckdb.DuckDBPyConnection) -> None:
    assert load(world, "Bobigny") > 1.4 * load(world)
    assert load(world, "Créteil") < 0.8 * load(world)
    assert (
        ask(
            world,
            """
        SELECT count(DISTINCT agencies.agency || case_type) FROM agencies
        INNER JOIN agent_agencies USING (agency_id) INNER JOIN agents USING (agent_id),
        unnest(string_split(skills, ',')) AS known(case_type)
        WHERE agencies.agency IN ('Bobigny', 'Créteil')""",
        )
        == 10
    )


def test_toulon_is_slow_by_its_mix_alone(world: duckdb.DuckDBPyConnection) -> None:
    plain, expected, network = ask(
        world,
        """
        WITH usual AS (
            SELECT case_type, avg(delay_days) AS delay FROM cases WHERE status = 'closed' GROUP BY case_type
        )
        SELECT avg(delay_days) FILTER (agency = 'Toulon'), avg(usual.delay) FILTER (agency = 'Toulon'),
               avg(delay_days)
        FROM cases INNER JOIN usual USING (case_type) WHERE status = 'closed'""",
    )
    assert plain > network + 2
    assert plain == pytest.approx(expected, rel=0.03)
