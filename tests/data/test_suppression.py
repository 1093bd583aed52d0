"""Whom nothing may be kept of: gone from every version, and from every load to come."""

from pathlib import Path

import duckdb
import pytest

from data import snapshot, suppression
from data.erasing import erase
from data.held import anything, held
from data.journal import Journal
from data.pipeline import load_file, publish_tables
from data.republish import forget
from data.saved_views import SavedView, SavedViews
from data.snapshot import Snapshot
from data.suppression import digest, listed
from data.workshop import sql
from tests.credits import CONTRACT, fill_credits
from tests.data.tables import rows, write
from tests.data.test_journal import DECISION, SEEN

CASES = """
INSERT INTO cases BY NAME
SELECT 'c' || i AS case_id, DATE '2026-01-01' + (i % 60)::INTEGER AS day, day - 20 AS received_on,
       CASE WHEN i % 4 > 0 THEN day END AS closed_on,
       'Lille' AS agency, 'Nord' AS region, 'p' || i % 3 AS agent,
       'Retraite' AS case_type, CASE WHEN i % 4 > 0 THEN 'closed' ELSE 'open' END AS status,
       1::BIGINT AS treated, CASE WHEN i % 4 > 0 THEN 20.0 END AS delay_days, 20.0 AS norm_days, 1.0 AS weight
FROM range(200) AS r(i) ORDER BY agency, agent, day, i
"""
OFFICE = (
    "INSERT INTO agencies BY NAME SELECT 'l' AS agency_id, 'Lille' AS agency, 'Nord' AS region, 3.0 AS fte"
)
CLIENT, CASE = "950", "c7"


def world(home: Path) -> Snapshot:
    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql("schema"))
        connection.execute(CASES)
        connection.execute(OFFICE)
        fill_credits(connection, 100)

    return publish_tables(home, fill, simulated=False, scoring=CONTRACT)


def ask(version: Snapshot, text: str) -> list[tuple[object, ...]]:
    with duckdb.connect(version.facts, read_only=True) as connection:
        return connection.execute(text).fetchall()


def test_the_sql_of_the_list_and_its_digests_agree(tmp_path: Path) -> None:
    for number in (CASE, "é 'x", ""):
        erase(tmp_path, "case", number, "asked", "paul")
    found = listed(tmp_path)
    condition, values = found.condition("case", "id")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest(['c7', 'c8', 'é ''x', 'client:c7', NULL]) AS id")
        gone = connection.execute(f"SELECT id FROM t WHERE {condition}", values).fetchall()
    assert gone == [("c7",), ("é 'x",), (None,)]
    assert (found.names("case", CASE), found.names("case", "c8"), found.names("client", CASE)) == (
        True,
        False,
        False,
    )


def test_the_list_tells_nobody_who_is_on_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.consulted("anne", 950, "review", SEEN)
    subject = journal._subject(950)
    journal.close()
    erase(tmp_path, "client", CLIENT, "asked", "paul")
    (mark,) = listed(tmp_path).digests["client"]
    assert mark == digest(listed(tmp_path).key, "client", CLIENT)
    assert subject not in mark
    assert digest(b"another key" * 3, "client", CLIENT) != mark


def test_a_client_is_erased_from_every_table_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    before = world(tmp_path)
    cases = ask(before, "SELECT * FROM cases")
    kept = ask(before, "SELECT * FROM credits WHERE client_id <> 950")
    _, made = forget(tmp_path, "client", CLIENT, "asked", "paul")
    assert made is not None
    assert made == snapshot.current(tmp_path)
    assert ask(made, "SELECT * FROM cases") == cases
    assert ask(made, "SELECT * FROM credits") == kept
    for table in ("clients", "scores", "credit_sample", "applications"):
        assert ask(made, f"SELECT count(*) FROM {table} WHERE client_id = 950") == [(0,)]
    counted = "SELECT sum(clients) FROM credit_bins GROUP BY feature"
    assert {row[0] for row in ask(made, counted)} == {99}


def test_a_case_is_erased_and_what_is_counted_from_the_cases_is_counted_anew(tmp_path: Path) -> None:
    rest = ask(world(tmp_path), "SELECT * FROM cases WHERE case_id <> 'c7'")
    _, made = forget(tmp_path, "case", CASE, "asked", "paul")
    assert made is not None
    assert ask(made, "SELECT * FROM cases") == rest
    keys = "count(DISTINCT (agency, case_type, norm_days, age))"
    assert ask(made, f"SELECT count(*) > 0 AND count(*) = {keys} FROM chances") == [(True,)]
    with duckdb.connect() as connection:
        (rows_,) = connection.execute(f"SELECT sum(rows) FROM '{made.cube('cases_month')}'").fetchall()[0]
    assert rows_ == 199
    assert made.tables["credits"] == 100


