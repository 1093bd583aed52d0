"""Closed cases month by month, beside what they are compared with."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from app.asking import everything, when, whole_time
from app.axes import ticks
from app.crossfilter import Answers, Payload
from app.indicators import in_line
from app.references import distinct, period, whole_months
from app.targets import Targets
from app.texts import t
from queries import production as ask
from queries import targets as ask_targets
from queries.engine import Days
from queries.rules.drifts import drifting_months
from queries.selection import Selection, month_end, months_between, shift_months

TINY = 0.15  # share of the network below which a selection's columns could not be read beside it
WINDOWS = (12, 24, 36)  # months shown, counted back from the last one, unless the period asks for more
Values = list[float | None]

ASKS = {
    "now": (ask.sums_by_month, whole_time),
    "network": (ask.sums_by_month, everything),
    "targets": (ask_targets.targets, when("target", everything)),
}


def month_columns(answers: Answers) -> Payload:
    """Closed cases per month: the selection over the network, and a line per reference asked for.

    A selection too small to be seen beside the network is drawn on its own scale, over the network times its
    share of it.
    """
    months = _all_months(answers.days)
    closed, delay = (_of_month(answers["now"], column) for column in ("closed", "mean_delay"))
    values = [closed.get(month, 0) for month in months]
    network, share = _behind(answers, months, sum(values))
    drawn = [count * (share or 1) for count in network] if network else []
    lines = list(_lines(answers, months, closed))
    highest = max([1, *values, *drawn, *(value or 0 for line in lines for value in line["values"])])
    partial = answers.days.last != month_end(answers.days.last)
    return {
        "kind": "months",
        "months": [f"{month:%Y-%m}" for month in months],
        "values": values,
        "network": network,
        "share": share,
        "lines": lines,
        "delay": [delay.get(month) for month in months],
        "drift": _drift(months, closed, delay),
        "sight": _sight(answers.selection, answers.days),
        "inside": [_inside(month, answers) for month in months],
        "ticks": ticks(highest),
        "partial": f"{answers.days.last:%Y-%m}" if partial else None,
        "empty": not sum(closed.values()),
    }


def _of_month(rows: pl.DataFrame, column: str) -> dict[date, Any]:
    return dict(zip(rows["month"].to_list(), rows[column].to_list(), strict=True))


def _lines(answers: Answers, months: list[date], closed: dict[date, int]) -> Iterator[Payload]:
    """A line per reference that has a value for some month."""
    named = distinct(answers.compared, answers.selection)
    found: dict[str, Values] = {
        "year": [closed.get(shift_months(month, -12)) for month in months],
        "previous": _previous(answers, months, closed),
        "target": _aimed(answers, months),
    }
    for name, values in found.items():
        if name in named and any(value is not None for value in values):
            yield {"of": name, "label": t(f"compare.{name}_short"), "values": values}


def _previous(answers: Answers, months: list[date], closed: dict[date, int]) -> Values:
    """Over the period, the months of the one before, the first beside the first."""
    past = period("previous", answers.selection)
    if past is None or past.since is None or not whole_months(past):
        return [None] * len(months)
    back = months_between(past.since, answers.selection.since or past.since) - 1
    return [closed.get(shift_months(month, -back)) if _inside(month, answers) else None for month in months]


def _aimed(answers: Answers, months: list[date]) -> Values:
    rows = answers.get("targets")
    if rows is None:
        return [None] * len(months)
    held, places = Targets.of(rows), answers.selection.during(None, None)
    return [held.at("closed", places, month) for month in months]


def _drift(months: list[date], closed: dict[date, int], delay: dict[date, float | None]) -> dict[str, str]:
    """In words, the months whose delay drifts, by their index as a text."""
    known = [month for month in months if delay.get(month) is not None]
    found = drifting_months(
        known, [closed[month] for month in known], [delay[month] or 0.0 for month in known]
    )
    words = {
        month: t("production.drift", delay=in_line("mean_delay", now), limit=in_line("mean_delay", limit))
        for month, now, limit in found
    }
    return {str(at): words[month] for at, month in enumerate(months) if month in words}


def _behind(answers: Answers, months: list[date], total: int) -> tuple[list[int] | None, float | None]:
    """The network behind a selection, and the share it is shrunk to where the selection would be lost."""
    if not answers.selection.picks:
        return None, None
    everyone = _of_month(answers["network"], "closed")
    network = [everyone.get(month, 0) for month in months]
    share = total / (sum(network) or 1)
    return network, share if 0 < share < TINY else None


def _all_months(days: Days) -> list[date]:
    """Every month of the data, in order."""
    first = days.first.replace(day=1)
    return [shift_months(first, index) for index in range(months_between(days.first, days.last))]


def _sight(selection: Selection, days: Days) -> Payload:
    """How many months, counted back from the last, the chart may show.

    `exact` where the period is just the last 12, 24 or 36 months or everything; else `least` hold the
    period, and `fit` is the first of those lengths that does.
    """
    whole_data = months_between(days.first, days.last)
    least = months_between(selection.since, days.last) if selection.since else whole_data
    least = max(1, min(least, whole_data))
    fit = next((count for count in WINDOWS if least <= count <= whole_data), whole_data)
    last = days.last.replace(day=1)
    whole = selection.since == shift_months(last, 1 - least) and selection.until == month_end(last)
    exact = least == whole_data or (whole and least == fit)
    return {"exact": least if exact else None, "least": least, "fit": fit}


def _inside(month: date, answers: Answers) -> bool:
    since, until = answers.selection.since, answers.selection.until
    return (since is None or month_end(month) >= since) and (until is None or month <= until)
