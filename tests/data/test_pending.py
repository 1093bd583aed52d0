"""Sign-ins begun at the provider: each comes back once, in its own browser, in time."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data import pending
from data.pending import PendingSignIns


@pytest.fixture
def begun(tmp_path: Path) -> PendingSignIns:
    return PendingSignIns(tmp_path)


def rows(home: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(home / "accounts.sqlite")) as found:
        return found.execute("SELECT * FROM pending").fetchall()


def test_what_was_begun_comes_back_as_it_was(begun: PendingSignIns) -> None:
    state, made = begun.begin("browser", "/production?since=2026-01-01")
    assert begun.take(state, "browser") == made
    assert made.way == "/production?since=2026-01-01"


def test_it_comes_back_once(begun: PendingSignIns) -> None:
    state, _ = begun.begin("browser", "/")
    begun.take(state, "browser")
    assert begun.take(state, "browser") is None


def test_another_process_may_take_it(begun: PendingSignIns, tmp_path: Path) -> None:
    state, made = begun.begin("browser", "/")
    assert PendingSignIns(tmp_path).take(state, "browser") == made


def test_another_browser_uses_it_up_and_gets_nothing(begun: PendingSignIns) -> None:
    state, _ = begun.begin("browser", "/")
    assert begun.take(state, "another") is None
    assert begun.take(state, "browser") is None


def test_it_is_not_taken_too_late(begun: PendingSignIns, monkeypatch: pytest.MonkeyPatch) -> None:
    state, _ = begun.begin("browser", "/")
    later = datetime.now(UTC) + pending.LONGEST + timedelta(seconds=1)
    monkeypatch.setattr(pending, "now", lambda: later.isoformat(timespec="microseconds"))
    assert begun.take(state, "browser") is None


def test_every_secret_is_another_one(begun: PendingSignIns) -> None:
    secrets = [
        text
        for _ in range(20)
        for state, made in [begun.begin("b", "/")]
        for text in (state, made.nonce, made.verifier)
    ]
    assert len(set(secrets)) == 60
    assert min(map(len, secrets)) >= 43  # as PKCE asks of a verifier


def test_neither_the_state_nor_the_browsers_secret_is_kept(begun: PendingSignIns, tmp_path: Path) -> None:
    state, _ = begun.begin("a browser's secret", "/")
    kept = str(rows(tmp_path))
    assert state not in kept
    assert "a browser's secret" not in kept


def test_what_nobody_came_back_for_is_forgotten(
    begun: PendingSignIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.begin("browser", "/")
    later = datetime.now(UTC) + pending.LONGEST + timedelta(seconds=1)
    monkeypatch.setattr(pending, "now", lambda: later.isoformat(timespec="microseconds"))
    begun.begin("browser", "/")
    assert len(rows(tmp_path)) == 1


def test_a_flood_keeps_the_newest(
    begun: PendingSignIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "MOST", 3)
    states = [begun.begin("browser", str(number))[0] for number in range(5)]
    assert len(rows(tmp_path)) == 3
    assert [bool(begun.take(state, "browser")) for state in states] == [False, False, True, True, True]
