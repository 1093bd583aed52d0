"""The simulated world: exact, reproducible, plausible."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from data import simulate
from data.simulate import PLANTED, UNTIL, fill
from data.workdays import is_worked
from data.workshop import sql
from tests.data.simulated_world import ask, fingerprints, load, mean_delay, simulated_world

LAST_YEAR = {"since": date(2025, 11, 1)}


@pytest.fixture
def world() -> duckdb.DuckDBPyConnection:
    return simulated_world()


def test_same_seed_gives_the_same_rows_in_the_same_order() -> None:
    assert fingerprints() == fingerprints()


def test_neither_threads_nor_the_size_of_the_periods_change_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fingerprints(threads=1) == fingerprints()
    usual = fingerprints(order="ORDER BY ALL")
    monkeypatch.setattr(simulate, "AT_ONCE", 700)
    assert fingerprints(threads=1, order="ORDER BY ALL") == usual


def test_another_seed_gives_another_world() -> None:
    ours, other = fingerprints(seed=7), fingerprints(seed=8)
    assert all(ours[table] != other[table] for table in ours)


def test_another_seed_draws_every_case_anew() -> None:
    returned = []
    for seed in (7, 8):
        with duckdb.connect() as connection:
            fill(connection, cases=20_000, seed=seed)
            rows = connection.execute("SELECT case_id FROM cases WHERE returns > 0").fetchall()
            returned.append({case_id for (case_id,) in rows})
    assert len(returned[0] & returned[1]) < 0.2 * len(returned[0])


@pytest.mark.parametrize("cases", [1, 300, 12_345])
def test_there_are_exactly_as_many_cases_as_asked(cases: int) -> None:
    with duckdb.connect() as connection:
        fill(connection, cases=cases)
        assert ask(connection, "SELECT count(*) FROM cases") == cases
        assert ask(connection, "SELECT count(*) FROM agencies WHERE fte > 0") == 230


def test_the_last_day_can_be_another_and_the_truths_move_with_it() -> None:
    with duckdb.connect() as connection:
        fill(connection, cases=100_000, until=date(2025, 2, 28))
        assert (
            ask(connection, "SELECT min(day) >= '2021-03-01' AND max(day) <= '2025-02-28' FROM cases") is True
        )
        assert PLANTED["Lille"].starts_on(date(2025, 2, 28)) == date(2024, 7, 1)
        before = mean_delay(connection, "agency = 'Lille' AND day < '2024-07-01'")
        assert mean_delay(connection, "agency = 'Lille' AND day >= '2024-07-01'") > 1.25 * before


def test_a_simulated_version_is_published_and_says_so(tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    snapshot = simulate.simulate(
        tmp_path, cases=3_000, progress=lambda stage, share: heard.append((stage, share))
    )
    assert snapshot.simulated
    assert (snapshot.tables["cases"], snapshot.tables["agencies"]) == (3_000, 230)
    assert heard[0] == ("simulate", 0.0)
    assert ("simulate", 1.0) in heard


def test_tables_are_as_the_schema_promises(world: duckdb.DuckDBPyConnection) -> None:
    with duckdb.connect() as blank:
        blank.execute(sql("schema"))
        for table in ("cases", "agencies", "agents", "agent_agencies"):
            columns = f"SELECT name, type FROM pragma_table_info('{table}')"
            assert world.execute(columns).fetchall() == blank.execute(columns).fetchall()
    left = world.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    assert left == []


def test_the_cases_of_a_period_lie_by_agency_agent_day_then_id(world: duckdb.DuckDBPyConnection) -> None:
    assert (
        ask(
            world,
            """
        SELECT count(*) FROM (
            SELECT (agency, agent, day, case_id) AS place,
                   lag((agency, agent, day, case_id)) OVER (ORDER BY rowid) AS previous
            FROM cases
        ) WHERE place <= previous""",
        )
        == 0
    )


def test_every_row_is_consistent(world: duckdb.DuckDBPyConnection) -> None:
    wrong = ask(
        world,
        """
        SELECT count(*) FILTER (day <> coalesce(closed_on, received_on)),
               count(*) FILTER ((status = 'open') <> (closed_on IS NULL)),
               count(*) FILTER (delay_days IS DISTINCT FROM closed_on - received_on),
               count(*) FILTER (delay_days < 1 OR day NOT BETWEEN '2022-11-01' AND $until),
               count(*) FILTER (treated <> 1 OR documents < 1),
               count(*) FILTER ((returns > 0) <> (return_reason IS NOT NULL)),
               count(*) FILTER (workload IS NOT NULL OR stated_return_rate IS NOT NULL),
               count(*) FILTER (agent IS NULL OR norm_days IS NULL OR weight IS NULL)
        FROM cases""",
        until=UNTIL,
    )
    assert wrong == (0,) * 8
    assert ask(world, "SELECT count(DISTINCT case_id) FROM cases") == 1_000_000


def test_network_has_its_funds_agencies_and_people(world: duckdb.DuckDBPyConnection) -> None:
    counts = ask(world, "SELECT count(*), count(DISTINCT agency), count(DISTINCT region) FROM agencies")
    assert counts == (230, 230, 20)
    assert 4_900 <= ask(world, "SELECT count(DISTINCT agent_id) FROM agents") <= 5_100
    several = "SELECT agent_id FROM agent_agencies GROUP BY agent_id HAVING count(*) = 2"
    assert 200 <= len(world.execute(several).fetchall()) <= 400


def test_cases_are_treated_by_agents_of_the_agency_who_know_the_type(
    world: duckdb.DuckDBPyConnection,
) -> None:
    assert (
        ask(
            world,
            """
        WITH treating AS (SELECT DISTINCT agency, region, agent, case_type FROM cases)
        SELECT count(*) FROM treating
        LEFT JOIN agencies ON agencies.agency = treating.agency AND agencies.region = treating.region
        LEFT JOIN agent_agencies AS places
            ON places.agency_id = agencies.agency_id AND places.agent_id = treating.agent
        LEFT JOIN agents ON agents.agent_id = places.agent_id
        WHERE NOT coalesce(list_contains(string_split(agents.skills, ','), treating.case_type), false)""",
        )
        == 0
    )


def test_overall_picture_is_that_of_a_pension_network(world: duckdb.DuckDBPyConnection) -> None:
    delay, late, returned, rejected, stock, old = ask(
        world,
        """
        SELECT avg(delay_days) FILTER (status = 'closed'),
               avg((delay_days > norm_days)::INTEGER) FILTER (status = 'closed'),
               sum(returns) / sum(treated), avg((status = 'rejected')::INTEGER),
               count(*) FILTER (status = 'open'),
               avg(($until - received_on > 30)::INTEGER) FILTER (status = 'open')
        FROM cases""",
        until=UNTIL,
    )
    assert 19 < delay < 20.5
    assert 0.32 < late < 0.38
    assert 0.075 < returned < 0.09
    assert 0.03 < rejected < 0.04
    assert 0.03 < stock / 250_000 < 0.06
    assert 0.07 < old < 0.15
    assert 17 < load(world) < 20


def test_delays_have_a_heavy_tail(world: duckdb.DuckDBPyConnection) -> None:
    median, p99, longest = ask(
        world,
        """
        SELECT median(delay_days), quantile_cont(delay_days, 0.99), max(delay_days) FROM cases""",
    )
    assert median < 18
    assert p99 > 3.5 * median
    assert longest > 180


def test_case_types_differ_in_volume_and_delay(world: duckdb.DuckDBPyConnection) -> None:
    rows = world.execute("""
        SELECT case_type, count(*) / 1e6, avg(delay_days) FROM cases GROUP BY case_type""").fetchall()
    share = {name: value for name, value, _ in rows}
    delay = {name: value for name, _, value in rows}
    expected = {
        "Retraite personnelle": 0.44,
        "Réversion": 0.21,
        "Carrière longue": 0.15,
        "Invalidité": 0.11,
        "Minimum vieillesse": 0.085,
    }
    assert share == pytest.approx(expected, abs=0.01)
    assert sorted(delay, key=lambda name: delay[name])[-2:] == ["Réversion", "Invalidité"]


def test_cases_come_around_the_days_on_which_pensions_begin(world: duckdb.DuckDBPyConnection) -> None:
    for peak in ("2026-01-01", "2026-07-01", "2025-10-01"):
        near, far = ask(
            world,
            """
            SELECT count(*) FILTER (abs(received_on - $peak::DATE) <= 7) / 15.0,
                   count(*) FILTER (abs(received_on - $peak::DATE) BETWEEN 20 AND 40) / 42.0
            FROM cases""",
            peak=peak,
        )
        assert near > 1.3 * far


def test_nothing_is_finished_on_a_weekend_or_a_holiday(world: duckdb.DuckDBPyConnection) -> None:
    closed = [
        day
        for (day,) in world.execute("SELECT DISTINCT closed_on FROM cases WHERE closed_on NOTNULL").fetchall()
    ]
    assert len(closed) > 1_000
    assert all(is_worked(day) for day in closed)


def test_no_month_starts_empty_and_the_first_is_like_the_second(world: duckdb.DuckDBPyConnection) -> None:
    months = world.execute("""
        SELECT count(*) FILTER (status = 'closed'), avg(delay_days) FROM cases
        GROUP BY date_trunc('month', day) ORDER BY date_trunc('month', day)""").fetchall()
    assert len(months) == 48
    assert months[0][0] == pytest.approx(months[1][0], rel=0.15)
    assert months[0][1] == pytest.approx(months[1][1], rel=0.10)


def test_most_agencies_are_within_the_norm_and_some_are_not(world: duckdb.DuckDBPyConnection) -> None:
    above = ask(
        world,
        """
        SELECT avg((delay > 20)::INTEGER) FROM (
            SELECT avg(delay_days) AS delay FROM cases WHERE status = 'closed' AND day >= $since
            GROUP BY agency
        )""",
        **LAST_YEAR,
    )
    assert 0.15 < above < 0.45
