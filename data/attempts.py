"""Passwords tried in vain: after a few, a pause, and a longer one each time; for names nobody bears too.

A name is kept as a keyed digest: people also type their password where the name belongs.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.store import now
from data.users import AccountStore

SIGN_IN, ACCOUNT = "sign-in", "account"  # where a password is asked for
FIRST_TRIES, LATER_TRIES = 5, 3  # at most 23 in 24 hours with the pauses between
PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(hours=12)
FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Standing:
    """Where a name stands: how many tries are left before a pause of that length, or until when it lasts."""

    left: int
    pause: timedelta
    until: datetime | None = None


class Attempts(AccountStore):
    """The attempts; see Store. Every method raises JournalFailed."""

    def begin(self, name: str, where: str = SIGN_IN) -> Standing:
        """Count a try before it is looked at, so that many at once are no more than one after the other.

        What is told holds if the try fails. While a pause lasts (`until`), nothing is to be looked at. Each
        place counts for itself: who is signed in is not held up by strangers who try the name.
        """
        at = datetime.now(UTC)
        with self._writing() as connection:
            key = digest(self._key, name, where)
            connection.execute("DELETE FROM attempts WHERE at < ?", (_text(at - FORGOTTEN_AFTER),))
            row = connection.execute("SELECT * FROM attempts WHERE name = ?", (key,)).fetchone()
            if row and row["until"] and row["until"] > _text(at):
                return Standing(0, after(row["failures"]).pause, datetime.fromisoformat(row["until"]))
            failures = (row["failures"] if row else 0) + 1
            standing = after(failures)
            until = None if standing.left else _text(at + standing.pause)
            _keep(connection, key, failures, until)
        return standing

    def forget(self, name: str, where: str = SIGN_IN) -> None:
        """The password was right, or is to be chosen again."""
        with self._writing() as connection:
            connection.execute("DELETE FROM attempts WHERE name = ?", (digest(self._key, name, where),))


def digest(key: bytes, name: str, where: str = SIGN_IN) -> str:
    """What is kept of a name that was tried at that place."""
    text = f"{where}:{name.strip().casefold()}".encode("utf-8", "replace")
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def after(failures: int) -> Standing:
    """What is left after so many failures, and how long the pause is that comes then (or has come)."""
    if failures <= FIRST_TRIES:
        return Standing(FIRST_TRIES - failures, PAUSE)
    pauses, tried = divmod(failures - FIRST_TRIES - 1, LATER_TRIES)
    return Standing(LATER_TRIES - tried - 1, min(PAUSE * 2 ** min(pauses + 1, 10), LONGEST_PAUSE))


def _keep(connection: sqlite3.Connection, key: str, failures: int, until: str | None) -> None:
    connection.execute(
        "INSERT INTO attempts (name, failures, at, until) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, at = excluded.at,"
        " until = excluded.until",
        (key, failures, now(), until),
    )


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
