"""What Vigie says to the provider, and what it takes from the answers: the code flow with PKCE."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.oidc.provider import Doors, Provider
from app.oidc.tokens import Expected, SignInRefused, identity, key_name, told
from app.oidc.wire import Unreachable
from app.settings import Settings
from data.pending import Pending

BACK = "/sign-in/back"
LONGEST_CODE = 4_096  # characters


@dataclass(frozen=True)
class Identified:
    """Whom the provider vouches for: `claims` of the ID token and of its answer about the person together."""

    issuer: str
    claims: Mapping[str, Any]
    hint: str | None  # the ID token, where the provider wants it back at the end

    @property
    def subject(self) -> str:
        """Who it is, for ever."""
        return str(self.claims["sub"])


class Client:
    """Vigie as the provider knows it."""

    def __init__(self, settings: Settings) -> None:
        self.provider = Provider(settings.oidc_issuer)
        self._number, self._secret = settings.oidc_client_id, settings.oidc_client_secret
        self._scopes, self._levels = settings.oidc_scopes, tuple(settings.oidc_acr.split())
        self._home, self._back = f"{settings.address}/sign-in", settings.address + BACK

    async def doors(self) -> Doors:
        """The provider's addresses. Raises SignInRefused where it does not answer."""
        try:
            return await self.provider.doors()
        except Unreachable as error:
            raise SignInRefused("unreachable") from error

    def address(self, doors: Doors, state: str, pending: Pending) -> str:
        """Where the person signs in."""
        asked = {}
        if self._levels:
            level = {"essential": True, "values": list(self._levels)}
            asked = {"acr_values": " ".join(self._levels), "claims": json.dumps({"id_token": {"acr": level}})}
        return str(
            prepare_grant_uri(
                doors.authorization,
                client_id=self._number,
                response_type="code",
                redirect_uri=self._back,
                scope=self._scopes,
                state=state,
                nonce=pending.nonce,
                code_challenge=create_s256_code_challenge(pending.verifier),
                code_challenge_method="S256",
                **asked,
            )
        )

    async def identified(self, answer: Mapping[str, str], pending: Pending) -> Identified:
        """Who came back with that answer in the address. Raises SignInRefused."""
        doors = await self.doors()
        issuer = answer.get("iss", "" if doors.names_itself else doors.issuer)
        if issuer != doors.issuer:
            raise SignInRefused("issuer")
        if told_error := answer.get("error"):
            raise SignInRefused("cancelled" if told_error == "access_denied" else "provider")
        code = answer.get("code", "")
        if not 0 < len(code) <= LONGEST_CODE:
            raise SignInRefused("malformed")
        try:
            return await self._exchanged(doors, code, pending)
        except Unreachable as error:
            raise SignInRefused("unreachable") from error

    async def farewell(self, hint: str | None) -> str | None:
        """Where the browser ends the session at the provider; None where it has no such place, or is down."""
        try:
            doors = await self.doors()
        except SignInRefused:
            return None
        if not hint or not doors.leaving:
            return None
        known = {"id_token_hint": hint, "client_id": self._number, "post_logout_redirect_uri": self._home}
        return str(add_params_to_uri(doors.leaving, [*known.items(), ("state", "left")]))

    async def _exchanged(self, doors: Doors, code: str, pending: Pending) -> Identified:
        token, access = await self._tokens(doors, code, pending.verifier)
        expected = Expected(doors.issuer, self._number, pending.nonce, self._levels)
        claims = identity(token, await self.provider.keys(key_name(token)), expected, access)
        if doors.userinfo:
            about = await self._about(doors.userinfo, access, expected)
            if about.get("sub") != claims["sub"]:
                raise SignInRefused("subject")
            claims = {**about, **claims}
        return Identified(doors.issuer, claims, token if doors.leaving else None)

    async def _tokens(self, doors: Doors, code: str, verifier: str) -> tuple[str, str]:
        """The ID token and the access token that the code is worth."""
        form = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._back, code_verifier=verifier
        )
        secret = self._secret.get_secret_value()
        method = "client_secret_post" if doors.secret_in_form else "client_secret_basic"
        proof = ClientAuth(self._number, secret, method if secret else "none")
        address, headers, form = proof.prepare("POST", doors.token, {}, form)
        reply = await self.provider.wire.post(address, headers, form)
        if reply.status != 200:
            raise SignInRefused("code")
        answer = reply.json()
        token, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str) or not isinstance(access, str):
            raise SignInRefused("malformed")
        return token, access

    async def _about(self, address: str, access: str, expected: Expected) -> dict[str, Any]:
        """What the provider tells of the person, signed or not."""
        reply = await self.provider.wire.get(address, access)
        if reply.status != 200:
            raise SignInRefused("userinfo")
        if reply.kind != "application/jwt":
            return reply.json()
        token = reply.body.decode("ascii", "replace").strip()
        return told(token, await self.provider.keys(key_name(token)), expected)
