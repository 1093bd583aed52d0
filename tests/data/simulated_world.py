"""The world of the default command, simulated once for all the tests that look at it."""

import hashlib
from functools import cache
from typing import Any

import duckdb

from data.simulate import fill


@cache
def simulated_world() -> duckdb.DuckDBPyConnection:
    """A million cases, in memory. Only to be read."""
    connection = duckdb.connect()
    fill(connection)
    return connection


def ask(connection: duckdb.DuckDBPyConnection, query: str, **values: Any) -> Any:
    """The only value of the only row, or the row."""
    (row,) = connection.execute(query, values).fetchall()
    return row[0] if len(row) == 1 else row


def mean_delay(connection: duckdb.DuckDBPyConnection, where: str, **values: Any) -> float:
    return float(
        ask(connection, f"SELECT avg(delay_days) FROM cases WHERE status = 'closed' AND {where}", **values)
    )


def load(connection: duckdb.DuckDBPyConnection, agency: str | None = None) -> float:
    """Weighted open cases per full-time agent on the last day."""
    return float(
        ask(
            connection,
            """
        SELECT (SELECT sum(weight) FROM cases WHERE status = 'open' AND agency = coalesce($agency, agency))
             / (SELECT sum(fte) FROM agencies WHERE agency = coalesce($agency, agency))""",
            agency=agency,
        )
    )


def fingerprints(seed: int = 7, cases: int = 20_000, threads: int = 2, order: str = "") -> dict[str, str]:
    """SHA-256 of every row of every table, in the order in which they lie, or in `order`."""
    with duckdb.connect(config={"threads": threads}) as connection:
        fill(connection, cases=cases, seed=seed)
        return {
            table: hashlib.sha256(
                repr(connection.execute(f"SELECT * FROM {table} {order}").fetchall()).encode()
            ).hexdigest()
            for table in ("cases", "agencies", "agents", "agent_agencies")
        }
