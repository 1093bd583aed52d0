"""Recommendation rules: reviewed data (rules.toml) compared with what the cases show.

Three reference rules judge the selection as a whole; ours judge each agency, or the agencies of each region,
at the last complete month of the period, against the whole network under the same types of case.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, Protocol

import polars as pl

from queries.engine import Days
from queries.query import Query
from queries.rules import board as boards
from queries.rules.board import Board, board, judged, months_by_agency, stock_by_agency
from queries.rules.indicators import INDICATORS
from queries.rules.judging import Group, Judged, counted, evidence, history, judge, what_if
from queries.rules.measures import ASKED, MEASURES, Measure
from queries.rules.returns import cases_to_audit, reasons, returns_by_type
from queries.rules.rule import URGENCIES, Condition, Rule, RuleError, Version, read, rule, rules
from queries.selection import Selection

__all__ = [
    "EVERYTHING", "INDICATORS", "QUERIES", "Answering", "Board", "Condition", "Group", "Judged", "Measure",
    "Measured", "Recommendation", "Rule", "RuleError", "Version", "asked", "board", "fired", "history",
    "judge", "judged", "questions", "read", "recommend", "rule", "rules", "what_if",
]  # fmt: skip

QUERIES = (months_by_agency, stock_by_agency, returns_by_type, reasons, cases_to_audit)
EVERYTHING = Selection()
Seen = Literal["selection", "network"]
WEEKS = 4  # in which old stock is to be cleared


@dataclass(frozen=True)
class Measured:
    """One condition that held: the indicator, its value and the limit it is past."""

    indicator: str
    value: float
    condition: str
    limit: float


@dataclass(frozen=True)
class Recommendation:
    """A rule that fired: raw values, to be put in words by the way in.

    `place` is the agency or the region, `dim` which of the two; both "" for the selection as a whole. `month`
    is the first day of the month judged, `figures` all figures of the place in that month, by name.
    """

    rule: Rule
    measure: Measure
    evidence: Selection
    scope: Seen
    month: date
    place: str = ""
    dim: str = ""
    measures: tuple[Measured, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    agencies: tuple[str, ...] = ()  # those judged
    focus: str = ""  # the only agency picked, where a whole region is judged

    @property
    def id(self) -> str:
        """`reinforce:Lille:2026-10-01`: what a decision is about."""
        return f"{self.rule.id}:{self.place}:{self.month}"

    @property
    def value(self) -> float:
        return self.measure.value

    @property
    def limit(self) -> float:
        return self.rule.limit

    @property
    def rows(self) -> int:
        """Rows behind the value of a whole selection; for a place, the cases of its first indicator."""
        return self.measure.rows

    @property
    def excess(self) -> float:
        """How far past its limit the first value is, as a share of the limit."""
        return self.value / self.limit - 1 if self.limit else self.value


class Answering(Protocol):
    """An engine, or whatever chooses one."""

    @property
    def days(self) -> Days: ...

    def run(self, query: Query, selection: Selection, scope: Selection | None) -> pl.DataFrame: ...


def asked(months: int = 1) -> dict[str, Query]:
    """The questions that `questions` may ask, by name."""
    return {**ASKED, **boards.asked(months)}


def questions(selection: Selection, days: Days, months: int = 1) -> dict[str, tuple[Query, Selection]]:
    """What the rules need to know about a selection, by name; `months` more than one for their history."""
    whole = {name: (query, selection) for name, query in ASKED.items()}
    return whole | boards.questions(selection, days, months)


def fired(
    answers: Mapping[str, pl.DataFrame], selection: Selection, days: Days, scope: Selection = EVERYTHING
) -> list[Recommendation]:
    """The rules that fire on the answers to `questions(selection, days)`, the most urgent first."""
    if answers["kpis"].is_empty():  # a reader without a scope
        return []
    everything = not selection.picks and not scope.picks
    seen: Seen = "network" if everything else "selection"
    month = judged(selection, days)
    placed = list(_of_places(board(answers, month), selection))
    whole = [
        Recommendation(
            each, measure, _shown(each, selection), seen, month,
            measures=(_measured(each, 0, measure.value),), figures={"value": measure.value},
        )
        for each in rules()
        if each.per == "selection" and (measure := MEASURES[each.indicator](answers)) and _past(each, measure)
    ]  # fmt: skip
    return sorted([*placed, *whole], key=lambda each: (URGENCIES.index(each.rule.urgency), -each.excess))


def recommend(asked: Answering, selection: Selection, scope: Selection | None) -> list[Recommendation]:
    """The rules that fire over a selection within a scope; none without a scope."""
    wanted = questions(selection, asked.days)
    answers = {name: asked.run(query, part, scope) for name, (query, part) in wanted.items()}
    return fired(answers, selection, asked.days, scope or EVERYTHING)


def _of_places(table: Board, selection: Selection) -> Iterator[Recommendation]:
    for found in judge(table, selection):
        for place in found.fired():
            yield _recommended(table, selection, found, place)


def _recommended(table: Board, selection: Selection, found: Judged, place: int) -> Recommendation:
    each, group = found.rule, found.groups[place]
    values = found.values(place)
    figures = {name: float(rows[place, -1]) for name, rows in found.figures.items()}
    volume = int(figures[INDICATORS[each.indicator].volume])
    cases = counted(table, each, group)
    fte = table.fte[list(group.members)].sum()
    focus = selection.picks.get("agency", ())
    staffed = "staffed" in each.texts["fr"] and fte > 0
    return Recommendation(
        each,
        Measure(values[0], volume, volume, cases, cases / fte / WEEKS if staffed else None),
        evidence(each, group, table.month, selection),
        "selection",
        table.month,
        group.name,
        group.dim,
        tuple(_measured(each, n, value) for n, value in enumerate(values)),
        MappingProxyType(figures),
        tuple(table.agencies[n] for n in group.members),
        focus[0] if group.dim == "region" and len(focus) == 1 else "",
    )


def _measured(found: Rule, index: int, value: float) -> Measured:
    at = found.conditions[index]
    return Measured(at.indicator, value, at.condition, at.limit)


def _past(found: Rule, measure: Measure) -> bool:
    return measure.volume >= found.minimum and bool(found.conditions[0].holds(measure.value))


def _shown(found: Rule, selection: Selection) -> Selection:
    added = Selection.parse(found.evidence)
    return Selection(selection.since, selection.until, {**selection.picks, **added.picks})
