"""Links that work once: the first administrator's, an invitation, a password to choose again."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.attempts import digest
from data.sessions import TOKEN_BYTES, hashed
from data.store import now
from data.users import Account, AccountRefused, AccountStore, Noted, account, end_access, insert, unnoted

FIRST, INVITATION, RESET = "first", "invitation", "reset"
LASTS = {FIRST: timedelta(hours=24), INVITATION: timedelta(hours=72), RESET: timedelta(hours=24)}


@dataclass(frozen=True)
class Link:
    """What a link that still works is for; `user` is None for the first administrator's."""

    kind: str
    user: Account | None
    made_by: str
    until: str


class Links(AccountStore):
    """The links; see Store. Every method raises JournalFailed."""

    def add(self, user: int, kind: str, by: str, noted: Noted = unnoted) -> str:
        """A link for that user, told this once; it takes the place of any before.

        With `reset` the password opens no more at once, every session ends, and so does a pause after
        passwords tried in vain. Raises AccountRefused (`no_password`, `unknown`).
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._writing() as connection:
            row = connection.execute("SELECT * FROM users WHERE id = ?", (user,)).fetchone()
            if row is None:
                raise AccountRefused("unknown", name=user)
            if row["disabled"] or row["subject"] is not None:
                raise AccountRefused("no_password", name=row["name"])
            connection.execute("DELETE FROM links WHERE user = ?", (user,))
            if kind == RESET:
                connection.execute("UPDATE users SET password = NULL WHERE id = ?", (user,))
                connection.execute("DELETE FROM attempts WHERE name = ?", (digest(self._key, row["name"]),))
                end_access(connection, user)
            _insert(connection, token, user, kind, by)
            noted(account(row))
        return token

    def pending(self) -> dict[int, str]:
        """Until when a link waits to be used, by the number of its user."""
        with self._reading() as connection:
            if connection is None:
                return {}
            rows = connection.execute(
                "SELECT user, until FROM links WHERE user IS NOT NULL AND until > ?", (now(),)
            ).fetchall()
        return {row["user"]: row["until"] for row in rows}

    def first(self, by: str) -> str | None:
        """The first administrator's, told this once; None where there is a user already."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._writing() as connection:
            if _anybody(connection):
                return None
            connection.execute("DELETE FROM links WHERE kind = ?", (FIRST,))
            _insert(connection, token, None, FIRST, by)
        return token

    def find(self, token: str) -> Link | None:
        """What the link is for, while it works; looking does not use it up."""
        with self._reading() as connection:
            return _found(connection, token) if connection else None

    def use(self, token: str, password: str, noted: Noted = unnoted) -> Account:
        """The user, with the password of that hash from now on; the link is used up, every session ends.

        Raises AccountRefused (`bad_link`).
        """
        with self._writing() as connection:
            link = _found(connection, token)
            if link is None or link.user is None:
                raise AccountRefused("bad_link")
            connection.execute(
                "UPDATE users SET password = ?, password_at = ? WHERE id = ?", (password, now(), link.user.id)
            )
            end_access(connection, link.user.id)
            noted(link.user)
            return link.user

    def use_first(self, token: str, name: str, label: str, password: str, noted: Noted = unnoted) -> Account:
        """The first administrator, made by it. Raises AccountRefused."""
        with self._writing() as connection:
            link = _found(connection, token)
            if link is None or link.kind != FIRST or _anybody(connection):
                raise AccountRefused("bad_link")
            made = insert(connection, name, ("admin",), None, label)
            connection.execute(
                "UPDATE users SET password = ?, password_at = ? WHERE id = ?", (password, now(), made.id)
            )
            connection.execute("DELETE FROM links WHERE kind = ?", (FIRST,))
            noted(made)
            return made


def _anybody(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM users LIMIT 1").fetchone() is not None


def _insert(connection: sqlite3.Connection, token: str, user: int | None, kind: str, by: str) -> None:
    until = (datetime.now(UTC) + LASTS[kind]).isoformat(timespec="microseconds")
    connection.execute("DELETE FROM links WHERE until <= ?", (now(),))
    connection.execute(
        "INSERT INTO links (key, user, kind, made_by, until) VALUES (?, ?, ?, ?, ?)",
        (hashed(token), user, kind, by, until),
    )


def _found(connection: sqlite3.Connection, token: str) -> Link | None:
    row = connection.execute(
        "SELECT * FROM links WHERE key = ? AND until > ?", (hashed(token), now())
    ).fetchone()
    if row is None:
        return None
    user = connection.execute("SELECT * FROM users WHERE id = ?", (row["user"],)).fetchone()
    if row["user"] is not None and (user is None or user["disabled"]):
        return None
    return Link(row["kind"], account(user) if user else None, row["made_by"], row["until"])
