"""Lines in a chain of hashes, so that none can change unseen; what people did and must be answered for.

Of each line: `digest` = SHA-256 of its words with a salt, as canonical JSON; `hash` = SHA-256 of the hash
before it, its number, its moment and its digest. Erasing takes words and salt away; digest and hash stay, and
a later line says which lines were erased, and why. A row kept in another table (a decision, an answer) is
held by the line that bears its number and its own SHA-256, written in the same transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

ORIGIN = "0" * 64  # the hash before the first line
SALT_BYTES = 16
WORDS = ("action", "who", "subject", "purpose", "model_version", "details", "salt")
KEEPERS = {"decision.followed": "decisions", "decision.other": "decisions", "advice.answered": "advised"}
ROW, ROW_HASH = "row", "sha256"  # in the details of a keeper: the row of that table, and its hash

ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did.

    `action` is one of `app.audit.ACTIONS`, `subject` a pseudonym (`Audit.pseudonym`), `details` what else is
    to be known, JSON, without names or numbers of persons in clear.
    """

    action: str
    who: str
    subject: str | None = None
    purpose: str | None = None
    model_version: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def now() -> str:
    """This moment, ISO, UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def pseudonym(key: bytes, kind: str, number: object) -> str:
    """32 hexadecimal characters that nobody can turn back without the key."""
    text = str(number) if kind == "client" else f"{kind}:{number}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def appended(connection: sqlite3.Connection, entry: Entry, at: str | None = None) -> int:
    """Add a line inside a transaction that writes; its number. `at` is the moment, now where not given."""
    last = connection.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    words = {
        "action": entry.action,
        "who": entry.who,
        "subject": entry.subject,
        "purpose": entry.purpose,
        "model_version": entry.model_version,
        "details": canonical(entry.details),
        "salt": secrets.token_hex(SALT_BYTES),
    }
    digest, moment = digested(words), at or now()
    made = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'")
    number = max(int(made.fetchone()[0]), last["id"] if last else 0) + 1
    chained = linked(last["hash"] if last else ORIGIN, number, moment, digest)
    connection.execute(
        f"INSERT INTO audit (id, at, {', '.join(WORDS)}, digest, hash)"  # noqa: S608  our own names
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, moment, *(words[name] for name in WORDS), digest, chained),
    )
    return number


def kept(connection: sqlite3.Connection, number: int, entry: Entry, at: str | None = None) -> int:
    """Add the line that holds row `number` of the table that `entry.action` keeps; the line's number."""
    table = KEEPERS[entry.action]
    row = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (number,)).fetchone()  # noqa: S608
    details = {**entry.details, ROW: number, ROW_HASH: row_hash(row)}
    return appended(connection, replace(entry, details=details), at)


def row_hash(row: sqlite3.Row) -> str:
    """The SHA-256 of every value of a row, by the name of its column."""
    return hashlib.sha256(canonical(dict(row)).encode()).hexdigest()


def canonical(value: object) -> str:
    """JSON with one spelling: sorted names, no spaces, floats that read back to the same bits, no NaN."""
    return ENCODER.encode(value)


def digested(words: Mapping[str, object] | sqlite3.Row) -> str:
    """The digest of a line's words."""
    return hashlib.sha256(canonical({name: words[name] for name in WORDS}).encode()).hexdigest()


def linked(before: str, number: int, at: str, digest: str) -> str:
    """The hash of a line, from the one before it."""
    return hashlib.sha256(f"{before}:{number}:{at}:{digest}".encode()).hexdigest()


def spans(numbers: Iterable[int]) -> list[list[int]]:
    """Sorted numbers as [first, last] of each run."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
