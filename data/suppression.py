"""Whom nothing may be kept of: a list of digests, and the SQL that keeps them out of every version.

A digest is an HMAC-SHA-256 of kind and number with a key of ours, worked out in SQL for each row: the list
tells nobody who is on it, and it is not the pseudonym of the journal.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from data.store import Store

CLIENT, CASE = "client", "case"
KEYS = {CLIENT: "client_id", CASE: "case_id"}
HELD = {CLIENT: ("credits", "clients", "scores"), CASE: ("cases",)}
LOADED = {"credits": CLIENT, "cases": CASE}  # the tables that files bring
BLOCK = 64  # bytes of a block of SHA-256


def digest(key: bytes, kind: str, number: object) -> str:
    """What stands for that person on the list."""
    return hmac.new(key, f"suppressed:{kind}:{number}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Suppression:
    """The list as it is, and the key that reads it."""

    key: bytes = b""
    digests: dict[str, list[str]] = field(default_factory=dict)  # by kind

    def names(self, kind: str, number: object) -> bool:
        """Whether that person is on it."""
        return digest(self.key, kind, number) in self.digests.get(kind, ())

    def condition(self, kind: str, column: str) -> tuple[str, dict[str, Any]]:
        """SQL that is true for a row of somebody on the list, by the text of `column`; and its values."""
        text = f"encode('suppressed:{kind}:' || coalesce({column}::VARCHAR, ''))"
        inner = f"unhex(sha256($inner || {text}))"
        block = self.key.ljust(BLOCK, b"\0")
        values = {
            "inner": bytes(byte ^ 0x36 for byte in block),
            "outer": bytes(byte ^ 0x5C for byte in block),
            "digests": self.digests.get(kind, []),
        }
        return f"sha256($outer || {inner}) IN (SELECT unnest($digests))", values


def listed(home: Path) -> Suppression:
    """The list of that state folder; empty where nothing was ever written. Raises JournalFailed."""
    store = _List(home)
    try:
        return store.read()
    finally:
        store.close()


def take_out(home: Path, connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Remove every row of somebody on the list from a version; the kinds of whom there were any.

    What told of them in other tables is the caller's to make anew. Raises JournalFailed.
    """
    found, taken = listed(home), set()
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for kind in found.digests:
        condition, values = found.condition(kind, KEYS[kind])
        for table in tables.intersection(HELD[kind]):
            if connection.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1", values).fetchall():  # noqa: S608
                rest = f"SELECT * FROM {table} WHERE NOT {condition}"  # noqa: S608  our tables
                connection.execute(f"CREATE OR REPLACE TABLE {table} AS {rest}", values)
                taken.add(kind)
    return taken


class _List(Store):
    def read(self) -> Suppression:
        with self._reading() as connection:
            if connection is None:
                return Suppression()
            digests: dict[str, list[str]] = {}
            for row in connection.execute("SELECT kind, digest FROM suppressed ORDER BY digest"):
                digests.setdefault(row["kind"], []).append(row["digest"])
            return Suppression(self._key, digests)
