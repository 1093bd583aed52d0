"""All that is held on one person, to be handed over: published rows, lines of the journal, decisions."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from data import snapshot, suppression
from data.chain import ROW_HASH
from data.journal import Journal
from data.snapshot import NoSnapshot
from data.store import Store
from data.suppression import CLIENT, HELD, KEYS

Held = dict[str, Any]


def held(home: Path, kind: str, number: str) -> Held:
    """`snapshot`, its rows by table, `journal` and `decisions`; who looked and decided is not told.

    Raises CorruptSnapshot, JournalFailed.
    """
    try:
        served = snapshot.current(home)
    except NoSnapshot:
        named, rows = None, {}
    else:
        named, rows = served.id, _rows(served.facts, kind, number)
    return {
        "kind": kind,
        "number": number,
        "snapshot": named,
        "tables": rows,
        "journal": _lines(home, kind, number),
        "decisions": _decisions(home, int(number)) if kind == CLIENT else [],
    }


def anything(found: Held) -> bool:
    """Whether there is anything at all."""
    return bool(any(found["tables"].values()) or found["journal"] or found["decisions"])


def suppressed(home: Path, kind: str, number: str) -> bool:
    """Whether that person was erased before."""
    return suppression.listed(home).names(kind, number)


def _rows(facts: Path, kind: str, number: str) -> dict[str, list[dict[str, Any]]]:
    found = {}
    with duckdb.connect(facts, read_only=True) as connection:
        there = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        for table in HELD[kind]:
            if table in there:
                text = f"SELECT * FROM {table} WHERE {KEYS[kind]}::VARCHAR = $number"  # noqa: S608  our tables
                answer = connection.execute(text, {"number": number})
                names = [name for name, *_ in answer.description or ()]
                found[table] = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return found


def _lines(home: Path, kind: str, number: str) -> list[dict[str, Any]]:
    """The journal's lines, the oldest first, with the values of scores: they are the person's own."""
    reading = _Lines(home)
    try:
        return reading.of(kind, number)
    finally:
        reading.close()


class _Lines(Store):
    def of(self, kind: str, number: str) -> list[dict[str, Any]]:
        text = (
            "SELECT id, at, action, purpose, model_version, details FROM audit"
            " WHERE subject = pseudonym(?, ?) ORDER BY id"
        )
        with self._reading() as connection:
            rows = connection.execute(text, (kind, number)).fetchall() if connection else []
        return [_line(row) for row in rows]


def _line(row: sqlite3.Row) -> dict[str, Any]:
    details = {name: value for name, value in json.loads(row["details"]).items() if name != ROW_HASH}
    return dict(row) | {"details": details}


def _decisions(home: Path, client_id: int) -> list[dict[str, Any]]:
    journal = Journal(home)
    try:
        found = [asdict(each) for each in journal.decisions(client_id)]
    finally:
        journal.close()
    return [{name: value for name, value in each.items() if name != "who"} for each in found]
