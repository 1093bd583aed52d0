"""The published table of credits: complete, derived, in order, amended, rolled back."""

import struct
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data import snapshot
from data.errors import BuildFailed, CorruptSnapshot, NoSnapshot
from data.pipeline import amend, load_file, publish_tables
from data.profile import TABLES
from data.scoring import parse, preset, presets
from tests.credits import CONTRACT, HEADER, fill_credits, publish_credits
from tests.credits import rows as credit_rows
from tests.data.tables import ask, rows, write
from tests.published import publish


def bits(value: object) -> bytes | None:
    return struct.pack("<d", value) if isinstance(value, float) else None


def test_credits_without_cases_are_published_served_listed_and_rolled_back(home: Path) -> None:
    first, second = publish_credits(home, 200), publish_credits(home, 150)
    served = snapshot.current(home)
    assert (served.id, served.first_day, served.absent) == (second.id, None, ())
    assert (served.tables["credits"], served.tables["clients"], served.tables["cases"]) == (150, 150, 0)
    assert served.scoring is not None
    assert served.scoring.text == CONTRACT
    assert not (served.folder / "cubes").exists()
    assert [version.tables["credits"] for version in snapshot.history(home)] == [150, 200]
    assert snapshot.rollback(home).id == first.id


def test_cases_without_credits_have_no_contract(home: Path) -> None:
    made = publish(home, simulated=True)
    assert (made.scoring, made.tables.get("credits")) == (None, None)
    assert set(made.simulated_tables) == {"cases", "agencies"}


def test_simulated_are_the_tables_that_have_rows(home: Path) -> None:
    assert set(publish_credits(home, simulated=True).simulated_tables) == {"credits", "clients"}


def test_credits_are_in_order_of_client_and_of_the_contract(home: Path) -> None:
    publish_credits(home)
    names = ask(home, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'credits'")
    features = ("income", "amount", "job", "owner", "age", "ratio")
    assert [name for (name,) in names] == ["client_id", "applied_on", "defaulted", *features]
    assert [found for (found,) in ask(home, "SELECT client_id FROM credits")] == list(range(801, 1001))
    assert ask(home, "SELECT DISTINCT owner FROM credits ORDER BY 1") == [(0.0,), (1.0,)]


def test_lists_hold_numbers_and_words_in_the_order_of_the_contract(home: Path) -> None:
    made = publish_credits(home)
    assert made.scoring is not None
    row = ask(home, "SELECT * FROM credits WHERE client_id = 990")[0][3:]
    ((numbers, words),) = ask(home, "SELECT numbers, words FROM applications WHERE client_id = 990")
    assert tuple(made.scoring.of_lists(numbers, words)[name] for name in made.scoring.features) == row


def test_one_client_and_the_whole_table_derive_the_same_bits(home: Path) -> None:
    made = publish_credits(home)
    assert made.scoring is not None
    kinds = {f.name: pl.Float64() if f.numeric else pl.String() for f in made.scoring.loaded}
    for row in ask(home, "SELECT income, amount, job, owner, age, ratio FROM credits"):
        one = pl.DataFrame([dict(zip(kinds, row, strict=False))], schema=kinds)
        assert bits(made.scoring.derive(one)["ratio"][0]) == bits(row[-1])


@pytest.mark.parametrize("name", presets())
def test_presets_derive_one_row_as_they_derive_many(name: str) -> None:
    contract = preset(name)
    columns = {
        f.name: [0.1 + place % 7 * 1.3 if f.numeric else str(place % 3) for place in range(50)]
        for f in contract.loaded
    }
    table = contract.derive(pl.DataFrame(columns))
    for place in (0, 7, 49):
        one = contract.derive(pl.DataFrame(columns)[place])
        assert [bits(one[f.name][0]) for f in contract.derived] == [
            bits(table[f.name][place]) for f in contract.derived
        ]


def test_a_version_that_breaks_its_promise_on_credits_is_not_published(home: Path) -> None:
    for statement, reason in (
        ("UPDATE credits SET client_id = 900 WHERE client_id = 901", "key_twice"),
        ("UPDATE credits SET client_id = NULL WHERE client_id = 901", "rows_incomplete"),
        ("ALTER TABLE credits DROP COLUMN amount", "columns_differ"),
        ("ALTER TABLE credits ADD COLUMN stray INTEGER", "columns_differ"),
        ("ALTER TABLE credits ALTER owner SET DATA TYPE INT USING 2", "rows_incomplete"),
        ("DELETE FROM credits", "no_cases"),
    ):

        def fill(connection: duckdb.DuckDBPyConnection, statement: str = statement) -> None:
            fill_credits(connection)
            connection.execute(statement)

        with pytest.raises(BuildFailed) as failure:
            publish_tables(home, fill, simulated=True, scoring=CONTRACT)
        assert failure.value.reason == reason
    assert snapshot.pointer(home) is None


def test_a_contract_without_categories_or_derived_features_is_published_too(home: Path) -> None:
    text = CONTRACT.partition("[features.amount]")[0].replace('identity = ["income", "job"]', "identity = []")
    text = text.replace('clients = { age = "age", segment = "job" }', "")

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "CREATE TABLE credits AS SELECT i AS client_id, i / 3 AS income FROM range(9) r(i)"
        )

    made = publish_tables(home, fill, simulated=False, scoring=text)
    assert ask(home, "SELECT numbers, words FROM applications LIMIT 1") == [([0.0], [])]
    assert (made.tables["credit_sample"], made.tables["credit_pairs"]) == (0, 0)
    assert ask(home, "SELECT since, until, age, segment FROM clients LIMIT 1") == [(None,) * 4]


