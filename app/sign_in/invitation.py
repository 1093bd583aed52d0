"""GET and POST /invitation: a link that works once, and the password chosen with it."""

from __future__ import annotations

import structlog
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import passwords
from app.accounts import PUBLIC
from app.audit import record
from app.declared import secured_route
from app.problems import reference, sentence
from app.services import services
from app.sign_in import session
from app.sign_in.choosing import chosen, lacks, rules
from app.sign_in.drawn import fields, other_language, page, roles
from app.texts import t
from data.errors import DataError
from data.links import FIRST, RESET, Link
from data.users import Account, AccountRefused

router = APIRouter()
log = structlog.get_logger()


@router.get("/invitation", include_in_schema=False)
@secured_route(PUBLIC)
async def show(request: Request) -> Response:
    """What the link is for; looking at it does not use it up, for programs that preview links look too."""
    if services().settings.demo:
        return RedirectResponse("/", 303)
    token = request.query_params.get("link", "")
    try:
        link = await run_in_threadpool(services().stores.links.find, token)
    except DataError as error:
        return _failed(request, error)
    return other_language(request) or _page(request, link, token)


@router.post("/invitation", include_in_schema=False)
@secured_route(PUBLIC)
async def use(request: Request) -> Response:
    """Choose the password, and come in."""
    if services().settings.demo:
        return RedirectResponse("/", 303)
    typed = await fields(request)
    token = typed.get("link", "")
    try:
        link = await run_in_threadpool(services().stores.links.find, token)
        error = _wrong(typed, link) if link else ""
        if link is None or error:
            return _page(request, link, token, 422, typed, error)
        return await _taken(request, typed, link)
    except DataError as failed:
        return _failed(request, failed)


async def _taken(request: Request, typed: dict[str, str], link: Link) -> Response:
    token = typed["link"]
    try:
        kept = await passwords.hashed(typed["password"])
        return await run_in_threadpool(_used, request, typed, link, kept)
    except passwords.TooMany:
        return _page(request, link, token, 503, typed, t("errors.busy"))
    except AccountRefused as refused:
        bad = refused.reason == "bad_link"
        return _page(request, None if bad else link, token, 422, typed, "" if bad else sentence(refused))


def _wrong(typed: dict[str, str], link: Link) -> str:
    """Why the form cannot be taken, as sentences; empty where it can."""
    names = (
        (link.user.name, link.user.label) if link.user else (typed.get("name", ""), typed.get("label", ""))
    )
    if link.user is None and not typed.get("name", "").strip():
        return t("sign_in.nameless")
    return chosen(typed) or lacks(typed.get("password", ""), names)


def _used(request: Request, typed: dict[str, str], link: Link, kept: str) -> Response:
    links, token = services().stores.links, typed["link"]
    if link.kind == FIRST:
        name, label = typed["name"], typed.get("label", "")
        account = links.use_first(token, name, label, kept, noted=_first)
    else:
        account = links.use(
            token, kept, noted=lambda it: record("password.changed", who=it.name, by=link.kind)
        )
    return session.begin(request, account, "link", proof=kept)


def _first(account: Account) -> None:
    record("user.added", who=account.name, account=account.name, roles=list(account.roles), by=FIRST)


def _page(
    request: Request,
    link: Link | None,
    token: str,
    status: int = 200,
    typed: dict[str, str] | None = None,
    error: str = "",
) -> Response:
    if link is None:
        return page(request, "over", 410)
    held, typed = link.user, typed or {}
    return page(
        request,
        "invitation",
        status,
        kind="first" if held is None else "reset" if link.kind == RESET else "invitation",
        link=token,
        name=held.name if held else typed.get("name", ""),
        label=held.label if held else typed.get("label", ""),
        first=held is None,
        roles=roles(held.roles if held else ("admin",)),
        rules=rules(held.name if held else "", held.label if held else ""),
        error=error,
    )


def _failed(request: Request, error: DataError) -> Response:
    named = reference()
    log.error("invitation", reason=error.reason, reference=named)
    return page(request, "trouble", 503, reference=named)
