"""The control chart of weekly delays, as pages of an agency and of an agent show it."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil, floor
from typing import Any

import polars as pl

from app.axes import span_ticks
from app.indicators import SMALL, in_line
from app.texts import day, language, number, t
from models.control import BY_CHANCE, LEAST, WEEK, Level, Week, levels, outside, weeks

ONE_YEAR = 54  # weeks; a chart of more names the year of a week
NAMED = 8  # groups of weeks outside that are named under the chart, the latest ones

Payload = dict[str, Any]
Note = tuple[date, str]  # a day, and what happened on it


def control(
    rows: pl.DataFrame, *, since: date, until: date, norm: float | None = None, notes: Sequence[Note] = ()
) -> Payload:
    """What `vigie.draws.control` draws (assets/vigie/61-control.js).

    `rows` are those of `agencies.delay_by_week` (week, delay_treated, delay_sum) over the days `since` to
    `until` that were asked about: a week they do not hold whole is drawn hollow and not judged, like one of
    fewer than 11 cases. `norm` is a line in days. `notes` stand on the week of their day, named below.
    """
    found = weeks(rows.select("week", "delay_treated", "delay_sum").iter_rows(), since, until, SMALL)
    standing = levels(found)
    past = outside(found, standing)
    return {
        "kind": "control",
        "weeks": [str(week.monday) for week in found],
        "delay": [week.delay for week in found],
        "closed": [week.treated for week in found],
        "judged": [week.judged for week in found],
        "levels": [_drawn(level) for level in standing],
        "outside": [_named(found, standing, group) for group in past],
        "named": NAMED,
        "norm": norm,
        "norm_text": t("control.norm", delay=number(norm)) if norm is not None else "",
        "notes": _notes(found, notes),
        "shifts": [_shift(found, standing, index) for index in range(1, len(standing))],
        "said": _said(found, standing, past),
        "ticks": _ticks(found, standing, norm),
        "empty": not found,
    }


def _drawn(level: Level) -> Payload:
    return {
        "from": level.first,
        "to": level.last,
        "mean": level.mean,
        "low": level.low,
        "high": level.high,
        "texts": [in_line("mean_delay", value) for value in (level.high, level.mean, level.low)],
    }


def short_day(value: date) -> str:
    """« 31 août », the year left out."""
    return day(value).removesuffix(f" {value.year}")


def run_words(first: date, last: date, *, with_year: bool = False) -> str:
    """« 31 août », « 16 au 23 févr. », « 31 août au 14 sept. », the year of the last day on request."""
    end = day(last) if with_year else short_day(last)
    if first == last:
        return end
    together = language() == "fr" and (first.year, first.month) == (last.year, last.month)
    start = short_day(first).partition(" ")[0] if together else short_day(first)
    return t("control.run", first=start, last=end)


def _named(found: Sequence[Week], standing: Sequence[Level], group: Sequence[int]) -> Payload:
    """Neighbouring weeks outside: where, when, how far. « 31 août au 14 sept. » and « jusqu'à 29,2 j »."""
    first, last = found[group[0]].monday, found[group[-1]].monday
    delays = [found[index].delay or 0.0 for index in group]
    mean = next(level.mean for level in standing if level.first <= group[0] <= level.last)
    worst = max(delays, key=lambda delay: abs(delay - mean))
    delay = in_line("mean_delay", worst)
    alone = len(group) == 1
    return {
        "at": list(group),
        "up": worst > mean,
        "label": run_words(first, last, with_year=len(found) > ONE_YEAR),
        "text": delay if alone else t("control.up_to" if worst > mean else "control.down_to", delay=delay),
    }


def _notes(found: Sequence[Week], notes: Sequence[Note]) -> list[Payload]:
    at = {week.monday: index for index, week in enumerate(found)}
    placed = [(at.get(when - timedelta(when.weekday())), when, text) for when, text in notes]
    return [
        {"at": index, "label": short_day(when), "text": text}
        for index, when, text in placed
        if index is not None
    ]


def _shift(found: Sequence[Week], standing: Sequence[Level], index: int) -> Payload:
    """A change of level in words, and the period to look at it in; the last one lasts until now."""
    before, now = standing[index - 1], standing[index]
    first, last = found[now.first].monday, found[now.last].monday
    lasting = index == len(standing) - 1
    words = t(
        "control.shift" if lasting else "control.shift_over",
        first=day(first),
        last=day(last),
        now=in_line("mean_delay", now.mean),
        before=in_line("mean_delay", before.mean),
    )
    until = last + WEEK - timedelta(1)
    return {
        "at": now.first,
        "text": words,
        "since": str(first),
        "until": str(until),
        "up": now.mean > before.mean,
        "lasting": lasting,
    }


def _said(found: Sequence[Week], standing: Sequence[Level], past: Sequence[Sequence[int]]) -> str:
    """How many weeks stand outside, how many chance alone would put there, and which are not judged."""
    judged = sum(week.judged for week in found)
    hollow = sum(1 for week in found if week.treated) - judged
    parts = [_counted(judged, past) if standing else t("control.too_few", least=number(LEAST))]
    if hollow:
        key = "control.hollow" if hollow > 1 else "control.hollow_one"
        parts.append(t(key, count=number(hollow), least=number(SMALL)))
    return " ".join(parts)


def _counted(judged: int, past: Sequence[Sequence[int]]) -> str:
    expected = judged * BY_CHANCE
    chance = t("control.chance", low=floor(expected), high=ceil(expected), weeks=number(judged))
    count, longest = sum(map(len, past)), max(map(len, past), default=0)
    if not count:
        return f"{chance} {t('control.none')}"
    key = "control.here_run" if longest > 1 else "control.here"
    return f"{chance} {t(key, count=number(count), run=number(longest))}"


def _ticks(found: Sequence[Week], standing: Sequence[Level], norm: float | None) -> list[float]:
    values = [week.delay for week in found if week.delay is not None]
    values += [bound for level in standing for bound in (level.low, level.high)]
    values += [norm] if norm is not None else []
    if not values:
        return []
    room = (max(values) - min(values)) * 0.06  # for the number beside a point at the edge
    return span_ticks(max(0.0, min(values) - room), max(values) + room, 5)
