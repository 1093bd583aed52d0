"""GET and POST /sign-in, POST /sign-out, GET /session."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import orjson
import structlog
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import passwords
from app.accounts import PUBLIC, SIGNED_IN, signed_in, user
from app.audit import record
from app.declared import secured_route
from app.moments import clock, local
from app.oidc.organisation import farewell, look, organisation
from app.problems import reference, sentence
from app.services import services
from app.sign_in import session
from app.sign_in.drawn import fields, other_language, page
from app.sign_in.ways import own
from app.texts import t
from data.attempts import Standing
from data.errors import DataError
from data.sessions import IDLE, LONGEST
from data.users import Account, AccountRefused

NOBODY = "—"  # who a try is of that names nobody; the name typed is not kept
LONGEST_NAME = 200  # characters looked at
PATIENCE = 1.0  # seconds that the organisation's provider may hold up the end of a session

router = APIRouter()
log = structlog.get_logger()


@router.get("/sign-in", include_in_schema=False)
@secured_route(PUBLIC)
async def show(request: Request) -> Response:
    """The page; who is signed in is led on."""
    if signed_in() or services().settings.demo:
        return RedirectResponse(own(request.query_params.get("next", "/")), 303)
    await look(request)
    why = request.query_params.get("why") or request.query_params.get("state")  # back from the provider
    return other_language(request) or _page(request, told=why if why in ("ended", "left") else "")


@router.post("/sign-in", include_in_schema=False)
@secured_route(PUBLIC)
async def enter(request: Request) -> Response:
    """Sign in with a password."""
    typed = await fields(request)
    name, password, way = (typed.get(field, "") for field in ("name", "password", "next"))
    if services().settings.demo:
        return RedirectResponse("/", 303)
    if not name.strip() or not password or len(name) > LONGEST_NAME:
        return _page(request, 422, name=name[:LONGEST_NAME], way=way, error=t("sign_in.incomplete"))
    try:
        return await _tried(request, name, password, way)
    except passwords.TooMany:
        return _page(request, 503, name=name, way=way, error=t("errors.busy"))
    except AccountRefused as refused:
        return _page(request, 403, name=name, way=way, error=sentence(refused))
    except DataError as error:
        named = reference()
        log.error("sign-in", reason=error.reason, reference=named)
        return _page(
            request,
            503,
            name=name,
            way=way,
            error=t("sign_in.unwritable"),
            more=t("sign_in.reference", reference=named),
        )


@router.post("/sign-out", include_in_schema=False)
@secured_route(SIGNED_IN)
async def leave(request: Request) -> Response:
    """End the session."""
    try:
        async with asyncio.timeout(PATIENCE):
            way = await farewell(request)
    except TimeoutError:
        way = None
    answer = RedirectResponse(way or "/sign-in?why=left", 303)
    await run_in_threadpool(session.end)
    session.take(answer)
    return answer


@router.get("/session", include_in_schema=False)
@secured_route(SIGNED_IN)
def lasting() -> Response:
    """How many seconds the reader's session lasts: unused, and at most. Asking counts as use."""
    found = services().stores.sessions.known(user().session or "")
    left = None
    if found:
        left = (datetime.fromisoformat(found.opened_at) + LONGEST - datetime.now(UTC)).total_seconds()
    told = {"idle": IDLE.total_seconds() if found else None, "left": left}
    return Response(orjson.dumps(told), media_type="application/json")


async def _tried(request: Request, name: str, password: str, way: str) -> Response:
    stores = services().stores
    standing = await run_in_threadpool(stores.attempts.begin, name)
    if standing.until:
        return _paused(request, name, way, standing.until)
    found = await run_in_threadpool(stores.users.password, name)
    account, kept = found or (None, None)
    right = await passwords.matches(kept, password)
    if account is None or kept is None or not right:
        return await run_in_threadpool(_refused, request, name, way, account, standing)
    if account.disabled:
        await run_in_threadpool(record, "sign_in.failed", who=account.name, why="disabled")
        return _page(request, 403, name=name, way=way, error=t("sign_in.disabled"), more=t("sign_in.ask"))
    if passwords.outdated(kept):
        stronger = await passwords.hashed(password)
        await run_in_threadpool(stores.users.hash_again, account.id, kept, stronger)
        kept = stronger
    return await run_in_threadpool(_welcome, request, account, way, name, kept)


def _welcome(request: Request, account: Account, way: str, name: str, kept: str) -> Response:
    answer = session.begin(request, account, "password", way, proof=kept)
    services().stores.attempts.forget(name)
    return answer


def _refused(request: Request, name: str, way: str, account: Account | None, standing: Standing) -> Response:
    """The same for a wrong password and for a name nobody bears."""
    named = reference()
    who = account.name if account else NOBODY
    record("sign_in.failed", who=who, why="password", left=standing.left, reference=named)
    log.warning("sign-in refused", left=standing.left, reference=named)
    if not standing.left:
        return _paused(request, name, way, datetime.now(UTC) + standing.pause)
    more = f"{left(standing)} {t('sign_in.reference', reference=named)}"
    return _page(request, 401, name=name, way=way, error=t("sign_in.wrong"), more=more)


def left(standing: Standing) -> str:
    """« Encore 3 essais, puis une pause de 15 minutes. »"""
    key = "sign_in.tries_1" if standing.left == 1 else "sign_in.tries"
    return t(key, n=standing.left, pause=lasts(standing.pause))


def lasts(pause: timedelta) -> str:
    """« 15 minutes », « 1 heure », « 8 heures »."""
    minutes = round(pause.total_seconds() / 60)
    if minutes < 60:
        return t("sign_in.minutes", n=minutes)
    return t("sign_in.hour" if minutes == 60 else "sign_in.hours", n=minutes // 60)


def _paused(request: Request, name: str, way: str, until: datetime) -> Response:
    at = clock(local((until + timedelta(seconds=59)).isoformat()))  # to the minute that follows
    error, more = t("sign_in.paused", at=at), t("sign_in.paused_why")
    answer = _page(request, 429, name=name, way=way, error=error, more=more)
    answer.headers["retry-after"] = str(math.ceil((until - datetime.now(UTC)).total_seconds()))
    return answer


def _page(  # noqa: PLR0913  what the page shows
    request: Request,
    status: int = 200,
    *,
    name: str = "",
    way: str | None = None,
    error: str = "",
    more: str = "",
    told: str = "",
) -> Response:
    way = own(request.query_params.get("next", "/") if way is None else way)
    return page(
        request,
        "sign_in",
        status,
        name=name,
        way=way,
        error=error,
        more=more,
        told=told,
        organisation=organisation(request),
        onward=urlencode({"next": way}),
    )
