"""What the provider signed, believed only where everything about it is right."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import Key, KeySet

from app.oidc.provider import SIGNED_BY_KEY

LEEWAY = 60  # seconds that the clocks may differ
LONGEST_SUBJECT = 255  # characters, as OpenID Connect says
LONGEST_WAIT = 600  # seconds between the making of a token and its coming here
FAULTS = {
    "iss": "issuer", "aud": "audience", "azp": "party", "nonce": "nonce", "exp": "expired", "nbf": "early",
    "iat": "early", "sub": "subject", "at_hash": "hash", "acr": "level",
}  # fmt: skip


class SignInRefused(Exception):
    """Nobody is let in: `reason` of a text `organisation.refused_<reason>`.

    `account` is whose it is, where that is known; `vouched` the name that the provider vouches for.
    """

    def __init__(self, reason: str, account: str = "", vouched: str = "") -> None:
        super().__init__(reason)
        self.reason, self.account, self.vouched = reason, account, vouched


@dataclass(frozen=True)
class Expected:
    """What a token of this sign-in must say."""

    issuer: str
    client: str
    nonce: str
    levels: Collection[str] = ()  # `acr`: one of these; empty asks for none


def key_name(token: str) -> object:
    """The name of the key that a token says it is signed with, None for none. Raises SignInRefused."""
    try:
        return jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError) as error:
        raise SignInRefused("malformed") from error


def identity(token: str, keys: KeySet, expected: Expected, access: str) -> dict[str, Any]:
    """The claims of an ID token that came with the access token `access`. Raises SignInRefused."""
    signed = _signed(token, keys)
    wanted: Any = {
        "iss": {"essential": True, "value": expected.issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": expected.client},
        "nonce": {"essential": True, "value": expected.nonce},
    }
    if expected.levels:
        wanted["acr"] = {"essential": True, "values": list(expected.levels)}
    known = {"nonce": expected.nonce, "client_id": expected.client, "access_token": access}
    claims = CodeIDToken(signed.claims, signed.header, wanted, known)
    try:
        claims.validate(leeway=LEEWAY)
    except ClaimError as error:
        raise SignInRefused(_fault(error)) from error
    if time.time() - claims["iat"] > LONGEST_WAIT:
        raise SignInRefused("expired")
    if len(claims["sub"]) > LONGEST_SUBJECT or not claims["sub"].isprintable():
        raise SignInRefused("subject")
    return dict(claims)


def told(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of a signed answer about the person (ProConnect's). Raises SignInRefused."""
    claims = _signed(token, keys).claims
    wanted: Any = {"iss": {"value": expected.issuer}, "aud": {"value": expected.client}}
    try:
        jwt.JWTClaimsRegistry(leeway=LEEWAY, **wanted).validate(claims)
    except ClaimError as error:
        raise SignInRefused(_fault(error)) from error
    return claims


def _signed(token: str, keys: KeySet) -> jwt.Token:
    """Signed with a key of the provider: never unsigned, never with a secret that others share."""
    registry = jws.JWSRegistry(algorithms=SIGNED_BY_KEY, strict_check_header=False)
    try:
        return jwt.decode(token, lambda found: _key(keys, found.headers()), registry=registry)
    except UnsupportedAlgorithmError as error:
        raise SignInRefused("algorithm") from error
    except (BadSignatureError, InvalidKeyIdError) as error:
        raise SignInRefused("signature") from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise SignInRefused("malformed") from error


def _key(keys: KeySet, header: Mapping[str, Any]) -> Key:
    """The key of that name; without a name, the only key there is. Raises InvalidKeyIdError."""
    found = keys.get_by_kid(header.get("kid"))
    if found.alg not in (None, header["alg"]):
        raise InvalidKeyIdError
    return found


def _fault(error: ClaimError) -> str:
    if isinstance(error, ExpiredTokenError):
        return "expired"
    return FAULTS.get(str(error.claim).partition(",")[0], "malformed")
