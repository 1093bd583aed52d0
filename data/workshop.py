"""Where a version is built: a staging folder with a writable facts.duckdb, sealed and published."""

from __future__ import annotations

import errno
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from data import chances, cubes, durable, profile, snapshot, suppression
from data.child import Progress
from data.content import Content
from data.credits import settle
from data.errors import BuildFailed
from data.scoring import ScoringContract
from data.snapshot import Snapshot

MEMORY = "1GB"
SETTINGS = {
    "memory_limit": MEMORY,
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
}
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DISK_WORDS = ("No space left", "max_temp_directory_size", "File too large", "Disk quota")
TABLES = ("cases", "agencies", "agents", "agent_agencies", "credits", "clients", "scores")
STATUSES = ("closed", "open", "rejected")


@dataclass(frozen=True)
class Workshop:
    """A build in progress: `connection` writes build/facts.duckdb, `folder` holds what is thrown away."""

    folder: Path
    connection: duckdb.DuckDBPyConnection

    @property
    def build(self) -> Path:
        return self.folder / "build"


@cache
def sql(name: str) -> str:
    """The text of data/transform/<name>.sql."""
    return (files("data") / "transform" / f"{name}.sql").read_text(encoding="utf-8")


def clear_staging(home: Path) -> None:
    """Remove what killed builds left behind. The caller holds the lock."""
    if (home / "staging").is_dir():
        for left in (home / "staging").iterdir():
            durable.remove_tree(left)
    for left in home.glob("CURRENT.*.new"):
        left.unlink()


@contextmanager
def workshop(home: Path, base: Snapshot | None = None) -> Iterator[Workshop]:
    """A fresh staging folder, removed at the end whatever happens; its facts are empty, or those of `base`.

    The caller holds the lock. Raises BuildFailed("disk_full" | "memory") for the machine's failures.
    """
    clear_staging(home)
    folder = home / "staging" / secrets.token_hex(8)
    try:
        (folder / "build").mkdir(parents=True)
        if base:
            shutil.copyfile(base.facts, folder / "build" / "facts.duckdb")
        connection = duckdb.connect(
            folder / "build" / "facts.duckdb",
            config={**SETTINGS, "temp_directory": str(folder / "spill")},
        )
        try:
            # Counted, so that progress can be asked for, and never printed.
            connection.execute("SET enable_progress_bar_print = false")
            connection.execute("SET enable_progress_bar = true")
            yield Workshop(folder, connection)
        finally:
            with suppress(duckdb.Error):  # a full disk fails the closing checkpoint too
                connection.close()
    except (OSError, duckdb.Error) as error:
        raise _machine_failure(error) from error
    finally:
        durable.remove_tree(folder)


def seal(home: Path, shop: Workshop, content: Content, progress: Progress) -> Snapshot:
    """Complete, check, cube, close and publish what `shop` holds, without whom nothing may be kept of.

    Raises BuildFailed, JournalFailed, and as workshop.
    """
    connection = shop.connection
    connection.execute(sql("schema"))
    content = content.without(suppression.take_out(home, connection))
    _write_loads(connection, content.loads)
    connection.execute("DELETE FROM known")
    connection.execute(f"INSERT INTO known BY NAME {sql('known')}")
    progress("check", 0.0)
    if content.scoring:
        _seal_credits(shop, content.scoring, progress, new=content.credits_of is None)
    if content.cases_of is None:
        chances.build(connection)
    fields = _checked(connection, content)
    _cube(shop, content, fields["last_day"], progress)
    tables = fields["tables"]
    simulated = [name for name in TABLES if content.simulated and tables.get(name)]
    origin = {"simulated": content.simulated, "simulated_tables": simulated, "loads": list(content.loads)}
    return _published(home, shop, {**fields, **origin}, progress)


def _seal_credits(shop: Workshop, scoring: ScoringContract, progress: Progress, *, new: bool) -> None:
    """The contract beside the facts; for new credits, the published table and what is counted from it."""
    (shop.build / snapshot.SCORING).write_text(scoring.text, encoding="utf-8")
    if new:
        settle(shop.connection, scoring)
        profile.build(shop.connection, scoring, progress)


def _cube(shop: Workshop, content: Content, last_day: date | None, progress: Progress) -> None:
    progress("cubes", 0.0)
    if content.cases_of and last_day:
        shutil.copytree(content.cases_of.folder / "cubes", shop.build / "cubes")
    elif last_day:
        cubes.build(shop.connection, shop.build / "cubes", last_day)


