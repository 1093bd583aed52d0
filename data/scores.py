"""The scores of all clients, written beside their applications."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
import polars as pl

from data.child import Progress
from data.sources import quoted

BATCH = 50_000  # applications
Judge = Callable[[pl.DataFrame], pl.DataFrame]


def replace_scores(
    connection: duckdb.DuckDBPyConnection, features: Sequence[str], judge: Judge, progress: Progress
) -> None:
    """Empty `scores` and fill it with what `judge` says of client_id and `features`, some clients at a time.

    `judge` answers with the columns of `scores`, a row per client.
    """
    names = ", ".join(map(quoted, ("client_id", *features)))
    total = max(1, int(connection.execute("SELECT count(*) FROM credits").fetchall()[0][0]))
    connection.execute("DELETE FROM scores")
    done = 0
    with connection.cursor() as reading:
        for batch in reading.sql(f"SELECT {names} FROM credits").to_arrow_reader(BATCH):  # noqa: S608  quoted
            rows = pl.DataFrame(batch)
            connection.register("judged", judge(rows).to_arrow())
            connection.execute("INSERT INTO scores BY NAME SELECT * FROM judged")
            connection.unregister("judged")
            done += rows.height
            progress("score", done / total)
