"""What people do with scores, in SQLite: every consultation and every decision, added and never changed.

journal.sqlite   the lines (journal.sql says which); its layout is numbered by PRAGMA user_version
journal.key      the secret that turns a client's number into the pseudonym of a consultation
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from data import durable
from data.errors import DataError
from data.scoring import Value

PATIENCE = 5.0  # seconds to wait for another process that writes
KEY_BYTES = 32
JSON = ("offer", "features", "contributions")


class JournalFailed(DataError):
    """A line could not be written (`unwritable`) or read (`unreadable`): what it is of must not be shown."""

    area = "journal"


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


class Journal:
    """One per process, for all its threads; other processes may write to the same file."""

    def __init__(self, home: Path) -> None:
        self.file, self._key_file = home / "journal.sqlite", home / "journal.key"
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._key = b""
        self._lock = threading.Lock()

    def consulted(self, who: str, client_id: int | None, purpose: str, judged: Judged) -> None:
        """Write that `who` saw this score; `client_id` None for one of nobody. Raises JournalFailed."""
        with self._writing() as connection:
            subject = None if client_id is None else self._subject(client_id)
            connection.execute(
                "INSERT INTO consultations"
                " (at, who, subject, purpose, model_version, card, probability, threshold, snapshot)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_now(), who, subject, purpose, *astuple(judged)),
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
        values = {name: getattr(decision, name) for name in GIVEN} | {"at": decision.at or _now()}
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

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    def _decisions(self, condition: str, *values: int | None) -> list[Decision]:
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(f"SELECT * FROM decisions {condition}", values).fetchall()  # noqa: S608
        return [_decision(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on the disk once the block is left."""
        with self._lock, self._failing("unwritable"):
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """None where nothing was ever written."""
        with self._lock, self._failing("unreadable"):
            yield self._open() if self.file.exists() else None

    @contextmanager
    def _failing(self, reason: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, OverflowError, ValueError) as error:
            self._let_go()  # and with it of a transaction half-way
            told = error.strerror if isinstance(error, OSError) else str(error)
            raise JournalFailed(reason, detail=told or type(error).__name__) from error
        except BaseException:
            self._let_go()
            raise

    def _open(self) -> sqlite3.Connection:
        """The connection, made anew where the file is no longer the one it was made to."""
        found = self._connection
        if found and self.file.exists() and self.file.stat().st_ino == self._inode:
            return found
        self._let_go()
        self._key = _made_once(self._key_file, _new_key).read_bytes()
        if len(self._key) != KEY_BYTES:
            raise ValueError(self._key_file.name)
        self._inode = _made_once(self.file, _new_journal).stat().st_ino
        # Autocommit: transactions are begun and ended here alone. A lock keeps threads apart.
        made = sqlite3.connect(self.file, PATIENCE, isolation_level=None, check_same_thread=False)
        self._connection = made  # before anything can fail, so that it is let go of
        made.row_factory = sqlite3.Row
        made.execute("PRAGMA synchronous = FULL")
        return made

    def _let_go(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _subject(self, client_id: int) -> str:
        return hmac.new(self._key, str(client_id).encode(), hashlib.sha256).hexdigest()[:32]


def _made_once(file: Path, make: Any) -> Path:
    """The file, made whole and only then given its name: of many who try at once, the first wins."""
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # 0600
    os.close(handle)
    beside = Path(name)
    try:
        make(beside)
        durable.sync(beside)
        os.link(beside, file)
    except FileExistsError:
        pass
    finally:
        beside.unlink(missing_ok=True)
    durable.sync(file.parent)
    return file


def _new_key(file: Path) -> None:
    file.write_bytes(secrets.token_bytes(KEY_BYTES))


def _new_journal(file: Path) -> None:
    with closing(sqlite3.connect(file)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.executescript(f"BEGIN; {_schema()} COMMIT;")


@cache
def _schema() -> str:
    return (files("data") / "journal.sql").read_text(encoding="utf-8")


def _decision(row: sqlite3.Row) -> Decision:
    values = dict(row) | {name: json.loads(row[name]) if row[name] else None for name in JSON}
    values["contributions"] = {name: (pair[0], pair[1]) for name, pair in values["contributions"].items()}
    return Decision(**values | {"followed": bool(row["followed"])})


def _json(value: object) -> str | None:
    """Floats by their shortest text that reads back to the same bits; no NaN."""
    return None if value is None else json.dumps(value, allow_nan=False, ensure_ascii=False)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
