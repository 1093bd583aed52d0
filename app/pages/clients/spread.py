"""One variable: its density by outcome, or the share of defaults per value, with this client in it."""

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
import polars as pl

from app.axes import inner_ticks
from app.feature_words import feature_label, measured, value_words
from app.pages.clients.standing import MISSING, common, holds, place
from app.texts import number, t
from data.scoring import CATEGORY, FLAG, NUMBER, Feature, Value

Payload = dict[str, Any]
MOST = 15  # whole numbers that are drawn one by one
FEW = 30  # clients below which no rate is shown
POINTS = 121  # of a drawn density
Z = 1.959964  # of a 95 % interval


def interval(defaults: int, known: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (E. B. Wilson, 1927). `known` is at least 1."""
    share, square = defaults / known, Z * Z / known
    middle, half = share + square / 2, Z * (share * (1 - share) / known + square / (4 * known)) ** 0.5
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))


def many_valued(feature: Feature, bins: pl.DataFrame) -> bool:
    """Whether the bins are ranges, not values."""
    if feature.kind in (CATEGORY, FLAG):
        return False
    ranges = (pl.col("high") > pl.col("low")) & pl.col("high").is_finite()
    return bool(bins.filter((pl.col("bin") >= 0) & ranges).height)


def whole(feature: Feature, bins: pl.DataFrame) -> pl.DataFrame:
    """The narrow ranges of a count, with one whole number in each at most, as those numbers.

    The last one stands for all beyond it: its `high` is infinite. Other bins are given back as they are.
    """
    usual = bins.filter(pl.col("bin") >= 0)
    if feature.kind != NUMBER or feature.decimals or feature.unit == "%" or not many_valued(feature, bins):
        return bins
    count, width = pl.col("low").ceil(), pl.col("high") - pl.col("low")
    inside = (count < pl.col("high")) | (count == pl.col("high").max())
    single = (width < 1) | ((width == 1) & (count == pl.col("low")))
    fits = single.all() & (inside | (pl.col("clients") == 0)).all() & (inside.sum() <= MOST)
    if not usual.select(fits).item():
        return bins
    counted = usual.filter(inside).group_by(low=count).agg(pl.col("clients", "known", "defaults").sum())
    found = (
        counted.sort("low")
        .with_row_index("bin")
        .with_columns(
            pl.col("bin").cast(pl.Int64),
            high=pl.when(pl.col("low") < pl.col("low").max()).then("low").otherwise(float("inf")),
            code=pl.lit(None, pl.String),
        )
    )
    return pl.concat([bins.filter(pl.col("bin") < 0), found.select(bins.columns)])


def spread(feature: Feature, value: Value, bins: pl.DataFrame, quantiles: Sequence[float]) -> Payload:
    """What is drawn of one variable."""
    shared = {"feature": feature.name, "label": feature_label(feature), "value": value_words(feature, value)}
    shared["words"] = standing(feature, value, bins, quantiles)
    if many_valued(feature, bins):
        return shared | _density(feature, value, bins)
    return shared | _rates(feature, value, bins)


def standing(feature: Feature, value: Value, bins: pl.DataFrame, quantiles: Sequence[float]) -> str:
    """Where the client stands, in words; "" where no client has a value."""
    ordered = isinstance(value, float) and feature.kind not in (CATEGORY, FLAG)
    if ordered and value not in feature.sentinels and quantiles:
        return place(float(value or 0), quantiles)
    return common(value, bins)


def _density(feature: Feature, value: Value, bins: pl.DataFrame) -> Payload:
    """Smoothed densities of repaid and defaulted clients on one scale, heights 0 to 1, from low to high."""
    known = bins.filter(pl.col("bin") >= 0).sort("bin")
    low, high = float(known["low"].to_numpy().min()), float(known["high"].to_numpy().max())
    defaults = known["defaults"].to_numpy()
    curves = [smooth(counts) for counts in (known["known"].to_numpy() - defaults, defaults)]
    top = max(float(curve.max()) for curve in curves) or 1.0
    at = _at(value, low, high) if value not in feature.sentinels else None
    rows = [
        [_range(feature, row["low"], row["high"]), row["clients"], row["known"], row["defaults"]]
        for row in known.iter_rows(named=True)
    ]
    ticks = inner_ticks(low, high, 4)
    scale = 100 if feature.unit == "%" else 1
    digits = 0 if all((tick * scale).is_integer() for tick in ticks) else feature.decimals
    return {
        "kind": "density",
        "repaid": [round(float(y / top), 4) for y in curves[0]],
        "defaults": [round(float(y / top), 4) for y in curves[1]],
        "ticks": [
            [round((tick - low) / (high - low), 5), measured_at(feature, tick, digits)] for tick in ticks
        ],
        "at": at,
        "rows": rows + [_counted(feature, row) for row in _apart(bins)],
        "apart": [_aside(*_counted(feature, row)[:2]) for row in _apart(bins)],
        "empty": not known["known"].sum(),
    }


def _apart(bins: pl.DataFrame) -> list[Payload]:
    """Those who have no number: missing, or a number that means words."""
    return bins.filter((pl.col("bin") < 0) & (pl.col("clients") > 0)).to_dicts()


def _aside(words: str, clients: int) -> str:
    return t("clients.apart", value=words, count=number(clients))


def _counted(feature: Feature, row: Payload) -> list[Any]:
    words = value_words(feature, None if row["bin"] == MISSING else row["low"])
    return [words, row["clients"], row["known"], row["defaults"]]


def _at(value: Value, low: float, high: float) -> float | None:
    if not isinstance(value, float):
        return None
    return round(min(max((value - low) / (high - low), 0.0), 1.0), 5)


def smooth(counts: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Counts of equal bins as a smooth curve of POINTS heights that add up to 1; ends reflected."""
    size = len(counts)
    share = counts / (counts.sum() or 1)
    centres = np.arange(size) + 0.5
    places = np.linspace(0, size, POINTS)
    width = max(1.0, size / 32)
    gaps = [places[:, None] - mirror for mirror in (centres, -centres, 2 * size - centres)]
    weights = np.sum([np.exp(-0.5 * (gap / width) ** 2) for gap in gaps], axis=0)
    curve: np.ndarray[Any, np.dtype[np.float64]] = (weights / weights.sum(axis=0)) @ share
    return curve


def _range(feature: Feature, low: float, high: float) -> str:
    scale = 100 if feature.unit == "%" else 1
    digits = max(feature.decimals, 2 if (high - low) * scale < 1 else 0)
    return f"{number(low * scale, digits)} – {measured_at(feature, high, digits)}"


def measured_at(feature: Feature, value: float, digits: int) -> str:
    """A bound of a range with its unit, with as many digits as tell the ranges apart."""
    return measured(feature if digits == feature.decimals else _with_digits(feature, digits), value)


def _with_digits(feature: Feature, digits: int) -> Feature:
    return Feature(feature.name, feature.kind, feature.labels, feature.unit, digits)


def _rates(feature: Feature, value: Value, bins: pl.DataFrame) -> Payload:
    """Defaults per value with their interval and counts; columns for numbers, rows for categories."""
    ordered = feature.kind not in (CATEGORY, FLAG)
    known = bins.filter(pl.col("bin") >= 0).sort("bin")
    groups = _lumped(known) if ordered else [[row] for row in known.iter_rows(named=True)]
    mine = [row["bin"] for row in bins.to_dicts() if holds(row, value)]
    rows = [_rate(feature, group, mine) for group in groups]
    rows += [_rate(feature, [row], mine) for row in _apart(bins)]
    total = int(bins["known"].sum())
    return {
        "kind": "columns" if ordered and len(rows) <= 9 else "rates",
        "rates": rows,
        "mean": int(bins["defaults"].sum()) / total if total else None,
        "few": FEW,
        "empty": not total,
    }


def _lumped(known: pl.DataFrame) -> list[list[Payload]]:
    """One group a value; the last values together until there are enough clients in them."""
    groups = [[row] for row in known.iter_rows(named=True)]
    while len(groups) > 2 and sum(row["known"] for row in groups[-1]) < FEW:
        last = groups.pop()
        groups[-1] += last
    return groups


def _rate(feature: Feature, group: list[Payload], mine: list[int]) -> Payload:
    first = group[0]
    known, defaults = sum(row["known"] for row in group), sum(row["defaults"] for row in group)
    shown = known >= FEW
    bounds = interval(defaults, known) if shown else (None, None)
    return {
        "label": _name(feature, first, together=len(group) > 1 or group[-1]["high"] == inf),
        "clients": sum(row["clients"] for row in group),
        "known": known,
        "defaults": defaults,
        "rate": defaults / known if shown else None,
        "low": bounds[0],
        "high": bounds[1],
        "mine": any(row["bin"] in mine for row in group),
    }


def _name(feature: Feature, row: Payload, *, together: bool) -> str:
    if row["bin"] == MISSING:
        return value_words(feature, None)
    text = value_words(feature, row["code"] if row["code"] is not None else row["low"])
    return t("clients.and_more", value=text) if together else text