def score(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM scores")
    connection.execute(
        "INSERT INTO scores SELECT client_id, 0.1, 'accept', 0.09, '1', [0.5, -0.25] FROM credits"
    )


def forget_one(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM credits WHERE client_id = 900")


def test_amend_publishes_the_same_version_with_what_changed(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "c.csv", rows(5)))
    mapping = tmp_path / "small.toml"
    mapping.write_text(CONTRACT, encoding="utf-8")
    load_file(home, "credits", write(tmp_path / "k.csv", credit_rows(9), HEADER), mapping=mapping)
    before = snapshot.current(home)
    for _ in range(2):
        amend(home, score, command="vigie score --all")
    served = snapshot.current(home)
    assert served.id > before.id
    assert {**served.tables, "scores": 0} == before.tables
    assert served.tables["scores"] == 9
    assert (served.loads, served.scoring, served.first_day) == (
        before.loads,
        before.scoring,
        before.first_day,
    )
    assert ask(home, "SELECT DISTINCT contributions FROM scores") == [([0.5, -0.25],)]
    load_file(home, "cases", write(tmp_path / "c.csv", rows(7)))
    assert snapshot.current(home).tables["scores"] == 9
    load_file(home, "credits", write(tmp_path / "k.csv", credit_rows(8), HEADER), mapping=mapping)
    assert snapshot.current(home).tables["scores"] == 0


def test_amend_keeps_what_is_simulated_and_touches_neither_cases_nor_credits(home: Path) -> None:
    made = publish_credits(home, simulated=True)
    amended = amend(home, score, command="score")
    assert amended.simulated
    assert set(amended.simulated_tables) == {"credits", "clients", "scores"}
    with pytest.raises(BuildFailed) as failure:
        amend(home, forget_one, command="forget")
    assert failure.value.reason == "carried_differs"
    assert snapshot.pointer(home) == amended.id > made.id


def test_amend_needs_an_intact_version(home: Path) -> None:
    with pytest.raises(NoSnapshot):
        amend(home, score, command="score")
    publish_credits(home)
    facts = publish_credits(home).facts
    facts.chmod(0o644)
    facts.write_bytes(facts.read_bytes()[:-1])
    with pytest.raises(CorruptSnapshot):
        amend(home, score, command="score")


def test_rows_taken_a_few_at_a_time_give_the_same_version(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def content() -> list[object]:
        return [ask(home, f"SELECT * FROM {name}") for name in ("credits", "clients", *TABLES)]

    publish_credits(home)
    at_once = content()
    monkeypatch.setattr("data.profile.AT_ONCE", 37)
    monkeypatch.setattr("data.credits.ROWS", 41)
    publish_credits(home)
    assert content() == at_once


def test_small_tables_are_counted_with_the_others(home: Path) -> None:
    made = publish_credits(home)
    assert all(made.tables[name] == ask(home, f"SELECT count(*) FROM {name}")[0][0] for name in TABLES)


def test_a_text_that_is_no_contract_is_no_contract() -> None:
    with pytest.raises((ValueError, KeyError)):
        parse("name = 'x'")
