"""A whole visit, and what the log says of it: all that happened, and of whom nothing but a number."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.problems import reference
from data.users import Users
from tests.faults.runaway import PAGE, UPDATE
from tests.published import app_on, publish, visit
from tests.signed import person, program

NAME = "marie.dupont@caisse.example"
TYPED = "Quatremere"  # what a person types into a search
HELD = (NAME, "marie.dupont", TYPED, "Bobigny", "Créteil", "Cr%C3%A9teil", "p1", "c17", "4711", "chargeur")
VISIT = (
    "/",
    "/production?agency=Bobigny",
    "/agencies/Bobigny?agency=Cr%C3%A9teil",
    "/agents/p1",
    "/clients/4711",
    f"/{TYPED}",
    f"/find?q={TYPED}",
    "/saved",
    "/rules",
    "/api/v1/queries/production/kpis?agency=Bobigny&agent=p1",
    "/api/v1/queries/production/kpis?agency=Bobigny&since=hier",
    f"/api/v1/queries/production/{TYPED}",
    "/api/v1/clients/4711/score",
    "/cases/rows?agency=Bobigny&agent=p1&list=late",
    "/cases/one?id=c17&agency=Bobigny",
    "/export/xlsx?agency=Bobigny&agent=p1",
    "/export/csv?agency=Bobigny&view=production-by-agency",
    "/export/cases.csv?agency=Bobigny&agent=p1",
    "/export/rules/csv?place=Bobigny",
    "/clients/4711/sheet",
    "/audit",
    "/accounts",
    "/metrics",
)
DRAWN_OR_COUNTED = {"request", "reference", "timestamp", "ms"}  # in which any letters may stand side by side

Line = dict[str, Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(folder)
    return folder


@pytest.fixture(scope="module")
def lines(home: Path) -> list[Line]:
    """What was logged, at its most talkative, while somebody looked at everything."""
    capture = pytest.MonkeyPatch()
    written: list[str] = []
    capture.setattr("structlog.WriteLogger.info", lambda _self, message: written.append(message))
    for level in ("debug", "warning", "error", "critical", "msg"):
        capture.setattr(f"structlog.WriteLogger.{level}", lambda _self, message: written.append(message))
    marie = person(home, NAME, ["analyst", "officer", "admin"])
    loader = program(home, "chargeur", ["manager"])
    with visit(app_on(home, demo=False, log_level="debug")) as place:
        for path in VISIT:
            for accept in ("text/html", "application/json"):
                place.get(path, headers={**marie, "accept": accept})
            place.get(path, headers=loader)
            place.get(path)
        place.post(UPDATE, json=PAGE, headers=marie)
        place.post(UPDATE, json={"output": TYPED}, headers=marie)
        place.post("/saved", json={"do": "save", "name": TYPED, "address": "/production"}, headers=marie)
        place.post("/sign-in", data={"name": NAME, "password": TYPED})
    capture.undo()
    return [json.loads(line) for line in written]


@pytest.fixture(scope="module")
def number(home: Path) -> int:
    users = Users(home)
    found = next(user.id for user in users.all() if user.name == NAME)
    users.close()
    return found


def test_the_log_tells_of_every_request(lines: list[Line]) -> None:
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == 4 * len(VISIT) + 4
    assert all({"method", "path", "status", "ms", "request", "timestamp"} <= line.keys() for line in requests)


def test_the_log_names_nobody_and_nothing_that_was_picked_or_typed(lines: list[Line]) -> None:
    said = [
        json.dumps({key: line[key] for key in line.keys() - DRAWN_OR_COUNTED}, ensure_ascii=False)
        for line in lines
    ]
    assert [(word, line) for word in HELD for line in said if word in line] == []


def test_a_user_is_a_number_and_a_program_is_one(lines: list[Line], number: int) -> None:
    assert {line.get("user") for line in lines if line["event"] == "request"} == {None, number, "program"}


def test_each_request_has_a_name_of_its_own(lines: list[Line]) -> None:
    names = [line["request"] for line in lines if line["event"] == "request"]
    assert len(set(names)) == len(names)


def test_an_error_page_says_the_name_of_its_request(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with visit(app_on(home, demo=False, log_level="info")) as place:
        page = place.get(
            "/export/nothing", headers={**person(home, "anne", ["manager"]), "accept": "text/html"}
        )
    assert page.status_code == 404
    line = next(json.loads(line) for line in capfd.readouterr().err.splitlines() if '"status":404' in line)
    assert line["request"] in page.text


def test_outside_of_a_request_a_failure_still_has_a_name() -> None:
    assert len(reference()) == 8
    assert reference() != reference()
