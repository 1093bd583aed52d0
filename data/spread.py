"""How one feature spreads over all clients: narrow and coarse bins, quantiles, boxes within a category."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

REPAID, DEFAULTED = 1, 2  # an outcome; 0 is not known yet
MISSING = -1
FEW, VERY_FEW = 12, 9  # values that are bins each, narrow and coarse
NARROW, COARSE = 40, 9  # bins of numbers that have more
TAILS = (0.005, 0.995)  # beyond, clients are counted in the last bin
LENIENT = 0.04  # share of the clients by which a round cut may miss its quantile
ENOUGH = 0.01  # share of the clients that a further bin of a count takes
CODES, COARSE_CODES = 200, 12  # of a category; the rest together
REST = "…"
RANKS = np.linspace(0, 1, 101)
BOX = np.array([0.10, 0.25, 0.50, 0.75, 0.90])


@dataclass(frozen=True)
class Bins:
    """Bins of one feature: number, ends, code of each, and `places`: per client, the position of its bin."""

    numbers: tuple[int, ...]
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]
    codes: tuple[str | None, ...]
    places: Bytes

    def frame(self) -> pl.DataFrame:
        """One row a bin."""
        columns = {"bin": self.numbers, "low": self.lows, "high": self.highs, "code": self.codes}
        kinds = {"bin": pl.Int64(), "low": pl.Float64(), "high": pl.Float64(), "code": pl.String()}
        return pl.DataFrame(columns, schema=kinds)

    def counted(self, outcome: Bytes) -> pl.DataFrame:
        """One row a bin with its clients, those whose outcome is known, and those who defaulted."""
        pairs = self.places.astype(np.int64) * 3 + outcome
        return self.frame().with_columns(*counts(np.bincount(pairs, minlength=3 * len(self.numbers))))


def counts(found: Places) -> list[pl.Series]:
    """clients, known and defaults from counts that lie by bin, then by outcome."""
    by_outcome = found.reshape(-1, 3)
    known = by_outcome[:, REPAID] + by_outcome[:, DEFAULTED]
    return [
        pl.Series("clients", by_outcome.sum(axis=1)),
        pl.Series("known", known),
        pl.Series("defaults", by_outcome[:, DEFAULTED].copy()),
    ]


@dataclass(frozen=True)
class Number:
    """A number over all clients. `usual` are the values in order, less those that are missing or mean words;
    `order` the clients they are of.
    """

    narrow: Bins
    coarse: Bins
    order: Places
    usual: Floats

    def quantiles(self) -> Floats:
        """The value at each hundredth, interpolated; none where no client has a usual one."""
        return at_shares(self.usual, RANKS) if len(self.usual) else self.usual


def of_number(values: Floats, sentinels: Sequence[float]) -> Number:
    """`values` of all clients, NaN where missing."""
    apart = np.isnan(values) | np.isin(values, sentinels)
    clients = np.flatnonzero(~apart)
    order = clients[np.argsort(values[clients], kind="stable")]
    usual = values[order]
    distinct = usual[np.flatnonzero(np.diff(usual, prepend=np.nan) != 0)]
    single = [float(value) for value in distinct[: FEW + 1]]
    narrow = (single, single) if len(single) <= FEW else _even(usual, distinct)
    coarse = (single, single) if len(single) <= VERY_FEW else _round(usual)
    return Number(
        _number_bins(values, sentinels, narrow),
        _number_bins(values, sentinels, coarse),
        order,
        usual,
    )


def at_shares(ordered: Floats, shares: Floats) -> Floats:
    """Quantiles of values in order, linearly interpolated."""
    exact = shares * (len(ordered) - 1)
    below = np.floor(exact).astype(np.int64)
    above = np.minimum(below + 1, len(ordered) - 1)
    part = exact - below
    found: Floats = ordered[below] + (ordered[above] - ordered[below]) * part
    return found


def _even(usual: Floats, distinct: Floats) -> tuple[list[float], list[float]]:
    """Ends of bins of one width; those of whole numbers are whole, so that each holds as many values."""
    low, high = (float(end) for end in at_shares(usual, np.array(TAILS)))
    if low == high:
        low, high = float(usual[0]), float(usual[-1])
    width, number = (high - low) / NARROW, NARROW
    if np.array_equal(distinct, np.floor(distinct)):
        low, width = math.floor(low), math.ceil((high - low + 1) / NARROW)
        number = math.ceil((high - low + 1) / width)
    ends = [float(low + width * place) for place in range(number + 1)]
    return ends[:-1], ends[1:]


def _round(usual: Floats) -> tuple[list[float], list[float]]:
    """Ends of bins of about as many clients each, cut at the roundest number near."""
    wanted = np.arange(1, COARSE) / COARSE
    near = (at_shares(usual, np.clip(wanted + off, 0, 1)) for off in (-LENIENT, 0, LENIENT))
    cuts = {roundest(*map(float, ends)) for ends in zip(*near, strict=True)}
    inner = sorted(cut for cut in cuts if usual[0] < cut <= usual[-1])
    inner += _one_by_one(usual, inner)
    ends = [float(usual[0]), *inner, float(usual[-1])]
    return ends[:-1], ends[1:]


def _one_by_one(usual: Floats, inner: list[float]) -> list[float]:
    """Further cuts of a count, whose quantiles lie at its first numbers: while enough are beyond."""
    found: list[float] = []
    counted = inner == [float(usual[0]) + place for place in range(1, len(inner) + 1)]
    while counted and inner and len(inner) + len(found) < COARSE - 1:
        cut = inner[-1] + 1 + len(found)
        if len(usual) - np.searchsorted(usual, cut) < max(ENOUGH * len(usual), 1):
            break
        found.append(cut)
    return found


def roundest(low: float, middle: float, high: float) -> float:
    """The number within [low, high] that takes the fewest digits, the nearest to the middle of those."""
    if low <= 0 <= high:
        return 0.0
    exponent = math.floor(math.log10(max(abs(low), abs(high))))
    for power in range(exponent, exponent - 17, -1):
        for step in (5.0, 2.0, 1.0):
            unit = step * 10.0**power
            found = round(round(middle / unit) * unit, max(0, -power))
            if low <= found <= high:
                return found
    return middle


def _number_bins(values: Floats, sentinels: Sequence[float], ends: tuple[list[float], list[float]]) -> Bins:
    """Bins 0, 1, … by their ends, after those of the values that stand apart, where there are any."""
    lows, highs = ends
    inner = np.array(lows[1:])
    places = np.searchsorted(inner, values, side="right").astype(np.int64)
    aside: list[tuple[int, float | None]] = []
    for number, sentinel in reversed([*enumerate(sentinels, start=2)]):
        aside += [(-number, sentinel)] if (values == sentinel).any() else []
    aside += [(MISSING, None)] if np.isnan(values).any() else []
    places += len(aside)
    for place, (_, value) in enumerate(aside):
        places[np.isnan(values) if value is None else values == value] = place
    firsts = [value for _, value in aside]
    return Bins(
        numbers=(*(number for number, _ in aside), *range(len(lows))),
        lows=(*firsts, *lows),
        highs=(*firsts, *highs),
        codes=(None,) * (len(aside) + len(lows)),
        places=places.astype(np.uint8),
    )


@dataclass(frozen=True)
class Category:
    """A category over all clients."""

    narrow: Bins
    coarse: Bins


def of_category(column: pl.Series, known: Sequence[str]) -> Category:
    """Codes of all clients; those of the contract first and in its order, the others by their number."""
    found = (
        column.drop_nulls()
        .value_counts(name="clients")
        .sort(["clients", column.name], descending=[True, False])
    )
    frequent = found[column.name].to_list()
    return Category(
        _category_bins(column, known, frequent, CODES), _category_bins(column, known, frequent, COARSE_CODES)
    )


def _category_bins(column: pl.Series, known: Sequence[str], frequent: list[str], most: int) -> Bins:
    kept = set(frequent if len(frequent) <= most else frequent[: most - 1])
    codes = [code for code in known if code in kept] + [
        code for code in frequent if code in kept - set(known)
    ]
    codes += [REST] if len(kept) < len(frequent) else []
    aside = [MISSING] if column.null_count() else []
    place = {code: number + len(aside) for number, code in enumerate(codes)}
    rest = place.get(REST, 0)
    placed = column.replace_strict(place, default=rest, return_dtype=pl.UInt8)
    if aside:
        placed = placed.set(column.is_null(), 0)
    nothing: tuple[None, ...] = (None,) * (len(aside) + len(codes))
    return Bins(
        (*aside, *range(len(codes))), nothing, nothing, (*(None for _ in aside), *codes), placed.to_numpy()
    )


def boxes(number: Number, bins: Bins, outcome: Bytes) -> Iterator[tuple[str, bool, int, Floats]]:
    """Code, whether defaulted, clients and the five quantiles of a number, for each outcome that is known."""
    groups = bins.places[number.order] * np.uint8(3) + outcome[number.order]
    sizes = np.bincount(groups, minlength=3 * len(bins.numbers))
    ordered = number.usual[np.argsort(groups, kind="stable")]  # by group, then still by value
    starts = np.concatenate(([0], np.cumsum(sizes)))
    for place, code in enumerate(bins.codes):
        for seen in (REPAID, DEFAULTED):
            group = place * 3 + seen
            if code is not None and sizes[group]:
                part = ordered[starts[group] : starts[group + 1]]
                yield code, seen == DEFAULTED, int(sizes[group]), at_shares(part, BOX)
