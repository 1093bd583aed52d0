"""Links that work once: for whom, for how long, and never again."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.attempts import Attempts
from data.links import FIRST, INVITATION, LASTS, RESET, Links
from data.sessions import Sessions
from data.store import JournalFailed
from data.users import Account, AccountRefused, Users


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Links(tmp_path)


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path)


@pytest.fixture
def anne(users: Users) -> Account:
    return users.add("anne", {"manager"}, None)


def lasts(links: Links) -> timedelta:
    """How long the one link there is works from now."""
    links.close()
    with closing(sqlite3.connect(links.file)) as file:
        (until,) = file.execute("SELECT until FROM links").fetchone()
    return datetime.fromisoformat(until) - datetime.now(UTC)


def expire(links: Links) -> None:
    links.close()
    with closing(sqlite3.connect(links.file, isolation_level=None)) as file:
        file.execute("UPDATE links SET until = ?", (datetime.now(UTC).isoformat(timespec="microseconds"),))


def unwritable(_account: Account) -> None:
    raise JournalFailed("unwritable", detail="full")


@pytest.mark.parametrize(("kind", "hours"), [(INVITATION, 72), (RESET, 24)])
def test_a_link_lasts_as_it_says(links: Links, anne: Account, kind: str, hours: int) -> None:
    links.add(anne.id, kind, "chief")
    assert timedelta(hours=hours) - lasts(links) < timedelta(minutes=1)
    assert links.pending().keys() == {anne.id}


def test_looking_does_not_use_it_up_and_using_does(links: Links, users: Users, anne: Account) -> None:
    token = links.add(anne.id, INVITATION, "chief")
    for _ in range(2):
        found = links.find(token)
        assert found is not None
        assert found.user == anne
    assert links.use(token, "a hash") == anne
    assert users.password("anne") is not None
    assert links.find(token) is None
    with pytest.raises(AccountRefused, match="bad_link"):
        links.use(token, "another hash")


def test_of_many_who_use_it_at_once_one_does(tmp_path: Path, links: Links, anne: Account) -> None:
    token = links.add(anne.id, INVITATION, "chief")
    stores = [Links(tmp_path) for _ in range(4)]

    def attempt(number: int) -> bool:
        try:
            stores[number].use(token, f"hash {number}")
        except AccountRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, range(4))) == [False, False, False, True]


def test_past_its_time_it_opens_nothing(links: Links, anne: Account) -> None:
    token = links.add(anne.id, INVITATION, "chief")
    expire(links)
    assert links.find(token) is None
    assert links.pending() == {}
    with pytest.raises(AccountRefused, match="bad_link"):
        links.use(token, "a hash")


def test_a_new_link_takes_the_place_of_the_one_before(links: Links, anne: Account) -> None:
    old, new = links.add(anne.id, INVITATION, "chief"), links.add(anne.id, INVITATION, "chief")
    assert links.find(old) is None
    assert links.find(new) is not None


def test_a_reset_takes_the_password_the_sessions_and_the_pause_away(
    links: Links, users: Users, anne: Account, tmp_path: Path
) -> None:
    users.set_password(anne.id, "a hash")
    session, tries = Sessions(tmp_path).open(anne.id, "password"), Attempts(tmp_path)
    for _ in range(6):
        tries.begin("anne")
    links.add(anne.id, RESET, "chief")
    assert users.password("anne") is None
    assert Sessions(tmp_path).find(session) is None
    assert tries.begin("anne").until is None


def test_an_invitation_leaves_what_there_is(links: Links, users: Users, anne: Account) -> None:
    users.set_password(anne.id, "a hash")
    links.add(anne.id, INVITATION, "chief")
    assert users.password("anne") is not None


def test_the_organisations_people_choose_no_password_here(links: Links, users: Users) -> None:
    made = users.add("paul", {"manager"}, None, issuer="https://id.example", subject="1")
    with pytest.raises(AccountRefused, match="no_password"):
        links.add(made.id, RESET, "chief")


def test_the_first_link_is_there_while_there_is_no_user(links: Links, users: Users) -> None:
    token = links.first("root")
    assert token is not None
    assert timedelta(hours=24) - lasts(links) < timedelta(minutes=1)
    assert LASTS[FIRST] == timedelta(hours=24)
    made = links.use_first(token, "chief", "Chief", "a hash")
    assert (made.roles, made.scope, made.label) == (("admin",), None, "Chief")
    assert users.password("chief") is not None
    assert links.first("root") is None
    with pytest.raises(AccountRefused, match="bad_link"):
        links.use_first(token, "second", "", "a hash")


def test_a_first_link_opens_nothing_once_somebody_was_added(links: Links, users: Users) -> None:
    token = links.first("root") or ""
    users.add("anne", {"manager"}, None)
    with pytest.raises(AccountRefused, match="bad_link"):
        links.use_first(token, "chief", "", "a hash")


def test_a_restart_gives_another_first_link(links: Links) -> None:
    old, new = links.first("root") or "", links.first("root") or ""
    assert links.find(old) is None
    assert links.find(new) is not None


def test_an_invitation_makes_no_administrator(links: Links, anne: Account) -> None:
    token = links.add(anne.id, INVITATION, "chief")
    with pytest.raises(AccountRefused, match="bad_link"):
        links.use_first(token, "chief", "", "a hash")
    first = Links(links.file.parent / "new").first("root") or ""
    with pytest.raises(AccountRefused, match="bad_link"):
        Links(links.file.parent / "new").use(first, "a hash")


def test_what_cannot_be_written_down_is_not_done(links: Links, users: Users, anne: Account) -> None:
    token = links.add(anne.id, INVITATION, "chief")
    with pytest.raises(JournalFailed):
        links.add(anne.id, RESET, "chief", noted=unwritable)
    with pytest.raises(JournalFailed):
        links.use(token, "a hash", noted=unwritable)
    assert links.find(token) is not None
    assert users.password("anne") is None


def test_the_file_does_not_hold_the_link(links: Links, anne: Account) -> None:
    token = links.add(anne.id, INVITATION, "chief")
    links.close()
    with closing(sqlite3.connect(links.file)) as file:
        assert token not in "\n".join(file.iterdump())
