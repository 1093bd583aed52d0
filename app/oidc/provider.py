"""The organisation's provider: where its doors are, its keys, and whether it answers."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from app.oidc.wire import Unreachable, Wire

FRESH = 60.0  # seconds that what the provider said of itself is taken for true
AGAIN = 5.0  # seconds before one that failed is asked again
KEYS_FRESH = 600.0  # seconds that a key may outlive its withdrawal
KEYS_AGAIN = 30.0  # seconds between two askings for a key whose name is not known
PATIENCE = 1.0  # seconds that the sign-in page waits to know whether it answers
SIGNED_BY_KEY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
PLACES = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
KINDS_OF_KEYS: Mapping[str, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}

log = structlog.get_logger()


@dataclass(frozen=True)
class Doors:
    """The addresses that the provider named in its description, all of them its own."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str | None
    leaving: str | None
    secret_in_form: bool  # client_secret_post, else basic
    names_itself: bool  # in each answer that comes by the browser (RFC 9207)


class Provider:
    """What one server process knows of the provider; all of it on the event loop."""

    def __init__(self, issuer: str) -> None:
        self.issuer, self.wire = issuer, Wire(issuer)
        self._doors: Doors | None = None
        self._keys: KeySet | None = None
        self._asked = self._keys_read = self._keys_again = -math.inf  # moments of the monotonic clock
        self._asking: asyncio.Task[None] | None = None
        self.down_since: datetime | None = None

    async def doors(self) -> Doors:
        """Where to go. Raises Unreachable, at once when it failed a moment ago."""
        if self._stale():
            await asyncio.shield(self._ask())
        if self.down_since or self._doors is None:
            raise Unreachable("silent")
        return self._doors

    async def look(self) -> datetime | None:
        """Since when it does not answer; None while it does, as far as is known within a second."""
        if self._stale():
            await asyncio.wait({self._ask()}, timeout=PATIENCE)
        return self.down_since

    async def keys(self, name: object) -> KeySet:
        """Its public keys, asked for again where none has that name. Raises Unreachable."""
        known, at = self._keys, time.monotonic()
        if known is None or at - self._keys_read > KEYS_FRESH:
            return await self._read_keys()
        if any(key.kid == name for key in known) or at - self._keys_again < KEYS_AGAIN:
            return known
        self._keys_again = at
        return await self._read_keys()

    async def _read_keys(self) -> KeySet:
        doors = await self.doors()
        self._keys = _keys((await self.wire.get(doors.keys)).json())
        self._keys_read = time.monotonic()
        return self._keys

    def _stale(self) -> bool:
        return time.monotonic() - self._asked > (AGAIN if self.down_since else FRESH)

    def _ask(self) -> asyncio.Task[None]:
        """One asking at a time, whoever waits for it."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._discover())
        return self._asking

    async def _discover(self) -> None:
        try:
            reply = await self.wire.get(get_well_known_url(self.issuer, external=True))
            if reply.status != 200:
                raise Unreachable("status")
            self._doors = _doors(reply.json(), self.issuer, self.wire)
            self.down_since = None
        except Unreachable as error:
            log.warning("organisation's provider", reason=str(error))
            self.down_since = self.down_since or datetime.now(UTC)
        self._asked = time.monotonic()


def _doors(told: Mapping[str, Any], issuer: str, wire: Wire) -> Doors:
    """Raises Unreachable where a part lacks or is not the provider's own."""
    found = [told.get(name) for name in PLACES]
    if told.get("issuer") != issuer or not all(found[:3]):
        raise Unreachable("metadata")
    if not all(wire.own(address) for address in found if address is not None):
        raise Unreachable("elsewhere")
    authorization, token, keys, userinfo, leaving = found
    ways = told.get("token_endpoint_auth_methods_supported")
    return Doors(
        issuer=issuer,
        authorization=str(authorization),
        token=str(token),
        keys=str(keys),
        userinfo=userinfo,
        leaving=leaving,
        secret_in_form=isinstance(ways, list) and "client_secret_post" in ways,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _keys(told: Mapping[str, Any]) -> KeySet:
    """The keys that sign, of kinds we know; never a shared secret. Raises Unreachable where there is none."""
    listed = told.get("keys")
    found = [_key(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    known = [key for key in found if key]
    if not known:
        raise Unreachable("unreadable")
    return KeySet(known)


def _key(told: dict[str, Any]) -> Key | None:
    """None for one that is not ours to use: one key that nobody knows does not take away the others."""
    kind = KINDS_OF_KEYS.get(str(told.get("kty")))
    if kind is None or told.get("use", "sig") != "sig":
        return None
    try:
        return kind.import_key(told)
    except (JoseError, KeyError, TypeError, ValueError):
        return None
