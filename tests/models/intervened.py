"""A simulated world cut on the day of a decision, as Vigie then sees it, and all that the generator knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from data.pipeline import publish_tables
from data.simulate import fill
from data.simulation.intervene import course
from data.simulation.world import terms, world
from models.transfers import Office
from models.workplace import Workplace, workplace
from queries.duckdb_engine import DuckdbEngine
from queries.engine import EVERYTHING
from queries.rules import courses as asked
from queries.rules.courses import Course

WEIGHTS = {kind["name"]: terms(kind["name"]).weight for kind in world()["case_type"]}
NOT_YET = "DELETE FROM cases WHERE received_on > $decided"
ELSEWHERE = "DELETE FROM {table} WHERE NOT list_contains($regions, region)"
STILL_OPEN = """
UPDATE cases SET day = received_on, closed_on = NULL, status = 'open', delay_days = NULL
WHERE closed_on > $decided
"""


@dataclass(frozen=True)
class World:
    """`told`: the agencies as Vigie measures them on the evening of `decided`, by its own questions.

    `known`: the whole course of their cases, up to three months later.
    """

    decided: date
    regions: dict[str, list[str]]
    told: dict[str, Course]
    known: dict[str, pl.DataFrame]

    @property
    def first(self) -> date:
        """The day after the decision."""
        return self.decided + timedelta(days=1)

    def place(self, agency: str) -> Workplace:
        """The agency as effects see it."""
        told = self.told[agency]
        found = workplace(told.weeks, stock=told.stock, fte=told.fte, shortest=told.shortest)
        assert found is not None
        return found

    def office(self, agency: str) -> Office:
        """The agency as transfers see it."""
        told = self.told[agency]
        return Office(agency, self.place(agency), told.workload, told.movable, told.skills, told.delays)


def cut_world(home: Path, decided: date, until: date, seed: int, regions: Sequence[str]) -> World:
    """Some regions of the default world, published as they were on the evening of a month's last day."""
    agencies: dict[str, list[str]] = {}
    known: dict[str, pl.DataFrame] = {}

    def cut(connection: duckdb.DuckDBPyConnection) -> None:
        fill(connection, until=until, seed=seed)
        rows = connection.execute("SELECT region, agency FROM agencies ORDER BY agency").fetchall()
        for region, agency in rows:
            if region in regions:
                agencies.setdefault(region, []).append(agency)
                known[agency] = course(connection, agency)
        for table in ("cases", "agencies"):
            connection.execute(ELSEWHERE.format(table=table), {"regions": list(regions)})
        for statement in (NOT_YET, STILL_OPEN):
            connection.execute(statement, {"decided": decided})

    snapshot = publish_tables(home, cut, simulated=True)
    engine, month = DuckdbEngine(snapshot), decided.replace(day=1)
    questions = asked.questions(tuple(known), month)
    answers = {name: engine.run(query, picked, EVERYTHING) for name, (query, picked) in questions.items()}
    return World(decided, agencies, asked.courses(answers, month), known)


def mean_delay(cases: pl.DataFrame, since: date, weeks: int) -> float:
    """Days, over the cases closed in so many weeks."""
    days = closed(cases, since, weeks)
    mean = days.mean()
    assert isinstance(mean, float)
    return mean


def closed(cases: pl.DataFrame, since: date, weeks: int) -> pl.Series:
    """The delays of the cases closed in so many weeks, in days."""
    until = since + timedelta(weeks=weeks)
    among = cases.filter(
        pl.col("status") == "closed", pl.col("finished_on") >= since, pl.col("finished_on") < until
    )
    return (among["finished_on"] - among["received_on"]).dt.total_days()


def stock(cases: pl.DataFrame, day: date) -> int:
    """Cases open on the evening of a day."""
    return cases.filter(pl.col("received_on") <= day, pl.col("finished_on").fill_null(date.max) > day).height
