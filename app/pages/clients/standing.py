"""Where a value stands among all clients, in words that do not judge."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from app.texts import number, percent, t
from data.scoring import Value

MISSING = -1  # the bin of what is not given; those below hold numbers that mean words


def place(value: float, quantiles: Sequence[float]) -> str:
    """« plus haut que 68 % des clients », from the 101 percentiles; the larger of the two sides is told."""
    below, above = shares(value, quantiles)
    side, share = ("higher", below) if below >= above else ("lower", above)
    shown = min(round(share * 100), 99)
    return t(f"clients.{side}", share=number(shown)) if shown >= 1 else t("clients.same")


def shares(value: float, quantiles: Sequence[float]) -> tuple[float, float]:
    """The shares of clients below and above a value, each between two percentiles by a straight line."""
    last = len(quantiles) - 1
    first, after = bisect_left(quantiles, value), bisect_right(quantiles, value)
    if first == after and 0 < first <= last:
        low, high = quantiles[first - 1], quantiles[first]
        share = (first - 1 + (value - low) / (high - low)) / last
        return share, 1 - share
    return min(first / last, 1.0), min(1 - (after - 1) / last, 1.0)


def common(value: Value, bins: pl.DataFrame) -> str:
    """« comme 23 % des clients »: of a category, a flag or a missing value, from the bins of its feature."""
    rows = bins.to_dicts()
    total = sum(row["clients"] for row in rows)
    if not total:
        return ""
    share = sum(row["clients"] for row in rows if holds(row, value)) / total
    return t("clients.like", share=percent(share, 0)) if share >= 0.005 else t("clients.rare")


def holds(row: Mapping[str, Any], value: Value) -> bool:
    """Whether a value lies in a bin: by its code, by its number, or in the bin of the missing.

    A number where two ranges meet lies in both; the upper one counts it.
    """
    if value is None or row["bin"] == MISSING:
        return value is None and row["bin"] == MISSING
    if isinstance(value, str):
        return bool(row["code"] == value)
    return row["low"] is not None and row["low"] <= value <= row["high"]
