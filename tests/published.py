"""Small published snapshots, and a browser's place in front of the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from data.pipeline import publish_tables
from data.snapshot import Snapshot
from data.workshop import sql

HERE = "http://127.0.0.1:8050"
RATES = {"user_rate": 10**6, "address_rate": 10**6, "sign_in_rate": 10**6}  # tests ask faster than people
ASKS_AS_A_PAGE = {"sec-fetch-site": "same-origin"}
AGENCIES = ("Bobigny", "Créteil", "Évry")

CASES = """
INSERT INTO cases BY NAME
SELECT 'c' || i AS case_id, DATE '2026-01-01' + (i % 90)::INTEGER AS day, day - 20 AS received_on,
       CASE WHEN i % 5 > 0 THEN day END AS closed_on, $agencies[1 + i % 3] AS agency,
       ['Nord', 'Nord', 'Sud'][1 + i % 3] AS region, 'p' || i % 7 AS agent,
       ['Retraite', 'Réversion'][1 + i % 2] AS case_type,
       CASE WHEN i % 5 > 0 THEN 'closed' ELSE 'open' END AS status,
       1::BIGINT AS treated, CASE WHEN i % 5 > 0 THEN 20.0 END AS delay_days, 3::BIGINT AS documents,
       (i % 4 = 0)::BIGINT AS returns, 20.0 AS norm_days, 1.0 AS weight
FROM range($rows) AS r(i)
ORDER BY day, i
"""
OFFICES = """
INSERT INTO agencies BY NAME
SELECT agency AS agency_id, agency, any_value(region) AS region, 10.0 AS fte FROM cases GROUP BY agency
"""

TARGETS = "INSERT INTO targets VALUES ('mean_delay', NULL, NULL, 18.0)"


def publish(home: Path, rows: int = 900, *, simulated: bool = False, targets: bool = False) -> Snapshot:
    """Publish `rows` cases over 90 days in three agencies of two regions, one fifth of them open."""

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql("schema"))
        connection.execute(CASES, {"rows": rows, "agencies": list(AGENCIES)})
        connection.execute(OFFICES)
        if targets:
            connection.execute(TARGETS)

    return publish_tables(home, fill, simulated=simulated)


def settings(home: Path, **values: Any) -> Settings:
    """The defaults on that state folder, quiet, and quick to see a new snapshot."""
    return Settings(
        **{"home": home, "demo": True, "log_level": "error", "poll_seconds": 0.05, **RATES, **values}
    )


def app_on(home: Path, **values: Any) -> FastAPI:
    """The server on that state folder."""
    return create_app(settings(home, **values))


@contextmanager
def visit(server: FastAPI, address: str = HERE, client: str = "127.0.0.1") -> Iterator[TestClient]:
    """Ask the server as a page of its own would, from `client`, under the name in `address`."""
    place = TestClient(
        server, base_url=address, client=(client, 50_000), headers=ASKS_AS_A_PAGE, follow_redirects=False
    )
    with place:
        yield place
