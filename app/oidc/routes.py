"""GET /sign-in/organisation: on to the provider. GET /sign-in/back: back, with a session or a reason."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import audit
from app.accounts import PUBLIC
from app.declared import secured_route
from app.oidc.arrival import MEANS, arrived
from app.oidc.exchange import BACK, Client, Identified
from app.oidc.organisation import client
from app.oidc.tokens import SignInRefused
from app.problems import reference, refusal
from app.services import services
from app.settings import Settings
from app.sign_in import session
from app.sign_in.ways import own
from app.texts import t
from data.pending import LONGEST, Pending
from data.sessions import TOKEN_BYTES
from data.store import JournalFailed
from data.users import AccountRefused

SIGN_IN = "/sign-in"
NOBODY = "—"  # who a line is of, where nobody is known

log = structlog.get_logger()
router = APIRouter()


@router.get("/sign-in/organisation", include_in_schema=False)
@secured_route(PUBLIC)
async def leave(request: Request, next: str = "/") -> Response:  # noqa: A002  as the sign-in page says it
    """Send the person to the provider, and their browser a secret to come back with."""
    asked, settings = client(request), services().settings
    if asked is None:
        return refusal(request.scope, 404, t("organisation.none"))
    name = cookie_name(settings)
    browser = request.cookies.get(name, "")
    if len(browser) != len(secrets.token_urlsafe(TOKEN_BYTES)):
        browser = secrets.token_urlsafe(TOKEN_BYTES)
    try:
        doors = await asked.doors()
        state, pending = await run_in_threadpool(services().stores.pending.begin, browser, own(next))
        answer = RedirectResponse(asked.address(doors, state, pending), 303)
    except SignInRefused:  # the page itself says that the provider does not answer
        return _to_sign_in(next=own(next))
    except JournalFailed as error:
        log.error("accounts", reason=error.reason)
        return _to_sign_in(refused="journal", next=own(next))
    seconds = int(LONGEST.total_seconds())
    answer.set_cookie(name, browser, seconds, secure=settings.secure, httponly=True, samesite="lax")
    return answer


@router.get(BACK, include_in_schema=False)
@secured_route(PUBLIC)
async def back(request: Request) -> Response:
    """Let in whom the provider vouches for; else say why on the sign-in page, and write it down."""
    asked = client(request)
    if asked is None:
        return refusal(request.scope, 404, t("organisation.none"))
    browser = request.cookies.get(cookie_name(services().settings), "")
    state, way = request.query_params.get("state", ""), "/"
    try:
        pending = await run_in_threadpool(services().stores.pending.take, state, browser)
        if pending is None:
            raise SignInRefused("state" if browser else "browser")
        way = pending.way
        return await _let_in(request, asked, pending)
    except SignInRefused as error:
        return await run_in_threadpool(_refused, error, way)
    except JournalFailed as error:
        named = reference()
        log.error("sign-in", reason=error.reason, reference=named)
        return _to_sign_in(refused="journal", reference=named, next=way)


async def _let_in(request: Request, asked: Client, pending: Pending) -> Response:
    """On to where the person wanted to go, with a session. Raises SignInRefused, JournalFailed."""
    found = await asked.identified(request.query_params, pending)
    try:
        return await run_in_threadpool(_welcome, request, found, pending.way)
    except AccountRefused as error:  # disabled just now
        raise SignInRefused("disabled") from error


def _welcome(request: Request, found: Identified, way: str) -> Response:
    account = arrived(found, services().settings.oidc_groups, services().stores)
    return session.begin(request, account, MEANS, way, hint=found.hint)


def _refused(error: SignInRefused, way: str) -> Response:
    reason, named = error.reason, reference()
    log.warning("organisation sign-in refused", reason=reason, reference=named)
    told: dict[str, Any] = {"why": reason, "means": MEANS, "reference": named}
    told |= {"vouched": error.vouched} if error.vouched else {}
    try:
        audit.record("sign_in.failed", who=error.account or NOBODY, **told)
    except JournalFailed as failed:
        log.error("refusal not written", reason=failed.reason)
    return _to_sign_in(refused=reason, reference=named, next=way)


def cookie_name(settings: Settings) -> str:
    """Of the secret that a browser comes back with."""
    return "__Host-vigie_pending" if settings.secure else "vigie_pending"


def _to_sign_in(**told: str) -> Response:
    return RedirectResponse(f"{SIGN_IN}?{urlencode(told)}", 303)
