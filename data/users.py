"""Users: who they are, what they may do, which rows they may see."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass

from data.errors import DataError
from data.store import JournalFailed, Store, now

__all__ = ["Account", "AccountRefused", "AccountStore", "JournalFailed", "Noted", "Users"]

LONGEST_NAME = 100
DEMONSTRATION = "demonstration"  # who reads without an account


class AccountRefused(DataError):
    """A `reason` of section `accounts` in the texts: `bad_name`, `name_taken`, `unknown`, `last_admin` …"""

    area = "accounts"


class AccountStore(Store):
    """A part of accounts.sqlite."""

    FILE = "accounts.sqlite"
    LAYOUTS = ("accounts.sql",)


@dataclass(frozen=True)
class Account:
    """One user. `scope` is a selection as text: None no row, "" every row, else `agency=…&agency=…`."""

    id: int
    name: str
    label: str  # as people call them
    roles: tuple[str, ...]
    scope: str | None
    local: bool  # has, or is to choose, a password here; else the organisation's provider knows them
    chosen: bool  # has a password
    disabled: bool
    created_at: str
    password_at: str | None
    seen_at: str | None


# Writes the line of what is done to an account, before it is done for good: if it fails, nothing is done.
Noted = Callable[[Account], object]


def unnoted(_account: Account) -> None:
    """Nobody writes it down."""


class Users(AccountStore):
    """The users; see Store. Every method raises JournalFailed."""

    def add(  # noqa: PLR0913  an account has its parts
        self,
        name: str,
        roles: Collection[str],
        scope: str | None,
        label: str = "",
        *,
        issuer: str | None = None,
        subject: str | None = None,
        noted: Noted = unnoted,
    ) -> Account:
        """A new user, who cannot come in yet. Raises AccountRefused."""
        with self._writing() as connection:
            made = insert(connection, name, roles, scope, label, issuer, subject)
            noted(made)
            return made

    def all(self) -> list[Account]:
        """Every user, by name."""
        with self._reading() as connection:
            rows = connection.execute("SELECT * FROM users ORDER BY name").fetchall() if connection else []
            return [account(row) for row in rows]

    def named(self, name: str) -> Account | None:
        """The user of that name, however its letters are cased."""
        return self._one("name = ?", name.strip())

    def known(self, name: str) -> Account:
        """The user of that name. Raises AccountRefused (`unknown`)."""
        found = self.named(name)
        if found is None:
            raise AccountRefused("unknown", name=name)
        return found

    def known_as(self, issuer: str, subject: str) -> Account | None:
        """The user whom the organisation's provider calls `subject`."""
        return self._one("issuer = ? AND subject = ?", issuer, subject)

    def password(self, name: str) -> tuple[Account, str] | None:
        """The user and the hash of their password, where they have one."""
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute("SELECT * FROM users WHERE name = ?", (name.strip(),)).fetchone()
        return (account(row), row["password"]) if row and row["password"] else None

    def set_password(self, user: int, hashed: str, noted: Noted = unnoted) -> None:
        """Keep the hash of a password; every session and link of the user ends. Raises AccountRefused."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE users SET password = ?, password_at = ? WHERE id = ?", (hashed, now(), user)
            )
            end_access(connection, user)
            noted(self._read(connection, "id = ?", user))

    def hash_again(self, user: int, old: str, new: str) -> None:
        """The same password, hashed as is asked today, unless it was changed meanwhile."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE users SET password = ? WHERE id = ? AND password = ?", (new, user, old)
            )

    def change(
        self, user: int, roles: Collection[str], scope: str | None, label: str, noted: Noted = unnoted
    ) -> Account:
        """Other roles, scope and label; every session of the user ends. Raises AccountRefused."""
        with self._writing() as connection:
            if "admin" not in roles:
                _keep_an_admin(connection, user)
            connection.execute(
                "UPDATE users SET roles = ?, scope = ?, label = ? WHERE id = ?",
                (json.dumps(sorted(roles)), scope, label, user),
            )
            connection.execute("DELETE FROM sessions WHERE user = ?", (user,))
            changed = self._read(connection, "id = ?", user)
            noted(changed)
            return changed

    def disable(self, user: int, *, disabled: bool = True, noted: Noted = unnoted) -> Account:
        """Let the user in no more, or again; every session ends. Raises AccountRefused."""
        with self._writing() as connection:
            if disabled:
                _keep_an_admin(connection, user)
            connection.execute("UPDATE users SET disabled = ? WHERE id = ?", (int(disabled), user))
            end_access(connection, user)
            changed = self._read(connection, "id = ?", user)
            noted(changed)
            return changed

    def _one(self, condition: str, *values: object) -> Account | None:
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute(f"SELECT * FROM users WHERE {condition}", values).fetchone()  # noqa: S608
        return account(row) if row else None

    def _read(self, connection: sqlite3.Connection, condition: str, *values: object) -> Account:
        row = connection.execute(f"SELECT * FROM users WHERE {condition}", values).fetchone()  # noqa: S608
        if row is None:
            raise AccountRefused("unknown", name=values[0])
        return account(row)


def insert(  # noqa: PLR0913, PLR0917  an account has its parts
    connection: sqlite3.Connection,
    name: str,
    roles: Collection[str],
    scope: str | None,
    label: str = "",
    issuer: str | None = None,
    subject: str | None = None,
) -> Account:
    """A new user, inside a transaction that writes. Raises AccountRefused."""
    name = name.strip()
    if not fit(name):
        raise AccountRefused("bad_name")
    if connection.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone():
        raise AccountRefused("name_taken", name=name)
    made = connection.execute(
        "INSERT INTO users (name, label, roles, scope, issuer, subject, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, label.strip() or name, json.dumps(sorted(roles)), scope, issuer, subject, now()),
    )
    return account(connection.execute("SELECT * FROM users WHERE id = ?", (made.lastrowid,)).fetchone())


def fit(name: str) -> bool:
    """Whether a user may be called that: no program's name (`token:…`) and not the demonstration's reader."""
    strange = "@@" in name or ":" in name or name.casefold() == DEMONSTRATION
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and not strange


def end_access(connection: sqlite3.Connection, user: int) -> None:
    """No session and no link of the user works any more, inside a transaction that writes."""
    connection.execute("DELETE FROM sessions WHERE user = ?", (user,))
    connection.execute("DELETE FROM links WHERE user = ?", (user,))


def account(row: sqlite3.Row) -> Account:
    """The user of a row of `users`."""
    return Account(
        id=row["id"],
        name=row["name"],
        label=row["label"],
        roles=tuple(json.loads(row["roles"])),
        scope=row["scope"],
        local=row["subject"] is None,
        chosen=row["password"] is not None,
        disabled=bool(row["disabled"]),
        created_at=row["created_at"],
        password_at=row["password_at"],
        seen_at=row["seen_at"],
    )


def _keep_an_admin(connection: sqlite3.Connection, user: int) -> None:
    """Raises AccountRefused where nobody but `user` could let anybody in."""
    rows = connection.execute("SELECT * FROM users WHERE disabled = 0").fetchall()
    admins = {row["id"]: row for row in rows if "admin" in json.loads(row["roles"])}
    others = [row for number, row in admins.items() if number != user and (row["password"] or row["subject"])]
    if user in admins and not others:
        raise AccountRefused("last_admin")
