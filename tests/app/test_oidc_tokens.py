"""What may be wrong with what the provider signed: each is refused."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, OctKey, RSAKey

from tests.app.oidc_world import World, anew, organised
from tests.provider import Claims, new_key


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with organised(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return anew(shared)


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


CLAIMS: dict[str, tuple[Callable[[Claims], object], str]] = {
    "another issuer": (lambda claims: claims.update(iss="https://elsewhere.example"), "issuer"),
    "no issuer": (lambda claims: claims.pop("iss"), "issuer"),
    "another audience": (lambda claims: claims.update(aud="another"), "audience"),
    "no audience": (lambda claims: claims.pop("aud"), "audience"),
    "another audience, our party": (lambda claims: claims.update(aud="another", azp="vigie"), "audience"),
    "several audiences, no party": (lambda claims: claims.update(aud=["vigie", "another"]), "party"),
    "another party": (lambda claims: claims.update(azp="another"), "party"),
    "expired": (lambda claims: claims.update(exp=int(time.time()) - 61), "expired"),
    "no end": (lambda claims: claims.pop("exp"), "expired"),
    "an end that is no number": (lambda claims: claims.update(exp="never"), "expired"),
    "made long ago": (lambda claims: claims.update(iat=int(time.time()) - 661), "expired"),
    "made tomorrow": (lambda claims: claims.update(iat=int(time.time()) + 86_400), "early"),
    "valid tomorrow": (lambda claims: claims.update(nbf=int(time.time()) + 86_400), "early"),
    "another nonce": (lambda claims: claims.update(nonce="another"), "nonce"),
    "no nonce": (lambda claims: claims.pop("nonce"), "nonce"),
    "no subject": (lambda claims: claims.pop("sub"), "subject"),
    "an empty subject": (lambda claims: claims.update(sub=""), "subject"),
    "a subject that is no text": (lambda claims: claims.update(sub=7), "subject"),
    "another access token": (lambda claims: claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "hash"),
}


@pytest.mark.parametrize(("twist", "expected"), CLAIMS.values(), ids=CLAIMS.keys())
def test_a_token_that_says_something_wrong_lets_nobody_in(
    world: World, twist: Callable[[Claims], None], expected: str
) -> None:
    world.provider.twist = twist
    assert world.refused() == expected


@pytest.mark.parametrize("subject", ["s" * 256, "a\nb"])
def test_a_subject_that_nobody_can_have_lets_nobody_in(world: World, subject: str) -> None:
    world.person["sub"] = subject
    assert world.refused() == "subject"


def unsigned(_world: World, header: dict[str, Any], claims: Claims) -> str:
    return f"{part(header | {'alg': 'none'})}.{part(claims)}."


def with_the_public_key_as_secret(world: World, header: dict[str, Any], claims: Claims) -> str:
    signed = f"{part(header | {'alg': 'HS256'})}.{part(claims)}"
    digest = hmac.digest(world.provider.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def with_the_client_secret(_world: World, header: dict[str, Any], claims: Claims) -> str:
    secret = OctKey.import_key(b"a secret of the provider's own..")
    return jwt.encode(header | {"alg": "HS256"}, claims, secret, algorithms=["HS256"])


def with_a_foreign_key(_world: World, header: dict[str, Any], claims: Claims) -> str:
    return jwt.encode(header, claims, new_key("first"))


def with_an_unknown_key(_world: World, header: dict[str, Any], claims: Claims) -> str:
    return jwt.encode(header | {"kid": "unknown"}, claims, new_key("unknown"))


def with_its_own_key_inside(_world: World, _header: dict[str, Any], claims: Claims) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": "inside", "jwk": key.as_dict(private=False)}, claims, key)


def with_other_claims(world: World, header: dict[str, Any], claims: Claims) -> str:
    made = jwt.encode(header, claims, world.provider.key).split(".")
    return f"{made[0]}.{part(claims | {'groups': ['réseau']})}.{made[2]}"


def of_nothing(_world: World, _header: dict[str, Any], _claims: Claims) -> str:
    return "no token at all"


def of_a_list(world: World, header: dict[str, Any], _claims: Claims) -> str:
    made = jwt.encode(header, {"a": 1}, world.provider.key).split(".")
    return f"{made[0]}.{base64.urlsafe_b64encode(b'[1]').decode().rstrip('=')}.{made[2]}"


SIGNATURES = {
    unsigned: "algorithm",
    with_the_public_key_as_secret: "algorithm",
    with_the_client_secret: "algorithm",
    with_a_foreign_key: "signature",
    with_an_unknown_key: "signature",
    with_its_own_key_inside: "signature",
    with_other_claims: "signature",
    of_nothing: "malformed",
    of_a_list: "signature",
}


@pytest.mark.parametrize(("sign", "expected"), SIGNATURES.items(), ids=[f.__name__ for f in SIGNATURES])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    world: World, sign: Callable[[World, dict[str, Any], Claims], str], expected: str
) -> None:
    world.provider.sign = lambda header, claims: sign(world, header, claims)
    assert world.refused() == expected


@pytest.mark.parametrize("algorithm", ["RS512", "PS256", "ES256"])
def test_any_signature_by_key_will_do(world: World, algorithm: str) -> None:
    named: KeyParameters = {"kid": "signing"}
    key = ECKey.generate_key("P-256", named) if algorithm == "ES256" else RSAKey.generate_key(2048, named)
    world.provider.answer["keys"] = (200, {}, json.dumps({"keys": [key.as_dict(private=False)]}).encode())
    world.provider.twist = lambda claims: claims.pop("at_hash")
    header = {"alg": algorithm, "kid": "signing"}
    world.provider.sign = lambda _, claims: jwt.encode(header, claims, key, algorithms=[algorithm])
    assert world.sign_in().headers["location"] == "/production"


def test_a_key_signs_by_its_own_algorithm_alone(world: World) -> None:
    same = RSAKey.import_key(world.provider.key.as_pem(private=True))  # without the word that it is RS256's
    world.provider.sign = lambda header, claims: jwt.encode(
        header | {"alg": "PS256"}, claims, same, algorithms=["PS256"]
    )
    assert world.refused() == "signature"


STRANGE: tuple[dict[str, Any], ...] = (
    {"kty": "AKP", "kid": "first", "alg": "ML-DSA-44", "pub": "x"},
    {"kty": "EC", "kid": "first", "crv": "unknown", "x": "x", "y": "y"},
    {"kty": "RSA", "kid": "first"},
    {"kty": "RSA", "kid": "first", "use": "enc", "n": "x", "e": "AQAB"},
    {},
)


@pytest.mark.parametrize("strange", STRANGE)
def test_one_key_that_nobody_knows_does_not_take_away_the_others(
    world: World, strange: dict[str, Any]
) -> None:
    keys = {"keys": [strange, 7, world.provider.key.as_dict(private=False)]}
    world.provider.answer["keys"] = (200, {}, json.dumps(keys).encode())
    assert world.sign_in().headers["location"] == "/production"


def test_a_key_that_shares_its_secret_is_none(world: World) -> None:
    secret = OctKey.import_key({"kty": "oct", "k": part({"a": "a secret of many bytes"}), "kid": "shared"})
    keys = {"keys": [secret.as_dict(), world.provider.key.as_dict(private=False)]}
    world.provider.answer["keys"] = (200, {}, json.dumps(keys).encode())
    world.provider.sign = lambda header, claims: jwt.encode(
        header | {"alg": "HS256", "kid": "shared"}, claims, secret, algorithms=["HS256"]
    )
    assert world.refused() == "algorithm"


ABOUT: dict[str, tuple[Callable[[Claims], object], str]] = {
    "another person": (lambda claims: claims.update(sub="s-0"), "subject"),
    "nobody": (lambda claims: claims.pop("sub"), "subject"),
    "another issuer": (lambda claims: claims.update(iss="https://elsewhere.example"), "issuer"),
    "another audience": (lambda claims: claims.update(aud="another"), "audience"),
    "expired": (lambda claims: claims.update(exp=1), "expired"),
}


@pytest.mark.parametrize(("about", "expected"), ABOUT.values(), ids=ABOUT.keys())
def test_a_signed_answer_about_somebody_that_is_wrong_lets_nobody_in(
    world: World, about: Callable[[Claims], None], expected: str
) -> None:
    world.provider.signed_userinfo, world.provider.about = True, about
    assert world.refused() == expected


def test_an_answer_about_somebody_that_another_signed_lets_nobody_in(world: World) -> None:
    token = jwt.encode({"alg": "RS256", "kid": "first"}, dict(world.person), new_key("first"))
    world.provider.answer["userinfo"] = (200, {"content-type": "application/jwt"}, token.encode())
    assert world.refused() == "signature"


def test_an_unsigned_answer_that_calls_itself_signed_lets_nobody_in(world: World) -> None:
    token = f"{part({'alg': 'none'})}.{part(world.person)}."
    world.provider.answer["userinfo"] = (
        200,
        {"content-type": "application/jwt; charset=utf-8"},
        token.encode(),
    )
    assert world.refused() == "algorithm"
