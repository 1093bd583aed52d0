"""Immutable published versions of the data, and CURRENT, which names the one that is served.

CURRENT                   names a manifest, its size and its SHA-256
snapshots/<id>/           read-only: manifest.json, its seal, facts.duckdb; cubes/*.parquet where there are
                          cases; scoring.toml where there are credits
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from data import durable, manifest
from data.durable import Fingerprint
from data.errors import Busy, CorruptSnapshot, NoSnapshot
from data.lock import exclusive
from data.scoring import ScoringContract, parsed

__all__ = ["Busy", "CorruptSnapshot", "NoSnapshot", "Snapshot"]

ID_FORMAT = "%Y%m%dT%H%M%S.%fZ"
KEPT = 5
SCORING = "scoring.toml"


@dataclass(frozen=True)
class Snapshot:
    """One published version. Days are those of `cases.day`; None when it has no cases."""

    id: str
    folder: Path
    created_at: datetime
    simulated: bool
    first_day: date | None
    last_day: date | None
    tables: Mapping[str, int]  # rows
    simulated_tables: tuple[str, ...]
    absent: tuple[str, ...]  # columns of cases without any value
    loads: tuple[Mapping[str, Any], ...]
    fallback_from: str | None = None  # the corrupt version that this one stands in for

    @property
    def facts(self) -> Path:
        return self.folder / "facts.duckdb"

    def cube(self, name: str) -> Path:
        return self.folder / "cubes" / f"{name}.parquet"

    @cached_property
    def scoring(self) -> ScoringContract | None:
        """What the credits hold and how they may be scored; None where the version has no credits."""
        file = self.folder / SCORING
        return parsed(file.read_text(encoding="utf-8")) if file.is_file() else None


def pointer(home: Path) -> str | None:
    """The id in CURRENT, nothing verified; None where nothing is published or CURRENT is unreadable."""
    try:
        return str(json.loads((home / "CURRENT").read_bytes())["snapshot"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def current(home: Path) -> Snapshot:
    """The served version, every byte verified.

    Where it is corrupt, the newest older one that verifies, with `fallback_from` set.
    Raises NoSnapshot when nothing was ever published, CorruptSnapshot when nothing verifies.
    """
    if not (home / "CURRENT").exists():
        raise NoSnapshot("none")
    named = pointer(home)
    try:
        return _named_by_current(home)
    except CorruptSnapshot:
        for older in reversed(_ids(home)):
            if named is None or older < named or named not in _ids(home):
                try:
                    return replace(verified(home, older), fallback_from=named or "CURRENT")
                except CorruptSnapshot:
                    continue
        raise


def verified(home: Path, snapshot_id: str) -> Snapshot:
    """The version of that id, every file compared with its manifest. Raises NoSnapshot, CorruptSnapshot."""
    folder = home / "snapshots" / snapshot_id
    if snapshot_id not in _ids(home):
        raise NoSnapshot("unknown", id=snapshot_id)
    stated = manifest.read(folder, manifest.seal(folder))
    manifest.compare(folder, stated)
    return _snapshot(folder, stated)


def publish(home: Path, build: Path, fields: Mapping[str, Any]) -> Snapshot:
    """Make the folder `build` a version and the served one. The caller holds the lock.

    `fields` are the manifest's, less id, created_at and files. After any failure CURRENT is as before.
    """
    now = datetime.now(UTC)
    snapshot_id = _next_id(home, now)
    entry = {"id": snapshot_id, "created_at": now.isoformat(), **fields}
    written, seal = manifest.write(build, entry)
    durable.sync_tree(build)
    folder = home / "snapshots" / snapshot_id
    folder.parent.mkdir(exist_ok=True)
    build.rename(folder)
    try:
        durable.make_read_only(folder)
        durable.sync(folder.parent)
        _point(home, snapshot_id, seal)
    except BaseException:
        durable.remove_tree(folder)
        raise
    return _snapshot(folder, written)


def prune(home: Path, keep: int = KEPT) -> list[str]:
    """Remove all but the newest `keep` versions and the served one; the ids removed. Needs the lock."""
    served = pointer(home)
    removed = [old for old in _ids(home)[:-keep] if old != served]
    for old in removed:
        # Out of sight first: a kill half-way must not leave half a version where versions are looked for.
        grave = home / "staging" / f"pruned-{old}"
        grave.parent.mkdir(exist_ok=True)
        folder = home / "snapshots" / old
        folder.chmod(0o755)
        folder.rename(grave)
        durable.remove_tree(grave)
    return removed


def rollback(home: Path, snapshot_id: str | None = None) -> Snapshot:
    """Serve the version `snapshot_id`, or the newest intact one before the served one.

    Raises NoSnapshot, CorruptSnapshot, Busy.
    """
    with exclusive(home, "vigie rollback"):
        chosen = verified(home, snapshot_id) if snapshot_id else _before(home)
        _point(home, chosen.id, manifest.seal(chosen.folder))
    return chosen


def history(home: Path) -> list[Snapshot]:
    """All versions with a readable manifest, the newest first; their other files are not verified."""
    found = []
    for snapshot_id in reversed(_ids(home)):
        folder = home / "snapshots" / snapshot_id
        try:
            found.append(_snapshot(folder, manifest.read(folder, manifest.seal(folder))))
        except CorruptSnapshot:
            continue
    return found


def _before(home: Path) -> Snapshot:
    served = pointer(home)
    for older in reversed(_ids(home)):
        if served is not None and older < served:
            try:
                return verified(home, older)
            except CorruptSnapshot:
                continue
    raise NoSnapshot("no_older")


def pointing(snapshot_id: str, seal: Fingerprint) -> bytes:
    """The content of a CURRENT that names this version."""
    named = {"snapshot": snapshot_id, "file": f"snapshots/{snapshot_id}/manifest.json"}
    return json.dumps({**named, "size": seal.size, "sha256": seal.sha256}).encode()


def _point(home: Path, snapshot_id: str, seal: Fingerprint) -> None:
    durable.replace_atomically(home / "CURRENT", pointing(snapshot_id, seal))


def _named_by_current(home: Path) -> Snapshot:
    try:
        named = json.loads((home / "CURRENT").read_bytes())
        snapshot_id, seal = str(named["snapshot"]), Fingerprint(int(named["size"]), str(named["sha256"]))
        consistent = named["file"] == f"snapshots/{snapshot_id}/manifest.json"
    except (OSError, ValueError, KeyError, TypeError):
        raise CorruptSnapshot("corrupt", file="CURRENT") from None
    if not consistent or snapshot_id not in _ids(home):
        raise CorruptSnapshot("corrupt", file="CURRENT")
    folder = home / "snapshots" / snapshot_id
    stated = manifest.read(folder, seal)
    manifest.compare(folder, stated)
    return _snapshot(folder, stated)


def _ids(home: Path) -> list[str]:
    """The oldest first."""
    folder = home / "snapshots"
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _next_id(home: Path, now: datetime) -> str:
    """By the clock, and after every other even when the clock was set back."""
    wanted = now.strftime(ID_FORMAT)
    newest = max(_ids(home), default="")
    if wanted > newest:
        return wanted
    return (datetime.strptime(newest, ID_FORMAT) + timedelta(microseconds=1)).strftime(ID_FORMAT)


def _snapshot(folder: Path, stated: Mapping[str, Any]) -> Snapshot:
    def day(key: str) -> date | None:
        return date.fromisoformat(stated[key]) if stated[key] else None

    return Snapshot(
        id=stated["id"],
        folder=folder,
        created_at=datetime.fromisoformat(stated["created_at"]),
        simulated=stated["simulated"],
        first_day=day("first_day"),
        last_day=day("last_day"),
        tables={name: int(rows) for name, rows in stated["tables"].items()},
        simulated_tables=tuple(stated["simulated_tables"]),
        absent=tuple(stated["absent"]),
        loads=tuple(stated["loads"]),
    )
