"""Users whom the organisation's provider knows: it says who they are and, by groups, what they may do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from data.users import LONGEST_NAME, Account, AccountStore, account, end_access, insert


@dataclass(frozen=True)
class Member:
    """What the provider says of one person. `subject` is theirs for ever, the names may change."""

    issuer: str
    subject: str
    name: str
    label: str
    roles: Collection[str]
    scope: str | None  # as of an Account


@dataclass(frozen=True)
class Arrival:
    """The user, and as they were `before`: None for one made just now."""

    account: Account
    before: Account | None = None

    @property
    def changed(self) -> bool:
        """Whether they are new, or have other rights than last time."""
        held = self.before and (self.before.roles, self.before.scope)
        return held != (self.account.roles, self.account.scope)


Noted = Callable[[Arrival], object]  # writes the line of it: if it fails, nothing is done


class Members(AccountStore):
    """The same users, found by what the provider calls them; see Store. Every method raises JournalFailed."""

    def known(self, issuer: str, subject: str) -> Account | None:
        """The user whom the provider calls that."""
        with self._reading() as connection:
            return _found(connection, issuer, subject) if connection else None

    def arrive(self, member: Member, noted: Noted) -> Account:
        """Make the user at the first sign-in, bring rights and label up to date at a later one.

        Sessions end where the rights changed, the last administrator's too: the provider's word holds. Nobody
        is found by name, so that no account here is ever taken over: where a name is taken, it gets a number.
        """
        with self._writing() as connection:
            before = _found(connection, member.issuer, member.subject)
            if before is None:
                arrival = Arrival(_made(connection, member))
            else:
                arrival = _brought_up(connection, before, member)
            noted(arrival)
            return arrival.account

    def leave(self, issuer: str, subject: str, noted: Noted) -> None:
        """The provider gives them no right any more: sessions end, nothing may be done."""
        with self._writing() as connection:
            before = _found(connection, issuer, subject)
            if before is not None and before.roles:
                none = Member(issuer, subject, before.name, before.label, (), None)
                noted(_brought_up(connection, before, none))


def _found(connection: sqlite3.Connection, issuer: str, subject: str) -> Account | None:
    row = connection.execute(
        "SELECT * FROM users WHERE issuer = ? AND subject = ?", (issuer, subject)
    ).fetchone()
    return account(row) if row else None


def _made(connection: sqlite3.Connection, member: Member) -> Account:
    name = _free(connection, member.name)
    return insert(connection, name, member.roles, member.scope, member.label, member.issuer, member.subject)


def _brought_up(connection: sqlite3.Connection, before: Account, member: Member) -> Arrival:
    after = replace(before, label=member.label, roles=tuple(sorted(set(member.roles))), scope=member.scope)
    connection.execute(
        "UPDATE users SET roles = ?, scope = ?, label = ? WHERE id = ?",
        (json.dumps(after.roles), after.scope, after.label, after.id),
    )
    arrival = Arrival(after, before)
    if arrival.changed:
        end_access(connection, after.id)
    return arrival


def _free(connection: sqlite3.Connection, name: str) -> str:
    """The name, or the first of « name (2) », « name (3) » … that nobody has."""
    number, tried = 1, name
    while connection.execute("SELECT 1 FROM users WHERE name = ?", (tried,)).fetchone():
        number += 1
        ending = f" ({number})"
        tried = name[: LONGEST_NAME - len(ending)] + ending
    return tried
