"""What the engine of the facts lets nobody do, whatever a text of SQL may say."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from queries.duckdb_engine import DuckdbEngine, QueryTimeout
from queries.production import kpis
from queries.query import Query
from queries.selection import Selection
from queries.waiting import Left, Waiting, waiting
from tests.published import publish

SETTINGS = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
    "threads": 2,
    "max_execution_time": 20_000,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(folder)
    return folder


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[DuckdbEngine]:
    snapshot = publish(home)
    found = DuckdbEngine(snapshot)
    yield found
    found.close()


@pytest.fixture
def cursor(engine: DuckdbEngine) -> Iterator[duckdb.DuckDBPyConnection]:
    """As each question gets one."""
    with engine._cursor() as found:
        yield found


def asking(text: str) -> Query:
    """The question on the indicators with another text."""
    other = Query(kpis.package, kpis.name, kpis.source, kpis.columns)
    other.__dict__["sql"] = text
    return other


@pytest.mark.parametrize("name", SETTINGS)
def test_a_question_runs_under_every_setting(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    found = cursor.execute(f"SELECT current_setting('{name}')").fetchone()
    assert found == (SETTINGS[name],)


def test_a_question_has_no_more_memory_than_allowed(cursor: duckdb.DuckDBPyConnection) -> None:
    found = cursor.execute("SELECT current_setting('memory_limit')").fetchone()
    assert found in {("953.6 MiB",), ("1.0 GB",)}


@pytest.mark.parametrize("name", [*SETTINGS, "memory_limit", "allowed_directories", "temp_directory"])
@pytest.mark.parametrize("scope", ["", "GLOBAL", "SESSION"])
def test_no_setting_can_be_changed(cursor: duckdb.DuckDBPyConnection, scope: str, name: str) -> None:
    value = "['/']" if name == "allowed_directories" else "'1GB'" if name == "memory_limit" else "'1'"
    with pytest.raises(duckdb.Error):
        cursor.execute(f"SET {scope} {name} = {value}")
    with pytest.raises(duckdb.Error):
        cursor.execute(f"RESET {scope} {name}")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM read_json('https://vigie.example/x.json')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/vigie-copied.csv'",
        "EXPORT DATABASE '/tmp/vigie-exported'",
        "ATTACH '/tmp/vigie-attached.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "CREATE TABLE facts.t (i INTEGER)",
        "DELETE FROM facts.cases",
        "UPDATE facts.cases SET agent = 'p0'",
        "DROP TABLE facts.cases",
        "CREATE PERSISTENT SECRET s (TYPE s3)",
    ],
)
def test_nothing_outside_is_read_and_nothing_is_written(engine: DuckdbEngine, text: str) -> None:
    with engine._cursor() as own, pytest.raises(duckdb.Error):
        own.execute(text).fetchall()
    with engine._cursor() as other:
        assert other.execute("SELECT count(*) FROM facts.cases").fetchone() == (900,)


def test_a_variable_of_the_program_is_no_table(cursor: duckdb.DuckDBPyConnection) -> None:
    secrets = kpis.columns.to_frame()
    assert secrets.height == 0
    with pytest.raises(duckdb.CatalogException):
        cursor.execute("SELECT * FROM secrets")


def test_the_snapshot_cannot_be_written_into(engine: DuckdbEngine, home: Path) -> None:
    folder = next((home / "snapshots").iterdir())
    with engine._cursor() as own:
        try:
            own.execute(f"COPY (SELECT 1) TO '{folder}/beside.csv'")
        except duckdb.Error:
            return
    # Only who owns everything may write where nobody may; servers run as somebody else.
    assert not folder.stat().st_mode & 0o222
    folder.joinpath("beside.csv").unlink()


def test_a_question_without_end_is_stopped_at_its_limit(home: Path) -> None:
    engine = DuckdbEngine(publish(home), seconds=0.2)
    endless = asking("SELECT count(CASE WHEN hash(a.i, b.i) < 0 THEN 1 END) AS rows FROM r AS a, r AS b")
    endless.__dict__["sql"] = "WITH r AS (SELECT range AS i FROM range(9999999)) " + endless.sql
    with pytest.raises(QueryTimeout, match=r"production\.kpis"):
        engine.run(endless, scope=Selection())
    assert engine.run(kpis, scope=Selection())["rows"].to_list() == [900]
    engine.close()


def test_nothing_begins_for_one_who_has_left(engine: DuckdbEngine) -> None:
    who = Waiting()
    who.leave()
    with waiting(who), pytest.raises(Left):
        engine.run(kpis, scope=Selection())
    with waiting(who), pytest.raises(Left):
        engine.run_all([(kpis, Selection())] * 3, Selection())
    assert engine.run(kpis, scope=Selection()).height == 1


def test_the_time_of_each_question_is_told_to_who_waits(engine: DuckdbEngine) -> None:
    who = Waiting()
    with waiting(who):
        engine.run_all([(kpis, Selection())] * 3, Selection())
    assert [name for name, _ in who.seconds] == ["facts"] * 3
    assert all(seconds > 0 for _, seconds in who.seconds)


def test_a_question_that_does_not_fit_in_memory_fails_and_leaves_nothing_on_the_disk(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where DuckDB would spill by itself
    small = DuckdbEngine(publish(home), memory="40MB")
    wide = asking("SELECT hash(i) AS k, repeat(i::VARCHAR, 9) AS v FROM range(3_000_000) AS r(i) ORDER BY k")
    with pytest.raises(QueryTimeout):
        small.run(wide, Selection(), Selection())
    small.close()
    assert list(tmp_path.iterdir()) == []
