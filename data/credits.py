"""The table of credits as it is published: complete, derived, by client; and the clients it tells of."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import duckdb
import polars as pl

from data.errors import BuildFailed
from data.scoring import CATEGORY, FLAG, KEYS, ScoringContract
from data.sources import quoted

ROWS = 50_000  # derived at once
KINDS = {"client_id": "BIGINT", "applied_on": "DATE", "defaulted": "BOOLEAN"}


def settle(connection: duckdb.DuckDBPyConnection, scoring: ScoringContract) -> None:
    """Make of the table `credits` what is published, and clients where there are none yet.

    `credits` has client_id and the loaded features, in any order and kind that casts; applied_on, defaulted
    and the derived features may lack, and the derived are computed anew. Raises BuildFailed.
    """
    _set_apart(connection, scoring)
    names = {**KINDS, **{name: _kind(scoring, name) for name in scoring.features}}
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in names.items())
    connection.execute(f"CREATE TABLE credits ({columns})")
    known = connection.execute("SELECT count(*) > 0 FROM clients").fetchall()[0][0]
    for rows in _batches(connection):
        derived = scoring.derive(rows)
        _insert(connection, "credits", derived.select(list(names)))
        if not known:
            _insert(connection, "clients", clients_of(derived, scoring))
    connection.execute("DROP TABLE temp.given_credits")
    _check(connection, scoring)
    make_findable(connection, scoring)


def _set_apart(connection: duckdb.DuckDBPyConnection, scoring: ScoringContract) -> None:
    """The given rows by client in a temporary table, so that the file holds the published ones alone."""
    described = connection.execute("DESCRIBE credits").fetchall()
    given = {str(name) for name, *_ in described}
    wanted = {"client_id", *(feature.name for feature in scoring.loaded)}
    stray = given - wanted - set(KEYS) - set(scoring.features)
    if wanted - given or stray:
        raise BuildFailed("columns_differ", table="credits", columns=sorted(wanted - given | stray))
    chosen = [_chosen(name, kind, given=name in given) for name, kind in KINDS.items()]
    chosen += [_chosen(feature.name, _kind(scoring, feature.name)) for feature in scoring.loaded]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE given_credits AS SELECT {', '.join(chosen)} FROM credits "  # noqa: S608
        "ORDER BY client_id"
    )
    connection.execute("DROP TABLE credits")
    connection.execute("CHECKPOINT")  # what the dropped rows took is free for the published ones


def _chosen(name: str, kind: str, *, given: bool = True) -> str:
    value = f"{quoted(name) if given else 'NULL'}::{kind}"
    if kind == "DOUBLE":
        value = f"CASE WHEN isfinite({value}) THEN {value} END"
    if kind == "VARCHAR":
        value = f"nullif({value}, '')"
    return f"{value} AS {quoted(name)}"


def _kind(scoring: ScoringContract, name: str) -> str:
    return "VARCHAR" if scoring.features[name].kind == CATEGORY else "DOUBLE"


def _batches(connection: duckdb.DuckDBPyConnection) -> Iterator[pl.DataFrame]:
    """The rows set apart, in order, so many at a time."""
    total = int(connection.execute("SELECT count(*) FROM temp.given_credits").fetchall()[0][0])
    query = "SELECT * FROM temp.given_credits WHERE rowid >= $first AND rowid < $next"
    for first in range(0, total, ROWS):
        yield connection.sql(query, params={"first": first, "next": first + ROWS}).pl()


def clients_of(rows: pl.DataFrame, scoring: ScoringContract) -> pl.DataFrame:
    """What the credits tell of their clients: `age` and `segment` of [clients] in the contract, as SQL."""
    told = tomllib.loads(scoring.text).get("clients", {})
    age, segment = (pl.sql_expr(told[name]) if name in told else pl.lit(None) for name in ("age", "segment"))
    return rows.select(
        "client_id",
        since="applied_on",
        until=pl.lit(None, pl.Date),
        age=age.cast(pl.Float64),
        segment=segment.cast(pl.String),
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    connection.register("rows_seen", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_seen")  # noqa: S608  our two tables
    connection.unregister("rows_seen")


def make_findable(connection: duckdb.DuckDBPyConnection, scoring: ScoringContract) -> None:
    """The view `applications`, by which static SQL reads any contract's credits, and the index of clients."""
    numbers, words = (
        ", ".join(quoted(feature.name) for feature in part) for part in (scoring.numbers, scoring.words)
    )
    connection.execute("CREATE UNIQUE INDEX credits_by_client ON credits (client_id)")
    connection.execute(
        "CREATE OR REPLACE VIEW applications AS SELECT client_id, applied_on, defaulted, "  # noqa: S608
        f"[{numbers}]::DOUBLE[] AS numbers, [{words}]::VARCHAR[] AS words FROM credits"
    )


def _check(connection: duckdb.DuckDBPyConnection, scoring: ScoringContract) -> None:
    flags = [quoted(feature.name) for feature in scoring.features.values() if feature.kind == FLAG]
    wrong = " OR ".join(["client_id IS NULL", *(f"{flag} NOT IN (0, 1)" for flag in flags)])
    rows, keys, holes = connection.execute(
        f"SELECT count(client_id), count(DISTINCT client_id), count(*) FILTER ({wrong}) FROM credits"  # noqa: S608
    ).fetchall()[0]
    if rows != keys:
        raise BuildFailed("key_twice", table="credits", column="client_id")
    if holes:
        raise BuildFailed("rows_incomplete", table="credits", rows=holes)
