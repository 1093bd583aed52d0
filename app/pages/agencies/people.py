"""The agents of an agency as a funnel plot: whether people explain its delay, without ranking any of them.

Delay at equal types: the agency's mean plus the mean gap between an agent's cases and those of the same type
in the agency. The curves hold 95 % of the agents that only chance sets apart: mean ± 1.96 s √(k / n), with
n cases, s the spread of one within its type, and k the mean size of a row, whose cases share one delay
(Spiegelhalter 2005, Funnel plots for comparing institutional performance; for k, Kish 1965).
"""

from dataclasses import dataclass
from math import sqrt

import polars as pl

from app import gap as gaps
from app.accounts import user
from app.axes import inner_ticks, span_ticks
from app.crossfilter import Answers, Payload
from app.filters import period_words
from app.gap import tenths
from app.indicators import in_line, unavailable_text
from app.pages.agencies.waterfall import in_noise
from app.pages.agencies.words import days
from app.texts import number, t
from queries.selection import Selection

LEAST = 30  # closed cases below which nobody is shown
WITHIN = 1.96  # standard deviations that hold 95 %
BY_CHANCE = 0.05
STEPS = 40  # points of each curve
WORTH_SAYING = 5  # tenths of a day of own effect below which there is nothing to explain


@dataclass(frozen=True)
class Dot:
    """One agent: closed cases and their mean delay at equal types, in days."""

    agent: str | None
    cases: int
    delay: float


@dataclass(frozen=True)
class Funnel:
    """The agency's mean delay and cases, its agents and how many of them are left out.

    `spread` is that of one case within its type, times the square root of the mean size of a row; days.
    """

    mean: float
    spread: float
    cases: int
    dots: tuple[Dot, ...]
    hidden: int

    def half(self, cases: float) -> float:
        """How far from the mean chance alone puts 95 % of the agents with that many cases."""
        return WITHIN * self.spread / sqrt(cases)

    def outside(self, dot: Dot) -> bool:
        return abs(dot.delay - self.mean) > self.half(dot.cases)

    @property
    def explained(self) -> float:
        """Days that the agency's mean would lose if those outside were at the mean."""
        past = [dot for dot in self.dots if self.outside(dot)]
        return sum(dot.cases * (dot.delay - self.mean) for dot in past) / self.cases


def shape(rows: pl.DataFrame) -> Funnel | None:
    """The funnel of the rows of `agencies.people`; None without a closed case that has a delay.

    Cases that name no agent count in the mean and the spread, and are nobody's dot.
    """
    known = rows.filter(pl.col("delay_treated") > 0)
    cases = int(known["delay_treated"].sum())
    if not cases:
        return None
    types = known.group_by("case_type").agg(pl.col("delay_treated", "delay_sum", "delay_sq").sum())
    mean = float(types["delay_sum"].sum()) / cases
    inner = (pl.col("delay_sq") - pl.col("delay_sum") ** 2 / pl.col("delay_treated")).sum()
    variance = max(0.0, float(types.select(inner).item())) / cases
    size = max(1.0, float(known["treated"].sum()) / float(known["rows"].sum()))
    usual = types.select("case_type", usual=pl.col("delay_sum") / pl.col("delay_treated"))
    people = (
        known.filter(pl.col("agent").is_not_null())
        .join(usual, on="case_type")
        .group_by("agent")
        .agg(
            pl.col("delay_treated").sum().alias("cases"),
            (pl.col("delay_sum") - pl.col("usual") * pl.col("delay_treated")).sum().alias("apart"),
        )
        .sort("cases", "apart")
    )
    shown = people.filter(pl.col("cases") >= LEAST)
    dots = tuple(Dot(agent, count, mean + apart / count) for agent, count, apart in shown.iter_rows())
    return Funnel(mean, sqrt(variance * size), cases, dots, people.height - shown.height)


