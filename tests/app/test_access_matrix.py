"""docs/access.md is what the server does: every line of it, asked as every role with every reach."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from app import shell
from app.accounts import PERMISSIONS, PUBLIC, ROLES, SIGNED_IN
from app.declared import callbacks, is_public, route_permission, routes
from app.headers import CSRF_HEADER
from app.identity import csrf_of
from data.sessions import Sessions
from data.users import Users
from tests.published import AGENCIES, app_on, visit
from tests.scored import FIRST, scored_home
from tests.updates import UPDATE, body, dependencies

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"
MINE, *OTHERS = AGENCIES
REACHES = {"none": None, "one": f"agency={MINE}", "all": ""}
KNOWN, UNKNOWN = FIRST, 99_999_999
WHO = [(role, reach) for role in (*ROLES, "") for reach in REACHES]
# What stands for a part of an address, and what an address needs beside it.
PARTS = {
    "{path:path}": "production", "{_path:path}": "nothing", "{file:path}": "no.js", "{package}": "dash",
    "{domain}": "production", "{name}": "delay_by_agency", "{client_id}": str(KNOWN), "{id}": MINE,
    "{kind}": "csv",
}  # fmt: skip
WITH = {
    "/clients/{client_id}/sheet.pdf": "?purpose=review",
    "/cases/one": "?id=c0",
    "/find": "?q=cr",
    "/assets": "/vigie/theme.js",
}
SENT: Mapping[str, Any] = {
    "/saved": {"do": "remove", "name": "x"},
    "/api/v1/score": {"features": {}},
    UPDATE: {},
}
FORMS = {"/account": {"do": "sessions"}}
ASKED: Mapping[str, Any] = {
    "place.pathname": "/production",
    "place.search": "",
    "rules-ask.data": {"t": 1},
    "clients-open.data": {"client": str(KNOWN), "purpose": "review", "a": None, "b": None, "t": 1},
}
Line = dict[str, str]


@cache
def table(title: str) -> list[Line]:
    """The lines of the table under that heading, by the names of its columns, without backquotes."""
    text = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    return [dict(zip(rows[0], (cell.replace("`", "") for cell in row), strict=True)) for row in rows[1:]]


def named(line: Line) -> str:
    return " ".join(line.get(name, "") for name in ("Method", "Address", "Output")).strip()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three agencies, clients and a model; one user of each role and reach, and one without a role."""
    folder = scored_home(tmp_path_factory.mktemp("matrix") / "home")
    users = Users(folder)
    for role, reach in WHO:
        users.add(f"{role}-{reach}", [role] if role else [], REACHES[reach])
    users.close()
    return folder


@pytest.fixture(scope="module")
def server(home: Path) -> FastAPI:
    return app_on(home, demo=False, user_rate=10**9, address_rate=10**9, sign_in_rate=10**9)


