"""The API as it describes itself: what the description allows is answered, and with what it describes."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, given, settings

from app.api.docs import described
from app.declared import callbacks
from tests.counts import count
from tests.published import app_on, visit
from tests.scored import scored_home
from tests.signed import person, program

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import schemathesis
    from schemathesis import Case

OPERATIONS = (
    "GET /health", "GET /ready",
    "GET /api/v1/queries/{domain}/{name}", "GET /export/{kind}",
    "GET /api/v1/clients/{client_id}/score", "GET /api/v1/clients/{client_id}/explanation",
    "GET /clients/{client_id}/sheet.pdf", "POST /api/v1/score",
)  # fmt: skip
ROLES = ("analyst", "officer")
EXAMPLES = count(15, 400)
# What the door itself answers, before the address is looked at: it is no part of the description.
OF_THE_DOOR = {400, 401, 403, 413, 415, 421}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scored_home(tmp_path_factory.mktemp("schema") / "home")


@pytest.fixture(scope="module")
def server(home: Path) -> FastAPI:
    return app_on(home, demo=False, user_rate=10**9, address_rate=10**9)


@pytest.fixture(scope="module")
def place(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as client:
        yield client


@pytest.fixture(scope="module")
def headers(home: Path) -> dict[str, dict[str, str]]:
    """A program with a token, a person with a session, a program of one agency."""
    one = "agency=Bobigny"
    return {
        "token": program(home, "scorer", ROLES),
        "session": person(home, "anne", ROLES),
        "narrow": program(home, "narrow", ROLES, one),
    }


@pytest.fixture(scope="module")
def schema(server: FastAPI) -> Any:
    return schemathesis.openapi.from_dict(described(server))


def ask(place: TestClient, case: Case[Any], headers: dict[str, str]) -> Response:
    """What the server answers to a case made from the description."""
    own = {name: str(value) for name, value in (case.headers or {}).items()}
    sent = case.body if case.body is not schemathesis.core.NOT_SET else None
    return place.request(
        case.method, case.formatted_path, params=case.query or None, headers={**own, **headers}, json=sent
    )


def documented(schema: Any, case: Case[Any]) -> set[int]:
    operation = schema.raw_schema["paths"][case.path][case.method.lower()]
    return {int(status) for status in operation["responses"]}


def test_every_operation_that_is_described_is_tried(schema: Any) -> None:
    paths = schema.raw_schema["paths"].items()
    assert {f"{verb.upper()} {path}" for path, verbs in paths for verb in verbs} == set(OPERATIONS)


@pytest.mark.parametrize("who", ["token", "session", "narrow"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_the_description_allows_is_answered_as_it_says(
    place: TestClient, schema: Any, headers: dict[str, dict[str, str]], operation: str, who: str
) -> None:
    verb, path = operation.split()
    found = schema[path][verb]

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=found.as_strategy())
    def answered(case: Case[Any]) -> None:
        answer = ask(place, case, headers[who])
        assert answer.status_code != 500, answer.text
        assert answer.status_code in documented(schema, case) | OF_THE_DOOR, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"

    answered()


@pytest.mark.parametrize("until", ["0001-01-01", "2000-01-04"])
def test_ages_before_the_first_day_of_the_data_are_none(
    place: TestClient, headers: dict[str, dict[str, str]], until: str
) -> None:
    for path in ("/api/v1/queries/cases/counts", "/export/xlsx", "/export/csv"):
        answer = place.get(f"{path}?age=0-10&age=31%2B&until={until}&agent=p1", headers=headers["token"])
        assert answer.status_code == 200, answer.text


def test_the_description_names_no_callback(schema: Any, server: FastAPI) -> None:
    told = str(schema.raw_schema)
    assert [name for name in callbacks(server.state.dash) if name in told] == []
