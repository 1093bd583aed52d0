"""What the documentation says is so: every address is described, every example answered as described."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import identity
from app.accounts import User
from app.declared import routes
from data.pipeline import publish_tables
from data.workshop import sql
from queries.selection import Selection
from tests.credits import CONTRACT, fill_credits
from tests.published import AGENCIES, CASES, OFFICES, app_on, visit
from tests.trained import quick_model

Described = dict[str, Any]
KINDS = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Cases, credits and a model."""
    home = tmp_path_factory.mktemp("documented") / "home"

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql("schema"))
        connection.execute(CASES, {"rows": 300, "agencies": list(AGENCIES)})
        connection.execute(OFFICES)
        fill_credits(connection)

    publish_tables(home, fill, simulated=False, scoring=CONTRACT)
    quick_model(home)
    return app_on(home)


@pytest.fixture
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


@pytest.fixture
def described(here: TestClient) -> Described:
    found: Described = here.get("/api/openapi.json").json()
    return found


def operations(described: Described) -> Iterator[tuple[str, str, Described]]:
    for path, each in described["paths"].items():
        for method, operation in each.items():
            yield method.upper(), path, operation


def test_every_address_for_programs_is_described(server: FastAPI, described: Described) -> None:
    addresses = {str(getattr(route, "path", "")) for route in routes(server)}
    programs = {path for path in addresses if path.startswith("/api/v1/")}
    assert len(programs) >= 4
    assert programs | {"/health", "/ready", "/export/{kind}", "/clients/{client_id}/sheet.pdf"} == set(
        described["paths"]
    )


def test_every_operation_says_what_it_is_for_and_how_it_refuses(described: Described) -> None:
    known = {each["name"] for each in described["tags"]}
    for method, path, operation in operations(described):
        at = f"{method} {path}"
        assert operation["summary"], at
        assert not operation["summary"].startswith("Client_"), at
        assert operation["description"], at
        assert set(operation["tags"]) <= known, at
        for each in operation.get("parameters", ()):
            assert each.get("description"), f"{at} {each['name']}"
        for status, answer in operation["responses"].items():
            assert answer["description"], at
            content = answer.get("content", {})
            assert content, f"{at} {status}"
            if int(status) >= 400:
                assert list(content) == ["application/problem+json"], f"{at} {status}"


def test_every_reference_leads_somewhere(described: Described) -> None:
    schemas = described["components"]["schemas"]

    def follow(value: Any) -> None:
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            if name == "$ref":
                assert each.rpartition("/")[2] in schemas
            elif isinstance(each, dict | list):
                follow(each)

    follow(described)
    assert "HTTPValidationError" not in schemas


def test_every_example_is_answered_as_described(here: TestClient, described: Described) -> None:
    asked = 0
    for method, path, operation in operations(described):
        for address, body in examples(path, operation, described):
            answer = here.request(method, address, json=body)
            assert answer.status_code == 200, f"{address}: {answer.text}"
            content = operation["responses"]["200"]["content"]
            kind = answer.headers["content-type"].partition(";")[0]
            assert kind in content, address
            if kind == "application/json":
                fits(answer.json(), content[kind]["schema"], described, address)
            asked += 1
    assert asked > 15


def test_the_examples_of_answers_are_answers(described: Described) -> None:
    schemas = described["components"]["schemas"]
    shown = {name: each["example"] for name, each in schemas.items() if "example" in each}
    assert {"Application", "ScoreAnswer"} <= set(shown)
    for name, example in shown.items():
        fits(example, schemas[name], described, name)


def test_the_features_are_those_the_serving_model_takes(described: Described) -> None:
    features = described["components"]["schemas"]["Application"]["properties"]["features"]["properties"]
    assert set(features) == {"income", "amount", "job", "owner"}
    assert features["amount"]["description"] == "Montant (€)"
    assert features["job"]["examples"] == ["1", "2"]


