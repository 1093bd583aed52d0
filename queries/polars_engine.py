"""Static SQL through Polars over the cubes held in memory: the interactive path."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from data.errors import NoSnapshot
from data.snapshot import Snapshot
from queries.engine import (
    CUBE_DIMENSIONS,
    EVERYTHING,
    ONE_BY_ONE,
    Days,
    conform,
    dimensions,
    predicates,
    spans,
)
from queries.query import Query
from queries.selection import Selection, month_end
from queries.waiting import underway

EPOCH = date(1970, 1, 1)
GRAINED = ("cases", "flows")
SORTED_BY = {"month": "month", "day": "day", "cases": "as_of"}  # by the last word of a cube's name
LABELS = ("region", "agency", "case_type", "status", "returned", "age")


Cubes = dict[str, pl.DataFrame]
Labels = dict[str, tuple[pl.Enum, frozenset[str]]]
Picks = tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]] | None  # of selection and scope


class PolarsEngine:
    """Holds the cubes of one snapshot; safe to share between threads, since frames never change.

    Raises NoSnapshot for one without cases.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        days = Days.of(snapshot)
        if days is None:
            raise NoSnapshot("no_cases")
        self.days = days
        names = [f"{name}_{grain}" for name in GRAINED for grain in ("month", "day")]
        frames = {
            name: pl.read_parquet(snapshot.cube(name)).rechunk()
            for name in (*names, "open_cases", "offices", "known")
        }
        frames["delays_month"] = _small(pl.read_parquet(snapshot.cube("delays_month")).rechunk())
        self._labels = _labels(frames)
        self._cubes = {
            name: frame.with_columns(
                pl.col(label).cast(kind)
                for label, (kind, _) in self._labels.items()
                if label in frame.columns
            )
            for name, frame in frames.items()
        }
        flows = self._cubes["flows_day"]["day"]
        self._flowing = Days(flows[0] if len(flows) else self.days.first, self.days.last)

    def answers(self, query: Query, selection: Selection, scope: Selection) -> bool:
        """True unless an agent, a day's ages, delays by the day or a column of the facts is asked for."""
        picked = dimensions(selection, scope)
        as_of = self.days.as_of(selection)
        if picked - CUBE_DIMENSIONS or "agent" in query.words or ONE_BY_ONE.intersection(query.relations):
            return False
        if "delays" in query.relations and any(span.grain == "day" for span in spans(selection, self.days)):
            return False
        if ("age" in picked or "age" in query.words) and "open_cases" not in query.relations:
            return as_of == self.days.last
        if "open_cases" in query.relations:
            return as_of == self.days.last or as_of == month_end(as_of) >= self.days.first
        return True

    def run(
        self, query: Query, selection: Selection = EVERYTHING, scope: Selection | None = None
    ) -> pl.DataFrame:
        """See `queries.engine.Engine`."""
        return self.run_all([(query, selection)], scope)[0]

    def run_all(
        self, questions: Sequence[tuple[Query, Selection]], scope: Selection | None = None
    ) -> list[pl.DataFrame]:
        """The answers to several questions, in the order asked; what they share is cut once."""
        cuts: dict[str, Cut] = {}
        plans = [
            self._plan(
                query, self._cut(selection, scope, cuts), selection, self._cut(EVERYTHING, scope, cuts)
            )
            for query, selection in questions
        ]
        with underway("cubes", _cannot_stop):
            answers = pl.collect_all(plans, engine="in-memory")
        return [conform(answer, query) for answer, (query, _) in zip(answers, questions, strict=True)]

    def _cut(self, selection: Selection, scope: Selection | None, cuts: dict[str, "Cut"]) -> "Cut":
        key = str(selection.during(None, None))
        if key not in cuts:
            picks = None if scope is None else (selection.picks, scope.picks)
            cuts[key] = Cut(self._cubes, self._labels, picks)
        return cuts[key]

    def members(self, dim: str) -> list[str]:
        """Every member of a dimension in the cubes, sorted."""
        found = self._cubes["cases_month"][dim].unique().drop_nulls().sort()
        return found.cast(pl.String).to_list()

    def _plan(self, query: Query, cut: "Cut", selection: Selection, network: "Cut") -> pl.LazyFrame:
        by_day = "day" in query.words
        tables = {
            "selected" if relation == query.source else relation: self._relation(
                relation, by_day, selection, cut
            )
            for relation in query.relations
        }
        if "visible" in query.words:
            tables["visible"] = self._relation(query.source, by_day, Selection(), network)
        return pl.SQLContext(tables).execute(query.sql)

    def _relation(self, relation: str, by_day: bool, selection: Selection, cut: "Cut") -> pl.DataFrame:
        if relation == "open_cases":
            as_of = self.days.as_of(selection)
            return cut.between("open_cases", relation, as_of, as_of)
        if relation == "delays":
            whole = list(spans(selection, self.days))  # one span of months, or none: see `answers`
            delays = cut.whole("delays_month", relation)
            return _between(delays, "month", whole[0].since, whole[0].until) if whole else delays.clear()
        if relation not in GRAINED:
            return cut.whole(relation, relation)
        # What came in before the first day counts too: flows are not cut at the start of a period.
        flowing = relation == "flows"
        period = selection.during(None, selection.until) if flowing else selection
        if by_day:
            return cut.between(
                f"{relation}_day", relation, period.since or date.min, period.until or date.max
            )
        days = self._flowing if flowing else self.days
        parts = [
            cut.between(f"{relation}_{span.grain}", relation, span.since, span.until)
            for span in spans(period, days)
        ]
        month = self._cubes[f"{relation}_month"]
        if len(parts) == 1:
            return parts[0]
        return pl.concat([part.select(month.columns) for part in parts]) if parts else month.clear()


