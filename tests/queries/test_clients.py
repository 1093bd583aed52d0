"""The questions on clients: pure files, no row without the right to see them, values that stay values."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from data import snapshot
from data.errors import NoSnapshot
from data.pipeline import amend
from queries import clients
from queries.catalogue import QUERIES, find
from queries.duckdb_engine import DuckdbEngine
from queries.engine import CLIENT_RELATIONS, EVERYTHING
from queries.query import Query
from queries.selection import Selection
from tests.credits import publish_credits
from tests.data.tables import ask
from tests.published import publish

VALUES: dict[str, dict[str, object]] = {
    "client_by_id": {"client_id": 900},
    "clients_by_id": {"client_ids": [1000, 900, 900, 7]},
    "variable": {"feature": "amount"},
    "cuts": {"feature": "job"},
    "pair": {"feature_a": "age", "feature_b": "income"},
    "quantiles": {"feature": "ratio"},
    "box": {"number": "amount", "category": "job"},
    "sample": {},
    "scored_sample": {},
}
every_query = pytest.mark.parametrize("query", clients.QUERIES, ids=lambda query: query.id)


def score(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "INSERT INTO scores SELECT client_id, 0.1, 'accept', 0.09, '3', [0.5, -0.5] FROM credits"
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clients") / "home"
    publish_credits(folder)
    amend(folder, score, command="score")
    return folder


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[DuckdbEngine]:
    made = DuckdbEngine(snapshot.current(home), threads=1)
    yield made
    made.close()


@every_query
def test_it_answers_with_its_declared_columns(engine: DuckdbEngine, query: Query) -> None:
    answer = engine.run(query, scope=EVERYTHING, values=VALUES[query.name])
    assert answer.schema == query.columns
    assert answer.height > 0


@every_query
def test_it_shows_no_row_to_whoever_may_not_see_all_clients(engine: DuckdbEngine, query: Query) -> None:
    for scope in (None, Selection.parse("agency=Lille")):
        assert engine.run(query, scope=scope, values=VALUES[query.name]).is_empty()


@every_query
def test_it_is_in_no_public_catalogue(query: Query) -> None:
    assert query.id not in QUERIES
    assert query.source in CLIENT_RELATIONS


@every_query
def test_it_is_one_pure_ordered_question_on_its_relation(query: Query) -> None:
    text = re.sub(r"--[^\n]*", "", query.sql)
    assert re.fullmatch(r"-- [A-Z].+\.", query.sql.partition("\n")[0])
    assert set(re.findall(r"\b(?:FROM|JOIN)\s+([\w.]+)", text)) == {"selected"}
    assert set(re.findall(r"\$(\w+)", text)) == set(VALUES[query.name])
    assert "ORDER BY" in text or query is clients.client_by_id
    assert not re.search(r"[{}?%*]", text)


def test_a_client_is_found_and_an_unknown_one_is_not(home: Path, engine: DuckdbEngine) -> None:
    ((numbers, words),) = ask(home, "SELECT numbers, words FROM applications WHERE client_id = 900")
    found = engine.run(clients.client_by_id, scope=EVERYTHING, values={"client_id": 900})
    assert (found["numbers"][0].to_list(), found["words"][0].to_list()) == (numbers, words)
    assert engine.run(clients.client_by_id, scope=EVERYTHING, values={"client_id": 7}).is_empty()


def test_several_clients_come_once_each_by_id(engine: DuckdbEngine) -> None:
    found = engine.run(clients.clients_by_id, scope=EVERYTHING, values=VALUES["clients_by_id"])
    assert found["client_id"].to_list() == [900, 1000]


def test_a_pair_reads_the_same_from_both_sides(engine: DuckdbEngine) -> None:
    one, other = (
        engine.run(clients.pair, scope=EVERYTHING, values={"feature_a": a, "feature_b": b})
        for a, b in (("age", "income"), ("income", "age"))
    )
    assert one["clients"].sum() == 200
    turned = other.rename({"bin_a": "bin_b", "bin_b": "bin_a"}).select(one.columns).sort("bin_a", "bin_b")
    assert one.equals(turned)


def test_a_hostile_value_is_a_value(engine: DuckdbEngine) -> None:
    for text in ("amount'; DROP TABLE credits; --", '"', "' OR 1 = 1 --", "amount\0"):
        assert engine.run(clients.variable, scope=EVERYTHING, values={"feature": text}).is_empty()


def test_the_known_outcome_goes_with_the_score(home: Path, engine: DuckdbEngine) -> None:
    found = engine.run(clients.scored_sample, scope=EVERYTHING)
    assert (found.height, found["defaulted"].null_count()) == (
        200,
        ask(home, "SELECT count(*) FROM credits WHERE defaulted IS NULL")[0][0],
    )


@every_query
def test_without_credits_it_answers_no_row(query: Query, tmp_path: Path) -> None:
    engine = DuckdbEngine(publish(tmp_path / "home"))
    assert engine.run(query, scope=EVERYTHING, values=VALUES[query.name]).is_empty()
    engine.close()


def test_without_cases_a_question_on_cases_says_so(engine: DuckdbEngine) -> None:
    for name in ("production.kpis", "production.backlog_by_age"):
        with pytest.raises(NoSnapshot) as refusal:
            engine.run(find(name), scope=EVERYTHING)
        assert refusal.value.reason == "no_cases"