def _published(home: Path, shop: Workshop, fields: dict[str, Any], progress: Progress) -> Snapshot:
    """Close what was built and make it the served version."""
    progress("publish", 0.0)
    shop.connection.execute("CHECKPOINT")
    shop.connection.close()
    _reopened(shop.build / "facts.duckdb", fields["tables"])
    days = {key: fields[key] and fields[key].isoformat() for key in ("first_day", "last_day")}
    published = snapshot.publish(home, shop.build, {**fields, **days})
    snapshot.prune(home)
    progress("publish", 1.0)
    return published


def _write_loads(connection: duckdb.DuckDBPyConnection, loads: Sequence[Mapping[str, Any]]) -> None:
    connection.execute("DELETE FROM loads")
    for load in loads:
        entry = [
            load[key] for key in ("source", "table", "at", "read", "kept", "rejected", "checksum", "seconds")
        ]
        entry[2] = datetime.fromisoformat(str(entry[2])).replace(tzinfo=None)
        connection.execute("INSERT INTO loads VALUES (?, ?, ?, ?, ?, ?, ?, ?)", entry)


def _checked(connection: duckdb.DuckDBPyConnection, content: Content) -> dict[str, Any]:
    """Rows per table, first and last day, absent columns. Raises BuildFailed when a promise is broken."""
    promised = _columns()
    for table, columns in promised.items():
        found = {(name, kind) for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}
        if found != columns:
            raise BuildFailed("columns_differ", table=table, columns=sorted({n for n, _ in found ^ columns}))
    counted = [*promised, *(("credits", *profile.TABLES) if content.scoring else ())]
    tables = {table: _one(connection, f"SELECT count(*) FROM {table}")[0] for table in counted}  # noqa: S608
    if not (tables["cases"] or tables.get("credits")):
        raise BuildFailed("no_cases")
    _check_carried(content, tables)
    _check_keys(connection)
    names = sorted(name for name, _ in promised["cases"])
    present = _one(connection, f"SELECT {', '.join(f'count({n})' for n in names)} FROM cases")  # noqa: S608
    first, last = _one(connection, "SELECT min(day), max(day) FROM cases")
    absent = [name for name, count in zip(names, present, strict=True) if tables["cases"] and not count]
    return {"tables": tables, "first_day": first, "last_day": last, "absent": absent}


def _check_carried(content: Content, tables: Mapping[str, int]) -> None:
    for table, base in (("cases", content.cases_of), ("credits", content.credits_of)):
        before = base.tables.get(table, 0) if base else 0
        if base and tables.get(table, 0) != before:
            raise BuildFailed("carried_differs", table=table, rows=before)


def _check_keys(connection: duckdb.DuckDBPyConnection) -> None:
    """Keys by their 64-bit hash, which needs a fraction of the memory that the ids themselves would."""
    rows, keys, agencies, known = _one(
        connection,
        """
        SELECT count(*), count(DISTINCT hash(case_id)), (SELECT count(DISTINCT agency) FROM agencies),
               (SELECT count(*) FROM agencies)
        FROM cases""",
    )
    needed = ("case_id", "day", "agency", "region", "case_type", "status", "treated", "norm_days", "weight")
    holes = " OR ".join(f"{name} IS NULL" for name in needed)
    wrong = _one(
        connection,
        f"SELECT count(*) FROM cases WHERE {holes} OR treated < 1 OR NOT list_contains($known, status)",  # noqa: S608
        {"known": list(STATUSES)},
    )[0]
    if rows != keys:
        raise BuildFailed("key_twice", table="cases", column="case_id")
    if agencies != known:
        raise BuildFailed("key_twice", table="agencies", column="agency")
    if wrong:
        raise BuildFailed("rows_incomplete", table="cases", rows=wrong)


def _reopened(file: Path, tables: Mapping[str, int]) -> None:
    """What was closed opens again, whole, without a log beside it."""
    with duckdb.connect(file, read_only=True) as reader:
        found = {name: _one(reader, f"SELECT count(*) FROM {name}")[0] for name in tables}  # noqa: S608
    if found != tables or file.with_name(f"{file.name}.wal").exists():
        raise BuildFailed("not_closed")


@cache
def _columns() -> dict[str, set[tuple[str, str]]]:
    with duckdb.connect() as blank:
        blank.execute(sql("schema"))
        rows = blank.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    return {table: {(name, kind) for owner, name, kind in rows if owner == table} for table, *_ in rows}


def _one(connection: duckdb.DuckDBPyConnection, query: str, values: Any = None) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query, values or {}).fetchall()[0]
    return row


def _machine_failure(error: Exception) -> Exception:
    full = isinstance(error, OSError) and error.errno in DISK_ERRORS
    if full or any(word in str(error) for word in DISK_WORDS):
        return BuildFailed("disk_full")
    if isinstance(error, duckdb.OutOfMemoryException):
        return BuildFailed("memory", limit=MEMORY)
    return error
