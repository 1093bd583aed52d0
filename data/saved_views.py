"""Addresses that people gave a name to, so as to find them again; one of them may be where they start."""

from __future__ import annotations

import sqlite3
import unicodedata
from dataclasses import dataclass

from data.errors import DataError
from data.store import JournalFailed, Store, now

__all__ = ["JournalFailed", "SavedView", "SavedViews", "ViewRefused"]

LONGEST_NAME = 60  # characters
LONGEST_ADDRESS = 8_000  # characters
MOST = 50  # views of one person


class ViewRefused(DataError):
    """Not a view that can be kept: `no_name`, `long_name`, `long_address`, `name_taken` or `too_many`; or
    `unknown`: nobody of that name has it."""

    area = "saved"


@dataclass(frozen=True)
class SavedView:
    """`first` is the one its owner starts with; at most one of theirs is."""

    name: str
    address: str
    first: bool = False


class SavedViews(Store):
    """The views of everybody, each seen and changed by its owner alone; see Store."""

    def of(self, who: str) -> list[SavedView]:
        """Those of one person, by name without accents. Raises JournalFailed."""
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute("SELECT name, address, first FROM saved_views WHERE who = ?", (who,))
            found = [SavedView(row["name"], row["address"], bool(row["first"])) for row in rows]
        return sorted(found, key=lambda view: (plain(view.name), view.name))

    def start(self, who: str) -> SavedView | None:
        """The one that person starts with. Raises JournalFailed."""
        return next((view for view in self.of(who) if view.first), None)

    def save(self, who: str, view: SavedView) -> None:
        """Keep it. Raises ViewRefused (`name_taken`: that name has another address), JournalFailed."""
        name = _named(view.name)
        if len(view.address) > LONGEST_ADDRESS:
            raise ViewRefused("long_address")
        with self._writing() as connection:
            _free(connection, who, name)
            (held,) = connection.execute("SELECT count(*) FROM saved_views WHERE who = ?", (who,)).fetchone()
            if held >= MOST:
                raise ViewRefused("too_many", most=MOST)
            if view.first:
                _start_elsewhere(connection, who)
            connection.execute(
                "INSERT INTO saved_views (who, name, address, at, first) VALUES (?, ?, ?, ?, ?)",
                (who, name, view.address, now(), int(view.first)),
            )

    def rename(self, who: str, name: str, to: str) -> None:
        """Give it another name. Raises ViewRefused, JournalFailed."""
        to = _named(to)
        with self._writing() as connection:
            if to != name:
                _free(connection, who, to)
            _changed(
                connection.execute(
                    "UPDATE saved_views SET name = ? WHERE who = ? AND name = ?", (to, who, name)
                )
            )

    def remove(self, who: str, name: str) -> None:
        """Forget it. Raises ViewRefused, JournalFailed."""
        with self._writing() as connection:
            _changed(connection.execute("DELETE FROM saved_views WHERE who = ? AND name = ?", (who, name)))

    def start_with(self, who: str, name: str | None) -> None:
        """Start with that one and no other; with None, with none. Raises ViewRefused, JournalFailed."""
        with self._writing() as connection:
            _start_elsewhere(connection, who)
            if name is not None:
                _changed(
                    connection.execute(
                        "UPDATE saved_views SET first = 1 WHERE who = ? AND name = ?", (who, name)
                    )
                )


def plain(text: str) -> str:
    """A text as a search compares it: no accents, no capitals."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(mark for mark in apart if not unicodedata.combining(mark)).casefold()


def _named(name: str) -> str:
    """The name as it is kept, its spaces put in order. Raises ViewRefused."""
    kept = " ".join("".join(mark if mark.isprintable() else " " for mark in name).split())
    if not kept:
        raise ViewRefused("no_name")
    if len(kept) > LONGEST_NAME:
        raise ViewRefused("long_name", most=LONGEST_NAME)
    return kept


def _free(connection: sqlite3.Connection, who: str, name: str) -> None:
    taken = connection.execute("SELECT 1 FROM saved_views WHERE who = ? AND name = ?", (who, name)).fetchone()
    if taken:
        raise ViewRefused("name_taken", name=name)


def _start_elsewhere(connection: sqlite3.Connection, who: str) -> None:
    connection.execute("UPDATE saved_views SET first = 0 WHERE who = ? AND first = 1", (who,))


def _changed(done: sqlite3.Cursor) -> None:
    if done.rowcount != 1:
        raise ViewRefused("unknown")
