"""The history of the rules as a table, typed: one row per firing."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from app import advised, outcomes
from app.outcomes import Outcome
from app.pages.rules import words
from app.pages.rules.firings import NONE, Firing, board, firings
from app.services import services
from app.texts import t
from data.advised import DISMISSED, RETAINED, SNOOZED
from queries.selection import month_end

TEXT, FLOAT, DAY = pl.String(), pl.Float64(), pl.Date()
COLUMNS = pl.Schema(
    {"fired_on": DAY, "rule": TEXT, "place": TEXT, "value": FLOAT, "limit": FLOAT, "measures": TEXT}
    | {"decision": TEXT, "reason": TEXT, "motive": TEXT, "plan": TEXT, "who": TEXT, "answered_on": DAY}
    | dict.fromkeys(("before", "after", "net_effect", "net_low", "net_high", "announced"), FLOAT)
)
SHOWN = {"": None, RETAINED: (RETAINED,), DISMISSED: (DISMISSED,), NONE: (NONE, SNOOZED)}


def table(rule: str = "", place: str = "", decision: str = "") -> pl.DataFrame:
    """The firings of the last twelve months, the latest first, of a rule, a place and a decision or of all.

    `value` and `limit` are those of the first condition; before, after and effects are days, or shares for a
    rule on returns. Raises KeyError for a decision that is none, NoSnapshot, JournalFailed, QueryTimeout.
    """
    wanted = SHOWN[decision]
    found = [
        each
        for each in firings(board(), services().stores.advised.standing())
        if (not rule or each.rule.id == rule)
        and (not place or each.place == place)
        and (wanted is None or each.decision in wanted)
    ]
    came = outcomes.measured([each.answer for each in found if each.answer and not each.follows])
    return pl.DataFrame(list(_rows(found, came)), schema=COLUMNS, orient="row")


def _rows(found: Sequence[Firing], came: dict[int, Outcome]) -> Iterator[tuple[Any, ...]]:
    for each in found:
        answer = each.answer
        outcome = came.get(answer.id) if answer else None
        effect: tuple[Any, ...] = (None,) * 6
        if outcome:
            announced = outcome.announced[1] if outcome.announced else None
            effect = (outcome.before, outcome.after, outcome.net, outcome.low, outcome.high, announced)
        measures = ", ".join(" ".join(pair) for pair in words.measures(each))
        fired = (month_end(each.month), words.name(each.rule), each.place, each.values[0], each.limits[0])
        yield (*fired, measures, words.decision(each), *_said(each), *effect)


def _said(firing: Firing) -> tuple[Any, ...]:
    """Reason, motive, plan, who, when; empty without an answer."""
    answer = firing.answer
    if answer is None:
        return ("", "", "", "", None)
    reason = t(f"advised.reason_{answer.reason}") if answer.reason else ""
    plan = advised.plan_words(answer.plan) if answer.answer == RETAINED else ""
    return (reason, answer.motive, plan, answer.who, advised.given_on(answer))
