"""Rows in, plain dicts out: what the client draws. Numbers travel raw, words already written."""

from datetime import date

import polars as pl

from app import recommendations as advice
from app.axes import span_ticks, ticks
from app.crossfilter import Answers, Payload
from app.indicators import SMALL, unavailable_text
from app.texts import t
from data.contract import norm_of
from queries.engine import Days
from queries.selection import AGES, Selection, month_end, months_between, shift_months

TINY = 0.15  # share of the network below which a selection's columns could not be read beside it
WINDOWS = (12, 24, 36)  # months shown, counted back from the last one, unless the period asks for more


def month_columns(answers: Answers) -> Payload:
    """Closed cases per month: the selection over the network, and the year before as a dashed line.

    A selection too small to be seen beside the network is drawn on its own scale, over the network times its
    share of it.
    """
    months = _all_months(answers.days)
    closed = dict(answers["now"].select("month", "closed").iter_rows())
    values = [closed.get(month, 0) for month in months]
    year = [closed.get(shift_months(month, -12)) for month in months]
    network, share = _behind(answers, months, sum(values))
    drawn = [count * (share or 1) for count in network] if network else []
    delay = dict(answers["now"].select("month", "mean_delay").iter_rows())
    partial = answers.days.last != month_end(answers.days.last)
    return {
        "kind": "months",
        "months": [f"{month:%Y-%m}" for month in months],
        "values": values,
        "network": network,
        "share": share,
        "year": year if any(value is not None for value in year) else None,
        "delay": [delay.get(month) for month in months],
        "sight": _sight(answers.selection, answers.days),
        "inside": [_inside(month, answers) for month in months],
        "ticks": ticks(max([1, *values, *drawn, *(value or 0 for value in year)])),
        "partial": f"{answers.days.last:%Y-%m}" if partial else None,
        "empty": not sum(closed.values()),
    }


def _behind(answers: Answers, months: list[date], total: int) -> tuple[list[int] | None, float | None]:
    """The network behind a selection, and the share it is shrunk to where the selection would be lost."""
    if not answers.selection.picks:
        return None, None
    everyone = dict(answers["network"].select("month", "closed").iter_rows())
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
    everything = months_between(days.first, days.last)
    least = months_between(selection.since, days.last) if selection.since else everything
    least = max(1, min(least, everything))
    fit = next((count for count in WINDOWS if least <= count <= everything), everything)
    last = days.last.replace(day=1)
    whole = selection.since == shift_months(last, 1 - least) and selection.until == month_end(last)
    exact = least == everything or (whole and least == fit)
    return {"exact": least if exact else None, "least": least, "fit": fit}


def _inside(month: date, answers: Answers) -> bool:
    since, until = answers.selection.since, answers.selection.until
    return (since is None or month_end(month) >= since) and (until is None or month <= until)


def agency_rows(answers: Answers) -> Payload:
    """Mean delay per agency, the slowest first, with the year before and the norm."""
    rows = answers["now"]
    year = answers.get("year")
    before = dict(year.select("agency", "mean_delay").iter_rows()) if year is not None else {}
    return {
        "kind": "agencies",
        "names": rows["agency"].to_list(),
        "delay": rows["mean_delay"].to_list(),
        "closed": rows["closed"].to_list(),
        "returns": rows["return_rate"].to_list(),
        "before": [before.get(name) for name in rows["agency"]] if before else None,
        "norm": norm_of(None),
        "few": SMALL,
        "empty": rows.is_empty(),
    }


def quality_dots(answers: Answers) -> Payload:
    """Workload against return rate per agency; the area of a dot is its closed cases."""
    rows = answers["now"].drop_nulls(["workload", "return_rate"])
    stated = "received_on" in answers.absent or "fte" in answers.absent
    empty = rows.is_empty()
    return {
        "kind": "dots",
        "names": rows["agency"].to_list(),
        "x": rows["workload"].to_list(),
        "y": rows["return_rate"].to_list(),
        "size": rows["closed"].to_list(),
        "limit": advice.RETURN_LIMIT,
        "x_label": t("production.stated_workload" if stated else "production.open_per_fte"),
        "x_ticks": [] if empty else _framing(rows["workload"]),
        "y_ticks": [] if empty else _framing(rows["return_rate"]),
        "empty": empty,
    }


def _framing(values: pl.Series) -> list[float]:
    numbers = values.to_numpy()
    return span_ticks(float(numbers.min()), float(numbers.max()))


def type_rows(answers: Answers) -> Payload:
    """Closed cases and mean delay per case type, against the type's norm."""
    rows = answers["now"]
    return {
        "kind": "types",
        "names": rows["case_type"].to_list(),
        "closed": rows["closed"].to_list(),
        "delay": rows["mean_delay"].to_list(),
        "norms": [norm_of(name) for name in rows["case_type"]],
        "few": SMALL,
        "empty": rows.is_empty(),
    }


def age_stack(answers: Answers) -> Payload:
    """Open cases by days since receipt, as one stacked bar and its rows."""
    if "received_on" in answers.absent:
        return {"kind": "ages", "reason": unavailable_text("backlog_age", {"rows": 1}, answers.absent)}
    counts = dict(answers["now"].iter_rows())
    stock = [counts.get(age, 0) for age in AGES]
    return {
        "kind": "ages",
        "ages": list(AGES),
        "labels": [t(f"age.{index}") for index in range(len(AGES))],
        "stock": stock,
        "empty": not sum(stock),
    }


def recommendations(answers: Answers) -> Payload:
    """The rules that fire over the selection, in sentences, each with the selection that shows its rows."""
    found = advice.cards(answers, answers.scope or Selection())
    count = len(found["items"])
    key = "advice_one" if count == 1 else "advice_some"
    return {
        "kind": "advice",
        "items": found["items"],
        "summary": t(f"production.{key}", count=count) if count else t("production.recommendations_sub"),
        "none": t("production.advice_none"),
    }
