"""What an effect is worked out from: how agencies have worked over the last weeks, and what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from queries import places
from queries.query import Query
from queries.selection import Selection, month_end, shift_months

INT, FLOAT, TEXT, DATE = pl.Int64(), pl.Float64(), pl.String(), pl.Date()
WEEKS = 12
QUICKEST = 0.05  # of the cases, as one tells what hands cannot shorten

flows_by_week = Query(
    "queries.rules",
    "flows_by_week",
    source="flows",
    columns=pl.Schema({"agency": TEXT, "week": DATE, "received": INT, "finished": INT}),
)
closed_by_week = Query(
    "queries.rules",
    "closed_by_week",
    source="cases",
    columns=pl.Schema({"agency": TEXT, "week": DATE, "closed": INT, "delay_sum": FLOAT}),
)
closed_by_delay = Query(
    "queries.rules",
    "closed_by_delay",
    source="delays",
    columns=pl.Schema({"agency": TEXT, "delay": INT, "closed": INT}),
)
stock_by_type = Query(
    "queries.rules",
    "stock_by_type",
    source="open_cases",
    columns=pl.Schema({"agency": TEXT, "case_type": TEXT, "open": INT, "open_weight": FLOAT, "young": INT}),
)
QUERIES = (flows_by_week, closed_by_week, closed_by_delay, stock_by_type)


@dataclass(frozen=True)
class Course:
    """How an agency worked in the WEEKS weeks before a day, and what it holds at its end.

    `weeks`: per week cases received, finished (closed or rejected), closed, and their delays summed (days).
    `delays`: closed cases per whole day of delay, over the last three months. `movable`: open cases of at
    most ten days, per type. `skills`: the types that somebody there masters.
    """

    agency: str
    fte: float | None
    stock: int = 0
    workload: float = 0.0  # weighted open cases
    weeks: tuple[tuple[float, float, float, float], ...] = ()
    delays: Mapping[int, int] = field(default_factory=dict)
    movable: Mapping[str, int] = field(default_factory=dict)
    skills: frozenset[str] = frozenset()

    @property
    def shortest(self) -> float:
        """The delay that one case in twenty does not exceed, in days; 0 without any."""
        total, seen = sum(self.delays.values()), 0
        for delay, closed in sorted(self.delays.items()):
            seen += closed
            if seen >= QUICKEST * total:
                return float(delay)
        return 0.0


def questions(agencies: tuple[str, ...], month: date) -> dict[str, tuple[Query, Selection]]:
    """What the courses of these agencies up to the end of a month ask, by name."""
    end, picks = month_end(month), {"agency": agencies}
    return {
        "offices": (places.offices, Selection(picks=picks)),
        "people": (places.people, Selection(picks=picks)),
        "flows": (flows_by_week, Selection(None, end, picks)),
        "closed": (closed_by_week, Selection(monday(month) - timedelta(weeks=WEEKS), end, picks)),
        "delays": (closed_by_delay, Selection(shift_months(month, -2), end, picks)),
        "stock": (stock_by_type, Selection(None, end, picks)),
    }


def monday(month: date) -> date:
    """The Monday after the last whole week of a month."""
    after = month_end(month) + timedelta(1)
    return after - timedelta(after.weekday())


def courses(answers: Mapping[str, pl.DataFrame], month: date) -> dict[str, Course]:
    """The course of each agency, by its name, from the answers to `questions`."""
    weeks = _weeks(answers, month)
    found = {}
    for agency, fte in answers["offices"].select("agency", "fte").iter_rows():
        stock = answers["stock"].filter(pl.col("agency") == agency)
        skills = answers["people"].filter(pl.col("agency") == agency)["skills"].drop_nulls()
        delays = answers["delays"].filter(pl.col("agency") == agency).select("delay", "closed")
        found[agency] = Course(
            agency,
            fte,
            int(stock["open"].sum()),
            float(stock["open_weight"].sum()),
            weeks.get(agency, ()),
            dict(delays.iter_rows()),
            {name: count for name, count in stock.select("case_type", "young").iter_rows() if count},
            frozenset(name.strip() for text in skills for name in text.split(",") if name.strip()),
        )
    return found


def _weeks(
    answers: Mapping[str, pl.DataFrame], month: date
) -> dict[str, tuple[tuple[float, float, float, float], ...]]:
    after = monday(month)
    shown = [after - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]
    both = answers["flows"].join(answers["closed"], on=["agency", "week"], how="full", coalesce=True)
    rows = both.filter(pl.col("week").is_in(shown)).fill_null(0)
    told = {(row[0], row[1]): row[2:] for row in rows.iter_rows()}
    nothing = (0, 0, 0, 0.0)
    return {
        agency: tuple(tuple(map(float, told.get((agency, week), nothing))) for week in shown)  # type: ignore[misc]
        for agency in rows["agency"].unique()
    }
