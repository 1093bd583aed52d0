"""Recommendation rules: reviewed data (rules.toml) compared with what the selection shows."""

import operator
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, Protocol

import polars as pl

from queries.query import Query
from queries.rules.measures import ASKED, MEASURES, Measure, Rows, staff
from queries.selection import Selection

QUERIES = (staff,)
CONDITIONS: dict[str, Callable[[float, float], bool]] = {">": operator.gt, "<": operator.lt}
LANGUAGES = ("fr", "en")
EVERYTHING = Selection()


class RuleError(ValueError):
    """An entry of rules.toml that cannot be applied; the text says which and why."""


@dataclass(frozen=True)
class Rule:
    """One reviewed rule. `texts` has, per language, `title`, `text` and for some `staffed`."""

    id: str
    indicator: str
    condition: str
    limit: float
    minimum: int  # cases below which it stays silent
    better: Literal["up", "down"]
    icon: str
    owner: str
    reviewed_by: str
    reviewed_on: date
    why: str
    texts: Mapping[str, Mapping[str, str]]
    evidence: str = ""
    from_the_start: bool = False

    def fires(self, measure: Measure) -> bool:
        """Whether the value is past the limit and enough cases stand behind it."""
        return measure.volume >= self.minimum and CONDITIONS[self.condition](measure.value, self.limit)

    def shows(self, selection: Selection) -> Selection:
        """The selection that shows the cases concerned, among those of `selection`."""
        since = None if self.from_the_start else selection.since
        added = Selection.parse(self.evidence)
        return Selection(since, selection.until, {**selection.picks, **added.picks})


@dataclass(frozen=True)
class Recommendation:
    """A rule that fired: raw values, to be put in words by the way in."""

    rule: Rule
    measure: Measure
    evidence: Selection
    scope: Literal["selection", "network"]
    effect: None = None  # no simulation stands behind these rules

    @property
    def value(self) -> float:
        return self.measure.value

    @property
    def limit(self) -> float:
        return self.rule.limit

    @property
    def rows(self) -> int:
        """Rows behind the value; for a share of the stock, the open cases."""
        return self.measure.rows


class Answering(Protocol):
    """An engine, or whatever chooses one."""

    def run(self, query: Query, selection: Selection, scope: Selection | None) -> pl.DataFrame: ...


@cache
def rules() -> tuple[Rule, ...]:
    """All rules in the order shown. Raises RuleError."""
    text = (files(__package__) / "rules.toml").read_text(encoding="utf-8")
    return read(text)


def read(text: str) -> tuple[Rule, ...]:
    """The rules of a TOML text, each checked. Raises RuleError."""
    found = tuple(_rule(entry) for entry in tomllib.loads(text).get("rule", ()))
    names = [rule.id for rule in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise RuleError(f"declared twice: {', '.join(sorted(twice))}")
    return found


def questions(selection: Selection) -> dict[str, tuple[Query, Selection]]:
    """What the rules need to know about a selection, by name."""
    return {
        name: (query, selection.without(own) if own else selection) for name, (query, own) in ASKED.items()
    }


def fired(answers: Rows, selection: Selection, scope: Selection = EVERYTHING) -> list[Recommendation]:
    """The rules that fire on the answers to `questions(selection)`, in the order of rules.toml."""
    if answers["kpis"].is_empty():  # a reader without a scope
        return []
    everything = not selection.picks and not scope.picks
    measures = [(rule, MEASURES[rule.indicator](answers)) for rule in rules()]
    return [
        Recommendation(rule, measure, rule.shows(selection), "network" if everything else "selection")
        for rule, measure in measures
        if measure is not None and rule.fires(measure)
    ]


def recommend(asked: Answering, selection: Selection, scope: Selection | None) -> list[Recommendation]:
    """The rules that fire over a selection within a scope; none without a scope."""
    answers = {name: asked.run(query, part, scope) for name, (query, part) in questions(selection).items()}
    return fired(answers, selection, scope or EVERYTHING)


def _rule(entry: Mapping[str, Any]) -> Rule:
    name = entry.get("id", "?")
    texts = MappingProxyType({code: entry.get(code, {}) for code in LANGUAGES})
    try:
        rule = Rule(texts=texts, **{key: value for key, value in entry.items() if key not in LANGUAGES})
        Selection.parse(rule.evidence)
    except (TypeError, ValueError) as error:
        raise RuleError(f"{name}: {error}") from error
    if rule.indicator not in MEASURES or rule.condition not in CONDITIONS:
        raise RuleError(f"{name}: unknown indicator or condition")
    if any(not texts[code].get(part) for code in LANGUAGES for part in ("title", "text")):
        raise RuleError(f"{name}: a title or a text is missing")
    return rule
