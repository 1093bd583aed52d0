"""/account: one's own name, rights and sessions, and the password."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import passwords
from app.accounts import SIGNED_IN, Forbidden, User, user
from app.audit import record
from app.declared import secured_route
from app.moments import spoken
from app.problems import reference
from app.services import services
from app.sign_in import session
from app.sign_in.browsers import named as browser_named
from app.sign_in.choosing import chosen, lacks, rules
from app.sign_in.doors import lasts, left
from app.sign_in.drawn import fields, other_language, page, roles
from app.texts import t
from data.attempts import ACCOUNT
from data.errors import DataError
from data.sessions import Session
from data.users import Account
from queries.selection import Selection

DONE = ("password", "sessions")

router = APIRouter()
log = structlog.get_logger()


@dataclass(frozen=True)
class Shown:
    """One session in words."""

    browser: str
    opened: str
    seen: str
    here: bool


@router.get("/account", include_in_schema=False)
@secured_route(SIGNED_IN)
async def show(request: Request) -> Response:
    """Who I am here."""
    _person()
    done = request.query_params.get("done", "")
    elsewhere = other_language(request)
    if elsewhere:
        return elsewhere
    return await run_in_threadpool(_page, request, done=done if done in DONE else "")


@router.post("/account", include_in_schema=False)
@secured_route(SIGNED_IN)
async def change(request: Request) -> Response:
    """Another password, or the end of one's other sessions, by the field `do`."""
    _person()
    typed = await fields(request)
    try:
        if typed.get("do") == "sessions":
            return await run_in_threadpool(_end_others)
        return await _change_password(request, typed)
    except passwords.TooMany:
        return await run_in_threadpool(_page, request, 503, error=t("errors.busy"))
    except DataError as error:
        named = reference()
        log.error("account", reason=error.reason, reference=named)
        return page(request, "trouble", 503, reference=named)


async def _change_password(request: Request, typed: dict[str, str]) -> Response:
    held, stores, new = user(), services().stores, typed.get("password", "")
    found = await run_in_threadpool(stores.users.password, held.name)
    if found is None or services().settings.demo:
        raise Forbidden(SIGNED_IN)
    account, kept = found
    error = chosen(typed) or lacks(new, (account.name, account.label))
    if error:
        return await run_in_threadpool(_page, request, 422, error=error)
    standing = await run_in_threadpool(stores.attempts.begin, account.name, ACCOUNT)
    if standing.until or not await passwords.matches(kept, typed.get("current", "")):
        paused = standing.until or not standing.left
        more = t("sign_in.pause_of", pause=lasts(standing.pause)) if paused else left(standing)
        if not standing.until:
            await run_in_threadpool(record, "sign_in.failed", why="current_password", left=standing.left)
        return await run_in_threadpool(
            _page,
            request,
            429 if paused else 403,
            error=f"{t('sign_in.not_current')} {more}",
            wrong="current",
        )
    if new == typed.get("current", ""):
        return await run_in_threadpool(_page, request, 422, error=t("sign_in.same"))
    hashed = await passwords.hashed(new)
    return await run_in_threadpool(_changed, request, account, hashed)


def _changed(request: Request, account: Account, hashed: str) -> Response:
    """Every session ends; this browser gets a new one."""
    stores = services().stores
    stores.users.set_password(account.id, hashed, noted=lambda _it: record("password.changed", by="oneself"))
    stores.attempts.forget(account.name, ACCOUNT)
    token = stores.sessions.open(account.id, "password", request.headers.get("user-agent", ""), proof=hashed)
    answer = RedirectResponse("/account?done=password", 303)
    session.give(answer, token)
    return answer


def _end_others() -> Response:
    held = user()
    if held.number is not None:
        services().stores.sessions.close_all(held.number, held.session or "")
        record("session.ended", account=held.name, sessions="others")
    return RedirectResponse("/account?done=sessions", 303)


def _page(
    request: Request, status: int = 200, *, error: str = "", wrong: str = "password", done: str = ""
) -> Response:
    held, stores = user(), services().stores
    account = stores.users.named(held.name) if held.number is not None else None
    sessions = stores.sessions.of(held.number) if held.number is not None else []
    return page(
        request,
        "account",
        status,
        user=held,
        roles=roles(held.roles),
        agencies=_agencies(held.scope),
        account=account,
        demo=services().settings.demo,
        changed_at=spoken(account.password_at) if account and account.password_at else "",
        sessions=[_shown(each, held) for each in sessions],
        rules=rules(held.name, held.label),
        error=error,
        wrong=wrong if error else "",
        done=done,
    )


def _person() -> None:
    """Raises Forbidden for a program: an account's page is for whose account it is."""
    if user().program:
        raise Forbidden(SIGNED_IN)


def _agencies(scope: Selection | None) -> list[str] | None:
    """The agencies by name; None for every one, nothing for none."""
    if scope is None:
        return []
    return None if scope == Selection() else list(scope.picks.get("agency", ()))


def _shown(each: Session, held: User) -> Shown:
    return Shown(
        browser_named(each.browser), spoken(each.opened_at), spoken(each.seen_at), each.key == held.session
    )
