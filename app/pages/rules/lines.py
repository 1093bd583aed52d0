"""A firing as a line of the history: what was found, decided and planned, and what followed."""

from typing import Any

from app import advised, outcomes
from app.outcomes import Outcome
from app.pages.rules import words
from app.pages.rules.firings import NOTED, Firing
from app.texts import t
from data.advised import DISMISSED, RETAINED, SNOOZED

Payload = dict[str, Any]


def row(firing: Firing, came: dict[int, Outcome], *, latest: bool = False) -> Payload:
    """One firing as a line of the history; `latest`: of the month judged now, so that it can be decided."""
    answer = firing.answer
    outcome = came.get(answer.id) if answer and not firing.follows else None
    return {
        "rule": firing.rule.id,
        "place": firing.place,
        "dim": firing.dim,
        "day": words.last_day(firing.month),
        "month": f"{firing.month:%Y-%m}",
        "measures": words.measures(firing),
        "decision": firing.decision,
        "decided": words.decision(firing),
        "icon": words.SHOWS[firing.decision],
        "plan": _plan(firing, latest=latest),
        "number": answer.id if answer and not firing.follows else 0,
        **(outcome.payload if outcome else _no_outcome(firing)),
    }


def _plan(firing: Firing, *, latest: bool) -> str:
    answer = firing.answer
    if firing.decision == NOTED:
        return ""
    if answer is None:
        return t("rules.to_decide") if latest else ""
    if answer.answer == RETAINED:
        return f"{advised.plan_words(answer.plan)}. {answer.who}"
    return advised.words(answer) if answer.answer == SNOOZED else t("rules.quoted", text=answer.motive)


def _no_outcome(firing: Firing) -> Payload:
    answer = None if firing.follows else firing.answer
    net = ""
    if answer and answer.answer == DISMISSED:
        net = t("rules.control")
    elif answer and answer.announced:
        net = t("rules.announced", change=outcomes.change(answer.announced["change"][1]))
    return {
        "before": t("rules.to_come") if answer and answer.answer == RETAINED else "",
        "net": net,
        "bar": None,
    }
