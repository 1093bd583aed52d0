"""What people do with scores: every consultation and every decision, added to the chain and never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from data.chain import Entry, appended, kept, pseudonym
from data.scoring import Value
from data.store import JournalFailed, Store, now

__all__ = ["Decision", "Journal", "JournalFailed", "Judged"]

VIEWED, ASSESSED, SHEET = "score.viewed", "score.assessed", "sheet.made"
SEEN = ("card", "probability", "threshold", "snapshot")  # of what was seen, in the details of a line
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


KEPT = tuple(
    "subject" if each.name == "client_id" else each.name for each in fields(Decision) if each.name != "id"
)
IDENTIFIED = (
    "SELECT decisions.*, number FROM decisions JOIN identities USING (subject)"  # what is erased has none
    " WHERE {} ORDER BY id DESC"
)


class Journal(Store):
    """Consultations and decisions; see Store."""

    def consulted(
        self, who: str, client_id: int | None, purpose: str, judged: Judged, action: str = VIEWED
    ) -> None:
        """Write that `who` saw this score; `client_id` None for one of nobody. Raises JournalFailed."""
        seen = asdict(judged)
        details = {name: seen[name] for name in SEEN}
        with self._writing() as connection:
            subject = None if client_id is None else self._subject(client_id)
            done = ASSESSED if subject is None else action
            appended(connection, Entry(done, who, subject, purpose, judged.model_version, details))

    def last_consulted(self, who: str, client_id: int, since: datetime) -> Judged | None:
        """What `who` last saw of this client, at `since` or later. Raises JournalFailed."""
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute(
                "SELECT model_version, details FROM audit"
                " WHERE subject = ? AND who = ? AND action IN (?, ?) AND at >= ? ORDER BY id DESC LIMIT 1",
                (self._subject(client_id), who, VIEWED, SHEET, since.isoformat(timespec="microseconds")),
            ).fetchone()
        if row is None:
            return None
        details = json.loads(row["details"])
        return Judged(row["model_version"], **{name: details[name] for name in SEEN})

    def decided(self, decision: Decision) -> int:
        """Write a decision and give its number. Raises JournalFailed."""
        values: dict[str, object] = {name: getattr(decision, name) for name in KEPT if name != "subject"}
        values["at"] = decision.at or now()
        marks = ", ".join(f":{name}" for name in KEPT)
        text = f"INSERT INTO decisions ({', '.join(KEPT)}) VALUES ({marks})"  # noqa: S608  our own names
        with self._writing() as connection:
            values |= {name: _json(values[name]) for name in JSON}
            subject = self._identified(connection, decision.client_id)
            number = int(connection.execute(text, values | {"subject": subject}).lastrowid or 0)
            action = "decision.followed" if decision.followed else "decision.other"
            kept(connection, number, Entry(action, decision.who, subject, None, decision.model_version))
        return number

    def decisions(self, client_id: int | None = None) -> list[Decision]:
        """All decisions, or those on one client, the newest first. Raises JournalFailed."""
        if client_id is None:
            return self._decisions("1")
        return self._decisions("subject = pseudonym('client', ?)", client_id)

    def decision(self, number: int) -> Decision | None:
        """The decision of that number. Raises JournalFailed."""
        return next(iter(self._decisions("id = ?", number)), None)

    def _decisions(self, condition: str, *values: int) -> list[Decision]:
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(IDENTIFIED.format(condition), values).fetchall()
        return [_decision(row) for row in rows]

    def _subject(self, client_id: int) -> str:
        return pseudonym(self._key, "client", client_id)

    def _identified(self, connection: sqlite3.Connection, client_id: int) -> str:
        """The pseudonym of a client, who can be found by it from now on."""
        subject = self._subject(client_id)
        if connection.execute("SELECT 1 FROM identities WHERE subject = ?", (subject,)).fetchone() is None:
            connection.execute("INSERT INTO identities VALUES (?, 'client', ?)", (subject, str(client_id)))
        return subject


def _decision(row: sqlite3.Row) -> Decision:
    values = dict(row) | {name: json.loads(row[name]) if row[name] else None for name in JSON}
    del values["subject"]
    values["client_id"] = int(values.pop("number"))
    values["contributions"] = {name: (pair[0], pair[1]) for name, pair in values["contributions"].items()}
    return Decision(**values | {"followed": bool(row["followed"])})


def _json(value: object) -> str | None:
    """Floats by their shortest text that reads back to the same bits; no NaN."""
    return None if value is None else json.dumps(value, allow_nan=False, ensure_ascii=False)
