"""Answers to recommendations: which stand, what a reader answers, and what an answer says of itself."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from app.accounts import user
from app.services import services
from app.texts import day, number, t
from data.advised import DISMISSED, REASONS, RETAINED, SNOOZED, Answer, AnswerRefused
from data.errors import NoSnapshot
from data.snapshot import Snapshot
from models.moved import BUILDING
from queries import places
from queries.selection import Selection

Item = dict[str, Any]
PARIS = ZoneInfo("Europe/Paris")
SHOWS = {RETAINED: "check-circle-fill", DISMISSED: "x-circle", SNOOZED: "hourglass-split"}
APART = "|"  # between what an item is of and the rights of the reader whose part of it that is


@dataclass(frozen=True)
class Given:
    """What a reader answers to an item; `seen` is the number of the answer that they saw, 0 for none."""

    answer: str
    reason: str = ""
    motive: str = ""
    until: str = ""
    seen: int = 0


def standing() -> dict[tuple[str, str], Answer]:
    """Per rule and place the last answer that was not taken back. Raises JournalFailed."""
    return {each.key: each for each in services().stores.advised.standing()}


def attached(items: Iterable[Item]) -> list[Item]:
    """The items, each with the `Answer` that holds for it under `answered`, None without one."""
    answers, today = standing(), date.today()
    found = []
    for item in items:
        answer = answers.get((item["rule"], item["place"]))
        held = answer if answer and answer.holds(item["month"], today) else None
        found.append(item | {"answered": held, "seen": answer.id if answer else 0})
    return found


def record(item: Item, given: Given) -> int:
    """Write the answer to an item and give its number. Raises AnswerRefused, JournalFailed, NoSnapshot."""
    snapshot = services().snapshot
    if snapshot is None:
        raise NoSnapshot("none")
    if not item["decides"]:
        raise AnswerRefused("bad_answer")
    answer = Answer(
        who=user().name,
        rule=item["rule"],
        place=item["place"],
        month=item["month"],
        answer=given.answer,
        snapshot=snapshot.id,
        reason=given.reason if given.answer == DISMISSED else "",
        motive=given.motive.strip(),
        until=_until(item, given, snapshot),
        plan=plan(item) if given.answer == RETAINED else {},
        measured={"as_of": str(snapshot.last_day), "measures": item["measures"]},
        announced=_announced(item),
    )
    return services().stores.advised.record(answer, given.seen)


def withdraw(number: int) -> Answer:
    """Take back an answer of a place that the reader sees. Raises AnswerRefused, JournalFailed."""
    taken = next((each for each in services().stores.advised.standing() if each.id == number), None)
    if taken is None or not sees(taken.place):
        raise AnswerRefused("no_answer")
    return services().stores.advised.withdraw(user().name, number)


def sees(place: str) -> bool:
    """Whether the reader may see what was answered for that place, as `kept_under` names it."""
    scope = user().scope
    if scope == Selection():
        return True
    if scope is None:
        return False
    every, seen = _offices(Selection()), _offices(scope)
    if place in every["agency"]:
        return place in seen["agency"]
    if place in every["region"]:
        return whole(place)
    return place.endswith(f"{APART}{scope}")


def place_of(item: Item, selection: Selection, scope: Selection | None) -> str:
    """Where an item is of: its agency or region; else the picks it is worked out on, within whose rights."""
    if item["place"]:
        return kept_under(item["place"], item["dim"])
    picks = str(Selection(picks=selection.picks))
    return f"{picks}{APART}{scope}" if scope and scope.picks else picks


def kept_under(place: str, dim: str) -> str:
    """What answers to an agency or a region are kept under.

    Of a region of which the reader sees only some agencies, those are a place of their own: what is worked
    out on them, and answered to it, is not what others work out on the whole region.
    """
    return place if dim != "region" or whole(place) else f"{place}{APART}{user().scope}"


def shown(place: str) -> str:
    """The place as people read it."""
    return place.partition(APART)[0]


def whole(region: str) -> bool:
    """Whether the reader sees every agency of that region."""
    counts = [(_offices(scope)["region"] == region).sum() for scope in (Selection(), user().scope)]
    return counts[0] == counts[1]


def _offices(scope: Selection | None) -> pl.DataFrame:
    return services().run(places.offices, Selection(), scope)


def reasons() -> list[list[str]]:
    """Why one may be dismissed: (code, words)."""
    return [[code, t(f"advised.reason_{code}")] for code in REASONS]


def plan_words(plan: Mapping[str, Any]) -> str:
    """« 5 agents pendant 6 semaines », « 2 transferts, 43 dossiers… », or that it is retained as it is."""
    if plan.get("agents"):
        return t(
            "advised.plan_agents",
            agents=counted("agents", plan["agents"]),
            weeks=counted("weeks", plan["weeks"]),
        )
    transfers = plan.get("transfers") or []
    if transfers:
        total = number(sum(each["cases"] for each in transfers))
        return counted("plan_transfers", len(transfers), cases=total, place=plan["giver"])
    return t("advised.plan_none")


def counted(key: str, count: int, **values: str) -> str:
    """The sentence `advised.<key>` for that many, in the singular for one."""
    return t(f"advised.{key}{'_1' if count == 1 else ''}", n=number(count), **values)


def words(answer: Answer) -> str:
    """« Retenue le 3 oct. 2026 par C. Martin, plan : 5 agents pendant 6 semaines »."""
    told = {
        "day": day(given_on(answer)),
        "who": answer.who,
        "motive": answer.motive,
        "until": day(date.fromisoformat(answer.until)) if answer.until else "",
    }
    text = t(f"advised.stands_{answer.answer}", **told)
    if answer.answer == RETAINED and (answer.plan.get("agents") or answer.plan.get("transfers")):
        return t("advised.with_plan", text=text, plan=plan_words(answer.plan))
    return text


def given_on(answer: Answer) -> date:
    """The day it was given, in Paris."""
    return datetime.fromisoformat(answer.at).astimezone(PARIS).date()


def started(answer: Answer) -> date:
    """The last day of the data it was given on: its plan begins the day after."""
    return date.fromisoformat(answer.measured["as_of"])


def parsed(text: str) -> date:
    """An ISO date. Raises AnswerRefused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AnswerRefused("date_required") from None


def _until(item: Item, given: Given, snapshot: Snapshot) -> str | None:
    """The day a snoozed one comes back, or the last day of a plan, by the data's own days."""
    if given.answer == SNOOZED:
        wanted = parsed(given.until)
        if wanted <= date.today():
            raise AnswerRefused("date_required")
        return str(wanted)
    weeks = plan(item).get("weeks")
    if given.answer == RETAINED and weeks and snapshot.last_day:
        return str(snapshot.last_day + timedelta(weeks=weeks))
    return None


def plan(item: Item) -> dict[str, Any]:
    """What is retained: how many agents for how long, or the transfers that are kept."""
    effect = item.get("effect") or {}
    plan = effect.get("plan") or {}
    if plan.get("agents"):
        return {"agents": plan["agents"], "weeks": plan["weeks"]}
    kept = [each for each in effect.get("transfers") or () if each.get("checked", True)]
    if not kept:
        return {}
    moves = [{"key": each["key"], "text": each["text"], "cases": each["cases"]} for each in kept]
    given: Counter[str] = Counter()
    for each in kept:
        given[each["giver"]] += each["cases"]
    return {"transfers": moves, "giver": given.most_common(1)[0][0], "weeks": BUILDING}


def _announced(item: Item) -> dict[str, Any]:
    effect = item.get("effect") or {}
    return {"change": effect["change"]} if effect.get("change") else {}
