"""State folders with credits and a model that serves, and scoring on them without the web."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from app.accounts import User, acting
from app.scoring import Scoring
from data import snapshot
from data.journal import ASSESSED, SHEET, VIEWED, Journal
from data.pipeline import publish_tables
from data.snapshot import Snapshot
from data.workshop import sql
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection
from tests.credits import CONTRACT, fill_credits
from tests.published import AGENCIES, CASES, OFFICES
from tests.trained import quick_model

FIRST, CLIENTS = 401, 600  # ids 401 to 1000
OFFICER = User("anne", ("officer",), Selection())


def publish_world(
    home: Path, clients: int = CLIENTS, *, contract: str = CONTRACT, then: str | None = None
) -> Snapshot:
    """Publish cases and credits together; `then` is a last change to the tables."""

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql("schema"))
        connection.execute(CASES, {"rows": 900, "agencies": list(AGENCIES)})
        connection.execute(OFFICES)
        fill_credits(connection, clients)
        if then:
            connection.execute(then)

    return publish_tables(home, fill, simulated=False, scoring=contract)


def scored_home(home: Path, clients: int = CLIENTS) -> Path:
    """Cases, credits and a promoted model."""
    publish_world(home, clients)
    quick_model(home)
    return home


@contextmanager
def scoring_on(home: Path, who: User = OFFICER) -> Iterator[Scoring]:
    """Scoring on what `home` publishes, asked by `who`."""
    served = snapshot.current(home)
    facts, opened = DuckdbEngine(served), Scoring(home)
    try:
        opened.refresh(served, facts)
        with acting(who):
            yield opened
    finally:
        opened.close()
        facts.close()


def lines(home: Path) -> list[dict[str, Any]]:
    """Every line of the journal's chain, in order, its details as a dict."""
    journal = Journal(home)
    with journal._reading() as connection:
        rows = connection.execute("SELECT * FROM audit ORDER BY id").fetchall() if connection else []
    journal.close()
    return [dict(row) | {"details": json.loads(row["details"] or "{}")} for row in rows]


def consultations(home: Path) -> list[dict[str, Any]]:
    """The lines of scores that somebody saw, in order, what they saw among their columns."""
    return [line | line["details"] for line in lines(home) if line["action"] in (VIEWED, ASSESSED, SHEET)]
