"""What is taken out of the journal: words whose time is over, and all of one person. A line says what.

Freed bytes are overwritten (secure_delete, in data/store.py), and the write-ahead log is emptied afterwards.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from data.chain import KEEPERS, WORDS, Entry, appended, now, pseudonym, spans
from data.sought import moment
from data.store import Store
from data.suppression import CLIENT, digest
from data.verified import ERASERS

AT_ONCE = 20_000  # lines erased in one transaction, so that nobody waits long to write
LASTING = (*KEEPERS, *ERASERS)  # what holds a row that is kept, and what says what was erased
ROWLESS = (
    "who", "subject", "proposed", "decided", "motive", "followed", "offer", "features", "model_version",
    "card", "snapshot", "probability", "threshold", "review", "start", "contributions",
)  # fmt: skip


@dataclass(frozen=True)
class Erased:
    """How much was erased of one person, now; all 0 where nothing was left."""

    lines: int
    decisions: int
    views: int  # saved addresses of their page


class Erasing(Store):
    """Taking out; see Store. Every method raises JournalFailed."""

    def prune(self, before: date, who: str) -> int:
        """Erase the words of every line older than that day in Paris; how many lines.

        Lines that hold a decision or an answer stay as long as those do, and so do those that say what was
        erased.
        """
        erased = 0
        while count := self._pruned(moment(before), who):
            erased += count
        if erased:
            self._emptied()
        return erased

    def erase(self, kind: str, number: str, motive: str, who: str) -> Erased:
        """Erase all that the journal holds of one person, and put them on the suppression list."""
        with self._writing() as connection:
            subject = pseudonym(self._key, kind, number)
            lines = _ids(connection, "audit", subject)
            decisions = _ids(connection, "decisions", subject)
            _blank(connection, "audit", WORDS, lines)
            _blank(connection, "decisions", ROWLESS, decisions)
            connection.execute("DELETE FROM identities WHERE subject = ?", (subject,))
            views = _forget_views(connection, number) if kind == CLIENT else 0
            mark = digest(self._key, kind, number)
            if not connection.execute("SELECT 1 FROM suppressed WHERE digest = ?", (mark,)).fetchone():
                connection.execute("INSERT INTO suppressed VALUES (?, ?, ?)", (mark, kind, now()))
            erased = {"audit": spans(lines), "decisions": spans(decisions)}
            details: dict[str, Any] = {"kind": kind, "motive": motive, "lines": len(lines), "erased": erased}
            appended(connection, Entry("person.erased", who, details=details))
        self._emptied()
        return Erased(len(lines), len(decisions), views)

    def _pruned(self, before: str, who: str) -> int:
        marks = ", ".join("?" for _ in LASTING)
        with self._writing() as connection:
            found = connection.execute(
                f"SELECT id FROM audit WHERE at < ? AND action NOT IN ({marks}) ORDER BY id LIMIT ?",  # noqa: S608
                (before, *LASTING, AT_ONCE),
            ).fetchall()
            lines = [int(row["id"]) for row in found]
            if lines:
                _blank(connection, "audit", WORDS, lines)
                details = {"before": before, "lines": len(lines), "erased": {"audit": spans(lines)}}
                appended(connection, Entry("audit.pruned", who, details=details))
        return len(lines)

    def _emptied(self) -> None:
        """Let no byte of it stay in the write-ahead log; where somebody reads, the next time will do."""
        with self._lock, self._failing("unwritable"):
            self._open().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def erase(home: Path, kind: str, number: str, motive: str, who: str) -> Erased:
    """As Erasing.erase, on that state folder."""
    store = Erasing(home)
    try:
        return store.erase(kind, number, motive, who)
    finally:
        store.close()


def prune(home: Path, before: date, who: str) -> int:
    """As Erasing.prune, on that state folder."""
    store = Erasing(home)
    try:
        return store.prune(before, who)
    finally:
        store.close()


def _ids(connection: sqlite3.Connection, table: str, subject: str) -> list[int]:
    rows = connection.execute(f"SELECT id FROM {table} WHERE subject = ? ORDER BY id", (subject,))  # noqa: S608
    return [int(row["id"]) for row in rows]


def _blank(connection: sqlite3.Connection, table: str, names: Iterable[str], numbers: list[int]) -> None:
    nothing = ", ".join(f"{name} = NULL" for name in names)
    text = f"UPDATE {table} SET {nothing} WHERE id = ?"  # noqa: S608  our own names
    connection.executemany(text, [(number,) for number in numbers])


def _forget_views(connection: sqlite3.Connection, number: str) -> int:
    """Saved addresses of the client's page."""
    page = f"/clients/{number}"
    return connection.execute(
        "DELETE FROM saved_views WHERE address = :page OR address GLOB :page || '[?#/]*'", {"page": page}
    ).rowcount