class Cut:
    """The cubes cut by one set of picks, each once, however many questions and periods read them."""

    def __init__(self, cubes: Cubes, labels: Labels, picks: Picks) -> None:
        self._cubes, self._labels, self._picks = cubes, labels, picks
        self._kept: dict[str, pl.DataFrame] = {}

    def whole(self, cube: str, relation: str) -> pl.DataFrame:
        """All days of a cube; picks of None leave no row."""
        if cube not in self._kept:
            self._kept[cube] = self._cut(self._cubes[cube], relation)
        return self._kept[cube]

    def between(self, cube: str, relation: str, since: date, until: date) -> pl.DataFrame:
        """The days of the period, of what is left of a cube."""
        return _between(self.whole(cube, relation), SORTED_BY[cube.rpartition("_")[2]], since, until)

    def _cut(self, frame: pl.DataFrame, relation: str) -> pl.DataFrame:
        if relation == "known":
            return frame
        if self._picks is None:
            return frame.clear()
        masks = []
        for part in self._picks:
            cutting = predicates(relation, part)
            if cutting is None:
                return frame.clear()
            masks += [self._mask(dim, values) for dim, values in cutting.items()]
        return frame.filter(*masks) if masks else frame

    def _mask(self, dim: str, values: tuple[str, ...]) -> pl.Expr:
        """True where the member is one of `values`; a name no one has selects no row."""
        kind, members = self._labels[dim]
        known = [value for value in values if value in members]
        if len(known) == 1:
            return pl.col(dim) == pl.lit(known[0], dtype=kind)
        return pl.col(dim).is_in(pl.Series(known, dtype=kind).implode())


def _between(frame: pl.DataFrame, column: str, since: date, until: date) -> pl.DataFrame:
    """The rows of a frame sorted by `column` that lie in the period: a slice, found without reading them."""
    days = frame[column].to_physical().to_numpy()
    start = np.searchsorted(days, (since - EPOCH).days, side="left")
    end = np.searchsorted(days, (until - EPOCH).days, side="right")
    return frame.slice(int(start), int(end - start))


def _cannot_stop() -> None:
    """Polars has no way to be interrupted: its questions take milliseconds."""


def _small(frame: pl.DataFrame) -> pl.DataFrame:
    """Counts in two bytes where they fit: sums of two bytes are eight, those of four could overflow."""
    fitting = [name for name in ("delay", "closed", "late") if (frame[name].max() or 0) < 2**15]  # type: ignore[operator]
    return frame.with_columns(pl.col(fitting).cast(pl.Int16))


def _labels(frames: Cubes) -> Labels:
    """Each label as one enumeration for all cubes, in byte order: a row is small and sorts like text."""
    found = {}
    for label in LABELS:
        columns = [frame[label] for frame in frames.values() if label in frame.columns]
        members = pl.concat([column.unique() for column in columns]).drop_nulls().unique().to_list()
        found[label] = (pl.Enum(sorted(members)), frozenset(members))
    return found
