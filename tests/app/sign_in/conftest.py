"""A server with accounts, and browsers at its door; passwords are hashed lightly, for there are many."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import passwords
from data.audit import Audit
from data.links import INVITATION, Links
from data.store import JournalFailed
from data.users import Account, Users
from tests.published import app_on, visit

PASSWORD = "Violet-hibou-83-pont"  # noqa: S105
OTHER = "Sabre-lunaire-12-mousse"
Browser = Callable[[], TestClient]
LIGHT = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", LIGHT)
    passwords._nobodys.cache_clear()


@pytest.fixture
def users(home: Path) -> Users:
    return Users(home)


@pytest.fixture
def anne(users: Users) -> Account:
    """A manager of one agency, with a password."""
    made = users.add("anne.roux", {"manager"}, "agency=Lille", "Anne Roux")
    users.set_password(made.id, LIGHT.hash(PASSWORD))
    return made


@pytest.fixture
def invited(users: Users, home: Path) -> str:
    """The link of somebody who has no password yet."""
    made = users.add("paul.petit", {"officer"}, None, "Paul Petit")
    return Links(home).add(made.id, INVITATION, "chief")


@pytest.fixture
def server(home: Path) -> FastAPI:
    return app_on(home, demo=False)


@pytest.fixture
def browser(server: FastAPI) -> Iterator[TestClient]:
    """One with nothing in it."""
    with visit(server) as place:
        yield place


@pytest.fixture
def lines(home: Path) -> Callable[[], list[tuple[str, str]]]:
    """What the journal says: actions and who."""

    def read() -> list[tuple[str, str]]:
        journal = Audit(home)
        try:
            with journal._reading() as connection:
                assert connection is not None
                found = connection.execute("SELECT action, who FROM audit ORDER BY id").fetchall()
        finally:
            journal.close()
        return [(row["action"], row["who"]) for row in found]

    return read


@pytest.fixture
def full_disk(server: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal cannot be written."""

    def refuse(_entry: object) -> int:
        raise JournalFailed("unwritable", detail="No space left on device")

    monkeypatch.setattr(server.state.services.stores.audit, "record", refuse)


def sign_in(browser: TestClient, password: str = PASSWORD, name: str = "anne.roux", way: str = "/") -> int:
    """The status of signing in."""
    answer = browser.post("/sign-in", data={"name": name, "password": password, "next": way})
    return answer.status_code


def proof(browser: TestClient) -> dict[str, str]:
    """The field that a page of the session's carries."""
    return {"_csrf_token": browser.cookies["_csrf_token"]}
