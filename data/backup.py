"""A copy of all that Vigie keeps, made while the server writes.

In it: the served version of the data, every version of the model, what people wrote (each SQLite file by
SQLite's own copy, then checked), and the key of pseudonyms. Older versions of the data are left out.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data import archive, durable, manifest, snapshot
from data.archive import BackupRefused
from data.audit import Audit
from data.chain import Entry
from data.child import Progress, silent
from data.durable import Fingerprint
from data.errors import NoSnapshot
from data.snapshot import Snapshot
from data.store import PATIENCE
from data.workshop import DISK_ERRORS

JOURNAL, ACCOUNTS, KEY, REGISTRY = "journal.sqlite", "accounts.sqlite", "journal.key", "models/mlflow.db"
DATA, CHAMPIONS = ("CURRENT", "snapshots"), ("CHAMPION", "CHAMPION.before")
STATE = (*DATA, "models", JOURNAL, ACCOUNTS, KEY)  # all there is to keep in a state folder
LEFT_OUT = ("staging",)  # of models: what a killed training left
BESIDE = ".vigie-backup."  # folders of backups under way, next to what they make
FORGOTTEN = 86_400.0  # seconds after which such a folder was left by a killed backup


@dataclass(frozen=True)
class Contents:
    """What a backup holds. `made_at` ISO, UTC; `lines` of the journal, `head` the hash of the last."""

    made_at: str
    made_by: str
    snapshot: str | None
    last_day: str | None
    tables: Mapping[str, int]  # rows
    models: tuple[int, ...]
    users: int
    lines: int
    head: str | None
    fallback_from: str | None = None  # the damaged version that `snapshot` stands in for

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Contents:
        """Those that a manifest states."""
        known = {each.name: stated[each.name] for each in fields(cls)}
        return cls(**known | {"models": tuple(stated["models"])})


@dataclass(frozen=True)
class Backup:
    """One that was made."""

    file: Path
    print: Fingerprint
    contents: Contents


def make(home: Path, target: Path, who: str, *, data: bool = True, progress: Progress = silent) -> Backup:
    """Back `home` up into the file `target`, or into a file named by the moment where it is a folder.

    Without `data`, only what people wrote, the models and the key. The journal says so first. Raises
    BackupRefused, CorruptSnapshot, JournalFailed; then there is no file.
    """
    now = datetime.now(UTC)
    file = target / f"vigie-{now:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if not any((home / name).exists() for name in STATE):
        raise BackupRefused("nothing", home=home)
    if file.exists():
        raise BackupRefused("exists", file=file.name)
    served = _served(home) if data else None
    with told(file.name), _beside(file) as folder:
        audit = Audit(home)
        details = {"file": file.name, "snapshot": served.id if served else None}
        audit.record(Entry("backup.made", who, details=details))
        audit.close()
        parts = _parts(home, folder, served)
        contents = _contents(parts, served, now)
        made = archive.written(folder / file.name, parts, asdict(contents), progress)
        (folder / file.name).rename(file)
        durable.sync(file.parent)
    return Backup(file, made, contents)


@contextmanager
def told(name: str) -> Iterator[None]:
    """What the machine or SQLite refuses, by its name. Raises BackupRefused."""
    try:
        yield
    except OSError as error:
        full = error.errno in DISK_ERRORS
        raise BackupRefused(
            "disk_full" if full else "failed", file=name, detail=error.strerror or error
        ) from error
    except sqlite3.Error as error:
        raise BackupRefused("failed", file=name, detail=error) from error


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder of our own next to `file`, removed at the end; those of killed backups go too."""
    for left in file.parent.glob(f"{BESIDE}*"):
        if time.time() - left.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=BESIDE, dir=file.parent) as name:  # 0700
        yield Path(name)


def _served(home: Path) -> Snapshot | None:
    try:
        return snapshot.current(home)
    except NoSnapshot:
        return None


def _parts(home: Path, folder: Path, served: Snapshot | None) -> dict[str, Path]:
    """Every file of the backup by its name there; copies of what changes lie in `folder`."""
    parts = {}
    for name in (JOURNAL, ACCOUNTS, REGISTRY):
        if (home / name).exists():
            parts[name] = _copied(home / name, folder / Path(name).name)
    if (home / KEY).exists():
        parts[KEY] = home / KEY
    parts |= _models(home, folder)
    if served:
        parts |= {_inside(home, path): path for path in durable.files_below(served.folder)}
        parts["CURRENT"] = folder / "CURRENT"
        parts["CURRENT"].write_bytes(snapshot.pointing(served.id, manifest.seal(served.folder)))
    return parts


def _copied(file: Path, copy: Path) -> Path:
    """A copy of an SQLite file as it is at one moment, whole. Raises BackupRefused("broken")."""
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", PATIENCE, uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            (answer,) = target.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        answer = str(error)
    if answer != "ok":
        raise BackupRefused("broken", file=file.name, detail=answer)
    return copy


def _models(home: Path, folder: Path) -> dict[str, Path]:
    """What lies in models/. The champion's name is read first, so that the version it names is there too."""
    found = {}
    for name in CHAMPIONS:
        if (home / "models" / name).exists():
            found[f"models/{name}"] = Path(shutil.copyfile(home / "models" / name, folder / name))
    for path in durable.files_below(home / "models") if (home / "models").is_dir() else ():
        first = path.relative_to(home / "models").parts[0]
        in_folder = first not in LEFT_OUT and path.parent != home / "models"
        if in_folder:
            found[_inside(home, path)] = path
    return found


def _inside(home: Path, path: Path) -> str:
    return path.relative_to(home).as_posix()


def _contents(parts: Mapping[str, Path], served: Snapshot | None, now: datetime) -> Contents:
    journal, accounts = parts[JOURNAL], parts.get(ACCOUNTS)
    users = _one(accounts, "SELECT count(*) FROM users")[0] if accounts else 0
    lines, head = _one(
        journal, "SELECT count(*), (SELECT hash FROM audit ORDER BY id DESC LIMIT 1) FROM audit"
    )
    versions = {name.split("/")[1] for name in parts if name.startswith("models/")}
    return Contents(
        made_at=now.isoformat(timespec="seconds"),
        made_by=f"vigie {version('vigie')}",
        snapshot=served.id if served else None,
        last_day=served.last_day.isoformat() if served and served.last_day else None,
        tables=dict(served.tables) if served else {},
        models=tuple(sorted(int(each) for each in versions if each.isdecimal())),
        users=users,
        lines=lines,
        head=head,
        fallback_from=served.fallback_from if served else None,
    )


def _one(file: Path, query: str) -> tuple[Any, ...]:
    with closing(sqlite3.connect(file)) as opened:
        row: tuple[Any, ...] = opened.execute(query).fetchone()
    return row
