"""The recommendations of a page: a short list beside the charts, or the cards of one place."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app import advised, outcomes, recommendations
from app.accounts import user
from app.advised import Item
from app.crossfilter import Answers, Payload
from app.services import services
from app.texts import t
from data.advised import DISMISSED, RETAINED, SNOOZED, Answer
from queries.engine import Days
from queries.selection import Selection, month_end, shift_months

ASKS = recommendations.ASKS
FIRST = 5  # shown in the list
LIST, CARDS = "list", "cards"
URGENT, STUDY = "urgent", "study"


def draw(answers: Answers) -> Payload:
    """A view's payload: the list of the first few; on a place, the cards of all of them."""
    return payload(answers.selection, CARDS if answers.place else LIST)


def payload(selection: Selection, size: str) -> Payload:
    """The same for any selection of the current reader. Raises NoSnapshot, QueryTimeout, JournalFailed."""
    found = current(selection)
    waiting = [item for item in found if item["answered"] is None]
    retained = [item for item in found if item["answered"] and item["answered"].answer == RETAINED]
    shown = waiting + retained
    past = (
        outcomes.past(selection, {(item["rule"], item["place"]) for item in found}) if size == CARDS else []
    )
    cut = shown[:FIRST] if size == LIST else shown + past
    return {
        "kind": "advice",
        "size": size,
        "items": [card(item) for item in cut],
        "decide": may_decide(),
        "summary": t("advised.summary_place") if size == CARDS else advised.counted("summary", len(waiting)),
        "all": advised.counted("all", len(shown)) if size == LIST and len(shown) > len(cut) else "",
        "hidden": _hidden([item["answered"] for item in found if item["answered"]]),
        **_badge(waiting),
        "none": t("advised.none_left" if found else "advised.none"),
        "reasons": advised.reasons(),
        "today": str(date.today()),
        "later": str(_in_a_month(date.today())),
    }


def current(selection: Selection) -> list[Item]:
    """What the rules say of the selection, the most urgent first, each with the answer that holds for it."""
    scope = user().scope
    items = recommendations.items(selection, scope)
    return advised.attached(
        item | {"place": advised.place_of(item, selection, scope), "month": _month(item, selection)}
        for item in items
    )


def _month(item: Item, selection: Selection) -> str:
    """The month (YYYY-MM) whose data it fired on: for what is judged over the period, that of its end."""
    if item["month"] != "None":
        return str(item["month"])[:7]
    snapshot = services().snapshot
    days = Days.of(snapshot) if snapshot else None
    return f"{days.as_of(selection):%Y-%m}" if days else ""


def may_decide() -> bool:
    """Whether the reader may answer."""
    return "recommendation.decide" in user().permissions


def card(item: Item) -> Payload:
    """An item as the client draws it: what it says, what retaining it would record, the answer that holds."""
    answer: Answer | None = item["answered"]
    effect = item.get("effect")
    shown = {
        name: value for name, value in item.items() if name not in ("answered", "measures", "raw", "limit")
    }
    return shown | {
        "urgent": item["urgency"] == URGENT and answer is None,
        "effect": effect and effect | {"line": _line(effect)},
        "record": _record(item),
        "answer": outcomes.told(answer) if answer else None,
    }


def _record(item: Item) -> str:
    """What retaining it would record beside the answer itself."""
    plan = advised.plan(item)
    return advised.plan_words(plan) if plan else ""


def _line(effect: Mapping[str, Any]) -> str:
    """The effect in one line: with what plan, and how much."""
    if effect["kind"] == "clearing":
        return ""  # its sentence says it already
    plan = effect.get("plan") or {}
    text = " ".join(part for part in (effect["text"], effect.get("interval")) if part)
    return f"{advised.plan_words(plan)} : {text}" if plan.get("agents") else text


def _badge(waiting: Sequence[Item]) -> Payload:
    """« 1 urgente, 2 à étudier »."""
    counts = {name: sum(item["urgency"] == name for item in waiting) for name in (URGENT, STUDY)}
    parts = [advised.counted(name, count) for name, count in counts.items() if count]
    return {"badge": ", ".join(parts), "urgent": counts[URGENT] > 0}


def _hidden(answers: Sequence[Answer]) -> str:
    """How many wait elsewhere: « Masquées : 2 écartées, 1 rappelée plus tard »."""
    counts = {name: sum(each.answer == name for each in answers) for name in (DISMISSED, SNOOZED)}
    parts = [advised.counted(f"hidden_{name}", count) for name, count in counts.items() if count]
    return t("advised.hidden", parts=", ".join(parts)) if parts else ""


def _in_a_month(today: date) -> date:
    """The same day of the next month, or its last."""
    first = shift_months(today.replace(day=1), 1)
    return first.replace(day=min(today.day, month_end(first).day))
