import base64
import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import dash
import pytest
from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import declared, identity, shell
from app.accounts import PERMISSIONS, PUBLIC, ROLES, SIGNED_IN, Forbidden, User, acting, permit, user
from app.declared import Undeclared, secured
from app.guard import Guard
from app.headers import CSRF_HEADER, proven
from app.main import PAGES
from data.store import JournalFailed
from queries.selection import Selection
from tests.published import app_on, publish, visit
from tests.signed import person, program

Declare = Callable[[Callable[[int | None], object]], None]
ELSEWHERE = "192.0.2.7"
UPDATE = "/_dash-update-component"
OFFICE = "https://vigie.example"
POLICY = "content-security-policy"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(folder)
    return folder


@pytest.fixture(scope="module")
def server(home: Path) -> FastAPI:
    return app_on(home)


@pytest.fixture
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


@pytest.fixture
def elsewhere(server: FastAPI) -> Iterator[TestClient]:
    with visit(server, client=ELSEWHERE) as place:
        yield place


@pytest.fixture
def one_callback(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Declare that function as the callback of output `out`, in this test alone."""
    monkeypatch.setattr(declared, "CALLBACKS", dict(declared.CALLBACKS))

    def declare(function: Callable[[int | None], object]) -> None:
        secured("kpi.view", Output("out", "children"), Input("in", "n_clicks"))(function)

    return declare


def press(place: TestClient, value: object = 1) -> Response:
    return place.post(
        UPDATE,
        json={
            "output": "out.children",
            "outputs": {"id": "out", "property": "children"},
            "inputs": [{"id": "in", "property": "n_clicks", "value": value}],
            "changedPropIds": ["in.n_clicks"],
        },
    )


def address(path: str) -> str:
    """A path that the route's pattern matches."""
    for name, value in {"{path:path}": "x", "{_path:path}": "x", "{file:path}": "dcc/x.js"}.items():
        path = path.replace(name, value)
    return path.replace("{", "").replace("}", "")


def test_every_route_carries_a_permission_that_a_role_has(server: FastAPI) -> None:
    found = {declared.route_permission(route) for route in declared.routes(server)}
    assert found <= PERMISSIONS
    assert found >= {PUBLIC, SIGNED_IN, "kpi.view"}


def test_every_callback_of_the_server_carries_a_permission(server: FastAPI) -> None:
    permissions = declared.callbacks(server.state.dash)
    assert len(permissions) >= 2
    assert set(permissions.values()) <= PERMISSIONS - {PUBLIC}


def test_strangers_get_nothing_outside_the_public_list(server: FastAPI, elsewhere: TestClient) -> None:
    answers = {}
    for route in declared.routes(server):
        path = address(getattr(route, "path", "")) + ("" if hasattr(route, "endpoint") else "/x")
        methods = getattr(route, "methods", None) or {"GET"}
        for method in methods - {"HEAD"}:
            answers[f"{method} {path}"] = (
                elsewhere.request(method, path).status_code,
                declared.is_public(path),
            )
    refused = {name for name, (status, _) in answers.items() if status == 403}
    assert refused == {name for name, (_, public) in answers.items() if not public}
    assert len(refused) >= 6


def test_strangers_cannot_run_any_callback(server: FastAPI, elsewhere: TestClient) -> None:
    for output in server.state.dash.callback_map:
        assert elsewhere.post(UPDATE, json={"output": output}).status_code == 403


def test_the_guard_stands_outside_everything_else(server: FastAPI) -> None:
    assert getattr(server.user_middleware[0].cls, "__name__", None) == "Guard"


def test_a_bare_callback_stops_the_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = shell.register

    def forgetful(app: Dash, pages: Any) -> None:
        register(app, pages)
        app.callback(Output("bare", "children"), Input("in", "n_clicks"))(lambda clicks: clicks)

    monkeypatch.setattr(shell, "register", forgetful)
    with pytest.raises(Undeclared, match=r"bare\.children"):
        app_on(home)


def test_a_callback_of_no_application_stops_the_start(home: Path) -> None:
    dash.callback(Output("bare", "children"), Input("in", "n_clicks"))(lambda clicks: clicks)
    with pytest.raises(Undeclared, match=r"bare\.children"):
        app_on(home)


def test_a_bare_route_stops_the_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = shell.register

    def forgetful(app: Dash, pages: Any) -> None:
        register(app, pages)
        app.server.get("/bare")(lambda: "seen")

    monkeypatch.setattr(shell, "register", forgetful)
    with pytest.raises(Undeclared, match="/bare"):
        app_on(home)


def test_a_public_route_must_stand_on_the_public_list(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "PUBLIC_PATHS", frozenset({"/health"}))
    with pytest.raises(Undeclared, match="/ready"):
        app_on(home)


def test_a_permission_that_no_role_has_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no role"):
        secured("kpi.veiw", Output("a", "b"), Input("c", "d"))(lambda _value: None)


def test_one_output_has_one_callback(home: Path, one_callback: Declare) -> None:
    one_callback(lambda _clicks: None)
    secured("kpi.view", Output("out", "children"), Input("other", "n_clicks"))(lambda _clicks: None)
    with pytest.raises(ValueError, match="two callbacks"):
        app_on(home)


@pytest.mark.parametrize(
    ("client", "host"),
    [
        (ELSEWHERE, "http://127.0.0.1:8050"),
        ("127.0.0.1", "http://vigie.example:8050"),
        ("127.0.0.1", "http://127.0.0.1.vigie.example"),
        ("127.0.0.1", "http://192.0.2.1:8050"),
    ],
)
def test_the_demonstration_is_for_this_machine_alone(server: FastAPI, client: str, host: str) -> None:
    with visit(server, host, client) as place:
        answer = place.get("/production", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "visible que depuis la machine" in answer.text


def test_a_name_that_only_points_here_is_not_ours(here: TestClient) -> None:
    assert here.get("/production", headers={"host": "evil.example"}).status_code == 403


def test_a_proxy_in_between_ends_the_demonstration(here: TestClient) -> None:
    assert here.get("/production", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 403


def test_without_the_demonstration_there_is_no_user(home: Path) -> None:
    with visit(app_on(home, demo=False)) as place:
        refused = place.get("/production?agency=Bobigny")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="Vigie"')
        opened = place.get("/production?agency=Bobigny", headers={"accept": "text/html"})
        assert opened.status_code == 303
        assert opened.headers["location"] == "/sign-in?next=%2Fproduction%3Fagency%3DBobigny"
        assert place.get("/health").status_code == 200


@pytest.fixture(scope="module")
def office(home: Path) -> Iterator[TestClient]:
    """In front of a server where people sign in, known to them as vigie.example."""
    with visit(app_on(home, demo=False, public_url=OFFICE), OFFICE) as place:
        yield place


@pytest.fixture(scope="module")
def anne(home: Path) -> dict[str, str]:
    return secure(person(home, "anne", ["manager"]))


def secure(headers: dict[str, str]) -> dict[str, str]:
    """The same where there is TLS."""
    return {**headers, "cookie": headers["cookie"].replace("vigie_session", "__Host-vigie")}


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


def test_a_change_needs_the_proof_of_its_own_session(
    office: TestClient, home: Path, anne: dict[str, str]
) -> None:
    bertha = secure(person(home, "bertha", ["manager"]))
    change = {"do": "start", "name": "", "first": False}
    assert office.post("/saved", json=change, headers=anne).status_code == 200
    refused = [
        without(anne, CSRF_HEADER),
        {**anne, CSRF_HEADER: ""},
        {**anne, CSRF_HEADER: anne[CSRF_HEADER][:-1]},
        {**anne, CSRF_HEADER: bertha[CSRF_HEADER]},
        {**anne, "cookie": f"{anne['cookie']}; _csrf_token={anne[CSRF_HEADER]}", CSRF_HEADER: "x"},
    ]
    for headers in refused:
        answer = office.post("/saved", json=change, headers=headers)
        assert answer.status_code == 403
        assert "session" in answer.json()["detail"]
        assert office.post(UPDATE, json={}, headers=headers).status_code == 403
    assert office.post(UPDATE, json={}, headers=anne).status_code == 400


def test_a_proof_of_other_letters_is_none() -> None:
    assert not proven("é" * 64, "a" * 64)


def test_reading_needs_no_proof(office: TestClient, anne: dict[str, str]) -> None:
    assert office.get("/production", headers=without(anne, CSRF_HEADER)).status_code == 200


def test_a_form_may_bring_the_proof_in_a_field_and_its_body_arrives_whole(
    office: TestClient, anne: dict[str, str]
) -> None:
    headers, proof = without(anne, CSRF_HEADER), anne[CSRF_HEADER]
    # /saved reads JSON alone: 400 is its word on a form, 403 the guard's.
    assert office.post("/saved", data={"_csrf_token": proof}, headers=headers).status_code in {400, 422}
    assert office.post("/saved", data={"_csrf_token": proof[1:]}, headers=headers).status_code == 403
    assert office.post("/saved", data={"other": proof}, headers=headers).status_code == 403
    many = "&".join(f"a{n}=1" for n in range(200)) + f"&_csrf_token={proof}"
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert office.post("/saved", content=many, headers={**headers, **form}).status_code == 400


def test_a_program_needs_no_proof_and_may_come_from_anywhere(office: TestClient, home: Path) -> None:
    sent = program(home, "loader", ["officer"]) | {"sec-fetch-site": "cross-site"}
    assert office.post("/api/v1/score", json={}, headers=sent).status_code == 422
    assert office.post(UPDATE, json={}, headers=sent).status_code in {401, 403}


@pytest.mark.parametrize("host", ["evil.example", "vigie.example.evil.example", "192.0.2.1", "[::", ""])
def test_a_name_that_is_not_the_servers_is_refused(
    office: TestClient, anne: dict[str, str], host: str
) -> None:
    assert office.get("/production", headers={**anne, "host": host}).status_code == 421
    assert office.get("/assets/vigie/theme.js", headers={"host": host}).status_code == 421
    assert office.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["vigie.example", "vigie.example:443", "localhost:8050", "[::1]:8050"])
def test_the_servers_own_names_are_answered(office: TestClient, anne: dict[str, str], host: str) -> None:
    assert office.get("/production", headers={**anne, "host": host}).status_code == 200


def test_browsers_keep_to_tls_where_there_is_tls(office: TestClient, here: TestClient) -> None:
    assert "strict-transport-security" in office.get("/health").headers
    assert "strict-transport-security" not in here.get("/health").headers


def test_what_a_user_may_not_do_is_written_with_the_pattern_of_its_address(
    office: TestClient, home: Path, anne: dict[str, str]
) -> None:
    before = len(refusals(home))
    assert office.get("/api/v1/clients/4711/score", headers=anne).status_code == 403
    who, details = refusals(home)[before]
    assert who == "anne"
    assert details == {
        "permission": "score.view",
        "place": "/api/v1/clients/{client_id}/score",
        "program": False,
    }
    assert office.get("/cases/rows", headers={}).status_code == 401
    assert len(refusals(home)) == before + 1  # nobody is not a user


def test_a_refusal_stands_where_it_cannot_be_written(
    office: TestClient, anne: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwritable(*_asked: object) -> None:
        raise JournalFailed("unwritable", detail="disk full")

    monkeypatch.setattr("data.audit.Audit.record", unwritable)
    assert office.get("/cases/rows", headers=anne).status_code == 403


def refusals(home: Path) -> list[tuple[str, dict[str, object]]]:
    """Who was refused what, in order."""
    with closing(sqlite3.connect(home / "journal.sqlite")) as journal:
        found = journal.execute("SELECT who, details FROM audit WHERE action = 'access.refused' ORDER BY id")
        return [(who, json.loads(details)) for who, details in found]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_link_to_a_page_and_no_more(here: TestClient, site: str) -> None:
    link = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert here.get("/production", headers=link).status_code == 200
    assert here.get("/production", headers={**link, "sec-fetch-dest": "iframe"}).status_code == 403
    assert here.get("/_dash-layout", headers={"sec-fetch-site": site}).status_code == 403
    assert here.post(UPDATE, json={}, headers={"sec-fetch-site": site}).status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:8050", 400), ("http://evil.example", 403), ("null", 403), ("", 403)],
)
def test_a_browser_that_states_no_site_must_state_our_origin(
    server: FastAPI, origin: str, status: int
) -> None:
    with visit(server) as place:
        del place.headers["sec-fetch-site"]
        assert place.post(UPDATE, json={}, headers={"origin": origin}).status_code == status


def test_no_websocket_is_let_in(here: TestClient) -> None:
    for path in ("/_dash-ws-callback", "/"):
        with pytest.raises(WebSocketDisconnect), here.websocket_connect(path):
            pass


def test_a_websocket_that_someone_adds_is_not_let_in_either(home: Path) -> None:
    async def greet(socket: WebSocket) -> None:
        await socket.accept()

    server = app_on(home)
    server.add_api_websocket_route("/greet", greet)
    with visit(server) as place, pytest.raises(WebSocketDisconnect), place.websocket_connect("/greet"):
        pass


def test_the_browser_is_not_told_of_a_websocket(here: TestClient) -> None:
    assert "websocket" not in here.get("/production").text
    assert "python_version" not in here.get("/production").text


ADDRESSES = [
    *(page.PATH for page in PAGES),
    *(f"{page.PATH}/unknown" for page in PAGES if page.PLACED),
    "/sign-in", "/invitation", "/account", "/api/docs", "/api/openapi.json",
    "/health", "/assets/vigie/theme.js", "/nothing", "/api/nothing", "/api/v1/queries/production/kpis",
]  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_has_the_security_headers(
    here: TestClient, office: TestClient, anne: dict[str, str], path: str
) -> None:
    browser = {"accept": "text/html"}
    for answer in (here.get(path, headers=browser), office.get(path, headers=anne), office.get(path)):
        headers = answer.headers
        directives = dict(part.strip().partition(" ")[::2] for part in headers[POLICY].split(";"))
        assert directives["default-src"] == "'none'"
        assert directives["script-src"].startswith("'self' 'sha256-")
        assert "unsafe" not in directives["script-src"]
        assert directives["connect-src"] == "'self'"
        assert (directives["frame-ancestors"], directives["base-uri"]) == ("'none'", "'none'")
        assert directives["form-action"].split()[0] == "'self'"
        assert "http" not in headers[POLICY].replace(directives["form-action"], "")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"]


def test_no_page_of_ours_has_a_script_of_its_own_that_the_policy_does_not_know(
    office: TestClient, anne: dict[str, str]
) -> None:
    policy = office.get("/health").headers[POLICY]
    for path in ("/production", "/sign-in", "/invitation", "/api/docs", "/nothing"):
        text = office.get(path, headers={**anne, "accept": "text/html"}).text
        for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
            known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert "src=" in attributes or "application/json" in attributes or known in policy
        assert not re.search(r"<[^>]+ on[a-z]+=|javascript:|https?://(?!127|vigie)", text)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(here: TestClient, method: str) -> None:
    assert here.request(method, "/production").status_code == 405


def test_a_large_body_is_refused_stated_or_not(home: Path) -> None:
    def unstated() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 1_000

    kind = {"content-type": "application/json"}
    with visit(app_on(home, max_body_bytes=10_000)) as place:
        for path in (UPDATE, "/saved", "/api/v1/score"):
            for content in (b" " * 20_000, unstated()):
                refused = place.post(path, content=content, headers=kind)
                assert refused.status_code == 413
                assert refused.headers["content-type"] == "application/problem+json"
                assert refused.headers["connection"] == "close"
                assert POLICY in refused.headers
        assert place.post(UPDATE, content=b" " * 9_000, headers=kind).status_code == 400


def test_only_json_is_read(here: TestClient) -> None:
    answer = here.post(UPDATE, content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_past_the_cap_the_answer_is_to_come_back(home: Path) -> None:
    server = app_on(home, max_concurrent=1)
    with visit(server) as place:
        place.get("/")  # builds the middleware
        layer = server.middleware_stack
        while not isinstance(layer, Guard):
            layer = layer.app  # type: ignore[union-attr]
        layer._busy = 1
        busy = place.get("/production")
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
        assert place.get("/health").status_code == 200
        layer._busy = 0
        assert place.get("/production").status_code == 200


def test_a_callback_runs_in_a_thread_as_the_user_who_asked(home: Path, one_callback: Declare) -> None:
    one_callback(lambda clicks: f"{user().name} {clicks} {threading.current_thread().name[:8]}")
    with visit(app_on(home)) as place:
        answer = press(place)
    assert answer.json()["response"] == {"out": {"children": "demonstration 1 callback"}}


def test_a_value_that_does_not_fit_its_annotation_is_refused(home: Path, one_callback: Declare) -> None:
    def count(clicks: int | None) -> str:
        return str(clicks)

    one_callback(count)
    with visit(app_on(home)) as place:
        assert press(place, None).status_code == 200
        answer = press(place, {"a": 1})
    assert (answer.status_code, answer.json()["field"]) == (400, "in.n_clicks")


def test_a_failing_callback_changes_nothing_but_the_error_state(
    home: Path,
    one_callback: Declare,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(_clicks: int | None) -> str:
        raise RuntimeError("Mme Durand, 12 rue des Lilas")

    one_callback(fail)
    with visit(app_on(home)) as place:
        answer = press(place)
    told = answer.json()
    assert answer.status_code == 200
    assert told["response"] == {}
    reference = told["sideUpdate"]["failure"]["data"]["reference"]
    assert reference in told["sideUpdate"]["failure"]["data"]["text"]
    logged = capfd.readouterr().err
    assert reference in logged
    assert "RuntimeError" in logged
    assert "Durand" not in answer.text + logged


def test_an_answer_that_is_no_json_is_an_error_state_too(home: Path, one_callback: Declare) -> None:
    one_callback(lambda _clicks: object())
    with visit(app_on(home)) as place:
        assert "failure" in press(place).json()["sideUpdate"]


def test_a_callback_with_nothing_to_say_answers_204(home: Path, one_callback: Declare) -> None:
    def silent(_clicks: int | None) -> str:
        raise PreventUpdate

    one_callback(silent)
    with visit(app_on(home)) as place:
        assert press(place).status_code == 204


def test_a_callback_needs_its_permission(
    home: Path,
    one_callback: Declare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_callback(lambda _clicks: "seen")
    monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", ("caller",), Selection()))
    with visit(app_on(home)) as place:
        assert press(place).status_code == 403
        assert place.get("/api/v1/queries/production/kpis").status_code == 403
        assert place.get("/").status_code == 403


def test_an_async_callback_would_block_the_others() -> None:
    async def slow(_clicks: int) -> None: ...

    with pytest.raises(TypeError, match="not async"):
        secured("kpi.view", Output("a", "b"), Input("c", "d"))(slow)


def test_an_error_in_a_route_says_its_reference_and_no_more(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = app_on(home)
    monkeypatch.setattr(server.state.services, "answer", lambda *_asked: 1 / 0)
    with visit(server) as place:
        answer = place.get("/api/v1/queries/production/kpis")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reference"] in answer.json()["detail"]
    assert "division" not in answer.text


def test_the_log_holds_no_agency_asked_for(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with visit(app_on(home, log_level="info")) as place:
        place.get("/api/v1/queries/production/kpis?agent=p1")
        place.get("/clients/4711")
    logged = capfd.readouterr().err
    assert '"path":"/api/v1/queries/{domain}/{name}","status":200' in logged
    assert '"path":"/clients"' in logged
    assert "p1" not in logged
    assert "4711" not in logged


def test_roles_permit_what_they_should() -> None:
    with acting(User("anne", ("executive",))):
        permit("kpi.view")
        with pytest.raises(Forbidden):
            permit("case.export")
    with pytest.raises(Forbidden):
        permit(SIGNED_IN)
    assert "score.view" not in ROLES["admin"]
