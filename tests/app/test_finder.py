"""The search dialog's answers: what is found, in which order, and for whom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import identity
from app.accounts import ROLES, User
from app.finder import LONGEST, MOST
from data.pipeline import publish_tables
from data.workshop import sql
from queries.duckdb_engine import DuckdbEngine, QueryTimeout
from queries.selection import Selection
from tests.published import app_on, publish, visit

NAMES = (
    "Évry",
    "Saint-Étienne",
    "Étampes",
    "Lille",
    "L'Haÿ-les-Roses",
    "Villeneuve-d'Ascq",
    "100 % Sud (A/B)",
)
WORLD = """
INSERT INTO agencies BY NAME
SELECT 'N/' || i AS agency_id, $names[i] AS agency, CASE WHEN i < 4 THEN 'Nord' ELSE 'Sud' END AS region,
       10.0 AS fte FROM range(1, 8) AS r(i);
INSERT INTO agents BY NAME SELECT 'A1' || i AS agent_id, [] AS skills, 1.0 AS fte FROM range(20) AS r(i);
INSERT INTO agent_agencies BY NAME
SELECT 'A1' || i AS agent_id, 'N/' || (1 + i % 7) AS agency_id FROM range(20) AS r(i)
UNION ALL SELECT 'A10', 'N/4' UNION ALL SELECT 'A10', 'N/5' UNION ALL SELECT 'A11', 'N/1';
"""
CASES = """
INSERT INTO cases BY NAME
SELECT CASE WHEN i = 77 THEN '100%_' ELSE 'D00' || i END AS case_id,
       DATE '2026-01-01' + (i % 60)::INTEGER AS day,
       day AS received_on, $names[1 + i % 7] AS agency, 'Nord' AS region, 'A1' || i % 20 AS agent,
       'Retraite' AS case_type, 'open' AS status, 1::BIGINT AS treated, 20.0 AS norm_days, 1.0 AS weight
FROM range(100) AS r(i)
"""


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(sql("schema"))
    for statement in WORLD.split(";\n")[:-1]:
        connection.execute(statement, {"names": list(NAMES)} if "$names" in statement else None)
    connection.execute(CASES, {"names": list(NAMES)})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("found")
    publish_tables(home, fill, simulated=False)
    return app_on(home)


Ask = Callable[..., dict[str, list[dict[str, Any]]]]


@pytest.fixture
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


@pytest.fixture
def ask(here: TestClient, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The groups found for what is typed, as a reader of those roles and that scope."""

    def asked(
        typed: str,
        *roles: str,
        scope: Selection | None = Selection(),  # noqa: B008  it is frozen
    ) -> dict[str, list[dict[str, Any]]]:
        monkeypatch.setattr(identity, "DEMONSTRATION", User("anne", roles or tuple(ROLES), scope))
        answer = here.get("/find", params={"q": typed})
        assert answer.status_code == 200
        return {group["kind"]: group["items"] for group in answer.json()["groups"]}

    return asked


def labels(items: list[dict[str, Any]]) -> list[str]:
    return [item["label"] for item in items]


def test_agencies_are_found_without_accents_those_that_begin_so_first(ask: Ask) -> None:
    assert labels(ask("ET")["agency"]) == ["Étampes", "Saint-Étienne"]
    assert labels(ask("evry")["agency"]) == ["Évry"]
    assert labels(ask("s")["agency"])[:2] == ["Saint-Étienne", "100 % Sud (A/B)"]
    assert labels(ask("ll")["agency"]) == ["Lille", "Villeneuve-d'Ascq"]


@pytest.mark.parametrize("typed", ["saint etienne", "Saint-Etienne", "  saint   étienne "])
def test_spaces_and_hyphens_are_alike(ask: Ask, typed: str) -> None:
    assert labels(ask(typed)["agency"]) == ["Saint-Étienne"]


def test_an_agency_leads_to_its_page(ask: Ask, here: TestClient) -> None:
    (found,) = ask("lille")["agency"]
    assert (found["sub"], found["href"]) == ("Sud", "/agencies/N%2F4")


def test_agents_are_found_by_the_beginning_of_their_id(ask: Ask) -> None:
    found = ask("a1")["agent"]
    assert len(found) == MOST
    assert found[0] == {
        "label": "Agent A10",
        "sub": "L'Haÿ-les-Roses et 2 autres agences",
        "href": "/agents/A10",
    }
    assert labels(ask("A119")["agent"]) == ["Agent A119"]
    assert "agent" not in ask("19")


def test_an_agent_of_two_agencies_is_one_agent(ask: Ask) -> None:
    found = [item for item in ask("A11")["agent"] if item["label"] == "Agent A11"]
    assert [item["sub"] for item in found] == ["Saint-Étienne et une autre agence"]


