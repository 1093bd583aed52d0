"""Fault 27: the identity provider is down."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_server

import pytest

from app import passwords
from app.moments import PARIS, clock
from app.oidc import provider as providers
from app.oidc import wire
from app.texts import t
from tests.app.oidc_world import World, anew, organised, reason, said

pytestmark = pytest.mark.fault
PASSWORD = "quatorze ânes gris broutent 7 chardons"  # noqa: S105  of a user made here


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the provider is a new one, and does not last."""
    for name, value in {"FRESH": 0.0, "AGAIN": 0.0, "PATIENCE": 0.3}.items():
        monkeypatch.setattr(providers, name, value)
    monkeypatch.setattr(wire, "SECONDS", 0.6)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with organised(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    made = anew(shared)
    yield made
    made.provider.answer.clear()


@contextmanager
def away(world: World) -> Iterator[None]:
    """Nobody listens at the provider's address, inside the block."""
    world.provider.stop()
    try:
        yield
    finally:
        world.provider.start()


def offered(world: World) -> bool:
    return "/sign-in/organisation?" in world.place.get("/sign-in").text


def test_sessions_live_on(world: World) -> None:
    world.sign_in()
    with away(world):
        assert world.place.get("/production", headers={"accept": "text/html"}).status_code == 200


def test_the_sign_in_page_says_since_when(world: World) -> None:
    assert offered(world)
    with away(world):
        first = said(world.place.get("/sign-in"))
        since = world.down_since
        assert since is not None
        assert t("sign_in.down", since=clock(since.astimezone(PARIS))) in first
        assert not offered(world)
        assert world.down_since == since


def test_the_organisations_sign_in_leads_back_to_that_page(world: World) -> None:
    with away(world):
        answer = world.place.get("/sign-in/organisation", params={"next": "/agencies/evry"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fagencies%2Fevry")


def test_who_comes_back_meanwhile_is_told_so(world: World) -> None:
    address = world.at_the_provider(world.begin())
    with away(world):
        answer = world.come_back(address)
        assert reason(answer) == "unreachable"
        page = said(world.place.get(answer.headers["location"]))
        assert t("sign_in.down_local") in page
        assert t("organisation.refused_unreachable") not in page  # it would be said twice
    page = said(world.place.get(answer.headers["location"]))
    assert t("organisation.refused_unreachable") in page


def test_a_local_administrator_signs_in(world: World) -> None:
    account = world.stores.users.add("local.admin", ["admin"], None)
    world.stores.users.set_password(account.id, asyncio.run(passwords.hashed(PASSWORD)))
    with away(world):
        answer = world.place.post("/sign-in", data={"name": "local.admin", "password": PASSWORD, "next": "/"})
        assert answer.status_code == 303
        found = world.stores.sessions.find(world.session or "")
        assert found is not None
        assert found.name == "local.admin"


def test_signing_out_ends_the_session_here(world: World) -> None:
    world.sign_in()
    token = world.session or ""
    with away(world):
        proof = {"x-csrftoken": world.place.cookies.get("_csrf_token") or ""}
        assert world.place.post("/sign-out", headers=proof).headers["location"] == "/sign-in?why=left"
        assert world.stores.sessions.find(token) is None


def test_it_is_offered_again_once_the_provider_is_back(world: World) -> None:
    with away(world):
        assert not offered(world)
    assert offered(world)
    assert world.sign_in().headers["location"] == "/production"


def test_one_that_never_answers_keeps_the_page_waiting_no_longer_than_it_may(world: World) -> None:
    with away(world), create_server(("127.0.0.1", world.provider.port)):
        started = time.perf_counter()
        assert world.place.get("/sign-in").status_code == 200
        assert time.perf_counter() - started < 2 * providers.PATIENCE
        answer = world.place.get("/sign-in/organisation")
        assert answer.headers["location"] == "/sign-in?next=%2F"
        assert not offered(world)


def test_a_sign_in_that_cannot_be_written_down_is_none(world: World) -> None:
    address = world.at_the_provider(world.begin())
    journal = world.settings.home / "journal.sqlite"
    journal.rename(journal.with_suffix(".away"))
    journal.mkdir()
    try:
        answer = world.come_back(address)
    finally:
        journal.rmdir()
        journal.with_suffix(".away").rename(journal)
    assert (reason(answer), world.session) == ("journal", None)
    assert world.stores.users.named(world.person["preferred_username"]) is None
