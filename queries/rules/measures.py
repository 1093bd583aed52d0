"""What the rules of a whole selection compare with their limits, from the answers to a few questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from queries.production import kpis, treated_by_agency
from queries.query import Query

# Each question of the selection as a whole.
ASKED: dict[str, Query] = {"kpis": kpis, "treated_by_agency": treated_by_agency}

Rows = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Measure:
    """A value, the rows and cases behind it, and the cases that the evidence shows.

    `weekly`: of those cases, how many each full-time agent would have to clear per week; None when unknown.
    """

    value: float
    rows: int
    volume: int
    cases: int
    weekly: float | None = None


def of_rows(name: str) -> Callable[[Rows], Measure | None]:
    """The indicator `name` of `production.kpis`, as it is."""

    def read(answers: Rows) -> Measure | None:
        row = _kpis(answers)
        return None if row[name] is None else Measure(row[name], row["rows"], row["treated"], row["treated"])

    return read


def treated_spread(answers: Rows) -> Measure | None:
    """Sample standard deviation of cases treated per agency; none for one agency."""
    spread = answers["treated_by_agency"]["treated"].cast(pl.Float64).std(ddof=1)
    if not isinstance(spread, float):
        return None
    row = _kpis(answers)
    return Measure(spread, row["rows"], row["treated"], row["treated"])


MEASURES: dict[str, Callable[[Rows], Measure | None]] = {
    "row_mean_delay": of_rows("row_mean_delay"),
    "row_mean_return_rate": of_rows("row_mean_return_rate"),
    "treated_spread": treated_spread,
}


def _kpis(answers: Rows) -> dict[str, Any]:
    return answers["kpis"].row(0, named=True)
