"""What people write, in SQLite, and the way to write and read it.

journal.sqlite    what people did (journal.sql, then journal_2.sql …), added to and never changed; what is
                  to be forgotten is erased, and a line says so
accounts.sqlite   who they are (accounts.sql …): users, sessions, one-time links, tokens of programs
journal.key       the secret that turns a number into a pseudonym

A file's layout is numbered by PRAGMA user_version.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from data import durable
from data.chain import now
from data.errors import DataError
from data.upgrade import chain_old_lines, give_pseudonyms

__all__ = ["JournalFailed", "Store", "now"]

PATIENCE = 5.0  # seconds to wait for another process that writes
KEY_BYTES = 32
NOTED: list[Callable[[], None]] = []  # called at each failure: a monitor counts them
STEPS = {"journal_3.sql": chain_old_lines}  # what is done after the statements of a layout


class JournalFailed(DataError):
    """A line could not be written (`unwritable`) or read (`unreadable`): what it is of must not be shown."""

    area = "journal"


class Store:
    """One part of a file; one per process for all its threads, beside other processes."""

    FILE = "journal.sqlite"
    LAYOUTS: tuple[str, ...] = (
        "journal.sql",
        "journal_2.sql",
        "journal_3.sql",
    )  # each brings up the one before

    def __init__(self, home: Path) -> None:
        self.file, self._key_file = home / self.FILE, home / "journal.key"
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._key = b""
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

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
            for note in NOTED:
                note()
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
        make = partial(_new_file, self.LAYOUTS, self._key)
        self._inode = _made_once(self.file, make).stat().st_ino
        # Autocommit: transactions are begun and ended here alone. A lock keeps threads apart.
        made = sqlite3.connect(self.file, PATIENCE, isolation_level=None, check_same_thread=False)
        self._connection = made  # before anything can fail, so that it is let go of
        made.row_factory = sqlite3.Row
        made.execute("PRAGMA synchronous = FULL")
        made.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
        _brought_up(made, self.LAYOUTS, self._key)
        return made

    def _let_go(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


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


def _new_file(layouts: tuple[str, ...], key: bytes, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        _brought_up(made, layouts, key)


def _brought_up(connection: sqlite3.Connection, layouts: tuple[str, ...], key: bytes) -> None:
    """Make the layout the newest; of many who try at once, the first does it."""
    if _layout(connection) > len(layouts):
        raise ValueError(f"layout {_layout(connection)}, of a newer Vigie")
    give_pseudonyms(connection, key)
    for number, name in enumerate(layouts, 1):
        if _layout(connection) >= number:
            continue
        connection.execute("BEGIN IMMEDIATE")
        if _layout(connection) < number:
            for statement in _statements(name):
                connection.execute(statement)
            if step := STEPS.get(name):
                step(connection)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")


def _layout(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@cache
def _statements(name: str) -> tuple[str, ...]:
    """The statements of a layout's file, each whole, triggers included."""
    found, pending = [], ""
    for line in (files("data") / name).read_text(encoding="utf-8").splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return tuple(found)
