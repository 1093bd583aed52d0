"""The only way out of the server: to the organisation's provider, and to no other address."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import orjson

from app.headers import LOOPBACK_NAMES, NOWHERE, origin

SECONDS = 5.0  # for a whole answer
LARGEST = 1_000_000  # bytes
ASKED = {"accept": "application/json, application/jwt", "accept-encoding": "identity"}


class Unreachable(Exception):
    """No answer that can be used. The argument says why: `silent`, `status`, `too_large`, `unreadable`,
    `elsewhere` (not an address of the provider) or `metadata` (it describes itself badly)."""


@dataclass(frozen=True)
class Reply:
    """What came back: 200 to 499, `kind` without parameters."""

    status: int
    kind: str
    body: bytes

    def json(self) -> dict[str, Any]:
        """The JSON object. Raises Unreachable."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise Unreachable("unreadable") from error
        if not isinstance(found, dict):
            raise Unreachable("unreadable")
        return found


class Wire:
    """Asks the addresses that have the scheme, host and port of `issuer`; follows no redirection."""

    def __init__(self, issuer: str) -> None:
        self._origin = origin(issuer)
        self._local = self._origin[1] in LOOPBACK_NAMES

    def own(self, address: object) -> bool:
        """Whether it is an address of the provider."""
        return isinstance(address, str) and NOWHERE != origin(address) == self._origin

    async def get(self, address: str, bearer: str = "") -> Reply:
        """Ask for an address. Raises Unreachable."""
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        return await self._ask("GET", address, headers, None)

    async def post(self, address: str, headers: Mapping[str, str], form: str) -> Reply:
        """Send a form. Raises Unreachable."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", address, {**headers, **kind}, form.encode())

    async def _ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        if not self.own(address):
            raise Unreachable("elsewhere")
        told = {**ASKED, **headers}
        try:
            async with (
                asyncio.timeout(SECONDS),
                httpx.AsyncClient(verify=_trusted(), timeout=SECONDS, trust_env=not self._local) as client,
                client.stream(method, address, headers=told, content=body) as answer,
            ):
                return Reply(answer.status_code, _kind(answer), await _body(answer))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise Unreachable("silent") from error


@cache
def _trusted() -> ssl.SSLContext:
    """The machine's own authorities, an organisation's among them."""
    return ssl.create_default_context()


async def _body(answer: httpx.Response) -> bytes:
    """The whole of it. Raises Unreachable: too large, a redirection, or a failure of the provider."""
    if answer.is_redirect or answer.status_code >= 500:
        raise Unreachable("status")
    found = bytearray()
    async for chunk in answer.aiter_raw():  # as it comes: nothing small is blown up here
        found += chunk
        if len(found) > LARGEST:
            raise Unreachable("too_large")
    return bytes(found)


def _kind(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).partition(";")[0].strip().lower()
