"""A session begun and ended: what is written down, kept, and told to the browser."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts import signed_in, user
from app.audit import record
from app.identity import CSRF_COOKIE, csrf_of, session_cookie
from app.services import services
from app.sign_in.ways import own
from data.store import JournalFailed
from data.users import Account

log = structlog.get_logger()


def begin(
    request: Request,
    account: Account,
    means: str,
    way: str = "/",
    proof: str | None = None,
    hint: str | None = None,
) -> Response:
    """Sign them in, with a new session whatever the browser held, and lead them on.

    `proof` is the hash of the password that was right: if it is no longer theirs, nobody comes in. `hint` is
    what the organisation's provider wants back at the end. Raises JournalFailed, AccountRefused.
    """
    _drop()
    record("signed_in", who=account.name, means=means)
    agent = request.headers.get("user-agent", "")
    token = services().stores.sessions.open(account.id, means, agent, hint, proof=proof)
    answer = RedirectResponse(own(way), 303)
    give(answer, token)
    return answer


def give(answer: Response, token: str) -> None:
    """Put a session's cookies on an answer: the secret, which no script reads, and its pages' proof."""
    settings = services().settings
    for name, text, hidden in ((session_cookie(settings), token, True), (CSRF_COOKIE, csrf_of(token), False)):
        # Without an age: they are gone with the browser.
        answer.set_cookie(name, text, path="/", secure=settings.secure, httponly=hidden, samesite="lax")


def take(answer: Response) -> None:
    """Have the browser forget the session."""
    settings = services().settings
    for name, hidden in ((session_cookie(settings), True), (CSRF_COOKIE, False)):
        answer.delete_cookie(name, path="/", secure=settings.secure, httponly=hidden, samesite="lax")


def end() -> None:
    """End the reader's session at once, in every process; written down or not, it is over."""
    if not signed_in() or user().session is None:
        return
    services().stores.sessions.close_one(user().session or "")
    try:
        record("signed_out")
    except JournalFailed as error:
        log.error("sign-out not written", reason=error.reason)


def _drop() -> None:
    """End what the browser was signed in with before: nobody is to find it there."""
    if signed_in() and user().session is not None:
        services().stores.sessions.close_one(user().session or "")
