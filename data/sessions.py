"""Sessions: opaque tokens, of which only the SHA-256 is kept; they end by themselves, or are ended."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.store import now
from data.users import AccountRefused, AccountStore

TOKEN_BYTES = 32
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=1)  # how exact « seen » is: a request is not a write


@dataclass(frozen=True)
class Session:
    """One browser that somebody signed in with. `key` is the hash of its token."""

    key: str
    user: int
    name: str
    label: str
    roles: tuple[str, ...]
    scope: str | None
    opened_at: str
    seen_at: str
    means: str  # `password`, `organisation` or `link`
    browser: str
    hint: str | None  # what the provider wants back when the session is ended there

    @property
    def stale(self) -> bool:
        """Whether it is time to `touch` it."""
        return datetime.now(UTC) - datetime.fromisoformat(self.seen_at) > TOUCHED_EVERY


class Sessions(AccountStore):
    """The sessions; see Store. Every method raises JournalFailed."""

    def open(
        self, user: int, means: str, browser: str = "", hint: str | None = None, *, proof: str | None = None
    ) -> str:
        """A new session of that user; its token, which is told this once.

        `proof` is the hash of the password that was right: raises AccountRefused (`changed`) where it is no
        longer theirs, and where they may not come in any more.
        """
        token, at = secrets.token_urlsafe(TOKEN_BYTES), now()
        with self._writing() as connection:
            row = connection.execute("SELECT password, disabled FROM users WHERE id = ?", (user,)).fetchone()
            if row is None or row["disabled"] or proof not in (None, row["password"]):
                raise AccountRefused("changed")
            connection.execute("DELETE FROM sessions WHERE seen_at < ? OR opened_at < ?", _oldest())
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)",
                (hashed(token), user, at, at, means, browser[:200], hint),
            )
            connection.execute("UPDATE users SET seen_at = ? WHERE id = ?", (at, user))
        return token

    def find(self, token: str) -> Session | None:
        """The session of that token, while it and its user last."""
        return self.known(hashed(token))

    def known(self, key: str) -> Session | None:
        """The session of that key, while it and its user last."""
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute(
                f"{SELECTED} WHERE key = ? AND s.seen_at >= ? AND opened_at >= ?", (key, *_oldest())
            ).fetchone()
        return _session(row) if row else None

    def touch(self, key: str) -> None:
        """Somebody is at it."""
        with self._writing() as connection:
            connection.execute("UPDATE sessions SET seen_at = ? WHERE key = ?", (now(), key))

    def of(self, user: int) -> list[Session]:
        """Those of one user that last, the newest first."""
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(
                f"{SELECTED} WHERE user = ? AND s.seen_at >= ? AND opened_at >= ? ORDER BY opened_at DESC",
                (user, *_oldest()),
            ).fetchall()
        return [_session(row) for row in rows]

    def lasting(self) -> int:
        """How many there are, of all users."""
        with self._reading() as connection:
            if connection is None:
                return 0
            found = connection.execute(
                "SELECT count(*) FROM sessions WHERE seen_at >= ? AND opened_at >= ?", _oldest()
            )
            return int(found.fetchone()[0])

    def close_one(self, key: str) -> None:
        """End one."""
        with self._writing() as connection:
            connection.execute("DELETE FROM sessions WHERE key = ?", (key,))

    def close_all(self, user: int, but: str = "") -> int:
        """End all of a user's but the one of that key; how many they were."""
        with self._writing() as connection:
            return connection.execute(
                "DELETE FROM sessions WHERE user = ? AND key <> ?", (user, but)
            ).rowcount


SELECTED = (
    "SELECT s.*, u.name, u.label, u.roles, u.scope FROM sessions AS s"
    " JOIN users AS u ON u.id = s.user AND u.disabled = 0"
)


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _oldest() -> tuple[str, str]:
    """The last moments of use and of opening with which a session still lasts."""
    at = datetime.now(UTC)
    return (at - IDLE).isoformat(timespec="microseconds"), (at - LONGEST).isoformat(timespec="microseconds")


def _session(row: sqlite3.Row) -> Session:
    return Session(
        key=row["key"],
        user=row["user"],
        name=row["name"],
        label=row["label"],
        roles=tuple(json.loads(row["roles"])),
        scope=row["scope"],
        opened_at=row["opened_at"],
        seen_at=row["seen_at"],
        means=row["means"],
        browser=row["browser"],
        hint=row["hint"],
    )
