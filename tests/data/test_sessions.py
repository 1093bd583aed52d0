"""Sessions: opaque, ended by time, by hand, and by what happens to their user."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data import sessions as module
from data.sessions import IDLE, LONGEST, Sessions, hashed
from data.users import AccountRefused, Users

SECOND = timedelta(seconds=1)


@pytest.fixture
def user(tmp_path: Path) -> int:
    users = Users(tmp_path)
    made = users.add("anne", {"manager"}, "agency=Lille", "Anne Roux")
    users.set_password(made.id, "a hash")
    return made.id


@pytest.fixture
def sessions(tmp_path: Path, user: int) -> Sessions:
    return Sessions(tmp_path)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    return Clock(monkeypatch)


class Clock:
    """Moves the clock that sessions look at."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch, self._by = patch, timedelta()

    def __call__(self, by: timedelta) -> None:
        self._by += by
        moved = self._by

        class Moved(datetime):
            @classmethod
            def now(cls, tz: object = None) -> "Moved":  # noqa: ARG003
                return cls.fromtimestamp(datetime.now(UTC).timestamp() + moved.total_seconds(), UTC)

        self._patch.setattr(module, "datetime", Moved)
        self._patch.setattr(module, "now", lambda: Moved.now(UTC).isoformat(timespec="microseconds"))


def test_a_session_is_its_users_and_the_token_is_not_kept(sessions: Sessions, user: int) -> None:
    token = sessions.open(user, "password", "Firefox")
    found = sessions.find(token)
    assert found is not None
    assert (found.user, found.name, found.label, found.roles) == (user, "anne", "Anne Roux", ("manager",))
    assert (found.scope, found.key, found.browser) == ("agency=Lille", hashed(token), "Firefox")
    sessions.close()
    with closing(sqlite3.connect(sessions.file)) as file:
        assert token not in "\n".join(file.iterdump())


def test_tokens_are_256_bits_and_never_the_same(sessions: Sessions, user: int) -> None:
    tokens = {sessions.open(user, "password") for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens)


def test_half_an_hour_unused_ends_it(sessions: Sessions, user: int, wait: Clock) -> None:
    token = sessions.open(user, "password")
    wait(IDLE - SECOND)
    assert sessions.find(token) is not None
    wait(2 * SECOND)
    assert sessions.find(token) is None
    assert sessions.of(user) == []


def test_use_keeps_it_open_for_twelve_hours_at_most(sessions: Sessions, user: int, wait: Clock) -> None:
    token = sessions.open(user, "password")
    for _ in range(int(LONGEST / timedelta(minutes=20))):
        assert sessions.find(token) is not None
        wait(timedelta(minutes=20))
        sessions.touch(hashed(token))
    assert sessions.find(token) is None


def test_a_session_is_stale_after_a_minute(sessions: Sessions, user: int, wait: Clock) -> None:
    token = sessions.open(user, "password")
    fresh = sessions.find(token)
    wait(timedelta(seconds=61))
    old = sessions.find(token)
    assert fresh is not None
    assert old is not None
    assert old.stale


def test_what_is_over_is_cleared_away(sessions: Sessions, user: int, wait: Clock) -> None:
    sessions.open(user, "password")
    wait(IDLE + SECOND)
    sessions.open(user, "password")
    sessions.close()
    with closing(sqlite3.connect(sessions.file)) as file:
        assert file.execute("SELECT count(*) FROM sessions").fetchone() == (1,)


def test_one_is_closed_and_the_others_stay(sessions: Sessions, user: int) -> None:
    first, second = sessions.open(user, "password"), sessions.open(user, "password")
    sessions.close_one(hashed(first))
    assert sessions.find(first) is None
    assert sessions.find(second) is not None


def test_all_are_closed_but_one(sessions: Sessions, user: int) -> None:
    tokens = [sessions.open(user, "password") for _ in range(3)]
    assert sessions.close_all(user, hashed(tokens[1])) == 2
    assert [sessions.find(token) is not None for token in tokens] == [False, True, False]


def test_what_one_process_ends_is_over_in_all(sessions: Sessions, user: int, tmp_path: Path) -> None:
    token = sessions.open(user, "password")
    elsewhere = Sessions(tmp_path)
    assert elsewhere.find(token) is not None
    sessions.close_one(hashed(token))
    assert elsewhere.find(token) is None


def test_nobody_comes_in_with_a_password_that_was_changed_meanwhile(
    sessions: Sessions, user: int, tmp_path: Path
) -> None:
    Users(tmp_path).set_password(user, "another hash")
    with pytest.raises(AccountRefused, match="changed"):
        sessions.open(user, "password", proof="a hash")
    assert sessions.find(sessions.open(user, "password", proof="another hash")) is not None


def test_a_disabled_user_gets_no_session(sessions: Sessions, user: int, tmp_path: Path) -> None:
    Users(tmp_path).disable(user)
    with pytest.raises(AccountRefused, match="changed"):
        sessions.open(user, "organisation")
