"""What a new layout of journal.sqlite cannot say in SQL: lines written before there was a chain, chained."""

from __future__ import annotations

import sqlite3
from functools import partial

from data.chain import Entry, appended, kept, pseudonym

# In the order in which they were written, whatever table they are of.
OLD_LINES = """
SELECT at, 0 AS place, id FROM consultations
UNION ALL SELECT at, 1, id FROM decisions
UNION ALL SELECT at, 2, id FROM advised
ORDER BY at, place, id
"""
SEEN = ("card", "probability", "threshold", "snapshot")


def give_pseudonyms(connection: sqlite3.Connection, key: bytes) -> None:
    """Have `pseudonym(kind, number)` in the SQL of this connection."""
    connection.create_function("pseudonym", 2, partial(pseudonym, key), deterministic=True)


def chain_old_lines(connection: sqlite3.Connection) -> None:
    """Chain every consultation, decision and answer of the layouts before, each at its own moment."""
    for at, place, number in connection.execute(OLD_LINES).fetchall():
        if place == 0:
            _consultation(connection, at, number)
        elif place == 1:
            _decision(connection, at, number)
        else:
            row = connection.execute("SELECT who, answer, rule FROM advised WHERE id = ?", (number,))
            who, answer, rule = row.fetchone()
            entry = Entry("advice.answered", who, details={"answer": answer, "rule": rule})
            kept(connection, number, entry, at)
    connection.execute("DROP TABLE consultations")


def _consultation(connection: sqlite3.Connection, at: str, number: int) -> None:
    row = connection.execute("SELECT * FROM consultations WHERE id = ?", (number,)).fetchone()
    action = "score.viewed" if row["subject"] else "score.assessed"
    details = {name: row[name] for name in SEEN}
    entry = Entry(action, row["who"], row["subject"], row["purpose"], row["model_version"], details)
    appended(connection, entry, at)


def _decision(connection: sqlite3.Connection, at: str, number: int) -> None:
    row = connection.execute("SELECT * FROM decisions WHERE id = ?", (number,)).fetchone()
    action = "decision.followed" if row["followed"] else "decision.other"
    entry = Entry(action, row["who"], row["subject"], model_version=row["model_version"])
    kept(connection, number, entry, at)
