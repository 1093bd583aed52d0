"""The one door: every request, callback and route passes here, and what is not declared is refused."""

import asyncio
import secrets
import time
from contextlib import ExitStack
from urllib.parse import parse_qs, urlencode

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import headers as told
from app import logs, metrics
from app.accounts import PUBLIC, SIGNED_IN, Forbidden, User, acting, signed_in, user
from app.cancelling import LEFT, Arriving
from app.declared import is_light, is_public, secured, secured_route
from app.identity import CSRF_COOKIE, CSRF_HEADER, Identity
from app.limits import Limits
from app.problems import reference, refusal, unread
from app.services import Services, serving
from app.settings import Settings
from app.texts import speaking, t
from data.store import JournalFailed
from queries.waiting import Waiting, waiting

__all__ = ["PUBLIC", "SIGNED_IN", "Forbidden", "Guard", "User", "secured", "secured_route", "user"]

LANGUAGE_COOKIE = "vigie_language"
NAME_BYTES = 4  # of a request, as its reader is told it
MOST_FIELDS = 100  # of a form

log = structlog.get_logger()


class Guard:
    """Outermost ASGI layer over http and websocket: who asks, from where, how much; else nothing passes.

    `places` are the first parts of the addresses there are: others are not told of by name.
    """

    def __init__(
        self, app: ASGIApp, *, settings: Settings, services: Services, csp: str, places: frozenset[str]
    ) -> None:
        self.app, self.settings, self.services, self.places = app, settings, services, places
        self._always = {**told.ALWAYS, "content-security-policy": csp}
        self._always |= told.STRICT_TRANSPORT if settings.secure else {}
        self._names, self._proxies = told.names(settings.address), told.networks(settings.proxies)
        self.identity, self.limits = Identity(settings, services.stores), Limits(settings)
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            headers = Headers(scope=scope)
            with ExitStack() as about:
                about.enter_context(logs.request_named(secrets.token_hex(NAME_BYTES)))
                about.enter_context(speaking(HTTPConnection(scope).cookies.get(LANGUAGE_COOKIE, "fr")))
                about.enter_context(acting(self._reader(scope, headers)))
                about.enter_context(serving(self.services))
                await self._http(scope, headers, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "no websocket here"})

    def _reader(self, scope: Scope, headers: Headers) -> User | None:
        if is_light(scope["path"]):
            return None
        try:
            return self.identity.reader(scope, headers)
        except JournalFailed as error:  # nobody is let in where nobody can be recognised
            log.error("accounts", reason=error.reason)
            return None

    async def _http(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        started, counted = time.perf_counter(), not is_light(scope["path"])
        who, answer = Waiting(), Answer(send, self._always)
        most, seconds = self.settings.max_body_bytes, self.settings.body_seconds
        arriving = Arriving(receive, who, most=most, seconds=seconds)
        self._busy += counted
        metrics.arrived()
        try:
            with waiting(who):
                no = self._refusal(scope, headers) or await self._unproven(scope, headers, arriving)
                if no is None and scope["method"] in told.READING:
                    arriving.watch()
                await (no or self.app)(scope, arriving, answer)
        except asyncio.CancelledError:  # the server stops: it does not wait for questions
            who.leave()
            raise
        except Exception as error:  # noqa: BLE001  whatever it was, the reader is told
            await self._failed(error, scope, arriving, answer)
        finally:
            arriving.close()
            self._busy -= counted
            self._ended(scope, who, LEFT if who.left else answer.status, time.perf_counter() - started)

    async def _failed(self, error: Exception, scope: Scope, receive: Receive, answer: "Answer") -> None:
        named = reference()
        log.error("request failed", reference=named, exc_info=error)
        if not answer.status:
            no = refusal(scope, 500, t("errors.unexpected", reference=named), reference=named)
            await no(scope, receive, answer)

    def _ended(self, scope: Scope, who: Waiting, status: int, seconds: float) -> None:
        """Write and count it."""
        place = _place(scope, self.places)
        record = log.debug if is_public(scope["path"]) else log.info
        record("request", method=scope["method"], path=place, status=status, ms=round(seconds * 1000, 1))
        metrics.answered(scope["method"], place, status, seconds)
        for engine, taken in who.seconds:
            metrics.asked(engine, taken)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """The first reason not to let the request in; None for none."""
        light, program = is_light(scope["path"]), signed_in() and user().program
        stranger = not is_public(scope["path"]) and not signed_in()
        seconds = 0 if light or self.settings.demo else self._seconds_to_wait(scope, headers)
        reasons = (
            (405, "errors.method", scope["method"] not in told.METHODS),
            (413, "errors.too_large", told.declared_length(headers) > self.settings.max_body_bytes),
            (403, "errors.not_here", stranger and self.settings.demo),
            (421, "errors.misdirected", not told.meant_for(self._names, scope, headers)),
            (403, "errors.other_site", not program and not told.same_origin(scope, headers)),
            (429, "errors.too_often", seconds > 0),
            (401, "errors.no_account", stranger),
            (503, "errors.busy", not light and self._busy > self.settings.max_concurrent),
        )
        status, key = next(((status, key) for status, key, holds in reasons if holds), (0, ""))
        if not status:
            return None
        if status == 401 and _opens_a_page(scope, headers):
            return RedirectResponse(f"/sign-in?{urlencode({'next': _asked(scope)})}", 303)
        answer = refusal(scope, status, t(key, seconds=seconds))
        answer.headers.update(
            {
                401: {"www-authenticate": 'Bearer realm="Vigie"'},
                429: {"retry-after": str(seconds)},
                503: {"retry-after": "1"},
            }.get(status, {})
        )
        return answer

    def _seconds_to_wait(self, scope: Scope, headers: Headers) -> int:
        address = told.client_address(scope, headers, self._proxies)
        return self.limits.wait(scope, address, user() if signed_in() else None)

    async def _unproven(self, scope: Scope, headers: Headers, arriving: Arriving) -> Response | None:
        """Why a change that a session asks for is not let in: only its own pages know its proof.

        It comes in a header, or in a field of a form that a page without scripts sends.
        """
        expected = user().csrf if signed_in() else None
        if expected is None or scope["method"] in told.READING or is_public(scope["path"]):
            return None
        sent = headers.get(CSRF_HEADER, "")
        if not sent and told.is_form(headers):
            try:
                fields = parse_qs((await arriving.body()).decode("latin-1"), max_num_fields=MOST_FIELDS)
            except (HTTPException, ValueError) as error:
                return unread(scope, error.status_code if isinstance(error, HTTPException) else 400)
            sent = fields.get(CSRF_COOKIE, [""])[0]
        return None if told.proven(sent, expected) else refusal(scope, 403, t("errors.not_proven"))


class Answer:
    """Stands for `send`: keeps the status, and puts on every answer what every answer has."""

    def __init__(self, send: Send, always: dict[str, str]) -> None:
        self.status = 0
        self._send, self._always = send, always

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=message["headers"])
            for name, value in self._always.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
            if self.status in (408, 413):
                headers["connection"] = "close"  # what is still to come of the body is not wanted
        await self._send(message)


def _opens_a_page(scope: Scope, headers: Headers) -> bool:
    """Whether a person went to an address of a page, rather than a script or a program to one of data."""
    page = not scope["path"].startswith(("/api/", "/_dash"))
    return page and scope["method"] in told.READING and "text/html" in headers.get("accept", "")


def _asked(scope: Scope) -> str:
    """The address asked for, query string included."""
    query = scope.get("query_string", b"").decode("latin-1")
    return str(scope["path"]) + (f"?{query}" if query else "")


def _place(scope: Scope, places: frozenset[str]) -> str:
    """The address without what may name a person: the route's pattern, else the page, else `other`."""
    pattern = getattr(scope.get("route"), "path", "")
    if pattern and "{path" not in pattern:
        return str(pattern)
    first = "/" + str(scope["path"]).split("/")[1]
    return first if first in places else "other"
