"""What the page of the rules draws: counts, each rule, why some were dismissed, effects, every firing."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app import outcomes
from app.accounts import user
from app.outcomes import Outcome
from app.pages.rules import words
from app.pages.rules.firings import NONE, NOTED, UNDER_WAY, Firing, board, firings, judged
from app.pages.rules.lines import row
from app.problems import sentence
from app.services import services
from app.texts import day, language, month, number, percent, t
from data.advised import DISMISSED, REASONS, RETAINED, SNOOZED
from data.errors import DataError
from queries import places
from queries import rules as asked
from queries.rules import Board, Rule
from queries.selection import Selection

Payload = dict[str, Any]
REINFORCE = "reinforce"


def page() -> Payload:
    """Everything the page shows to the current reader, or the `problem` that keeps it from being shown."""
    try:
        return _page()
    except DataError as error:
        return {"problem": sentence(error)}


def _page() -> Payload:
    table, answers = board(), services().stores.advised.standing()
    found = firings(table, answers)
    came = outcomes.measured([each.answer for each in found if each.answer and not each.follows])
    rules = judged()
    offices = services().run(places.offices, Selection(), user().scope)
    paths = {name: f"/agencies/{key}" for key, name in offices.select("agency_id", "agency").iter_rows()}
    return {
        "kpis": _kpis(found, came),
        "rules": [_rule(each, [one for one in found if one.rule.id == each.id]) for each in rules],
        "details": {each.id: detail(each, table) for each in rules},
        "dismissed": _dismissed(found),
        "effects": _effects(found, came),
        "history": [
            row(each, came, latest=each.month == table.month) | {"path": paths.get(each.place)}
            for each in found
        ],
        "decide": "recommendation.decide" in user().permissions,
        "export": "export.aggregate" in user().permissions,
        "reference": t("rules.reference"),
    }


def _kpis(found: Sequence[Firing], came: dict[int, Outcome]) -> list[Payload]:
    counts = Counter(each.decision for each in found)
    decided = len(found) - counts[NOTED] - counts[UNDER_WAY]
    latest = max((each.month for each in found), default=None)
    fresh = sum(each.decision == NONE and each.month == latest for each in found)
    share = percent(counts[RETAINED] / decided, 0) if decided else ""
    of = t("rules.kpi_of", n=number(decided))
    retained = t("rules.kpi_retained_sub", share=share, noted=number(counts[NOTED]))
    fired = t("rules.kpi_fired_sub", rules=len(judged()), places=number(len({each.place for each in found})))
    waiting = t("rules.kpi_dismissed_sub", none=number(counts[NONE] + counts[SNOOZED]), month=number(fresh))
    return [
        _kpi("fired", number(len(found)), "", fired, len(found)),
        _kpi(
            "retained",
            number(counts[RETAINED]),
            of,
            retained if decided else t("rules.kpi_retained_none"),
            counts[RETAINED],
        ),
        _kpi("dismissed", number(counts[DISMISSED]), of, waiting, counts[DISMISSED]),
        _effect_kpi(found, came),
    ]


def _kpi(name: str, value: str, unit: str, sub: str, raw: float | None) -> Payload:
    return {"id": name, "label": t(f"rules.kpi_{name}"), "value": value, "unit": unit, "sub": sub, "raw": raw}


def _effect_kpi(found: Sequence[Firing], came: dict[int, Outcome]) -> Payload:
    pairs = _pairs(found, came)
    if not pairs:
        return _kpi("effect", t("rules.kpi_effect_none"), "", t("rules.kpi_effect_none_sub"), None)
    net, announced = _means(pairs)
    key = "kpi_effect_sub_1" if len(pairs) == 1 else "kpi_effect_sub"
    sub = t(f"rules.{key}", announced=outcomes.change(announced), n=number(len(pairs)))
    return _kpi("effect", outcomes.change(net), "", sub, net)


def _rule(rule: Rule, fired: Sequence[Firing]) -> Payload:
    counts = Counter(each.decision for each in fired)
    shown = {name: counts[name] for name in (RETAINED, UNDER_WAY, DISMISSED)}
    shown[NONE] = counts[NONE] + counts[SNOOZED]
    key = "counts_under_way" if shown[UNDER_WAY] else "counts_decided"
    said = t(f"rules.{key}", **{name: number(count) for name, count in shown.items()})
    return {
        "id": rule.id,
        "icon": rule.icon,
        "tone": {"urgent": "hi", "study": "md"}.get(rule.urgency, "lo"),
        "name": words.name(rule),
        "short": ", ".join(words.chips(rule)[:1]),
        "count": len(fired),
        "times": t("rules.times", n=number(len(fired))),
        "parts": [[name, count] for name, count in shown.items()] if rule.decided else [[NOTED, len(fired)]],
        "said": said if rule.decided else t("rules.counts_noted"),
    }


def detail(rule: Rule, table: Board) -> Payload:
    """The rule in full: its conditions as chips, what it says, who stands behind it, what it does today."""
    now = asked.what_if(table, Selection(), rule, tuple(each.limit for each in rule.conditions))
    total = len(table.agencies) if rule.per == "agency" else len(set(table.regions))
    some = t("rules.today_some", n=number(len(now)), total=number(total), names=words.named(now))
    newest = max(rule.versions, key=lambda each: each.number)
    facts = (
        ("version", t("rules.version_value", n=newest.number)),
        ("reviewed", t("rules.reviewed_value", who=rule.reviewed_by, day=day(rule.reviewed_on))),
        ("owner", rule.owner),
        ("scope", t(f"rules.scope_{rule.per}")),
    )
    return {
        "id": rule.id,
        "name": words.name(rule),
        "chips": words.chips(rule),
        "running": words.months(rule),
        "minimum": words.minimum(rule),
        "say": t("rules.say", text=words.spoken(rule)),
        "why": words.why(rule),
        "facts": [[t(f"rules.{name}"), value] for name, value in facts],
        "today": some if now else t("rules.today_none", total=number(total)),
        "versions": [
            t("rules.history_line", n=each.number, day=day(each.on), reason=each.reason[language()])
            for each in sorted(rule.versions, key=lambda one: -one.number)
        ],
        "limits": [
            {
                "label": words.label(each.indicator),
                "at": each.limit,
                "steps": [[value, words.limit(each.indicator, value)] for value in words.ladder(each)],
            }
            for each in rule.conditions
        ],
    }


def tried(rule: Rule, limits: tuple[float, ...]) -> str:
    """What the rule would do today with other limits, in a sentence. Raises ValueError, NoSnapshot."""
    table = board(1)
    before = set(asked.what_if(table, Selection(), rule, tuple(each.limit for each in rule.conditions)))
    after = set(asked.what_if(table, Selection(), rule, limits))
    changed = zip(rule.conditions, limits, strict=True)
    chips = ", ".join(words.chip(each, value) for each, value in changed if value != each.limit)
    more, less = sorted(after - before), sorted(before - after)
    said = {"chips": chips or ", ".join(words.chips(rule)), "names": words.named(more or less)}
    if more and less:
        return t(
            "rules.try_both", more=number(len(more)), less=number(len(less)), fewer=words.named(less), **said
        )
    if not more and not less:
        return t("rules.try_same", **said)
    return t("rules.try_more" if more else "rules.try_less", n=number(len(more or less)), **said)


def _dismissed(found: Sequence[Firing]) -> Payload:
    given = [each.answer for each in found if each.decision == DISMISSED and each.answer]
    counts = Counter(each.reason for each in given)
    ranked = sorted(REASONS, key=lambda code: -counts[code])
    rows = [[t(f"advised.reason_{code}"), counts[code]] for code in ranked]
    key = "why_dismissed_sub_1" if len(given) == 1 else "why_dismissed_sub"
    return {
        "rows": rows if given else [],
        "sub": t(f"rules.{key}", n=number(len(given))) if given else t("rules.why_none"),
    }


def _pairs(found: Sequence[Firing], came: dict[int, Outcome]) -> list[tuple[Firing, Outcome]]:
    """The finished reinforcements whose announced effect is known, each once."""
    pairs = [
        (each, came[each.answer.id])
        for each in found
        if each.rule.id == REINFORCE and each.answer and not each.follows and each.answer.id in came
    ]
    return [(each, outcome) for each, outcome in pairs if outcome.announced and outcome.net is not None]


def _means(pairs: Sequence[tuple[Firing, Outcome]]) -> tuple[float, float]:
    nets = [outcome.net or 0.0 for _, outcome in pairs]
    said = [outcome.announced[1] for _, outcome in pairs if outcome.announced]
    return sum(nets) / len(nets), sum(said) / len(said)


def _effects(found: Sequence[Firing], came: dict[int, Outcome]) -> Payload:
    pairs = _pairs(found, came)
    if not pairs:
        return {"points": [], "none": t("rules.effects_none")}
    net, announced = _means(pairs)
    said = {"announced": outcomes.change(announced), "measured": outcomes.change(net)}
    return {
        "points": [_point(each, outcome) for each, outcome in pairs],
        "sum": t("rules.effects_sum", n=number(len(pairs)), **said),
    }


def _point(firing: Firing, outcome: Outcome) -> Payload:
    return {
        "name": f"{firing.place}, {month(firing.month)}",
        "announced": outcome.announced and outcome.announced[1],
        "net": outcome.net,
        "low": outcome.low,
        "high": outcome.high,
        "text": f"{outcome.words} ; {t('rules.announced', change=outcomes.change(outcome.announced[1]))}"
        if outcome.announced
        else outcome.words,
    }
