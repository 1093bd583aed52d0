"""What rules compare with their limits, worked out from the answers to a few questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from queries.production import backlog_by_age, kpis, treated_by_agency
from queries.query import Query

OLD = "31+"  # the last age bucket
WEEKS = 4  # in which old stock is to be cleared

staff = Query("queries.rules", "staff", source="offices", columns=pl.Schema({"fte": pl.Float64()}))

# Each question, and the dimension whose picks it leaves out, as the chart of that dimension does.
ASKED: dict[str, tuple[Query, str | None]] = {
    "kpis": (kpis, None),
    "treated_by_agency": (treated_by_agency, None),
    "backlog_by_age": (backlog_by_age, "age"),
    "staff": (staff, None),
}

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


def old_stock_share(answers: Rows) -> Measure | None:
    """Share of open cases received more than 30 days ago; none where receipts are not known."""
    if _kpis(answers)["stock"] is None:
        return None
    by_age = dict(answers["backlog_by_age"].iter_rows())
    stock, old = sum(by_age.values()), by_age.get(OLD, 0)
    if not stock:
        return None
    fte = answers["staff"]["fte"].sum()
    return Measure(old / stock, stock, stock, old, old / fte / WEEKS if fte else None)


MEASURES: dict[str, Callable[[Rows], Measure | None]] = {
    "row_mean_delay": of_rows("row_mean_delay"),
    "row_mean_return_rate": of_rows("row_mean_return_rate"),
    "treated_spread": treated_spread,
    "old_stock_share": old_stock_share,
}


def _kpis(answers: Rows) -> dict[str, Any]:
    return answers["kpis"].row(0, named=True)
