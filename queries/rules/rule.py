"""A rule: reviewed data, read from rules.toml and checked."""

import operator
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal, Self

from queries.rules.indicators import INDICATORS, Per
from queries.selection import Selection

CONDITIONS: dict[str, Callable[[Any, Any], Any]] = {">": operator.gt, "<": operator.lt}
LANGUAGES = ("fr", "en")
SAID = ("name", "title", "text", "why")  # what each language must say
EFFECTS = ("", "reinforcement", "transfers", "audit", "clearing")  # simulations that a rule may announce
COUNTED = ("treated", "closed", "returned", "open", "old")  # what evidence may count
# What texts may have filled in, besides indicators.
FILLED = frozenset(
    {"place", "months", "cases", "weekly", "value", "limit", "limit_2", "load", "usual_delay", "delay_spread"}
)
Urgency = Literal["urgent", "study", "note"]
URGENCIES: tuple[Urgency, ...] = ("urgent", "study", "note")  # in the order shown


class RuleError(ValueError):
    """An entry of rules.toml that cannot be applied; the text says which and why."""


@dataclass(frozen=True)
class Condition:
    """One indicator, how it compares (`>` or `<`) and with what."""

    indicator: str
    condition: str
    limit: float

    def holds(self, value: Any) -> Any:
        """Whether the value, or each value of an array, is past the limit; never where it is not a number."""
        return CONDITIONS[self.condition](value, self.limit)


@dataclass(frozen=True)
class Version:
    """What changed in the rule, when and why, in each language."""

    number: int
    on: date
    reason: Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """One reviewed rule. It fires where all its conditions hold, `months` months running.

    `per` says of what: the selection as a whole, each agency, or the agencies of each region. `minimum` is
    the volume of the first indicator below which it stays silent. `texts` has, per language, `name`, `title`,
    `text` and `why`, for some `staffed`. `counted` names what its evidence counts, `evidence` the picks that
    show them; `from_the_start`: they may have come in before the months judged.
    """

    id: str
    per: Per
    conditions: tuple[Condition, ...]
    minimum: int
    better: Literal["up", "down"]
    urgency: Urgency
    icon: str
    owner: str
    reviewed_by: str
    reviewed_on: date
    versions: tuple[Version, ...]
    texts: Mapping[str, Mapping[str, str]]
    months: int = 1
    counted: str = "treated"
    evidence: str = ""
    from_the_start: bool = False
    decided: bool = True  # asks for a decision; else it annotates
    effect: str = ""  # of EFFECTS: what following it would change

    @property
    def indicator(self) -> str:
        """That of the first condition."""
        return self.conditions[0].indicator

    @property
    def limit(self) -> float:
        """That of the first condition."""
        return self.conditions[0].limit

    @property
    def window(self) -> int:
        """Months whose cases stand behind its first value, the month judged included."""
        return max(self.months, INDICATORS[self.indicator].window)

    @property
    def bears(self) -> frozenset[str]:
        """The dimensions whose picks leave every one of its indicators its meaning."""
        each = (INDICATORS[condition.indicator].bears for condition in self.conditions)
        return frozenset.intersection(*each) | {"region", "agency"}

    def limited(self, limits: tuple[float, ...]) -> Self:
        """The same with other limits, in the order of its conditions. Raises ValueError when not as many."""
        changed = tuple(
            replace(each, limit=limit) for each, limit in zip(self.conditions, limits, strict=True)
        )
        return replace(self, conditions=changed)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules in the order shown. Raises RuleError."""
    return read((files(__package__) / "rules.toml").read_text(encoding="utf-8"))


def rule(name: str) -> Rule:
    """The rule with that id. Raises KeyError."""
    return {each.id: each for each in rules()}[name]


def read(text: str) -> tuple[Rule, ...]:
    """The rules of a TOML text, each checked. Raises RuleError."""
    found = tuple(_rule(entry) for entry in tomllib.loads(text).get("rule", ()))
    names = [each.id for each in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise RuleError(f"declared twice: {', '.join(sorted(twice))}")
    return found


def _rule(entry: Mapping[str, Any]) -> Rule:
    name = entry.get("id", "?")
    plain = {key: value for key, value in entry.items() if key not in (*LANGUAGES, "conditions", "versions")}
    try:
        found = Rule(
            conditions=tuple(Condition(**each) for each in entry.get("conditions", ())),
            versions=tuple(Version(**each) for each in entry.get("versions", ())),
            texts=MappingProxyType({code: entry.get(code, {}) for code in LANGUAGES}),
            **plain,
        )
        Selection.parse(found.evidence)
    except (TypeError, ValueError) as error:
        raise RuleError(f"{name}: {error}") from error
    problem = next(_problems(found), None)
    if problem:
        raise RuleError(f"{name}: {problem}")
    return found


def _asked(text: str) -> list[str]:
    """The names that a text has filled in."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def _problems(found: Rule) -> Iterator[str]:
    """What keeps a rule from being applied, the first thing first."""
    known = [each for each in found.conditions if each.indicator in INDICATORS]
    if not found.conditions or len(known) < len(found.conditions):
        yield "unknown indicator, or none"
    elif any(INDICATORS[each.indicator].per != found.per for each in known):
        yield f"an indicator is not one of each {found.per}"
    if found.effect not in EFFECTS:
        yield f"no simulation is called {found.effect}"
    if any(each.condition not in CONDITIONS for each in found.conditions):
        yield "unknown condition"
    if found.urgency not in URGENCIES or found.months < 1:
        yield "unknown urgency, or fewer than one month"
    if found.counted not in COUNTED or (found.counted == "treated") != (found.per == "selection"):
        yield f"its evidence cannot count {found.counted}"
    if any(not found.texts[code].get(part) for code in LANGUAGES for part in SAID):
        yield f"one of {', '.join(SAID)} is missing"
    unknown = {name for texts in found.texts.values() for text in texts.values() for name in _asked(text)}
    if unknown - set(INDICATORS) - FILLED:
        yield f"a text asks for {', '.join(sorted(unknown - set(INDICATORS) - FILLED))}"
    if not found.versions or any(set(each.reason) != set(LANGUAGES) for each in found.versions):
        yield "a version, or its reason in a language, is missing"
