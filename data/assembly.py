"""The tables of a load put together: the landed rows as they are published, and what other loads brought."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data import targets
from data.carry import attached, take_over
from data.child import Progress
from data.content import Content
from data.contract import case_types
from data.landing import drop_landing
from data.scoring import KEYS, ScoringContract
from data.snapshot import Snapshot
from data.sources import quoted
from data.watch import watched
from data.workshop import Workshop, seal, sql


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
class Build:
    """A load under way: what was asked, where it is built, on which version, by which scoring contract."""

    request: LoadRequest
    shop: Workshop
    base: Snapshot | None  # real, and the one that is served
    scoring: ScoringContract | None  # of a load of credits

    @property
    def adds(self) -> bool:
        """Whether published rows of the table stay under the fresh ones."""
        return bool(self.request.append and self.base and self.base.tables.get(self.request.table))


def assemble(build: Build, loads: list[dict[str, Any]], progress: Progress) -> Snapshot:
    """Publish the landed rows as their table, beside what is taken over. Raises BuildFailed."""
    request, connection, base = build.request, build.shop.connection, build.base
    if base and request.table == targets.TABLE:
        content = targets.replaced(build.shop, base, request.source.name, loads, append=request.append)
        return seal(request.home, build.shop, content, progress)
    with watched(connection, "transform", progress), attached(connection, base):
        (_make_credits if build.scoring else _make_cases)(build)
        rejects = f"CREATE TABLE rejects AS {sql('rejects')}"
        connection.execute(rejects, {"source": request.source.name, "table": request.table})
        if base:
            take_over(connection, base, request.table, rejects=build.adds)
        if request.table == "cases":
            _network(connection)
    drop_landing(build.shop)
    kept = base if base and base.scoring else None
    content = Content(
        simulated=False,
        loads=loads,
        scoring=build.scoring or (kept.scoring if kept else None),
        cases_of=base if build.scoring else None,
        credits_of=None if build.scoring else kept,
    )
    return seal(request.home, build.shop, content, progress)


def _make_cases(build: Build) -> None:
    """The kept rows; where they are added, the published ones too, which lose where the key is the same."""
    connection, default = build.shop.connection, case_types()[0]
    values = {"norm_days": default.norm_days, "weight": default.weight}
    connection.execute(f"CREATE TABLE {'fresh' if build.adds else 'cases'} AS {sql('cases')}", values)
    if build.adds:
        connection.execute(f"CREATE TABLE cases AS {sql('appended')}")
        connection.execute("DROP TABLE fresh")


def _make_credits(build: Build) -> None:
    """As _make_cases; the order and what is derived come when the version is sealed."""
    assert build.scoring is not None  # noqa: S101  so it was called
    names = ", ".join(map(quoted, (*KEYS, *(feature.name for feature in build.scoring.loaded))))
    fresh = f"SELECT {names} FROM kept"  # noqa: S608  names of the contract
    older = f"SELECT {names} FROM base.credits WHERE client_id NOT IN (SELECT client_id FROM kept)"  # noqa: S608
    rows = f"{fresh} UNION ALL {older}" if build.adds else fresh
    build.shop.connection.execute(f"CREATE TABLE credits AS {rows}")


def _network(connection: duckdb.DuckDBPyConnection) -> None:
    """Agencies and agents as the cases show them: no source of their own is loaded yet."""
    connection.execute(sql("schema"))
    for table in ("agencies", "agents", "agent_agencies"):
        connection.execute(f"INSERT INTO {table} BY NAME {sql(table)}")
