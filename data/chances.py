"""The chance of each open case to pass its norm, and what became of those announced before.

For every agency, type and age of the cases open on the last day: the curve (data/survival.py) of the agency's
cases of the type over the last 182 days; where too few of them ended, that of the agency, then of the type,
then of the network. The same is asked, every 26 days of the year before, of the 182 days that led up to then,
and compared with what the cases open at that time did.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files

import duckdb
import numpy as np
import polars as pl

from data.survival import Counts, Curves, Ints, fitted

LENGTH = 26  # days of a span
SPANS = 7  # of a window: 182 days
ASKED = 14  # windows that are checked: 364 days
LONGEST = 400  # ages followed, in days
FEWEST = 30  # finished cases that a curve stands on
TOGETHER = 2_000  # groups fitted at once, to bound the memory
QUANTILES = {"expected_low": 0.1, "expected": 0.5, "expected_high": 0.9}
SOURCES = ("agency_type", "agency", "type", "network")

Frames = Mapping[str, Mapping[int, pl.DataFrame]]  # ends, arrivals, standing; each by span


@dataclass(frozen=True)
class Known:
    """Over which days cases are followed, and the longest norm (days) among them."""

    first: date
    last: date
    near: int

    @property
    def checked(self) -> range:
        """The spans, counted back from the last day, at whose end all of a window had been seen."""
        seen = (self.last - self.first).days // LENGTH
        return range(1, max(min(ASKED, seen - SPANS) + 1, 1))

    def end(self, span: int) -> date:
        """The last day of a span."""
        return self.last - timedelta(span * LENGTH)


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the rows of chances and chance_checks from cases; none where no receipt is known."""
    for table in ("chances", "chance_checks"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608  our two tables
    row = connection.execute(_text("followed")).fetchall()[0]
    if row[0] is None:
        return
    known = Known(row[0], row[1], min(int(row[2]), LONGEST - 1))
    counted, names = _counted(connection, known)
    types = len(names["case_type"])
    wide = _by_span({name: _coded(frame, 0, types) for name, frame in counted.items()})
    step = max(TOGETHER // types, 1)
    found: list[pl.DataFrame] = []
    checks: list[pl.DataFrame] = []
    for first in range(0, len(names["agency"]), step):
        here = {
            name: _coded(frame.filter(pl.col("agency").is_between(first, first + step - 1)), first, types)
            for name, frame in counted.items()
        }
        group = Group(_by_span(here), wide, min(step, len(names["agency"]) - first), types)
        found.append(group.announced(0, LONGEST))
        checks += [group.announced(span, known.near + 1) for span in known.checked]
    _write(connection, "chances", _chances(found), names)
    if checks:
        asked = {"first_asked": known.end(known.checked[-1]), "last_asked": known.end(1)}
        rows = _checks(checks).with_columns(pl.lit(day).alias(name) for name, day in asked.items())
        _write(connection, "chance_checks", rows, names)


@dataclass(frozen=True)
class Group:
    """Some agencies' counts beside those of all: `agencies` times `types` curves, and coarser ones."""

    here: Frames
    wide: Frames
    agencies: int
    types: int

    def announced(self, span: int, ages: int) -> pl.DataFrame:
        """The cells of cases open at the end of a span, each with its chance and what stands behind it."""
        cells = self.here["standing"].get(span)
        if cells is None:
            return pl.DataFrame()
        cells = cells.with_columns(norm=pl.col("norm_days").floor().cast(pl.Int64)).filter(
            pl.col("norm") < ages
        )
        norms, at = cells["norm"].to_numpy(), np.minimum(cells["age"].to_numpy(), ages - 1)
        values: dict[str, Counts] = {
            name: np.full(len(cells), np.nan) for name in ("chance", "behind", *QUANTILES)
        }
        source = np.full(len(cells), -1)
        for level, (rows, curves) in enumerate(self._levels(cells, span, ages)):
            sure = (curves.ends[rows] >= FEWEST) & (curves.followed[rows, norms] > 0)
            taken = np.flatnonzero((source < 0) & sure)
            source[taken] = level
            asked = rows[taken], at[taken]
            values["chance"][taken] = curves.chance(*asked, norms[taken])
            values["behind"][taken] = curves.followed[asked]
            for name, share in QUANTILES.items() if span == 0 else ():
                values[name][taken] = curves.finished_by(*asked, share)
        return cells.with_columns(pl.Series("source", source), *(pl.Series(k, v) for k, v in values.items()))

    def _levels(self, cells: pl.DataFrame, span: int, ages: int) -> Iterator[tuple[Ints, Curves]]:
        """The row of each cell among the curves of a level, and those curves; the finest level first."""
        levels = (
            (self.here, "group", self.agencies * self.types),
            (self.here, "place", self.agencies),
            (self.wide, "case_type", self.types),
            (self.wide, "all", 1),
        )
        for frames, code, rows in levels:
            yield cells[code].to_numpy(), _fitted(frames, code, rows, span, ages)


def _fitted(frames: Frames, code: str, rows: int, span: int, ages: int) -> Curves:
    """The curves of one level over the window that ends with `span`."""

    def summed(name: str, value: str, spans: Sequence[int]) -> Counts:
        total = np.zeros(rows * ages)
        for each in spans:
            frame = frames[name].get(each)
            if frame is not None:
                near = frame.filter(pl.col("age") < ages)
                cell = near[code].to_numpy() * ages + near["age"].to_numpy()
                total += np.bincount(cell, near[value].to_numpy(), rows * ages)
        return total.reshape(rows, ages)

    window = range(span, span + SPANS)
    return fitted(
        summed("arrivals", "arrivals", window)[:, 0],
        summed("standing", "standing", [span + SPANS]),
        summed("ends", "ends", window),
        summed("standing", "standing", [span]),
    )


def _counted(
    connection: duckdb.DuckDBPyConnection, known: Known
) -> tuple[dict[str, pl.DataFrame], dict[str, list[str]]]:
    """What SQL counts, agencies and types as their number in the lists of their names."""
    values = {
        "last_day": known.last, "length": LENGTH, "spans": SPANS, "followed": (ASKED + SPANS) * LENGTH,
        "near": known.near, "longest": LONGEST,
    }  # fmt: skip
    frames = {}
    for name in ("ends", "arrivals", "standing"):
        text = _text(name)
        frames[name] = connection.sql(text, params={k: v for k, v in values.items() if f"${k}" in text}).pl()
    frames["arrivals"] = frames["arrivals"].with_columns(age=pl.lit(0, pl.Int64))
    names = {
        each: pl.concat(frame[each].unique() for frame in frames.values()).unique().sort().to_list()
        for each in ("agency", "case_type")
    }
    kinds = {each: pl.Enum(members) for each, members in names.items()}
    coded = [pl.col(each).cast(kind).to_physical().cast(pl.Int64) for each, kind in kinds.items()]
    return {name: frame.with_columns(coded) for name, frame in frames.items()}, names


def _coded(frame: pl.DataFrame, first: int, types: int) -> pl.DataFrame:
    """With the row that stands for agency and type, for the agency, and for all, from agency `first` on."""
    place = pl.col("agency") - first
    group = place * types + pl.col("case_type")
    return frame.with_columns(place.alias("place"), group.alias("group"), pl.lit(0, pl.Int64).alias("all"))


def _by_span(frames: Mapping[str, pl.DataFrame]) -> Frames:
    return {
        name: {span: rows for (span,), rows in frame.partition_by("span", as_dict=True).items()}
        for name, frame in frames.items()
    }


def _chances(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    told = pl.concat([each for each in found if len(each)] or found[:1], how="vertical")
    if told.is_empty():
        return told
    days = [pl.col(name).fill_nan(None).cast(pl.Int64) for name in QUANTILES]
    key = ("agency", "case_type", "norm_days", "age")
    return (
        told.filter(pl.col("source") >= 0)
        .with_columns(
            *days,
            pl.col("behind").cast(pl.Int64).alias("cases"),
            pl.col("source").replace_strict(dict(enumerate(SOURCES)), return_dtype=pl.String),
        )
        .select(*key, "chance", "cases", "source", *QUANTILES)
        .sort(key)
    )


def _checks(asked: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Per agency, type and band of ten points: cases within their norm, misses announced and observed."""
    told = pl.concat([each for each in asked if len(each)] or asked[:1], how="vertical")
    if told.is_empty():
        return told
    within = (pl.col("source") >= 0) & (pl.col("age") < pl.col("norm")) & (pl.col("settled") > 0)
    band = (pl.col("chance") * 10).floor().clip(0, 9).cast(pl.Int64)
    return (
        told.filter(within)
        .group_by("agency", "case_type", band.alias("band"))
        .agg(
            pl.col("settled").sum().alias("cases"),
            (pl.col("chance") * pl.col("settled")).sum().alias("announced"),
            pl.col("late").sum().alias("observed"),
        )
        .sort("agency", "case_type", "band")
    )


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, names: Mapping[str, list[str]]
) -> None:
    if rows.is_empty():
        return
    words = [
        pl.col(each).replace_strict(dict(enumerate(members)), return_dtype=pl.String)
        for each, members in names.items()
    ]
    connection.register("rows_seen", rows.with_columns(words))
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_seen")  # noqa: S608  our tables
    connection.unregister("rows_seen")


def _text(name: str) -> str:
    return (files("data") / "transform" / f"chances_{name}.sql").read_text(encoding="utf-8")
