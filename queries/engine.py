"""What an engine is, and which relation answers a question: a cube where one can, else the facts.

A period that is not whole months is read as whole months from the month cube, edge days from the day cube.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import polars as pl

from data.snapshot import Snapshot
from queries.query import Query
from queries.selection import Selection, month_end, shift_months

CUBE_DIMENSIONS = frozenset({"region", "agency", "case_type", "status", "returned", "age"})
OFFICE_DIMENSIONS = frozenset({"region", "agency"})
PEOPLE_DIMENSIONS = OFFICE_DIMENSIONS | {"agent"}
# What an office has no say in; a picked agent leaves no office, so that no ratio mixes one person with all.
OFFICE_IGNORES = frozenset({"case_type", "status", "returned", "age"})
# What cuts these relations; the other picks leave them as they are.
KEPT: Mapping[str, frozenset[str]] = {
    "offices": OFFICE_DIMENSIONS,
    "people": PEOPLE_DIMENSIONS,
    "chance_checks": OFFICE_DIMENSIONS | {"case_type"},
}
# Of cases, people and what was announced, each by itself: no cube has them.
ONE_BY_ONE = frozenset({"people", "sent_back", "listed", "chances", "chance_checks", "targets"})
# Of clients and their credits. Nothing ties them to an agency: whoever may see only some sees none of them.
CLIENT_RELATIONS = frozenset(
    {
        "applications", "scores", "credit_bins", "credit_cuts", "credit_pairs", "credit_quantiles",
        "credit_boxes", "credit_sample",
    }
)  # fmt: skip


EVERYTHING = Selection()


class Engine(Protocol):
    """Answers questions on one snapshot."""

    def answers(self, query: Query, selection: Selection, scope: Selection) -> bool:
        """Whether it holds every column that the question, the picks and the scope need."""

    def run(
        self, query: Query, selection: Selection = EVERYTHING, scope: Selection | None = None
    ) -> pl.DataFrame:
        """The answer with the query's declared columns.

        `scope` is what the reader may see: None shows no row, `Selection()` all of them.
        """


@dataclass(frozen=True)
class Days:
    """The days the published cases cover."""

    first: date
    last: date

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Days | None":
        """Those of a version; None where it has no cases."""
        if snapshot.first_day is None or snapshot.last_day is None:
            return None
        return cls(snapshot.first_day, snapshot.last_day)

    def as_of(self, selection: Selection) -> date:
        """The day at whose end stock and ages are counted: the end of the period, within the data."""
        return min(selection.until or self.last, self.last)


@dataclass(frozen=True)
class Span:
    """Days `since` to `until`, both included, read at `grain`: `month` or `day`."""

    grain: str
    since: date
    until: date


def spans(selection: Selection, days: Days) -> Iterator[Span]:
    """The fewest spans that cover the period exactly, months first."""
    since = max(selection.since or days.first, days.first.replace(day=1))
    until = min(selection.until or days.last, month_end(days.last))
    if since > until:
        return
    first = since if since.day == 1 or since <= days.first else shift_months(since.replace(day=1), 1)
    covered = until == month_end(until) or until >= days.last
    last = month_end(until) if covered else until.replace(day=1) - timedelta(1)
    if first > last:
        yield Span("day", since, until)
        return
    yield Span("month", first.replace(day=1), last)
    if since < first:
        yield Span("day", since, first - timedelta(1))
    if last < until:
        yield Span("day", last + timedelta(1), until)


def dimensions(*selections: Selection) -> frozenset[str]:
    """Every dimension that one of the selections picks."""
    return frozenset(dim for selection in selections for dim in selection.picks)


def predicates(relation: str, picks: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]] | None:
    """The picks a relation is cut by; None where the picks leave it no row.

    `known` tells what the data can say, not what they say: neither picks nor scope cut it.
    """
    if relation == "known":
        return {}
    if relation in CLIENT_RELATIONS and picks:
        return None
    if relation == "targets":
        places = {dim: values for dim, values in picks.items() if dim in OFFICE_DIMENSIONS}
        return {dim: (*values, "") for dim, values in places.items()}  # one of the network has no place
    if relation == "offices" and set(picks) - OFFICE_DIMENSIONS - OFFICE_IGNORES:
        return None
    kept = KEPT.get(relation)
    return {dim: values for dim, values in picks.items() if kept is None or dim in kept}


def conform(answer: pl.DataFrame, query: Query) -> pl.DataFrame:
    """The answer cast to the declared columns. Raises ValueError when the names differ."""
    if answer.columns != query.columns.names():
        raise ValueError(f"{query.id} answers {answer.columns}, declared {query.columns.names()}")
    return answer if answer.schema == query.columns else answer.cast(query.columns)