def test_cases_are_found_by_id_the_exact_one_first(ask: Ask) -> None:
    assert labels(ask("D005")["case"])[0] == "Dossier D005"
    (found,) = ask("d 00 99")["case"]
    assert found["sub"] == "Retraite · En cours · Saint-Étienne"
    assert found["href"] == "/agencies/N%2F2?case=D0099"


def test_one_letter_asks_for_no_case_and_no_agent(ask: Ask) -> None:
    assert not {"case", "agent"} & set(ask("A")) | {"case", "agent"} & set(ask("D"))


@pytest.mark.parametrize("typed", ["100482", "100 482", "100\u202f482", "000100482"])
def test_a_client_is_offered_by_number_without_a_look_at_who_it_is(ask: Ask, typed: str) -> None:
    assert [item["client"] for item in ask(typed)["client"]] == ["100482"]


@pytest.mark.parametrize("typed", ["12a", "1" * 19, "-12", "1.5", "٣٤", "²"])
def test_what_is_no_number_is_no_client(ask: Ask, typed: str) -> None:
    assert "client" not in ask(typed)


def test_zero_is_a_number_too(ask: Ask) -> None:
    assert ask("00")["client"][0]["client"] == "0"


def test_with_nothing_typed_the_pages_are_offered(ask: Ask) -> None:
    assert set(ask("")) == {"page"}
    assert labels(ask("")["page"])[0] == "Pilotage"
    assert labels(ask("pilo")["page"]) == ["Pilotage"]


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("manager", {"agency"}),
        ("executive", {"agency"}),
        ("analyst", {"agency", "agent", "case"}),
        ("officer", {"client"}),
        ("admin", set()),
    ],
)
def test_each_kind_is_for_those_who_may_open_it(ask: Ask, role: str, kinds: set[str]) -> None:
    seen = set(ask("lille", role)) | set(ask("A11", role)) | set(ask("D009", role)) | set(ask("123", role))
    assert seen - {"page"} == kinds


def test_what_is_out_of_scope_is_not_there(ask: Ask) -> None:
    lille = Selection(picks={"agency": ("Lille",)})
    assert labels(ask("e", "analyst", scope=lille)["agency"]) == ["Lille"]
    assert "agency" not in ask("evry", "analyst", scope=lille)
    assert labels(ask("A1", "analyst", scope=lille)["agent"]) == [
        "Agent A10",
        "Agent A110",
        "Agent A117",
        "Agent A13",
    ]
    assert ask("A10", "analyst", scope=lille)["agent"][0]["sub"] == "Lille"
    assert labels(ask("D001", "analyst", scope=lille)["case"]) == ["Dossier D0010", "Dossier D0017"]
    assert "case" not in ask("D0011", "analyst", scope=lille)


def test_a_reader_without_scope_finds_nothing(ask: Ask) -> None:
    for typed in ("lille", "A1", "D00"):
        assert set(ask(typed, "analyst", scope=None)) == set(), typed


@pytest.mark.parametrize(
    "typed", ["%", "_", "D_", "%%", "'; DROP TABLE cases; --", '"', "\\", "$wanted", "[[", "(?i)"]
)
def test_what_is_typed_is_never_a_pattern_nor_sql(ask: Ask, typed: str) -> None:
    found = ask(typed)
    assert not {"case", "agent", "view"} & set(found)
    assert labels(found.get("agency", [])) in ([], ["100 % Sud (A/B)"])


def test_a_sign_of_a_pattern_is_found_as_it_is(ask: Ask) -> None:
    assert labels(ask("100%")["case"]) == ["Dossier 100%_"]


@pytest.mark.parametrize("typed", ["x" * (LONGEST + 1), "a\x00b", "\u202e", "\ud83d"])
def test_what_nobody_types_finds_nothing(ask: Ask, typed: str) -> None:
    assert ask(typed.encode("utf-8", "replace").decode()) == {}


def test_a_search_that_takes_too_long_says_so(here: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_given: object) -> None:
        raise QueryTimeout("places.cases_like")

    monkeypatch.setattr(DuckdbEngine, "run", slow)
    answer = here.get("/find", params={"q": "D00"})
    assert answer.status_code == 503
    assert answer.json()["detail"]


@contextmanager
def empty(home: Path) -> Iterator[TestClient]:
    with visit(app_on(home)) as place:
        yield place


def test_with_nothing_published_the_pages_are_there(tmp_path: Path) -> None:
    with empty(tmp_path) as place:
        for typed in ("pilotage", ""):
            kinds = [group["kind"] for group in place.get("/find", params={"q": typed}).json()["groups"]]
            assert kinds == ["page"]


def test_the_reference_file_without_agents_is_searched_too(tmp_path: Path) -> None:
    publish(tmp_path)
    with empty(tmp_path) as place:
        groups = place.get("/find", params={"q": "c12"}).json()["groups"]
    assert [(group["kind"], group["items"][0]["label"]) for group in groups] == [("case", "Dossier c12")]
