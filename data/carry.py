"""What a new version takes over from the one it follows: the tables that its load does not make anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from data import profile
from data.credits import make_findable
from data.snapshot import Snapshot
from data.sources import literal
from data.workshop import sql

OF_CASES = ("cases", "agencies", "agents", "agent_agencies", "chances", "chance_checks")
OF_NEITHER = ("targets",)
OF_CREDITS = ("credits", "clients", "scores", *profile.TABLES)


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, base: Snapshot | None) -> Iterator[None]:
    """Have the tables of `base` readable as base.<table> inside the block; None has none."""
    if base is None:
        yield
        return
    connection.execute(f"ATTACH {literal(str(base.facts))} AS base (READ_ONLY)")
    try:
        yield
    finally:
        connection.execute("DETACH base")


def take_over(connection: duckdb.DuckDBPyConnection, base: Snapshot, table: str, *, rejects: bool) -> None:
    """All that a load of `table` leaves as it was; with `rejects` also the rows it once refused."""
    for name in (*(OF_CREDITS if table == "cases" else OF_CASES), *OF_NEITHER):
        if name in base.tables:
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM base.{name}")  # noqa: S608  our tables
    if table == "cases" and base.scoring:
        make_findable(connection, base.scoring)
    connection.execute(sql("schema"))
    kept = "" if rejects else "WHERE coalesce(table_name, 'cases') <> $table"
    take_rejects(connection, kept, {"table": table} if kept else {})


def take_rejects(connection: duckdb.DuckDBPyConnection, kept: str = "", values: Any = None) -> None:
    """The rows that base once refused, those of them that the condition `kept` holds for."""
    columns = {name for name, *_ in connection.execute("DESCRIBE base.rejects").fetchall()}
    owner = "*" if "table_name" in columns else "*, 'cases' AS table_name"
    connection.execute(
        f"INSERT INTO rejects BY NAME SELECT * FROM (SELECT {owner} FROM base.rejects) {kept}",  # noqa: S608
        values or {},
    )