def test_no_version_from_before_and_no_byte_of_the_person_is_left(tmp_path: Path) -> None:
    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql("schema"))
        connection.execute(CASES)
        connection.execute("UPDATE cases SET case_id = 'a very particular number' WHERE case_id = 'c7'")
        connection.execute(OFFICE)

    first = publish_tables(tmp_path, fill, simulated=True)
    publish_tables(tmp_path, fill, simulated=True)
    named = first.facts.read_bytes()
    _, made = forget(tmp_path, "case", "a very particular number", "asked", "paul")
    assert made is not None
    assert made.simulated
    assert b"a very particular number" in named
    assert [version.id for version in snapshot.history(tmp_path)] == [made.id]
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"a very particular number" not in file.read_bytes(), file


def test_a_load_refuses_their_rows_and_counts_them(tmp_path: Path) -> None:
    file = write(tmp_path / "cases.csv", rows(20))
    home = tmp_path / "home"
    load_file(home, "cases", file)
    ((one,), *_) = ask(snapshot.current(home), "SELECT case_id FROM cases ORDER BY case_id")
    forget(home, "case", str(one), "asked", "paul")
    text = file.read_text(encoding="utf-8").splitlines(keepends=True)
    again = [line for line in text if str(one) in line]
    file.write_text("".join(text + again), encoding="utf-8")  # of a row met twice the key is what is refused
    report = load_file(home, "cases", file)
    assert (report.read, report.kept, report.rejected) == (21, 19, 2)
    assert report.reasons == (("case_id", "suppressed", 2),)
    served = snapshot.current(home)
    assert served.tables["cases"] == 19
    assert ask(served, "SELECT value, reason FROM rejects") == [(None, "suppressed")] * 2
    assert ask(served, f"SELECT * FROM cases WHERE case_id = '{one}'") == []


def test_a_simulation_leaves_them_out_too(tmp_path: Path) -> None:
    erase(tmp_path, "client", CLIENT, "asked", "paul")
    erase(tmp_path, "case", CASE, "asked", "paul")
    made = world(tmp_path)
    assert (made.tables["credits"], made.tables["clients"], made.tables["cases"]) == (99, 99, 199)


def test_where_the_list_cannot_be_read_nothing_is_published(tmp_path: Path) -> None:
    before = world(tmp_path)
    (tmp_path / "journal.sqlite").write_bytes(b"not a journal" * 100)
    with pytest.raises(Exception, match="journal"):
        world(tmp_path)
    assert snapshot.current(tmp_path) == before


def test_the_journal_forgets_lines_decisions_identity_and_saved_addresses(tmp_path: Path) -> None:
    journal, saved = Journal(tmp_path), SavedViews(tmp_path)
    for client in (950, 951):
        journal.consulted("anne", client, "review", SEEN)
    journal.decided(DECISION)
    for name, address in (("a", "/clients/100482"), ("b", "/clients/100482?x=1"), ("c", "/clients/1004820")):
        saved.save("anne", SavedView(name, address))
    first = erase(tmp_path, "client", str(DECISION.client_id), "asked", "paul")
    assert (first.lines, first.decisions, first.views) == (1, 1, 2)
    assert journal.decisions() == []
    assert journal.decision(1) is None
    assert [view.name for view in saved.of("anne")] == ["c"]
    again = erase(tmp_path, "client", str(DECISION.client_id), "asked", "paul")
    assert (again.lines, again.decisions) == (0, 0)
    assert journal.decided(DECISION) == 2  # the number is not given twice
    journal.close()
    saved.close()


def test_what_is_held_is_handed_over_without_who_looked(tmp_path: Path) -> None:
    world(tmp_path)
    journal = Journal(tmp_path)
    journal.consulted("the officer", 950, "complaint", SEEN)
    journal.consulted("the officer", 951, "review", SEEN)
    journal.decided(DECISION)
    journal.close()
    found = held(tmp_path, "client", CLIENT)
    assert [row["client_id"] for row in found["tables"]["credits"]] == [950]
    assert [row["client_id"] for row in found["tables"]["clients"]] == [950]
    (line,) = found["journal"]
    assert (line["purpose"], line["details"]["probability"]) == ("complaint", SEEN.probability)
    assert "the officer" not in str(found)
    (decision,) = held(tmp_path, "client", str(DECISION.client_id))["decisions"]
    assert decision["motive"] == DECISION.motive
    assert anything(found)
    assert not anything(held(tmp_path, "client", "7"))
    forget(tmp_path, "client", CLIENT, "asked", "paul")
    assert not anything(held(tmp_path, "client", CLIENT))
    assert suppression.listed(tmp_path).names("client", CLIENT)