def funnel(answers: Answers) -> Payload:
    """The plot, and in words whether people explain the agency's gap; ids only to who may see them."""
    found = None if "delay_days" in answers.absent else shape(answers["people"])
    if found is None:
        reason = unavailable_text("mean_delay", {"rows": 1}, answers.absent)
        return {"kind": "funnel", "reason": reason if "delay_days" in answers.absent else None, "empty": True}
    if not found.dots:
        return {"kind": "funnel", "reason": t("agencies.people_none", least=LEAST)}
    named = "agent.view" in user().permissions
    most = max(dot.cases for dot in found.dots)
    curve = [LEAST + (most * 1.03 - LEAST) * (step / STEPS) ** 2 for step in range(STEPS + 1)]
    ys = [dot.delay for dot in found.dots] + [found.mean + found.half(LEAST), found.mean - found.half(LEAST)]
    return {
        "kind": "funnel",
        "dots": [_drawn(dot, found, named) for dot in found.dots],
        "mean": found.mean,
        "mean_text": in_line("mean_delay", found.mean),
        "name": answers.place.value if answers.place else "",
        "curve": [[cases, found.mean - found.half(cases), found.mean + found.half(cases)] for cases in curve],
        "ticks": span_ticks(max(0.0, min(ys)), max(ys), 5),
        "x": [LEAST - (most - LEAST) * 0.03, most * 1.03],
        "x_ticks": inner_ticks(LEAST, most, 5) if most > LEAST else [LEAST],
        "x_title": t("agencies.people_x", period=_period(answers.selection)),
        "sub": _sub(found.hidden),
        "said": _said(found, answers),
        "empty": False,
    }


def _period(selection: Selection) -> str:
    """In the middle of a sentence: « toute la période », « nov. 2025 – oct. 2026 »."""
    words = period_words(selection)
    return words if selection.since and selection.until else words[:1].lower() + words[1:]


def _drawn(dot: Dot, found: Funnel, named: bool) -> Payload:
    drawn: Payload = {"x": dot.cases, "y": dot.delay, "out": found.outside(dot)}
    return drawn | {"agent": dot.agent} if named else drawn


def _sub(hidden: int) -> str:
    key = "people_sub_none" if not hidden else "people_sub_one" if hidden == 1 else "people_sub"
    return t(f"agencies.{key}", least=LEAST, hidden=number(hidden))


def _said(found: Funnel, answers: Answers) -> list[str]:
    """How many cannot be told from the mean, then how much of the agency's own gap the others explain."""
    count = len(found.dots)
    past = sum(found.outside(dot) for dot in found.dots)
    if not past:
        return [t("agencies.people_all", count=number(count)), _elsewhere(answers)]
    first = t("agencies.people_most", inside=number(count - past), count=number(count))
    return [first, f"{_chance(count, past)} {_explained(found, past, answers)}".strip()]


def _chance(count: int, past: int) -> str:
    expected = number(count * BY_CHANCE, 0) if count * BY_CHANCE >= 1.5 else "1"
    return t("agencies.people_chance", expected=expected) if past <= count * BY_CHANCE * 2 else ""


def _own(answers: Answers) -> int:
    """The agency's own effect in tenths of a day, 0 where chance may make its gap."""
    if in_noise(answers["now"], answers["wide"]):
        return 0
    found = gaps.gap(answers["now"], answers["wide"])
    return found.own_tenths if found else 0


def _elsewhere(answers: Answers) -> str:
    return t("agencies.people_agency") if _own(answers) >= WORTH_SAYING else ""


def _explained(found: Funnel, past: int, answers: Answers) -> str:
    own, part = _own(answers), max(0, tenths(found.explained))
    if own < WORTH_SAYING:
        return ""
    few = part <= own / 2
    key = (
        ("people_few" if past > 1 else "people_few_one")
        if few
        else ("people_much" if past > 1 else "people_much_one")
    )
    return t(f"agencies.{key}", count=number(past), part=days(part), own=days(own))
