import threading
from collections.abc import Callable, Iterator
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

from app import declared, guard, shell
from app.accounts import PERMISSIONS, PUBLIC, ROLES, SIGNED_IN, Forbidden, User, acting, permit, user
from app.declared import Undeclared, secured
from app.guard import Guard
from queries.selection import Selection
from tests.published import app_on, publish, visit

Declare = Callable[[Callable[[int | None], object]], None]
ELSEWHERE = "192.0.2.7"
UPDATE = "/_dash-update-component"


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
        assert place.get("/production").status_code == 403
        assert place.get("/health").status_code == 200


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


@pytest.mark.parametrize(
    "path", ["/production", "/health", "/assets/vigie/theme.js", "/nothing", "/api/nothing"]
)
def test_every_answer_has_the_security_headers(here: TestClient, path: str) -> None:
    headers = here.get(path).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(here: TestClient, method: str) -> None:
    assert here.request(method, "/production").status_code == 405


def test_a_large_body_is_refused_stated_or_not(home: Path) -> None:
    def unstated() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 1_000

    kind = {"content-type": "application/json"}
    with visit(app_on(home, max_body_bytes=10_000)) as place:
        assert place.post(UPDATE, content=b" " * 20_000, headers=kind).status_code == 413
        assert place.post(UPDATE, content=unstated(), headers=kind).status_code == 413


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
    monkeypatch.setattr(guard, "DEMONSTRATION", User("paul", ("caller",), Selection()))
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
