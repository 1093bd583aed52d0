"""The one door: every request, callback and route passes here, and what is not declared is refused."""

import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import headers as told
from app.accounts import DEMONSTRATION, PUBLIC, SIGNED_IN, Forbidden, User, acting, signed_in, user
from app.declared import is_public, secured, secured_route
from app.problems import reference, refusal
from app.services import Services, serving
from app.settings import Settings
from app.texts import speaking, t

__all__ = ["PUBLIC", "SIGNED_IN", "Forbidden", "Guard", "User", "secured", "secured_route", "user"]

LANGUAGE_COOKIE = "vigie_language"

log = structlog.get_logger()


class Guard:
    """Outermost ASGI layer over http and websocket: who asks, from where, how much; else nothing passes."""

    def __init__(self, app: ASGIApp, *, settings: Settings, services: Services, csp: str) -> None:
        self.app, self.settings, self.services = app, settings, services
        self._always = {**told.ALWAYS, "content-security-policy": csp}
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            headers = Headers(scope=scope)
            reader = self._reader(scope, headers)
            language = HTTPConnection(scope).cookies.get(LANGUAGE_COOKIE, "fr")
            with speaking(language), acting(reader), serving(self.services):
                await self._http(scope, headers, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "no websocket here"})

    def _reader(self, scope: Scope, headers: Headers) -> User | None:
        here = self.settings.demo and told.on_this_machine(scope, headers)
        return DEMONSTRATION if here else None

    async def _http(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        started, answered = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = message["status"]
                self._mark(message)
            await send(message)

        public = is_public(scope["path"])
        self._busy += not public
        try:
            no = self._refusal(scope, headers, public)
            await (no or self.app)(scope, receive, answer)
        except Exception as error:
            named = reference()
            log.error("request failed", reference=named, exc_info=error)
            if not answered:
                no = refusal(scope, 500, t("errors.unexpected", reference=named), reference=named)
                await no(scope, receive, answer)
        finally:
            self._busy -= not public
            record = log.debug if public else log.info
            taken = round((time.perf_counter() - started) * 1000, 1)
            record("request", method=scope["method"], path=_place(scope), status=answered, ms=taken)

    def _refusal(self, scope: Scope, headers: Headers, public: bool) -> Response | None:
        """The first reason not to let the request in; None for none."""
        length = headers.get("content-length", "0")
        too_large = length.isascii() and length.isdigit() and int(length) > self.settings.max_body_bytes
        reasons = (
            (405, "errors.method", scope["method"] not in told.METHODS),
            (413, "errors.too_large", too_large),
            (403, "errors.other_site", not told.same_origin(scope, headers)),
            (
                403,
                f"errors.{'not_here' if self.settings.demo else 'no_account'}",
                not public and not signed_in(),
            ),
            (503, "errors.busy", not public and self._busy > self.settings.max_concurrent),
        )
        status, key = next(((status, key) for status, key, holds in reasons if holds), (0, ""))
        if not status:
            return None
        answer = refusal(scope, status, t(key))
        if status == 503:
            answer.headers["retry-after"] = "1"
        return answer

    def _mark(self, message: Message) -> None:
        headers = MutableHeaders(raw=message["headers"])
        for name, value in self._always.items():
            headers[name] = value
        headers.setdefault("cache-control", "no-store")


def _place(scope: Scope) -> str:
    """The address without what may name a person: the route's pattern, else the first part of the path."""
    pattern = getattr(scope.get("route"), "path", "")
    if pattern and "{path" not in pattern:
        return str(pattern)
    return "/" + str(scope["path"]).split("/")[1]
