"""Who a request comes from: the demonstration's reader, a session's user, a token's program, or nobody."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from app import headers as told
from app.accounts import DEMONSTRATION, User
from app.settings import Settings
from app.stores import Stores
from data.errors import DataError
from data.sessions import Session, Sessions
from data.tokens import PREFIX, Token, Tokens
from queries.selection import Selection

CSRF_COOKIE, CSRF_HEADER = told.CSRF_COOKIE, told.CSRF_HEADER
OF_PROGRAMS = ("/api/", "/export/", "/clients/", "/metrics")  # where a token opens

log = structlog.get_logger()
_touching: set[asyncio.Task[None]] = set()  # a task that nobody holds may vanish


class Identity:
    """Finds the reader of a request. It reads with connections of its own, which no writer keeps waiting."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._settings, self._stores = settings, stores
        self._sessions, self._tokens = Sessions(settings.home), Tokens(settings.home)

    def close(self) -> None:
        """Let go of the files."""
        self._sessions.close()
        self._tokens.close()

    def reader(self, scope: Scope, headers: Headers) -> User | None:
        """The user, None for nobody. Raises JournalFailed where the accounts cannot be read."""
        if self._settings.demo:
            return DEMONSTRATION if told.on_this_machine(scope, headers) else None
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and secret.startswith(PREFIX):
            return self._program(scope, secret)
        token = HTTPConnection(scope).cookies.get(session_cookie(self._settings))
        found = self._sessions.find(token) if token else None
        if found is None or token is None:
            return None
        if found.stale:
            _soon(lambda: self._stores.sessions.touch(found.key))
        return of_session(found, token)

    def _program(self, scope: Scope, secret: str) -> User | None:
        found = self._tokens.find(secret)
        if found is None or not scope["path"].startswith(OF_PROGRAMS):
            return None
        if found.stale:
            _soon(lambda: self._stores.tokens.touch(found.id))
        return of_token(found)


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie: with the prefix that binds it to this host, where there is TLS."""
    return "__Host-vigie" if settings.secure else "vigie_session"


def csrf_of(token: str) -> str:
    """What a page of a session proves itself with: nobody has it who has not the session's token."""
    return hashlib.sha256(f"csrf:{token}".encode()).hexdigest()


def of_session(found: Session, token: str) -> User:
    """The user who opened it."""
    return User(
        name=found.name,
        roles=found.roles,
        scope=scope_of(found.scope),
        label=found.label,
        number=found.user,
        session=found.key,
        csrf=csrf_of(token),
    )


def of_token(found: Token) -> User:
    """The program that bears it."""
    return User(f"token:{found.name}", found.roles, scope_of(found.scope), label=found.name, program=True)


def scope_of(text: str | None) -> Selection | None:
    """The rows that an account's scope names; what cannot be read, or is cut by days, names none."""
    if text is None:
        return None
    try:
        found = Selection.parse(text)
    except ValueError:
        found = None
    if found is None or found.picked("period"):  # the engine cuts by places alone: it would show all of them
        log.error("scope refused")
        return None
    return found


def _soon(act: Callable[[], None]) -> None:
    """Write it in a thread: no reader waits for it, and none is refused where the disk is full."""

    async def written() -> None:
        try:
            await asyncio.to_thread(act)
        except DataError as error:
            log.error("not written", reason=error.reason)

    task = asyncio.get_running_loop().create_task(written())
    _touching.add(task)
    task.add_done_callback(_touching.discard)
