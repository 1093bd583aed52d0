"""Dash on FastAPI, less what we do not want of it.

No websocket, no catch-all that answers 200, no reload address, no middleware; callbacks run in threads, their
bodies are checked first, and every route carries its permission.
"""

import asyncio
import contextvars
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import orjson
import structlog
from dash import Dash, _validate
from dash.backends._fastapi import FastAPIDashServer, reset_current_request, set_current_request
from dash.exceptions import DependencyException, PreventUpdate
from dash.fingerprint import check_fingerprint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from app.accounts import PUBLIC, SIGNED_IN, Forbidden
from app.dash_bodies import BadBody, checked
from app.declared import FAILURE, secured_route
from app.files import Folder, file_response
from app.problems import problem, reference
from app.texts import language, t
from data.errors import NoSnapshot
from queries.duckdb_engine import QueryTimeout
from queries.waiting import Left

UPDATES = "/_dash-update-component"
UNWANTED = ("/_reload-hash",)

log = structlog.get_logger()


@contextmanager
def current_request(request: Request) -> Iterator[None]:
    """What Dash reads the request from, inside the block."""
    token = set_current_request(request)  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        reset_current_request(token)  # type: ignore[no-untyped-call]


class Frame(Dash):
    """The Dash application, which tells the browser no more than it needs."""

    def set_up(self) -> None:
        """What Dash does at the first request, done at the start: callback map and scripts are complete."""
        self._setup_server()  # type: ignore[no-untyped-call]

    def work_in(self, workers: Executor) -> None:
        """Run callbacks in those threads."""
        cast(Backend, self.backend).workers = workers

    def html(self, request: Request) -> str:
        """The page's frame, with `__LANGUAGE__` filled in."""
        with current_request(request):
            return str(self.index()).replace("__LANGUAGE__", language())  # type: ignore[no-untyped-call]

    def _config(self) -> dict[str, Any]:
        told: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]
        return {
            name: value for name, value in told.items() if name not in ("python_version", "dash_version_url")
        }


class Backend(FastAPIDashServer):
    """What `Dash(backend=…)` takes; `workers` run the callbacks."""

    websocket_capability = False
    workers: Executor | None = None

    def register_assets_blueprint(
        self, blueprint_name: str, assets_url_path: str, assets_folder: str
    ) -> None:
        """Our own files under /assets."""
        self.server.router.routes.append(
            Mount(assets_url_path, Folder(Path(assets_folder)), name=blueprint_name)
        )

    def setup_backend(self, dash_app: Dash) -> None:
        """No middleware: the guard stands in front, updates set their own request."""

    def setup_index(self, dash_app: Dash) -> None:
        """Pages are routes of app.main."""

    def _setup_catchall(self) -> None:
        """Pages are routes of app.main."""

    def setup_component_suites(self, dash_app: Dash) -> None:  # type: ignore[override]
        """The scripts of Dash and its components."""

        @secured_route(PUBLIC)
        def serve(request: Request, package: str, file: str) -> Response:
            return _component_file(dash_app, request, package, file)

        self.server.add_api_route(
            "/_dash-component-suites/{package}/{file:path}", serve, include_in_schema=False
        )

    def add_url_rule(
        self,
        rule: str,
        view_func: Callable[..., Any] | str,
        endpoint: str | None = None,
        methods: list[str] | None = None,
        include_in_schema: bool = False,
    ) -> None:
        """What Dash declares by itself: updates on the shortest way, the rest for any user."""
        if not callable(view_func) or rule in UNWANTED:
            return
        if rule == UPDATES:
            self.server.router.routes.append(Route(rule, view_func, methods=["POST"]))
        else:
            public = PUBLIC if rule == "/_favicon.ico" else SIGNED_IN
            super().add_url_rule(rule, secured_route(public)(view_func), endpoint, methods, include_in_schema)

    def serve_callback(self, dash_app: Dash) -> Callable[[Request], Any]:
        """Check the body, run the callback in a thread as the same user, answer with its JSON."""

        @secured_route(SIGNED_IN)
        async def update(request: Request) -> Response:
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                return problem(415, t("errors.not_json"))
            try:
                body = checked(await request.body(), dash_app.callback_map)
                call = _prepared(dash_app, request, body)
            except BadBody as bad:
                return problem(400, t("errors.bad_body", field=bad), field=str(bad))
            context = contextvars.copy_context()
            try:
                text = await asyncio.get_running_loop().run_in_executor(self.workers, context.run, call)
            except PreventUpdate:
                return Response(status_code=204)
            except (Forbidden, Left):
                raise
            except Exception as error:  # noqa: BLE001  (whatever a page did, the reader gets the error state)
                return _failed(error, body["output"])
            return Response(text, media_type="application/json")

        return update


def _prepared(dash_app: Dash, request: Request, body: dict[str, Any]) -> Callable[[], str]:
    """The callback with its arguments, as Dash's own dispatch prepares it; it returns the answer's JSON."""
    dash: Any = dash_app  # these five are what Dash's own backends call; they are not typed
    with current_request(request):
        context = dash._initialize_context(body)
        function = dash._prepare_callback(context, body)
        values = dash._inputs_to_vals(context.inputs_list + context.states_list)
        call: Callable[[], str] = dash._execute_callback(function, values, context.outputs_list, context)
        return call


def _failed(error: Exception, output: str) -> Response:
    """An answer that changes nothing but the shell's store `failure`, from which it shows the error state."""
    named = reference()
    log.error("callback failed", callback=output, reference=named, exc_info=error)
    known = {QueryTimeout: "errors.too_long", NoSnapshot: "errors.no_snapshot"}
    text = t(known[type(error)]) if type(error) in known else t("client.failed", reference=named)
    data = {"text": text, "reference": named}
    answer = {"multi": True, "sideUpdate": {FAILURE: {"data": data}}, "response": {}}
    return Response(orjson.dumps(answer), media_type="application/json")


def _component_file(dash_app: Dash, request: Request, package: str, file: str) -> Response:
    path, fixed = check_fingerprint(file)  # type: ignore[no-untyped-call]
    try:
        _validate.validate_js_path(dash_app.registered_paths, package, path)  # type: ignore[no-untyped-call]
    except DependencyException:
        return Response(status_code=404)
    return file_response(request, Path(str(sys.modules[package].__file__)).parent / path, fixed=fixed)
