"""From a source to a published version: read, check, transform, cubes, publish."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from data import snapshot
from data.child import Progress, in_child, silent
from data.contract import Mapped, case_types, contract
from data.errors import CorruptSnapshot, LoadRefused, NoSnapshot
from data.landing import Landed, drop_landing, land
from data.lock import exclusive
from data.snapshot import Snapshot
from data.sources import Source, examine, literal
from data.watch import watched
from data.workshop import Workshop, seal, sql, workshop

TABLES = ("cases", "agencies", "agents", "agent_agencies")
SHRINK = 0.1  # a file with this share of the last load's rows, or less, is taken for a mistake


@dataclass(frozen=True)
class LoadRequest:
    """What `vigie load` was asked for."""

    home: Path
    table: str
    source: Path
    preset: str | None = None
    mapping: Path | None = None
    dry_run: bool = False
    accept_shrink: bool = False
    append: bool = False

    @property
    def command(self) -> str:
        return f"vigie load {self.table} {self.source.name}"


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
    loads: Sequence[Mapping[str, Any]] = (),
    progress: Progress = silent,
    command: str = "vigie simulate",
) -> Snapshot:
    """Publish the tables that `fill` creates in an empty facts.duckdb, in this process.

    `fill` makes cases (ordered by day) and any of agencies, agents, agent_agencies, with the columns and
    types of transform/schema.sql; the others are created empty. Raises Busy, BuildFailed.
    """
    with exclusive(home, command), workshop(home) as shop:
        fill(shop.connection)
        tables = TABLES if simulated else ()
        return seal(home, shop, simulated_tables=tables, loads=loads, progress=progress)


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
    agreed = contract(request.table, request.preset, request.mapping)
    with exclusive(request.home, request.command):
        source = examine(request.source, progress)
        mapped = agreed.map(source.headers)
        with workshop(request.home) as shop:
            landed = land(shop, source, agreed, mapped, progress)
            _refuse_loss(request, landed)
            loads = [*_real_loads(request.home), _entry(request, source, landed, started)]
            published = None if request.dry_run else _publish(request, shop, loads, progress)
    return _report(request, mapped, landed, published, time.monotonic() - started)


def _publish(
    request: LoadRequest, shop: Workshop, loads: list[dict[str, Any]], progress: Progress
) -> Snapshot:
    connection = shop.connection
    base = _base(request) if request.append else None
    default = case_types()[0]
    with watched(connection, "transform", progress):
        values = {"norm_days": default.norm_days, "weight": default.weight}
        connection.execute(f"CREATE TABLE {'fresh' if base else 'cases'} AS {sql('cases')}", values)
        rejects = f"CREATE TABLE rejects AS {sql('rejects')}"
        connection.execute(rejects, {"source": request.source.name})
        if base:
            _add(connection, base)
        _network(connection)
    drop_landing(shop)
    return seal(request.home, shop, simulated_tables=(), loads=loads, progress=progress)


def _add(connection: duckdb.DuckDBPyConnection, base: Snapshot) -> None:
    """The published rows under the fresh ones, which win where the key is the same."""
    connection.execute(f"ATTACH {literal(str(base.facts))} AS base (READ_ONLY)")
    connection.execute(f"CREATE TABLE cases AS {sql('appended')}")
    connection.execute("INSERT INTO rejects SELECT * FROM base.rejects")
    connection.execute("DETACH base")
    connection.execute("DROP TABLE fresh")


def _network(connection: duckdb.DuckDBPyConnection) -> None:
    """Agencies and agents as the cases show them: no source of their own is loaded yet."""
    connection.execute(sql("schema"))
    for table in ("agencies", "agents", "agent_agencies"):
        connection.execute(f"INSERT INTO {table} BY NAME {sql(table)}")


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
    real = (v.tables[request.table] for v in versions if request.table not in v.simulated_tables)
    return next(real, 0)


def _real_loads(home: Path) -> list[dict[str, Any]]:
    served = snapshot.pointer(home)
    found = [v for v in snapshot.history(home) if v.id == served and not v.simulated]
    return [dict(load) for load in found[0].loads] if found else []


def _base(request: LoadRequest) -> Snapshot | None:
    """The version to add to; a simulated one is dropped instead, and a stand-in is not added to."""
    try:
        base = snapshot.current(request.home)
    except NoSnapshot:
        return None
    if base.fallback_from:
        raise CorruptSnapshot("corrupt", file=base.fallback_from)
    return None if request.table in base.simulated_tables else base


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