@pytest.fixture(scope="module")
def place(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as client:
        yield client


class People:
    """Opens sessions: some addresses end the one they are asked in."""

    def __init__(self, home: Path) -> None:
        self.users, self.sessions = Users(home), Sessions(home)

    def headers(self, role: str, reach: str) -> dict[str, str]:
        user = self.users.named(f"{role}-{reach}")
        assert user
        token = self.sessions.open(user.id, "password")
        return {"cookie": f"vigie_session={token}", CSRF_HEADER: csrf_of(token)}


@pytest.fixture(scope="module")
def people(home: Path) -> Iterator[People]:
    found = People(home)
    yield found
    found.users.close()
    found.sessions.close()


def address(pattern: str) -> str:
    path = pattern
    for part, value in PARTS.items():
        path = path.replace(part, value)
    return path + WITH.get(pattern, "")


def ask(place: TestClient, line: Line, headers: Mapping[str, str]) -> Response:
    """What the server answers to one line for who comes with those headers."""
    if "Output" in line:
        spec = place.app.state.dash.callback_map[line["Output"]]  # type: ignore[attr-defined]
        values = [ASKED.get(f"{each['id']}.{each['property']}") for each in dependencies(spec)]
        return place.post(UPDATE, json=body(line["Output"], spec, values), headers=headers)
    if line.get("Method") == "POST":
        sent, form = SENT.get(line["Address"]), FORMS.get(line["Address"])
        return place.post(address(line["Address"]), headers=headers, json=sent, data=form)
    return place.get(address(line["Address"]), headers=headers)


def test_the_roles_are_those_of_the_document() -> None:
    told = {line["Role"]: set(line["May"].split()) for line in table("Roles")}
    assert told == {role: set(permissions) for role, permissions in ROLES.items()}


def test_every_address_has_a_line_with_its_permission(server: FastAPI) -> None:
    found = {
        f"{method} {getattr(route, 'path', '')}": route_permission(route)
        for route in routes(server)
        for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
    }
    assert {named(line): line["Permission"] for line in table("Addresses")} == found


def test_every_callback_has_a_line_with_its_permission(server: FastAPI) -> None:
    assert {named(line): line["Permission"] for line in table("Callbacks")} == callbacks(server.state.dash)


def test_every_page_has_a_line_with_its_permission(server: FastAPI) -> None:
    found = {page.PATH + ("" if page.ALONE else "/{id}"): page.PERMISSION for page in shell.PAGES}
    assert {named(line): line["Permission"] for line in table("Pages")} == found


def test_every_permission_but_those_of_pages_to_come_opens_something() -> None:
    told = {line["Permission"] for title in ("Pages", "Addresses", "Callbacks") for line in table(title)}
    to_come = {"campaign.view", "call_list.view", "call.write", "data.view", "data.load", "data.rollback"}
    to_come |= {"model.view", "model.train", "model.promote", "drift.view"}
    assert told == PERMISSIONS - to_come


@pytest.mark.parametrize("title", ["Pages", "Addresses", "Callbacks"])
def test_nobody_comes_in_without_a_session_but_where_it_is_public(place: TestClient, title: str) -> None:
    for line in table(title):
        answer = ask(place, line, {})
        public = line["Permission"] == PUBLIC
        assert (answer.status_code in (401, 403)) == (not public), named(line)
        assert "Output" in line or is_public(address(line["Address"]).partition("?")[0]) == public, named(
            line
        )


@pytest.mark.parametrize(("role", "reach"), WHO)
def test_each_role_opens_what_the_document_says_and_sees_its_rows(
    place: TestClient, people: People, role: str, reach: str
) -> None:
    may = {PUBLIC, SIGNED_IN, *ROLES.get(role, ())}
    for line in (*table("Pages"), *table("Callbacks"), *table("Addresses")):
        answer = ask(place, line, people.headers(role, reach))
        if line["Permission"] not in may:
            assert answer.status_code == 403, named(line)
            assert shows(answer) == set(), named(line)
        elif not elsewhere(line, may, reach):
            assert answer.status_code not in (401, 403), f"{named(line)}: {answer.status_code}"
            assert answer.status_code < 500, f"{named(line)}: {answer.text}"
        if line["Rows"] != "—":
            assert shows(answer) <= {"none": set(), "one": {MINE}, "all": set(AGENCIES)}[reach], named(line)


def elsewhere(line: Line, may: set[str], reach: str) -> bool:
    """Whether the answer depends on more than the line's own permission: pages behind it, rows within it."""
    pages = {page.PERMISSION for page in shell.PAGES if page.ALONE}
    if line.get("Address") == "/":
        return not pages & may
    if line.get("Address") == "/{path:path}":
        return "kpi.view" not in may
    return False


def shows(answer: Response) -> set[str]:
    """The agencies that an answer names."""
    return {name for name in AGENCIES if re.search(name, answer.text)}


@pytest.mark.parametrize("title", ["Pages", "Addresses", "Callbacks"])
def test_rows_of_agencies_are_shown_to_who_may_see_them(
    place: TestClient, people: People, title: str
) -> None:
    """The names that others must not find are there: each line that says `agencies` is asked something."""
    silent = {"/agents/{id}", "/agencies/{id}", "/production", "/rules", "/_dash-layout"}  # frames, no rows
    silent |= {"agents-data.data", "advice-tried.data", "advice-decided.data", "rules-tried.data"}
    silent |= {"production-later.data", "agencies-later.data", "agencies-data.data", "rules-data.data"}
    silent |= {"..page.children...shown.data.."}
    headers = people.headers("analyst", "all")
    for line in table(title):
        if line["Rows"] == "agencies" and line.get("Output", line.get("Address")) not in silent:
            assert shows(ask(place, line, headers)), named(line)


@pytest.mark.parametrize("reach", ["none", "one"])
@pytest.mark.parametrize(
    "path", ["/api/v1/clients/{}/score", "/api/v1/clients/{}/explanation", "/clients/{}/sheet.pdf"]
)
def test_a_client_is_nobody_to_who_does_not_see_every_agency(
    place: TestClient, people: People, path: str, reach: str
) -> None:
    headers, path = people.headers("officer", reach), f"{path}?purpose=review"
    known, unknown = (place.get(path.format(number), headers=headers) for number in (KNOWN, UNKNOWN))
    assert known.status_code == unknown.status_code == 404
    assert known.text.replace(str(KNOWN), "N") == unknown.text.replace(str(UNKNOWN), "N")
    assert place.get(path.format(KNOWN), headers=people.headers("officer", "all")).status_code == 200
