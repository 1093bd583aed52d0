"""A backup put back: every byte compared first, then exchanged with what was there."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data import archive, durable, erased_since, snapshot
from data.archive import Archive, BackupRefused
from data.audit import Audit
from data.backup import ACCOUNTS, DATA, JOURNAL, REGISTRY, STATE, Contents, told
from data.chain import Entry
from data.child import Progress, silent
from data.errors import CorruptSnapshot
from data.lock import exclusive
from data.store import Store
from data.users import AccountStore

UNPACKED, ASIDE = ".restoring-", "replaced-"
PATIENCE = 0.5  # seconds to see whether a server writes
# What lets somebody in, or keeps them out, for a while: no such thing comes back from the past.
DOORS = ("sessions", "links", "pending", "attempts")
BEYOND = ("-wal", "-shm")  # what SQLite may have beside a file


@dataclass(frozen=True)
class Restored:
    """`aside` is where what was there before now lies, None where there was nothing.

    `erased` counts the people erased after the backup was made, and now again; None where that is not known.
    """

    contents: Contents
    aside: Path | None
    erased: int | None


def check(file: Path, progress: Progress = silent) -> Contents:
    """Compare every byte of a backup with what it states, writing nothing. Raises BackupRefused."""
    with archive.opened(file) as held, told(file.name):
        held.read(None, progress)
        return _stated(held)


def restore(
    file: Path, home: Path, who: str, *, replace: bool = False, progress: Progress = silent
) -> Restored:
    """Make `home` what it was when `file` was made. What was there is refused, or with `replace` kept aside.

    Sessions, links and waits do not come back, nor does whoever was erased since, where `home` still knows.
    A backup without data leaves the data of `home` in place.
    Raises BackupRefused, Busy, CorruptSnapshot, JournalFailed: then `home` is as before. Killed while it
    exchanges, it is to be run again.
    """
    with archive.opened(file) as held, exclusive(home, "vigie restore"), told(file.name):
        _clear(home)
        contents = _stated(held)
        there = [name for name in STATE if (home / name).exists()]
        if there and not replace:
            raise BackupRefused("not_empty", home=home, names=", ".join(there))
        folder = home / f"{UNPACKED}{secrets.token_hex(4)}"
        try:
            folder.mkdir(mode=0o700)
            held.read(folder, progress)
            _settled(folder, file.name)
            erased = erased_since.again(home, folder, who, progress) if JOURNAL in there else None
            details = {"file": file.name, "made_at": contents.made_at, "erased": erased}
            audit = Audit(folder)
            audit.record(Entry("backup.restored", who, details=details))
            audit.close()
            durable.sync_tree(folder)
            _refuse_in_use(home)
            return Restored(contents, _exchanged(home, folder, there), erased)
        finally:
            durable.remove_tree(folder)


def _stated(held: Archive) -> Contents:
    try:
        return Contents.of(held.fields)
    except (KeyError, TypeError):
        raise BackupRefused("damaged", file=held.name, part=archive.MANIFEST) from None


def _clear(home: Path) -> None:
    """Remove what killed restores left. The caller holds the lock."""
    for left in home.glob(f"{UNPACKED}*"):
        durable.remove_tree(left)


def _settled(folder: Path, name: str) -> None:
    """What was unpacked, as it is to be served. Raises BackupRefused("newer"), CorruptSnapshot."""
    for file, store in ((JOURNAL, Store), (ACCOUNTS, AccountStore)):
        if (folder / file).exists():
            with closing(sqlite3.connect(folder / file, isolation_level=None)) as opened:
                (layout,) = opened.execute("PRAGMA user_version").fetchone()
                if layout > len(store.LAYOUTS):
                    raise BackupRefused("newer", file=name, made_by=file)
                if store is AccountStore:
                    for table in DOORS:
                        opened.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
    if (folder / "CURRENT").exists():
        served = snapshot.current(folder)
        if served.fallback_from:
            raise CorruptSnapshot("corrupt", file=served.fallback_from)
        durable.make_read_only(served.folder)
    for version in (folder / "models").glob("[0-9]*"):
        durable.make_read_only(version)


def _refuse_in_use(home: Path) -> None:
    """A server that has a file open would go on writing into what is moved away. Raises BackupRefused."""
    for name in (JOURNAL, ACCOUNTS, REGISTRY):
        if not (home / name).exists():
            continue
        try:
            with closing(sqlite3.connect(home / name, PATIENCE, isolation_level=None)) as opened:
                opened.execute("PRAGMA locking_mode = EXCLUSIVE")  # not given while anybody has it open
                opened.execute("BEGIN EXCLUSIVE")
                opened.execute("ROLLBACK")
        except sqlite3.OperationalError:
            raise BackupRefused("in_use", file=name) from None
        except sqlite3.DatabaseError:
            continue  # a damaged one is what a backup replaces


def _exchanged(home: Path, folder: Path, there: list[str]) -> Path | None:
    """Move what is there aside and what was unpacked in; CURRENT leaves first and comes last."""
    new = [name for name in STATE if (folder / name).exists()]
    kept = () if "CURRENT" in new else DATA
    old = [name for name in there if name not in kept]
    aside = home / f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    if old:
        aside.mkdir(mode=0o700)
    for name in old:
        for moved in (name, *(f"{name}{end}" for end in BEYOND)):
            if (home / moved).exists():
                (home / moved).rename(aside / moved)
    for name in reversed(new):
        (folder / name).rename(home / name)
    durable.sync(home)
    return aside if old else None
