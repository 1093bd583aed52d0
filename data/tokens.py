"""Tokens: what programs come in with; of each only the SHA-256 is kept."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.sessions import TOKEN_BYTES, TOUCHED_EVERY, hashed
from data.store import now
from data.users import AccountRefused, AccountStore

PREFIX = "vigie_"  # so that a leaked one is recognised for what it is
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Token:
    """What one program may do, until when. `scope` as of an Account."""

    id: int
    name: str
    roles: tuple[str, ...]
    scope: str | None
    made_by: str
    made_at: str
    until: str
    used_at: str | None
    revoked: bool

    @property
    def stale(self) -> bool:
        """Whether it is time to `touch` it."""
        return self.used_at is None or (
            datetime.now(UTC) - datetime.fromisoformat(self.used_at) > TOUCHED_EVERY
        )


# Writes the line of what is done to a token, before it is done for good: if it fails, nothing is done.
Noted = Callable[[Token], object]


def unnoted(_token: Token) -> None:
    """Nobody writes it down."""


class Tokens(AccountStore):
    """The tokens; see Store. Every method raises JournalFailed."""

    def add(
        self,
        name: str,
        roles: Collection[str],
        scope: str | None,
        days: int,
        by: str,
        *,
        noted: Noted = unnoted,
    ) -> str:
        """A new one, told this once. Raises AccountRefused."""
        name = name.strip()
        if not name or not name.isprintable() or len(name) > 100 or not 0 < days <= LONGEST_DAYS:
            raise AccountRefused("bad_token")
        token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        until = (datetime.now(UTC) + timedelta(days)).isoformat(timespec="microseconds")
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM tokens WHERE name = ?", (name,)).fetchone():
                raise AccountRefused("name_taken", name=name)
            made = connection.execute(
                "INSERT INTO tokens (name, key, roles, scope, made_by, made_at, until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (name, hashed(token), json.dumps(sorted(roles)), scope, by, now(), until),
            )
            row = connection.execute("SELECT * FROM tokens WHERE id = ?", (made.lastrowid,)).fetchone()
            noted(_token(row))
        return token

    def find(self, token: str) -> Token | None:
        """The one that was told, while it lasts."""
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute(
                "SELECT * FROM tokens WHERE key = ? AND revoked = 0 AND until > ?", (hashed(token), now())
            ).fetchone()
        return _token(row) if row else None

    def all(self) -> list[Token]:
        """Every one, the newest first."""
        with self._reading() as connection:
            if connection is None:
                return []
            return [_token(row) for row in connection.execute("SELECT * FROM tokens ORDER BY id DESC")]

    def touch(self, number: int) -> None:
        """A program came in with it."""
        with self._writing() as connection:
            connection.execute("UPDATE tokens SET used_at = ? WHERE id = ?", (now(), number))

    def revoke(self, name: str, noted: Noted = unnoted) -> Token:
        """It works no more. Raises AccountRefused."""
        with self._writing() as connection:
            connection.execute("UPDATE tokens SET revoked = 1 WHERE name = ?", (name.strip(),))
            row = connection.execute("SELECT * FROM tokens WHERE name = ?", (name.strip(),)).fetchone()
            if row is None:
                raise AccountRefused("unknown_token", name=name)
            noted(_token(row))
            return _token(row)


def _token(row: sqlite3.Row) -> Token:
    return Token(
        id=row["id"],
        name=row["name"],
        roles=tuple(json.loads(row["roles"])),
        scope=row["scope"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        until=row["until"],
        used_at=row["used_at"],
        revoked=bool(row["revoked"]),
    )
