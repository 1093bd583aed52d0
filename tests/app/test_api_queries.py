from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import identity
from app.accounts import User
from queries.catalogue import QUERIES
from queries.selection import Selection
from tests.published import app_on, publish, visit


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("home")
    publish(home, targets=True)
    return app_on(home)


@pytest.fixture
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


@pytest.mark.parametrize("name", QUERIES)
def test_every_question_answers_rows_with_its_columns(here: TestClient, name: str) -> None:
    answer = here.get(f"/api/v1/queries/{name.replace('.', '/')}")
    assert answer.status_code == 200
    rows = answer.json()
    assert rows
    assert list(rows[0]) == QUERIES[name].columns.names()


def test_the_selection_is_the_query_string(here: TestClient, server: FastAPI) -> None:
    answer = here.get("/api/v1/queries/production/kpis?agency=Cr%C3%A9teil&agency=Bobigny&until=2026-01-31")
    expected = server.state.services.run(
        QUERIES["production.kpis"],
        Selection.parse("agency=Créteil&agency=Bobigny&until=2026-01-31"),
        Selection(),
    )
    assert answer.json() == expected.to_dicts()


def test_the_answer_names_its_snapshot(here: TestClient, server: FastAPI) -> None:
    answer = here.get("/api/v1/queries/production/kpis")
    assert answer.headers["vigie-snapshot"] == server.state.services.snapshot.id


def test_dates_are_iso(here: TestClient) -> None:
    months = [row["month"] for row in here.get("/api/v1/queries/production/cases_by_month").json()]
    assert months == ["2026-01-01", "2026-02-01", "2026-03-01"]


@pytest.mark.parametrize("path", ["production/nothing", "nothing/kpis", "production/kpis.sql"])
def test_an_unknown_question_is_404(here: TestClient, path: str) -> None:
    answer = here.get(f"/api/v1/queries/{path}")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


@pytest.mark.parametrize(
    ("search", "field"),
    [
        ("since=31/12/2025", "since"),
        ("agency=Bobigny&until=yesterday", "until"),
        ("town=Bobigny", "town"),
        ("since=2026-02-01&until=2026-01-01", "since"),
    ],
)
def test_a_bad_selection_is_422_naming_the_field(here: TestClient, search: str, field: str) -> None:
    answer = here.get(f"/api/v1/queries/production/kpis?{search}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field
    assert field in answer.json()["detail"]


def test_thousands_of_fields_are_refused(here: TestClient) -> None:
    answer = here.get("/api/v1/queries/production/kpis?" + "agency=a&" * 3_000)
    assert answer.status_code == 422


def test_a_hostile_value_selects_no_row(here: TestClient) -> None:
    answer = here.get("/api/v1/queries/production/cases_by_type?agency=x' OR 1=1 --")
    assert (answer.status_code, answer.json()) == (200, [])


def test_a_reader_sees_the_rows_in_scope_alone(server: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("anne", ("manager",), Selection.parse("agency=Évry")))
    with visit(server) as place:
        mine = place.get("/api/v1/queries/production/delay_by_agency").json()
        other = place.get("/api/v1/queries/production/delay_by_agency?agency=Bobigny").json()
    assert [row["agency"] for row in mine] == ["Évry"]
    assert other == []


def test_a_reader_without_scope_sees_no_row(server: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("new", ("manager",)))
    with visit(server) as place:
        assert place.get("/api/v1/queries/production/delay_by_agency").json() == []


@pytest.mark.parametrize(
    "name", [name for name, query in QUERIES.items() if {"agent", "case_id"} & {*query.columns}]
)
def test_rows_of_agents_and_of_cases_take_their_own_permission(
    server: FastAPI, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("anne", ("manager",), Selection()))
    with visit(server) as place:
        assert place.get(f"/api/v1/queries/{name.replace('.', '/')}").status_code == 403
