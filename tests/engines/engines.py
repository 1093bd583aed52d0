"""Every engine on one snapshot, asked the same question: they must agree before an answer is given."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from data.snapshot import Snapshot
from queries.duckdb_engine import DuckdbEngine
from queries.engine import EVERYTHING
from queries.polars_engine import PolarsEngine
from queries.query import Query
from queries.selection import Selection
from tests.drawn import cases, published


@dataclass(frozen=True)
class Engines:
    """Answers through the facts, after checking that the cubes, where they can answer, say the same."""

    cubes: PolarsEngine
    facts: DuckdbEngine

    def run(
        self, query: Query, selection: str | Selection = "", scope: Selection | None = EVERYTHING
    ) -> pl.DataFrame:
        picked = Selection.parse(selection) if isinstance(selection, str) else selection
        answer = self.facts.run(query, picked, scope)
        if self.cubes.answers(query, picked, scope or Selection()):
            same(self.cubes.run(query, picked, scope), answer)
        return answer

    def value(self, query: Query, column: str, selection: str = "") -> object:
        """One cell of a one-row answer."""
        return self.run(query, selection)[column].item()


def on(snapshot: Snapshot) -> Engines:
    """Both engines on a snapshot."""
    return Engines(PolarsEngine(snapshot), DuckdbEngine(snapshot, threads=1))


def drawn(home: Path, drawing: str, fte: float | None = None) -> Engines:
    """Both engines on a drawn table of cases."""
    return on(published(home, cases(drawing), fte))


def same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Same columns, types, order and values, floats to 1e-12 relative."""
    assert_frame_equal(left, right, rel_tol=1e-12, abs_tol=1e-12)
