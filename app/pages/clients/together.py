"""Two variables together, drawn by their kinds: heatmap or dots, crosstab, boxes."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from app.axes import span_ticks
from app.feature_words import feature_label, measured, value_words
from app.pages.clients.spread import FEW
from app.pages.clients.standing import MISSING, holds
from app.texts import number, t
from data.scoring import CATEGORY, FLAG, NUMBER, Feature, Value

Payload = dict[str, Any]
SIGNIFICANT = 4  # digits of a drawn dot


def sorts(feature: Feature) -> bool:
    """Whether it sorts clients into named groups rather than measure them."""
    return feature.kind in (CATEGORY, FLAG)


def cells(
    pair: tuple[Feature, Feature],
    values: tuple[Value, Value],
    cuts: tuple[pl.DataFrame, ...],
    counts: pl.DataFrame,
) -> Payload:
    """Observed defaults where two variables cross: `counts` has bin_a, bin_b, clients, known, defaults."""
    a, b = pair
    columns, rows = (ordered(bins) for bins in cuts)
    found = {
        (row["bin_a"], row["bin_b"]): (row["clients"], row["known"], row["defaults"])
        for row in counts.iter_rows(named=True)
    }
    grid = [[found.get((column["bin"], row["bin"]), (0, 0, 0)) for column in columns] for row in rows]
    missing = sum(clients for (bin_a, bin_b), (clients, _, _) in found.items() if MISSING in (bin_a, bin_b))
    own = [own_bin(bins, value) for bins, value in zip((columns, rows), values, strict=True)]
    return {
        "kind": "crosstab" if sorts(a) or sorts(b) else "heatmap",
        "columns": names(a, columns),
        "rows": names(b, rows),
        "grid": grid,
        "own": own,
        "few": FEW,
        "titles": [title(a), title(b)],
        "without": t("clients.pair_missing", count=number(missing)) if missing else "",
        "empty": not any(known for line in grid for _, known, _ in line),
    }


def own_bin(bins: Sequence[Payload], value: Value) -> int | None:
    """The place of a value among bins in order."""
    places = [place for place, row in enumerate(bins) if holds(row, value)]
    return places[-1] if places else None


def ordered(bins: pl.DataFrame) -> list[Payload]:
    """The bins of those who have a value: numbers in order, then those that mean words."""
    held = [row for row in bins.to_dicts() if row["bin"] != MISSING]
    return sorted(held, key=lambda row: (row["bin"] < 0, row["bin"]))


def title(feature: Feature) -> str:
    """The name with its unit, for an axis."""
    unit = {"years": t("clients.years"), "months": t("clients.months"), "days": t("clients.days")}
    shown = unit.get(feature.unit, feature.unit)
    return f"{feature_label(feature)} ({shown})" if shown else feature_label(feature)


def names(feature: Feature, cuts: list[Payload]) -> list[str]:
    """The bins in few signs; of several ranges the first and the last are open."""
    found = [name(feature, cut) for cut in cuts]
    ranges = [place for place, cut in enumerate(cuts) if cut["bin"] >= 0 and cut["code"] is None]
    if len(ranges) > 1:
        first, last = ranges[0], ranges[-1]
        if not _single(feature, cuts[first]):
            found[first] = f"< {bare(feature, cuts[first]['high'])}"
        if not _single(feature, cuts[last]):
            found[last] = f"≥ {bare(feature, cuts[last]['low'])}"
    return found


def _single(feature: Feature, cut: Payload) -> bool:
    """Whether one value alone can lie in the bin."""
    counted = feature.kind == NUMBER and feature.decimals == 0 and feature.unit != "%"
    return bool(cut["low"] == cut["high"] or (counted and cut["high"] - cut["low"] == 1))


def name(feature: Feature, cut: Payload) -> str:
    """A coarse bin in few signs: « 10–15 », « 4 et plus », « Locataire »."""
    if cut["code"] is not None:
        return t("clients.rest") if cut["code"] == "…" else value_words(feature, cut["code"])
    low, high = cut["low"], cut["high"]
    if feature.kind == FLAG or low in feature.sentinels:
        return value_words(feature, low)
    return bare(feature, low) if _single(feature, cut) else f"{bare(feature, low)}–{bare(feature, high)}"


def bare(feature: Feature, value: float) -> str:
    """A number without its unit, as on an axis."""
    return number(value * (100 if feature.unit == "%" else 1), feature.decimals)


def boxes(pair: tuple[Feature, Feature], values: tuple[Value, Value], found: pl.DataFrame) -> Payload:
    """The quartiles of a number in each group, repaid beside defaulted. The number comes first in `pair`."""
    measure, group = pair
    codes = list(dict.fromkeys(found.sort("clients", descending=True)["code"]))
    by = {(row["code"], row["defaulted"]): row for row in found.iter_rows(named=True)}
    groups = [
        {
            "label": _group(group, code),
            "mine": code == _code(values[1]),
            "repaid": _box(measure, by.get((code, False))),
            "defaults": _box(measure, by.get((code, True))),
        }
        for code in codes
    ]
    drawn = [box["at"] for each in groups for box in (each["repaid"], each["defaults"]) if box["at"]]
    marks = span_ticks(min(at[0] for at in drawn), max(at[4] for at in drawn), 4) if drawn else []
    value = values[0] if isinstance(values[0], float) and values[0] not in measure.sentinels else None
    return {
        "kind": "boxes",
        "groups": groups,
        "ticks": [[tick, measured(measure, tick)] for tick in marks],
        "at": value,
        "at_text": value_words(measure, values[0]),
        "titles": [feature_label(measure), feature_label(group)],
        "few": FEW,
        "empty": not drawn,
    }


def _code(value: Value) -> str | None:
    return value if isinstance(value, str) else None if value is None else f"{value:g}"


def _group(feature: Feature, code: str) -> str:
    return value_words(feature, float(code) if feature.kind == FLAG else code)


def _box(feature: Feature, row: Payload | None) -> Payload:
    """P10, quartiles and P90; none where too few clients stand behind them."""
    clients = row["clients"] if row else 0
    if row is None or clients < FEW:
        return {"clients": clients, "at": None, "median": "–"}
    at = [row[quantile] for quantile in ("p10", "p25", "p50", "p75", "p90")]
    return {"clients": clients, "at": at, "median": bare(feature, row["p50"])}


def dots(pair: tuple[Feature, Feature], values: tuple[Value, Value], sample: pl.DataFrame) -> Payload:
    """A sample of clients as dots, repaid and defaulted, and this client among them."""
    framed = sample.select(x=pair[0].name, y=pair[1].name, defaulted="defaulted")
    known = framed.drop_nulls().filter(
        ~pl.col("x").is_in(list(pair[0].sentinels)) & ~pl.col("y").is_in(list(pair[1].sentinels))
    )
    bounds = [_bounds(known[axis]) for axis in ("x", "y")]
    return {
        "kind": "scatter",
        "x": known["x"].round_sig_figs(SIGNIFICANT).to_list(),
        "y": known["y"].round_sig_figs(SIGNIFICANT).to_list(),
        "defaulted": known["defaulted"].cast(pl.Int8).to_list(),
        "bounds": bounds,
        "ticks": [
            [[tick, bare(feature, tick)] for tick in span_ticks(*bound, 5)]
            for feature, bound in zip(pair, bounds, strict=True)
        ],
        "at": [value if isinstance(value, float) else None for value in values],
        "titles": [title(feature) for feature in pair],
        "empty": known.is_empty(),
    }


def _bounds(values: pl.Series) -> tuple[float, float]:
    """The 1st and 99th percentile: what lies beyond would press all the others together."""
    low, high = values.quantile(0.01), values.quantile(0.99)
    return (low, high) if low is not None and high is not None and low < high else (0.0, 1.0)
