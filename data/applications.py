"""The published credit applications, for what must see them all: training, scoring at night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl

from data.scoring import KEYS, ScoringContract
from data.snapshot import Snapshot
from data.sources import quoted

BATCH = 50_000  # applications
PARTS = 1_000_000


def with_outcome(snapshot: Snapshot, contract: ScoringContract, most: int) -> pl.DataFrame:
    """Keys and features of the applications whose outcome is known, in order of date, then of client.

    Of more than `most`, a part drawn by the client's number, the same at every run.
    """
    with _reading(snapshot) as connection:
        known = int(connection.execute("SELECT count(defaulted) FROM credits").fetchall()[0][0])
        kept = PARTS if known <= most else PARTS * most // known
        drawn = f"defaulted IS NOT NULL AND hash(client_id) % {PARTS} < {kept}"
        found: pl.DataFrame = connection.sql(
            f"{_select(contract)} WHERE {drawn} ORDER BY applied_on, client_id"
        ).pl()
        return found


def batches(snapshot: Snapshot, contract: ScoringContract, rows: int = BATCH) -> Iterator[pl.DataFrame]:
    """Keys and features of every application as the table lies, by client, some at a time."""
    with _reading(snapshot) as connection:
        for batch in connection.sql(_select(contract)).to_arrow_reader(rows):
            found = pl.from_arrow(batch)
            if isinstance(found, pl.DataFrame):
                yield found


@contextmanager
def _reading(snapshot: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(snapshot.facts), read_only=True) as connection:
        yield connection


def _select(contract: ScoringContract) -> str:
    names = ", ".join(map(quoted, (*KEYS, *contract.features)))
    return f"SELECT {names} FROM credits"  # noqa: S608
