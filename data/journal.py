"""What people do with scores: every consultation and every decision, added and never changed."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from data.scoring import Value
from data.store import JournalFailed, Store, now

__all__ = ["Decision", "Journal", "JournalFailed", "Judged"]

JSON = ("offer", "features", "contributions")


@dataclass(frozen=True)
class Judged:
    """What was seen: the score, and the model, card and snapshot it comes from."""

    model_version: str
    card: str  # SHA-256 of the model's card
    probability: float
    threshold: float
    snapshot: str | None


@dataclass(frozen=True)
class Decision:
    """What a person decided, and all that is needed to compute again what they saw. Floats are exact."""

    who: str
    client_id: int
    proposed: str
    decided: str
    motive: str
    followed: bool
    offer: Mapping[str, float] | None  # the changes agreed, by feature
    features: Mapping[str, Value]  # what the model looked at
    model_version: str
    card: str
    snapshot: str | None
    probability: float
    threshold: float
    review: float
    start: float
    contributions: Mapping[str, tuple[float, float]]  # feature → log-odds, points
    id: int = 0  # given by the journal, like `at`
    at: str = ""  # ISO, UTC


GIVEN = tuple(each.name for each in fields(Decision) if each.name != "id")


class Journal(Store):
    """Consultations and decisions; see Store."""

    def consulted(self, who: str, client_id: int | None, purpose: str, judged: Judged) -> None:
        """Write that `who` saw this score; `client_id` None for one of nobody. Raises JournalFailed."""
        with self._writing() as connection:
            subject = None if client_id is None else self._subject(client_id)
            connection.execute(
                "INSERT INTO consultations"
                " (at, who, subject, purpose, model_version, card, probability, threshold, snapshot)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (now(), who, subject, purpose, *astuple(judged)),
            )

    def last_consulted(self, who: str, client_id: int, since: datetime) -> Judged | None:
        """What `who` last saw of this client, at `since` or later. Raises JournalFailed."""
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute(
                "SELECT model_version, card, probability, threshold, snapshot FROM consultations"
                " WHERE subject = ? AND who = ? AND at >= ? ORDER BY id DESC LIMIT 1",
                (self._subject(client_id), who, since.isoformat(timespec="microseconds")),
            ).fetchone()
        return Judged(**row) if row else None

    def decided(self, decision: Decision) -> int:
        """Write a decision and give its number. Raises JournalFailed."""
        values = {name: getattr(decision, name) for name in GIVEN} | {"at": decision.at or now()}
        marks = ", ".join(f":{name}" for name in GIVEN)
        text = f"INSERT INTO decisions ({', '.join(GIVEN)}) VALUES ({marks})"  # noqa: S608  our own names
        with self._writing() as connection:
            values |= {name: _json(values[name]) for name in JSON}
            return int(connection.execute(text, values).lastrowid or 0)

    def decisions(self, client_id: int | None = None) -> list[Decision]:
        """All decisions, or those on one client, the newest first. Raises JournalFailed."""
        return self._decisions("WHERE ? IS NULL OR client_id = ? ORDER BY id DESC", client_id, client_id)

    def decision(self, number: int) -> Decision | None:
        """The decision of that number. Raises JournalFailed."""
        return next(iter(self._decisions("WHERE id = ?", number)), None)

    def _decisions(self, condition: str, *values: int | None) -> list[Decision]:
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(f"SELECT * FROM decisions {condition}", values).fetchall()  # noqa: S608
        return [_decision(row) for row in rows]

    def _subject(self, client_id: int) -> str:
        return hmac.new(self._key, str(client_id).encode(), hashlib.sha256).hexdigest()[:32]


def _decision(row: sqlite3.Row) -> Decision:
    values = dict(row) | {name: json.loads(row[name]) if row[name] else None for name in JSON}
    values["contributions"] = {name: (pair[0], pair[1]) for name, pair in values["contributions"].items()}
    return Decision(**values | {"followed": bool(row["followed"])})


def _json(value: object) -> str | None:
    """Floats by their shortest text that reads back to the same bits; no NaN."""
    return None if value is None else json.dumps(value, allow_nan=False, ensure_ascii=False)
