"""Months whose delay stands out from the twelve before: what charts annotate."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from queries.rules.indicators import YEAR
from queries.rules.judging import fires
from queries.rules.rule import rule
from queries.selection import months_between, shift_months

DRIFT = "drift"


def drifting(rows: pl.DataFrame) -> list[tuple[date, float, float]]:
    """The months that drift: month, mean delay, and the delay that it is past.

    `rows` has month, closed and mean_delay in the order of months, as `production.cases_by_month` answers.
    """
    known = rows.drop_nulls("mean_delay")
    return drifting_months(*(known[name].to_list() for name in ("month", "closed", "mean_delay")))


def drifting_months(
    months: Sequence[date], cases: Sequence[int], delays: Sequence[float]
) -> list[tuple[date, float, float]]:
    """The same of months in order that all have a mean delay."""
    if len(months) <= YEAR:
        return []
    first = months[0]
    at = [months_between(first, month) - 1 for month in months]
    delay, closed = np.full(at[-1] + 1, np.nan), np.zeros(at[-1] + 1)
    delay[at], closed[at] = delays, cases
    past = np.lib.stride_tricks.sliding_window_view(delay[:-1], YEAR)
    now, usual, spread = delay[YEAR:], past.mean(axis=1), past.std(axis=1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = {"delay_deviations": (now - usual) / spread, "delay_rise": now / usual - 1}
    found = np.flatnonzero(fires(rule(DRIFT), figures | {"closed": closed[YEAR:]}))
    ceiling = limit(usual, spread)
    return [(shift_months(first, int(n) + YEAR), float(now[n]), float(ceiling[n])) for n in found]


def limit(usual: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The delay past which a month drifts: both limits of the rule, as days."""
    limits = {each.indicator: each.limit for each in rule(DRIFT).conditions}
    return np.maximum(usual + limits["delay_deviations"] * spread, usual * (1 + limits["delay_rise"]))
