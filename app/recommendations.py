"""Rules that fired, in the reader's words: on the page, on the command line."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol

import polars as pl

from app.indicators import INDICATORS, in_line
from app.texts import NBSP, language, number, percent, t
from queries import rules
from queries.engine import Days
from queries.query import Query
from queries.rules import Recommendation
from queries.selection import Selection


class Asked(Protocol):
    """The answers a page's view draws from, and the selection they were asked for."""

    @property
    def selection(self) -> Selection: ...

    def __getitem__(self, name: str) -> pl.DataFrame: ...


def _asked_as(name: str) -> Callable[[Selection, Days], Selection]:
    return lambda selection, _days: rules.questions(selection)[name][1]


# What a page has to ask so that `cards` can draw, as a view declares it.
ASKS: Mapping[str, tuple[Query, Callable[[Selection, Days], Selection]]] = {
    name: (query, _asked_as(name)) for name, (query, _) in rules.questions(rules.EVERYTHING).items()
}
RETURN_LIMIT = next(rule.limit for rule in rules.rules() if rule.indicator == "row_mean_return_rate")


def cards(answers: Asked, scope: Selection = rules.EVERYTHING) -> dict[str, Any]:
    """One entry per rule that fired, in words, with the `evidence` its link leads to."""
    found = rules.fired({name: answers[name] for name in ASKS}, answers.selection, scope)
    return {"items": [_card(each) for each in found], "empty": not found}


def as_rows(found: list[Recommendation]) -> list[dict[str, Any]]:
    """As commands print them: rule, text, value, limit, rows, evidence (a query string), effect."""
    return [
        {
            "rule": each.rule.id,
            "text": sentence(each),
            "value": each.value,
            "limit": each.limit,
            "rows": each.rows,
            "evidence": str(each.evidence),
            "effect": each.effect,
        }
        for each in found
    ]


def title(found: Recommendation) -> str:
    """What to do, in a few words."""
    return found.rule.texts[language()]["title"]


def sentence(found: Recommendation) -> str:
    """Why, with the value and the limit it is past."""
    texts, measure = found.rule.texts[language()], found.measure
    text = texts["text"] if measure.weekly is None else texts.get("staffed", texts["text"])
    value, limit = _apart(found.rule.indicator, measure.value, found.limit)
    weekly = number(measure.weekly, 1)
    return text.format(value=value, limit=limit, cases=_cases(measure.cases), weekly=_cases_of(weekly))


def _card(found: Recommendation) -> dict[str, Any]:
    return {
        "rule": found.rule.id,
        "icon": found.rule.icon,
        "title": title(found),
        "text": sentence(found),
        "badge": t(f"rule.{found.scope}"),
        "link": t("rule.see", cases=_cases(found.measure.cases)),
        "evidence": str(found.evidence),
        "raw": found.value,
        "limit": found.limit,
    }


def _apart(indicator: str, value: float, limit: float) -> tuple[str, str]:
    """Value and limit in words; the value with as many digits as it takes to tell it from the limit."""
    shares = _is_share(indicator)
    exact = Decimal(f"{limit * 100 if shares else limit:g}").as_tuple().exponent
    fewest = max(0, -int(exact))
    digits = next(
        d for d in range(1, 7) if d == 6 or _written(indicator, value, d) != _written(indicator, limit, d)
    )
    return _written(indicator, value, digits), _written(indicator, limit, fewest)


def _written(indicator: str, value: float, digits: int) -> str:
    if indicator in INDICATORS:
        return in_line(indicator, value, digits)
    return percent(value, digits) if _is_share(indicator) else _cases_of(number(value, digits))


def _is_share(indicator: str) -> bool:
    return INDICATORS[indicator].kind == "share" if indicator in INDICATORS else indicator.endswith("_share")


def _cases(count: int) -> str:
    return _cases_of(number(count)) if count != 1 else t("rule.one_case")


def _cases_of(amount: str) -> str:
    return f"{amount}{NBSP}{t('rule.cases')}"