def test_every_refusal_has_the_form_described(here: TestClient, described: Described) -> None:
    problem = described["components"]["schemas"]["Problem"]
    for path, status in (
        ("/api/v1/clients/5/score", 404),
        ("/api/v1/clients/x/score", 422),
        ("/api/v1/clients/900/score?purpose=curiosity", 422),
        ("/clients/900/sheet.pdf", 422),
        ("/clients/5/sheet.pdf?purpose=review", 404),
        ("/api/v1/queries/production/nothing", 404),
        ("/export/docx", 404),
    ):
        answer = here.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        fits(answer.json(), problem, described, path)


def test_who_may_not_see_scores_is_told_of_no_client(
    server: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("anne", ("manager",), Selection()))
    with visit(server) as place:
        told = place.get("/api/openapi.json")
    assert told.status_code == 200
    parameters = told.json()["paths"]["/api/v1/clients/{client_id}/score"]["get"]["parameters"]
    assert all("example" not in each for each in parameters)


def test_without_a_model_the_description_still_stands(home: Path) -> None:
    with visit(app_on(home)) as place:
        assert place.get("/api/openapi.json").json()["paths"]
        assert place.get("/api/docs").status_code == 200


def test_it_is_not_public(server: FastAPI) -> None:
    with visit(server, client="192.0.2.7") as stranger:
        for path in ("/api/docs", "/api/openapi.json"):
            assert stranger.get(path).status_code == 403


def test_the_page_has_no_script_of_its_own_and_names_files_that_are_there(here: TestClient) -> None:
    page = here.get("/api/docs").text
    assert "<script>" not in page
    files = [part.split('"')[1] for part in page.replace("src=", "href=").split("href=")[1:]]
    assert len(files) > 3
    for file in files:
        assert file == "data:," or here.get(file).status_code == 200, file


def examples(path: str, operation: Described, described: Described) -> Iterator[tuple[str, Any]]:
    """Addresses with the examples of what they need, one example after another, and the body's."""
    body = None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = resolved(schema, described)["example"]
    addresses = [path]
    if "{domain}" in path:  # a question's name is one of its domain: the answers are described by both
        rows = operation["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
        pairs = [each["title"].split(".") for each in rows]
        addresses = [path.format(domain=domain, name=name) for domain, name in pairs]
    for each in operation.get("parameters", ()):
        if each.get("required"):
            values = each["schema"].get("enum") or [each["example"]]
            addresses = [put(address, each, value) for address in addresses for value in values]
    yield from ((address, body) for address in addresses)


def put(address: str, parameter: Described, value: object) -> str:
    if parameter["in"] == "path":
        return address.replace(f"{{{parameter['name']}}}", str(value))
    return f"{address}{'&' if '?' in address else '?'}{parameter['name']}={value}"


def fits(value: Any, schema: Described, described: Described, at: str) -> None:
    """Raises AssertionError where the value is not as the schema says (the part of JSON Schema used here)."""
    schema = resolved(schema, described)
    if "anyOf" in schema:
        assert any(tried(value, each, described, at) for each in schema["anyOf"]), f"{at}: {value}"
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    assert not kinds or any(is_a(value, kind) for kind in kinds), f"{at}: {value} is no {kinds}"
    assert value in schema.get("enum", [value]), f"{at}: {value}"
    if isinstance(value, list):
        for each in value:
            fits(each, schema.get("items", {}), described, f"{at}[]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        assert set(schema.get("required", ())) <= set(value), f"{at}: {sorted(value)}"
        assert schema.get("additionalProperties", True) is not False or set(value) <= set(known), at
        for name, each in value.items():
            fits(each, known.get(name, {}), described, f"{at}.{name}")


def tried(value: Any, schema: Described, described: Described, at: str) -> bool:
    try:
        fits(value, schema, described, at)
    except AssertionError:
        return False
    return True


def resolved(schema: Described, described: Described) -> Described:
    if "$ref" in schema:
        found: Described = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def is_a(value: Any, kind: str) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind]) and not (kind == "integer" and isinstance(value, bool))
