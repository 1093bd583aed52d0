"""A person's delay over time, within the ordinary variation of as many cases around their agency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from app.axes import span_ticks
from app.crossfilter import Answers, Payload
from app.indicators import in_line, unavailable_text
from app.pages.agents.equal import LEAST, Equal, equal
from app.pages.agents.figures import by_type, during, place_name
from app.texts import day, month, number, t
from data.contract import norm_of
from queries.selection import shift_months

TYPICAL = 5  # closed cases of an ordinary week below which months are drawn instead
MOST_WEEKS = 106
FEWEST = 2  # closed cases below which a mean is not judged
BY_CHANCE = 0.05


@dataclass(frozen=True)
class Step:
    """One week, from its Monday, or one month; `cases` are those with a delay."""

    start: date
    cases: int
    total: float

    @property
    def delay(self) -> float | None:
        """Mean delay in days; None without a case."""
        return self.total / self.cases if self.cases else None


def chart(answers: Answers) -> Payload:
    """What `vigie.draws.pace` draws: limits that widen where there are fewer cases."""
    if "delay_days" in answers.absent:
        return {"kind": "pace", "reason": unavailable_text("mean_delay", {"rows": 1}, answers.absent)}
    work = during(answers["work"], answers.selection)
    found = equal(by_type(work), answers["office"])
    if found is None or int(work["closed"].sum()) < LEAST:
        return {"kind": "pace", "reason": t("agents.few", least=LEAST)}
    weekly = steps(work, "week")
    if typical(weekly) >= TYPICAL and len(weekly) <= MOST_WEEKS:
        return _drawn("week", weekly, found, answers)
    return _drawn("month", steps(work, "month"), found, answers)


def steps(rows: pl.DataFrame, grain: str) -> list[Step]:
    """Every week or month from the first to the last with a closed case, those without among them."""
    start = pl.col("day").dt.truncate("1w" if grain == "week" else "1mo")
    totals = rows.group_by(start).agg(pl.col("delay_treated", "delay_sum").sum())
    known = {first: (cases, total) for first, cases, total in totals.iter_rows() if cases}
    found, at = [], min(known)
    while at <= max(known):
        found.append(Step(at, *known.get(at, (0, 0.0))))
        at = at + timedelta(7) if grain == "week" else shift_months(at, 1)
    return found


def typical(found: Sequence[Step]) -> int:
    """The cases of the middle one of them, those without any included."""
    return sorted(step.cases for step in found)[len(found) // 2] if found else 0


def _drawn(grain: str, found: Sequence[Step], pace: Equal, answers: Answers) -> Payload:
    usual = max(1, typical([step for step in found if step.cases]))
    halves = [pace.half(step.cases or usual) for step in found]
    low = [max(0.0, pace.usual - half) for half in halves]
    high = [pace.usual + half for half in halves]
    judged = [step.cases >= FEWEST for step in found]
    out = [
        step.delay is not None and judged[index] and not pace.noise(step.delay - pace.usual, step.cases)
        for index, step in enumerate(found)
    ]
    norm = norm_of(None)
    values = [step.delay for step in found if step.delay is not None] + low + high + [norm]
    return {
        "kind": "pace",
        "grain": grain,
        "at": [str(step.start) if grain == "week" else f"{step.start:%Y-%m}" for step in found],
        "labels": [_label(grain, step.start) for step in found],
        "delay": [step.delay for step in found],
        "closed": [step.cases for step in found],
        "low": low,
        "high": high,
        "judged": judged,
        "out": out,
        "mean": pace.usual,
        "mean_text": [place_name(answers), in_line("mean_delay", pace.usual)],
        "norm": norm,
        "norm_text": t("control.norm", delay=number(norm)),
        "title": t(f"agents.by_{grain}"),
        "band": _band(grain, usual, answers),
        "said": _said(grain, sum(out), sum(judged)),
        "ticks": span_ticks(min(values), max(values), 5),
        "empty": False,
    }


def _band(grain: str, usual: int, answers: Answers) -> str:
    key = f"band_{grain}" if usual > 1 else f"band_one_{grain}"
    return t(f"agents.{key}", count=number(usual), place=place_name(answers))


def _label(grain: str, start: date) -> str:
    return t("agents.week_label", day=day(start)) if grain == "week" else month(start)


def _said(grain: str, out: int, judged: int) -> str:
    """How many stand outside of the band, and how many chance alone would put there."""
    key = "one" if out == 1 else "some" if out else "none"
    chance = max(1, round(judged * BY_CHANCE))
    return t(f"agents.out_{key}_{grain}", count=number(out), chance=number(chance), judged=number(judged))
