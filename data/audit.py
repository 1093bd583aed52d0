"""What people did that must be answered for: written in a chain (data/chain.py), and read again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from data.chain import ORIGIN, Entry, appended, pseudonym
from data.sought import Sought, days
from data.store import Store
from data.verified import Verified, verify

__all__ = ["Audit", "Entry", "Head", "Line", "PersonViews", "Sought", "appended", "pseudonym"]

MASKED = ("probability", "threshold")  # what a score was: for those who may see scores alone
SHOWN = "id, at, action, who, subject, purpose, model_version, details, hash"


@dataclass(frozen=True)
class Line:
    """One line as it may be shown; of an erased one only `id`, `at` and `hash` are left.

    `details` are without the values of a score; `masked` says that there are some.
    """

    id: int
    at: str  # ISO, UTC
    action: str | None
    who: str | None
    subject: str | None
    purpose: str | None
    model_version: str | None
    details: Mapping[str, Any]
    hash: str
    masked: bool

    @property
    def erased(self) -> bool:
        """Whether its words are gone."""
        return self.action is None


@dataclass(frozen=True)
class Head:
    """The last line: whoever has kept its hash elsewhere can tell that nothing before it was changed."""

    id: int = 0
    at: str = ""
    hash: str = ORIGIN


@dataclass(frozen=True)
class PersonViews:
    """How much one person did on a day, and on the other days of the period on which they did anything."""

    who: str
    on_day: int
    total: int  # over the period, the day among it
    median: float | None  # of the other days; None without any
    maximum: int | None


class Audit(Store):
    """The chain; see Store. Every method raises JournalFailed."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self._apart = Store(home)  # whoever reads keeps no writer waiting

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self._apart.close()

    def record(self, entry: Entry) -> int:
        """Add a line, on the disk once this returns; its number."""
        with self._writing() as connection:
            return appended(connection, entry)

    def pseudonym(self, kind: str, number: object) -> str:
        """What stands for a person or case (`client`, `case`) in a line: the same each time, with our key."""
        with self._lock, self._failing("unwritable"):
            self._open()
            return pseudonym(self._key, kind, number)

    def lines(self, sought: Sought, start: int = 0, count: int = 50) -> list[Line]:
        """Lines `start` to `start + count` of those found, the newest first."""
        condition, values = sought.where()
        text = f"SELECT {SHOWN} FROM audit WHERE {condition} ORDER BY id DESC LIMIT :count OFFSET :start"  # noqa: S608
        return [_line(row) for row in self._rows(text, values | {"start": start, "count": count})]

    def count(self, sought: Sought) -> int:
        """How many lines are found."""
        condition, values = sought.where()
        rows = self._rows(f"SELECT count(*) FROM audit WHERE {condition}", values)  # noqa: S608
        return int(rows[0][0]) if rows else 0

    def people(self, sought: Sought) -> int:
        """By how many people the lines found are."""
        condition, values = sought.where()
        rows = self._rows(f"SELECT count(DISTINCT who) FROM audit WHERE {condition}", values)  # noqa: S608
        return int(rows[0][0]) if rows else 0

    def choices(self, column: str) -> list[str]:
        """Every `who`, `purpose` or `action` of a line, sorted. Raises ValueError for another column."""
        if column not in ("who", "purpose", "action"):
            raise ValueError(column)
        text = f"SELECT DISTINCT {column} FROM audit WHERE {column} IS NOT NULL ORDER BY 1"  # noqa: S608
        return [str(row[0]) for row in self._rows(text, {})]

    def per_day(self, sought: Sought) -> list[tuple[date, int]]:
        """Lines found per day of the period, also where there are none; `since` and `until` must be given."""
        return [(date.fromisoformat(day), n) for day, n in self._by_day(sought, "d.day", "LEFT JOIN")]

    def per_person(self, sought: Sought, day: date) -> list[PersonViews]:
        """Per person found in the period, those who did most on `day` first; the period as for `per_day`."""
        of = self.person_days(replace(sought, until=max(sought.until or day, day)))
        found = [person_views(who, counts, str(day)) for who, counts in of.items()]
        return sorted(found, key=lambda each: (-each.on_day, -each.total, each.who))

    def person_days(self, sought: Sought) -> dict[str, dict[str, int]]:
        """Lines found per person and ISO day, of days with any; the period as for `per_day`."""
        of: dict[str, dict[str, int]] = {}
        for who, on, count in self._by_day(sought, "who, d.day"):
            if who is not None:
                of.setdefault(who, {})[on] = count
        return of

    def per_purpose(self, sought: Sought) -> list[tuple[str | None, int]]:
        """Lines found per purpose, the most frequent first; None for those without."""
        condition, values = sought.where()
        text = (
            f"SELECT purpose, count(*) AS n FROM audit WHERE {condition} AND action IS NOT NULL"  # noqa: S608
            " GROUP BY purpose ORDER BY n DESC, purpose"
        )
        return [(row["purpose"], int(row["n"])) for row in self._rows(text, values)]

    def per_action(self, sought: Sought) -> dict[str, int]:
        """Lines found per action."""
        condition, values = sought.where()
        text = (
            f"SELECT action, count(*) AS n FROM audit WHERE {condition} AND action IS NOT NULL"  # noqa: S608
            " GROUP BY action ORDER BY n DESC, action"
        )
        return {row["action"]: int(row["n"]) for row in self._rows(text, values)}

    def head(self) -> Head:
        """The last line; without any, line 0."""
        rows = self._rows("SELECT id, at, hash FROM audit ORDER BY id DESC LIMIT 1", {})
        return Head(**rows[0]) if rows else Head()

    def verify(self, head: str | None = None) -> Verified:
        """Read the whole chain again and name every line that is not as it was written (data/verified.py).

        `head` is a hash kept elsewhere that must be in it. Lines may be written meanwhile.
        """
        self.head()  # brings an old file up, and fails where the file cannot be read
        with self._apart._failing("unreadable"):
            return verify(self.file, self._apart._key, head)

    def _by_day(self, sought: Sought, by: str, join: str = "JOIN") -> list[sqlite3.Row]:
        if sought.since is None or sought.until is None:
            raise ValueError("a period has two ends")
        condition, values = sought.where()
        text = f"""
            WITH d AS (
                SELECT value ->> 0 AS day, value ->> 1 AS begun, value ->> 2 AS ended FROM json_each(:days)
            )
            SELECT {by}, count(audit.id) FROM d {join} audit
                ON at >= d.begun AND at < d.ended AND {condition}
            GROUP BY {by} ORDER BY {by}
        """  # noqa: S608  our own names
        return self._rows(text, values | {"days": days(sought.since, sought.until)})

    def _rows(self, text: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
        with self._apart._reading() as connection:
            return connection.execute(text, values).fetchall() if connection else []

    def every(self, sought: Sought) -> Iterator[Line]:
        """All lines found, the oldest first, a thousand at a time."""
        condition, values = sought.where()
        text = f"SELECT {SHOWN} FROM audit WHERE {condition} AND id > :last ORDER BY id LIMIT 1000"  # noqa: S608
        last = 0
        while rows := self._rows(text, values | {"last": last}):
            yield from map(_line, rows)
            last = rows[-1]["id"]


def _line(row: sqlite3.Row) -> Line:
    details = json.loads(row["details"] or "{}")
    shown = {name: value for name, value in details.items() if name not in MASKED}
    return Line(**dict(row) | {"details": shown, "masked": len(shown) < len(details)})


def person_views(who: str, counts: Mapping[str, int], day: str) -> PersonViews:
    """What one person did on an ISO day and on the others, from the counts of those with any."""
    others = [count for on, count in counts.items() if on != day]
    usual, most = (median(others), max(others)) if others else (None, None)
    return PersonViews(who, counts.get(day, 0), sum(counts.values()), usual, most)
