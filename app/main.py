"""The application: services, the door, the API, Dash and its pages."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app import access, api, declared, logs, metrics, saved, shell, sign_in, witness
from app.accounts import DEMONSTRATION, SIGNED_IN, Forbidden, acting
from app.cancelling import LEFT
from app.dash_backend import Backend, Frame
from app.declared import is_light, secured_route
from app.guard import Guard
from app.headers import content_security_policy
from app.oidc import organisation
from app.oidc import routes as organisation_routes
from app.pages import accounts, agencies, agents, audit, clients, production, rules
from app.problems import problem, refusal, unread, written
from app.services import Services, serving
from app.settings import Settings
from app.texts import t
from queries.waiting import Left

PAGES: tuple[ModuleType, ...] = (
    production,
    agencies,
    agents,
    rules,
    clients,
    accounts,
    audit,
)  # in menu order
ASSETS = Path(__file__).parent.parent / "assets"
LARGE_ANSWER = 32_000  # bytes; below, compressing costs more than it saves


def create_app(settings: Settings | None = None) -> FastAPI:
    """The server, for `uvicorn app.main:create_app --factory`. Raises Undeclared, ValidationError."""
    settings = settings or Settings()
    logs.configure(settings.log_level)
    answering = Services(settings)
    try:
        return _server(settings, answering)
    except BaseException:
        answering.close()
        raise


def _server(settings: Settings, answering: Services) -> FastAPI:
    # The guard limits bodies: FastAPI's own limit stands outside it, and would answer without its headers.
    server = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    _say_no_alike(server)
    organisation.set_up(server, settings)
    for router in (organisation_routes.router, *sign_in.ROUTERS, *api.ROUTERS):
        server.include_router(router)
    dash = _dash(server)
    with serving(answering), acting(DEMONSTRATION):
        shell.register(dash, PAGES)
        declared.attach(dash)
        dash.set_up()
    _add_pages(server, dash)
    declared.check(server, dash)
    server.add_middleware(GZipMiddleware, minimum_size=LARGE_ANSWER, compresslevel=4)
    policy = content_security_policy(dash.csp_hashes(), settings.oidc_issuer)
    server.add_middleware(
        Guard, settings=settings, services=answering, csp=policy, places=declared.places(server, PAGES)
    )
    server.router.lifespan_context = _at_work(answering, dash, settings.threads)
    server.state.dash, server.state.services = dash, answering
    return server


def _dash(server: FastAPI) -> Frame:
    dash = Frame(
        "app",
        backend=Backend,
        server=False,
        use_pages=False,
        assets_folder=str(ASSETS),
        assets_ignore=r"^theme\.js$",  # the frame loads it first of all
        assets_path_ignore=[
            "^api$",
            "^sign-in$",
            "^swagger-ui$",
            "^ag-grid$",
        ],  # loaded where they are needed
        serve_locally=True,
        suppress_callback_exceptions=True,  # a page's elements come with the page
        title=t("app.name"),
        update_title="",
        add_log_handler=False,
    )
    dash.init_app(server)
    dash.layout = shell.layout
    return dash


def _add_pages(server: FastAPI, dash: Frame) -> None:
    """The pages' addresses, last: what nothing else took gets the frame, with 404 where it is no page."""

    @server.get("/")
    @secured_route(SIGNED_IN)
    def home(request: Request) -> Response:
        if not shell.visible():
            return HTMLResponse(dash.html(request), 403)
        return RedirectResponse(saved.start(request.cookies.get(saved.last_cookie())), 302)

    @server.get("/{path:path}")
    @secured_route(SIGNED_IN)
    def page(request: Request, path: str) -> Response:
        return HTMLResponse(dash.html(request), shell.status(f"/{path}"))


def _say_no_alike(server: FastAPI) -> None:
    """Every refusal in one form, whoever raises it."""

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, Forbidden) and is_light(request.url.path):
            return unread(request.scope, 404)  # a file that is not there: nobody was looked for
        if isinstance(error, Forbidden):
            await run_in_threadpool(access.refused, str(error), request.scope)
            return refusal(request.scope, 403, t("errors.forbidden"))
        if isinstance(error, RequestValidationError):
            first = error.errors()[0]
            if first["type"] == "json_invalid":
                return problem(400, t("errors.not_json"))
            field = written(".".join(str(part) for part in first["loc"][1:])) or "body"
            return problem(422, t("api.bad_field", field=field), field=field)
        if isinstance(error, Left):
            return Response(status_code=LEFT)
        return unread(request.scope, error.status_code if isinstance(error, HTTPException) else 500)

    for kind in (Forbidden, RequestValidationError, HTTPException, Left):
        server.add_exception_handler(kind, refused)


@cache
def _settle() -> None:
    """Once per process: what is there now stays, and looking through it again would hold every answer up."""
    gc.collect()
    gc.freeze()


def _at_work(
    answering: Services, dash: Frame, threads: int
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """From the first request to the last: threads for callbacks, and an eye on new snapshots."""

    @asynccontextmanager
    async def lifespan(_server: FastAPI) -> AsyncIterator[None]:
        workers = ThreadPoolExecutor(threads, thread_name_prefix="callback")
        dash.work_in(workers)
        to_thread.current_default_thread_limiter().total_tokens = threads
        answering.watch()
        _settle()
        ended = threading.Event()
        witness.watch(answering.settings.home, answering.settings.audit_months, ended)
        measured = asyncio.create_task(metrics.measure())
        yield
        measured.cancel()
        ended.set()
        answering.close()
        workers.shutdown(wait=False, cancel_futures=True)

    return lifespan
