"""The whole chain read again, line by line: what was changed since it was written, by name."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from data.chain import KEEPERS, ORIGIN, ROW, ROW_HASH, WORDS, digested, linked, pseudonym, row_hash

TOLD = 100  # breaks that are named; of more, only how many
ERASERS = ("audit.pruned", "person.erased")  # whose details name the lines and rows they erased
ROWS = {
    "decisions": "SELECT * FROM decisions ORDER BY id",
    "advised": "SELECT * FROM advised ORDER BY id",
}


@dataclass(frozen=True)
class Broken:
    """One break. `table` is `audit` for a line of the chain; `last` is another number where it is of many.

    kind: `words` (edited), `hash` (moment, digest or hash edited), `missing` (removed), `end` (the last ones
    removed), `unsaid` (erased, and no line says so), `row` (a row edited), `row_missing`, `row_unsaid` (a row
    erased, and no line says so), `row_new` (a row that no line holds), `identity` (edited), `head` (the hash
    kept elsewhere is not in the chain).
    """

    kind: str
    table: str
    id: int
    last: int | None = None


@dataclass
class Verified:
    """What was read, and every break; `head` is the hash of the last line."""

    lines: int = 0
    erased: int = 0
    head: str = ORIGIN
    broken: list[Broken] = field(default_factory=list)
    breaks: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing was changed."""
        return not self.breaks

    def broke(self, kind: str, table: str, number: int, last: int | None = None) -> None:
        """One more break."""
        self.breaks += 1
        if len(self.broken) < TOLD:
            self.broken.append(Broken(kind, table, number, last))


def verify(file: Path, key: bytes, head: str | None = None) -> Verified:
    """Read the file as it is at this moment, in pieces. Raises sqlite3.Error where it cannot be read."""
    if not file.exists():
        return Verified()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        return _Reading(connection, key).verified(head)


class _Reading:
    """One pass over the chain, then one over each table that it holds rows of."""

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self.connection, self.key = connection, key
        self.found = Verified()
        self.held: dict[str, dict[int, str]] = {name: {} for name in ROWS}
        self.said = _said(connection)

    def verified(self, head: str | None) -> Verified:
        seen = self._chain(head)
        self._end()
        for table, text in ROWS.items():
            self._rows(table, text)
        for row in self.connection.execute("SELECT rowid, * FROM identities"):
            if pseudonym(self.key, row["kind"], row["number"]) != row["subject"]:
                self.found.broke("identity", "identities", row["rowid"])
        if head is not None and not seen:
            self.found.broke("head", "audit", 0)
        return self.found

    def _chain(self, head: str | None) -> bool:
        """Every line; whether the hash `head` was met."""
        found, before, last, seen = self.found, {ORIGIN}, 0, head == ORIGIN
        for row in self.connection.execute("SELECT * FROM audit ORDER BY id"):
            number, gap = row["id"], row["id"] > last + 1
            if gap:
                found.broke("missing", "audit", last + 1, number - 1 if number - 1 > last + 1 else None)
            due = {linked(hash_, number, row["at"], row["digest"]) for hash_ in before}
            if not gap and row["hash"] not in due:
                found.broke("hash", "audit", number)
            self._words(row)
            # An edited hash breaks its own line, not the one after it.
            before, last = {row["hash"], *due}, number
            found.lines, found.head = found.lines + 1, row["hash"]
            seen = seen or row["hash"] == head
        return seen

    def _words(self, row: sqlite3.Row) -> None:
        if row["salt"] is None and all(row[name] is None for name in WORDS):
            self.found.erased += 1
            if not self.said["audit"].covers(row["id"]):
                self.found.broke("unsaid", "audit", row["id"])
        elif digested(row) != row["digest"]:
            self.found.broke("words", "audit", row["id"])
        elif table := KEEPERS.get(row["action"]):
            details = json.loads(row["details"])
            if not isinstance(details.get(ROW), int):  # chained anew by somebody
                self.found.broke("words", "audit", row["id"])
            else:
                self.held[table][details[ROW]] = str(details.get(ROW_HASH))

    def _end(self) -> None:
        """What SQLite remembers to have numbered and is no longer there."""
        row = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        last = self.connection.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()[0]
        if row and row["seq"] > last:
            self.found.broke("end", "audit", last + 1, row["seq"] if row["seq"] > last + 1 else None)

    def _rows(self, table: str, text: str) -> None:
        held, said, met = self.held[table], self.said[table], set()
        for row in self.connection.execute(text):
            number = row["id"]
            met.add(number)
            if number in held:
                if row_hash(row) != held[number]:
                    self.found.broke("row", table, number)
            elif not said.covers(number):
                self.found.broke("row_unsaid" if row["who"] is None else "row_new", table, number)
        for number in sorted(held.keys() - met):
            self.found.broke("row_missing", table, number)


class _Spans:
    """Numbers kept as spans that do not overlap, of many lines."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        merged: list[list[int]] = []
        for first, last in sorted(spans):
            if merged and first <= merged[-1][1] + 1:
                merged[-1][1] = max(merged[-1][1], last)
            else:
                merged.append([first, last])
        self._firsts = [first for first, _ in merged]
        self._lasts = [last for _, last in merged]

    def covers(self, number: int) -> bool:
        place = bisect_right(self._firsts, number) - 1
        return place >= 0 and number <= self._lasts[place]


def _said(connection: sqlite3.Connection) -> dict[str, _Spans]:
    """What the lines that erased say to have erased, by table; none can speak of lines after itself."""
    spans: dict[str, list[tuple[int, int]]] = {"audit": [], **{table: [] for table in ROWS}}
    marks = ", ".join("?" for _ in ERASERS)
    for row in connection.execute(f"SELECT id, details FROM audit WHERE action IN ({marks})", ERASERS):  # noqa: S608
        try:
            for table, found in json.loads(row["details"])["erased"].items():
                spans[table] += [(a, b if table != "audit" else min(b, row["id"] - 1)) for a, b in found]
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # edited: named as such where the chain is read
    return {table: _Spans(found) for table, found in spans.items()}
