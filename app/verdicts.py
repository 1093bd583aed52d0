"""What is said of a figure beside each of its references: how it compares, and whether that is noise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app import references
from app.crossfilter import Answers
from app.filters import period_words
from app.indicators import INDICATORS, MINUS, Delta, delta_text, in_line, is_small, value_text
from app.references import Reference
from app.significance import Sums, Test, compare, neutral, rate_difference, share_of, told
from app.texts import NBSP, number, t


def line(
    name: str, now: Mapping[str, Any], sums: Sums, reference: Reference, answers: Answers
) -> dict[str, Any]:
    """What a card says of one reference: its value, how the card's compares, and whether that is noise."""
    then = reference.values.get(name)
    line = {"of": reference.name, "label": reference.label, "raw": then, "tone": "flat", "way": "flat"}
    if then is None or (reference.name in references.PERIODS and not reference.values.get("rows")):
        missing = "compare.no_target" if reference.name == "target" else "compare.no_data"
        return line | {"raw": None, "text": "", "words": t(missing), "title": _of_what(reference, answers)}
    found = difference(name, now, sums, reference)
    delta = verdict(name, now[name], reference, found)
    in_full = None if delta and delta.tone != "flat" else delta_text(name, now[name], then)
    noise = delta.words if delta and found and not found.more_than_noise else ""
    moved = (
        "" if reference.name == "network" and INDICATORS[name].kind == "count" else in_full and in_full.words
    )
    parts = [_of_what(reference, answers), moved, noise, _bounds(name, found)]
    return line | {
        "text": _short(name, then),
        "words": delta.words if delta else "—",
        "tone": delta.tone if delta and not is_small(name, now) else "flat",
        "way": delta.way if delta else "flat",
        "title": ", ".join(part for part in parts if part),
    }


def difference(name: str, now: Mapping[str, Any], sums: Sums, reference: Reference) -> Test | None:
    """Whether the card differs from a reference by more than noise; None where that is not asked."""
    if reference.sums is None or (name == "closed" and reference.name in references.PLACES):
        return None
    if name == "workload_per_fte":
        then = reference.values[name]
        stocks = (now["stock"], reference.values.get("stock"))
        if not (now[name] and then and stocks[0] and stocks[1]):
            return None
        return rate_difference(stocks[0], stocks[0] / now[name], stocks[1], stocks[1] / then)
    return compare(name, sums, reference.sums, part=reference.name == "network")


def verdict(name: str, now: float | None, reference: Reference, found: Test | None) -> Delta | None:
    """The words, tone and way of a line."""
    then = reference.values.get(name)
    if reference.name == "target":
        return _against_target(name, now, then)
    if INDICATORS[name].kind != "count":
        return told(name, now, then, found)
    if reference.name == "network":
        return share_of(now, then)
    moved = told(name, now, then, found)
    if reference.name == "peers":
        return neutral(moved)
    return moved if reference.whole or not moved else replace(moved, words=t("compare.partial"), tone="flat")


def _against_target(name: str, now: float | None, then: float | None) -> Delta | None:
    """A target is met or it is not: noise has no part in it."""
    moved = delta_text(name, now, then)
    if moved is None:
        return None
    if moved.tone == "bad":
        return moved
    return replace(moved, words=t("compare.met"), tone="good")


def _bounds(name: str, found: Test | None) -> str:
    """« entre −0,4 j et 0,9 j, à 95 % » for a delay, a share or a rate."""
    kind = INDICATORS[name].kind
    if found is None or kind not in ("days", "share") or abs(found.low) == float("inf"):
        return ""
    scale, unit = (1, t("indicator.days_short")) if kind == "days" else (100, t("indicator.points"))
    low, high = (
        f"{number(bound * scale, 1)}{NBSP}{unit}".replace("-", MINUS) for bound in (found.low, found.high)
    )
    return t("compare.between", low=low, high=high)


def _of_what(reference: Reference, answers: Answers) -> str:
    """The period or the agencies that a line speaks of."""
    if reference.name == "peers":
        return ", ".join(answers.peers)
    past = (
        references.period(reference.name, answers.selection) if reference.name in references.PERIODS else None
    )
    return period_words(past) if past else ""


def _short(name: str, value: float) -> str:
    """As it stands in a narrow line: a count has no unit there."""
    text, _ = value_text(name, value)
    return in_line(name, value) if INDICATORS[name].kind in ("days", "share") else text
