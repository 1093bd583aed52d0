"""From a source to a published version: read, check, transform, cubes, publish."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from data import credit_files, snapshot, targets
from data.assembly import Build, LoadRequest, assemble
from data.child import Progress, in_child, silent
from data.content import Content
from data.contract import Contract, Mapped, contract
from data.errors import CorruptSnapshot, LoadRefused, NoSnapshot
from data.landing import Landed, land, refuse_suppressed
from data.lock import exclusive
from data.scoring import ScoringContract, parsed
from data.snapshot import Snapshot
from data.sources import Source, examine
from data.suppression import listed
from data.workshop import seal, workshop

__all__ = ["LoadReport", "LoadRequest", "amend", "load", "load_file", "publish_tables"]

SHRINK = 0.1  # a file with this share of the last load's rows, or less, is taken for a mistake


@dataclass(frozen=True)
class LoadReport:
    """What became of a file's rows: kept + rejected = read. `snapshot` is None after a dry run."""

    table: str
    source: str
    read: int
    kept: int
    rejected: int
    reasons: tuple[tuple[str, str, int], ...]  # column, reason, rows; the most frequent first
    ignored: tuple[str, ...]  # headers that fill no column
    snapshot: str | None
    seconds: float


def publish_tables(
    home: Path,
    fill: Callable[[duckdb.DuckDBPyConnection], None],
    *,
    simulated: bool,
    scoring: str | None = None,
    progress: Progress = silent,
    command: str = "vigie simulate",
) -> Snapshot:
    """Publish the tables that `fill` creates in an empty facts.duckdb, in this process.

    `fill` makes cases (those of an agent together, so that they are read in one piece) and any of agencies,
    agents, agent_agencies, clients, scores, with the columns and types of transform/schema.sql; the others
    are created empty. With `scoring`, the text of a
    scoring contract, it makes credits: client_id, applied_on, defaulted and the features a file would bring.
    Raises Busy, BuildFailed.
    """
    described = parsed(scoring) if scoring is not None else None
    with exclusive(home, command), workshop(home) as shop:
        fill(shop.connection)
        return seal(home, shop, Content(simulated, scoring=described), progress)


def amend(
    home: Path,
    change: Callable[[duckdb.DuckDBPyConnection], None],
    *,
    command: str,
    progress: Progress = silent,
) -> Snapshot:
    """Publish the served version with `change` applied, in this process; the same cases and credits.

    `change` gets a writable copy of the facts and may replace any table but cases and credits. What is
    simulated stays so. Raises NoSnapshot, CorruptSnapshot (a stand-in is not amended), Busy, BuildFailed.
    """
    with exclusive(home, command):
        base = _amended(home)
        with workshop(home, base) as shop:
            change(shop.connection)
            content = Content(base.simulated, base.loads, base.scoring, cases_of=base, credits_of=base)
            return seal(home, shop, content, progress)


def load_file(
    home: Path, table: str, source: Path, *, progress: Progress = silent, **options: Any
) -> LoadReport:
    """Check, read and publish `source` in a child process. `options` are the rest of LoadRequest.

    Raises LoadRefused, BuildFailed, Busy, CorruptSnapshot; after any of them the old version is served.
    """
    return in_child(load, LoadRequest(home, table, source, **options), progress=progress)


def load(request: LoadRequest, progress: Progress = silent) -> LoadReport:
    """As load_file, in this process."""
    started = time.monotonic()
    with exclusive(request.home, request.command):
        suppressed = listed(request.home)
        beside = request.table == targets.TABLE
        base = _amended(request.home) if beside else _base(request)
        scoring = _scoring(request, base)
        asked = credit_files.agreed(scoring, adding=request.append) if scoring else _cases(request)
        source = examine(request.source, progress)
        mapped = asked.map(source.headers)
        with workshop(request.home, base if beside else None) as shop:
            land(shop, source, asked, mapped, progress)
            landed = targets.checked(shop) if beside else refuse_suppressed(shop, asked, suppressed)
            _refuse_loss(request, landed)
            loads = [*map(dict, base.loads if base else ()), _entry(request, source, landed, started)]
            build = Build(request, shop, base, scoring)
            published = None if request.dry_run else assemble(build, loads, progress)
    return _report(request, mapped, landed, published, time.monotonic() - started)


def _cases(request: LoadRequest) -> Contract:
    return contract(request.table, request.preset, request.mapping)


def _scoring(request: LoadRequest, base: Snapshot | None) -> ScoringContract | None:
    """What a load of credits follows; None for any other table."""
    if request.table != "credits":
        return None
    held = base.scoring if base and request.append else None
    return credit_files.described(request.preset, request.mapping, held)


def _refuse_loss(request: LoadRequest, landed: Landed) -> None:
    if not landed.read:
        raise LoadRefused("empty", file=request.source.name)
    if not landed.kept:
        column, reason, _ = landed.reasons[0]
        raise LoadRefused(
            "nothing_kept", file=request.source.name, read=landed.read, column=column, why=reason
        )
    before = _rows_before(request)
    if not request.accept_shrink and not request.append and landed.kept <= before * SHRINK:
        raise LoadRefused("shrunk", file=request.source.name, kept=landed.kept, before=before)


def _rows_before(request: LoadRequest) -> int:
    """Rows of the last real version of the table, the served one first."""
    versions = snapshot.history(request.home)
    served = snapshot.pointer(request.home)
    versions.sort(key=lambda version: version.id != served)
    real = (v.tables.get(request.table, 0) for v in versions if not v.simulated)
    return next(filter(None, real), 0)


def _base(request: LoadRequest) -> Snapshot | None:
    """The real version to take over from; a simulated one is dropped instead.

    A stand-in for a corrupt version gives what it has, but is not added to. Raises CorruptSnapshot.
    """
    try:
        base = snapshot.current(request.home)
    except NoSnapshot:
        return None
    except CorruptSnapshot:
        if request.append:
            raise
        return None
    if request.append:
        _refuse_stand_in(base)
    return None if base.simulated else base


def _amended(home: Path) -> Snapshot:
    """The served version, to be changed in part. Raises NoSnapshot, CorruptSnapshot (a stand-in)."""
    base = snapshot.current(home)
    _refuse_stand_in(base)
    return base


def _refuse_stand_in(base: Snapshot) -> None:
    if base.fallback_from:
        raise CorruptSnapshot("corrupt", file=base.fallback_from)


def _entry(request: LoadRequest, source: Source, landed: Landed, started: float) -> dict[str, Any]:
    return {
        "table": request.table,
        "source": request.source.name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "read": landed.read,
        "kept": landed.kept,
        "rejected": landed.rejected,
        "checksum": source.checksum,
        "seconds": round(time.monotonic() - started, 3),
    }


def _report(
    request: LoadRequest, mapped: Mapped, landed: Landed, published: Snapshot | None, seconds: float
) -> LoadReport:
    return LoadReport(
        table=request.table,
        source=request.source.name,
        read=landed.read,
        kept=landed.kept,
        rejected=landed.rejected,
        reasons=landed.reasons,
        ignored=mapped.ignored,
        snapshot=published.id if published else None,
        seconds=seconds,
    )
