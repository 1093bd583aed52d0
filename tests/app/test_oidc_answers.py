"""A provider whose answers cannot be used."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.app.oidc_world import World, anew, organised
from tests.provider import CLIENT, SECRET, Provider
from tests.published import HERE


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with organised(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return anew(shared)


BROKEN: dict[str, tuple[str, tuple[int, dict[str, str], bytes], str]] = {
    "the token's address fails": ("token", (500, {}, b""), "unreachable"),
    "the token's address leads away": (
        "token",
        (302, {"location": "http://127.0.0.1:9/"}, b""),
        "unreachable",
    ),
    "no JSON for a token": ("token", (200, {}, b"<html>"), "unreachable"),
    "a list for a token": ("token", (200, {}, b"[]"), "unreachable"),
    "deep JSON for a token": ("token", (200, {}, b"[" * 100_000), "unreachable"),
    "a megabyte for a token": ("token", (200, {}, b'{"a": "' + b"x" * 1_000_000 + b'"}'), "unreachable"),
    "no token": ("token", (200, {}, b'{"access_token": "x"}'), "malformed"),
    "tokens that are no texts": ("token", (200, {}, b'{"id_token": 1, "access_token": 2}'), "malformed"),
    "no keys": ("keys", (200, {}, b'{"keys": []}'), "unreachable"),
    "keys that are none": ("keys", (200, {}, b'{"keys": [1]}'), "unreachable"),
    "the person's address refuses": ("userinfo", (403, {}, b"{}"), "userinfo"),
    "no JSON about the person": ("userinfo", (200, {}, b"nobody"), "unreachable"),
}


@pytest.mark.parametrize(("place", "answer", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_cannot_be_used_lets_nobody_in(
    world: World, place: str, answer: tuple[int, dict[str, str], bytes], expected: str
) -> None:
    world.provider.answer[place] = answer
    assert world.refused() == expected


DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://elsewhere.example"},
    "a token from elsewhere": {"token_endpoint": "https://elsewhere.example/token"},
    "keys from elsewhere": {"jwks_uri": "http://127.0.0.1:9/keys"},
    "a sign-in elsewhere": {"authorization_endpoint": "javascript:alert(1)"},
    "an end elsewhere": {"end_session_endpoint": "https://elsewhere.example/"},
    "no keys": {"jwks_uri": None},
    "an address that is none": {"userinfo_endpoint": 7},
}


@pytest.mark.parametrize("described", DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
def test_a_provider_that_describes_itself_badly_is_not_used(world: World, described: dict[str, Any]) -> None:
    world.provider.described = described
    answer = world.place.get("/sign-in/organisation")
    assert answer.headers["location"] == "/sign-in?next=%2F"
    assert "/sign-in/organisation?" not in world.place.get("/sign-in").text


@pytest.mark.parametrize("ways", [7, None, "client_secret_post", [7], {}])
def test_a_provider_that_says_badly_how_it_takes_the_secret_gets_it_in_the_header(
    world: World, ways: object
) -> None:
    world.provider.described = {"token_endpoint_auth_methods_supported": ways}
    assert world.sign_in().headers["location"] == "/production"


def test_the_fake_provider_itself_keeps_codes_to_who_has_the_verifier() -> None:
    made = Provider(issuer="http://127.0.0.1:1/realm")
    asked = {"redirect_uri": HERE, "state": "s", "code_challenge": "c", "code_challenge_method": "S256"}
    back = made.authorize(asked)
    form = {"code": httpx.URL(back).params["code"], "client_id": CLIENT, "redirect_uri": HERE}
    assert made.exchange(form, "")[0] == 401
    assert made.exchange({**form, "client_secret": SECRET, "code_verifier": "v"}, "")[0] == 400
