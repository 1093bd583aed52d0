"""Rules in words: conditions as chips, values beside their limits, months and decisions."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.pages.rules.firings import NONE, NOTED, UNDER_WAY, Firing
from app.texts import NBSP, day, language, number, percent, t
from data.advised import DISMISSED, RETAINED, SNOOZED
from queries.rules import INDICATORS, Condition, Rule
from queries.selection import month_end

DIGITS = {"days": 1, "share": 1, "times": 2, "spread": 2, "deviations": 1, "cases": 0, "load": 1}
STEPS = {
    "days": 1.0,
    "share": 0.01,
    "times": 0.05,
    "spread": 0.05,
    "deviations": 0.25,
    "cases": 10.0,
    "load": 1.0,
}
SHOWS = {
    RETAINED: "check-circle-fill",
    DISMISSED: "x-circle",
    SNOOZED: "hourglass-split",
    NONE: "hourglass-split",
    UNDER_WAY: "play-circle-fill",
    NOTED: "graph-up",
}


def name(rule: Rule) -> str:
    """« Renforcer une agence »."""
    return rule.texts[language()]["name"]


def why(rule: Rule) -> str:
    """The reason for the rule."""
    return rule.texts[language()]["why"]


def written(indicator: str, value: float | None, digits: int | None = None) -> str:
    """A value of an indicator of the rules, with its unit."""
    if value is None:
        return "—"
    kind = INDICATORS[indicator].kind
    places = DIGITS[kind] if digits is None else digits
    if kind == "share":
        return percent(value, places)
    unit = {"days": t("rules.day"), "deviations": t("rules.deviation")}.get(kind, "")
    return f"{number(value, places)}{NBSP}{unit}" if unit else number(value, places)


def spoken(rule: Rule) -> str:
    """Its sentence, with its limits, and names in the place of figures."""
    limits = [limit(each.indicator, each.limit) for each in rule.conditions]
    known = {"limit": limits[0], "limit_2": limits[-1], "months": number(rule.months)}
    said = {name: f"[{label(name)}]" for name in INDICATORS} | known
    return re.sub(r"{(\w+)}", lambda found: said.get(found[1], "[…]"), rule.texts[language()]["text"])


def limit(indicator: str, value: float) -> str:
    """A limit, with no more digits than it has: « 20 j », « 1,25 », « 10 % »."""
    shares = INDICATORS[indicator].kind == "share"
    exact = Decimal(f"{value * 100 if shares else value:.6g}").normalize().as_tuple().exponent
    return written(indicator, value, max(0, -int(exact)))


def chips(rule: Rule) -> list[str]:
    """The conditions as they are read, « Délai moyen > 20 j »."""
    return [chip(each) for each in rule.conditions]


def chip(condition: Condition, value: float | None = None) -> str:
    """One condition, with another limit where one is given."""
    said = limit(condition.indicator, condition.limit if value is None else value)
    times = INDICATORS[condition.indicator].kind == "times"
    of = t("rules.times_network", n=said) if times else said
    return f"{label(condition.indicator)} {condition.condition} {of}"


def label(indicator: str) -> str:
    """« Délai moyen du mois »."""
    return t(f"rules.ind_{indicator}")


def minimum(rule: Rule) -> str:
    """« 100 dossiers clos »."""
    return t(f"rules.volume_{INDICATORS[rule.indicator].volume}", n=number(rule.minimum))


def months(rule: Rule) -> str:
    """« 2 mois de suite »; nothing for one."""
    return t("rules.running", n=number(rule.months)) if rule.months > 1 else ""


def ladder(condition: Condition, each_way: int = 8) -> list[float]:
    """Limits to try, in steps of the indicator's kind around the rule's own, none below 0."""
    step = STEPS[INDICATORS[condition.indicator].kind]
    tried = (round(condition.limit + step * index, 6) for index in range(-each_way, each_way + 1))
    return [value for value in tried if value >= 0]


def measures(firing: Firing) -> list[list[str]]:
    """Per condition, what was found and the limit it is past: « 25,2 j », « > 20 j »."""
    pairs = zip(firing.rule.conditions, firing.values, firing.limits, strict=True)
    return [
        [written(each.indicator, value), f"{each.condition} {limit(each.indicator, past)}"]
        for each, value, past in pairs
    ]


def decision(firing: Firing) -> str:
    """« retenue », « plan en cours », « sans réponse » …"""
    return t(f"rules.decision_{firing.decision}")


def last_day(month: date) -> str:
    """The day on which the month could be judged: its last."""
    return day(month_end(month))


def named(places: Sequence[str], most: int = 4) -> str:
    """« Lille, Marseille, … »."""
    return ", ".join(places[:most]) + (", …" if len(places) > most else "")
