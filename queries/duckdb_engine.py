"""The facts in the read-only snapshot through DuckDB: drill-down, and what no cube can answer."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import date

import duckdb
import polars as pl

from data import cubes
from data.errors import NoSnapshot
from data.snapshot import Snapshot
from queries.engine import CLIENT_RELATIONS, EVERYTHING, Days, conform, predicates
from queries.query import Query
from queries.selection import DIMENSIONS, Selection
from queries.waiting import Left, left, underway

# Stock is what came before the end of the period too, so flows are not cut at its start.
PERIODS: dict[str, dict[str, str]] = {
    "cases": {"since": ">=", "until": "<="},
    "flows": {"until": "<="},
    "delays": {"since": ">=", "until": "<="},
    "sent_back": {"since": ">=", "until": "<="},
    "chances": {},
    "listed": {},  # a list tells by itself which days it means
    "chance_checks": {},
    "open_cases": {},
    "offices": {},
    "people": {},
    "targets": {},
    "known": {},
    **{relation: {} for relation in CLIENT_RELATIONS},
}
NOTHING: Mapping[str, object] = {}
# Without a folder to spill to, a question that does not fit fails, and nobody's rows are left on a disk.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": "false",
    "temp_directory": "",
}
SIDE_BY_SIDE = 3  # questions; planning takes most of the time of a small one
NO_DAYS = Days(date.min, date.max)  # for questions that know no day


class QueryTimeout(Exception):
    """The query ran past its limit, of time or of memory."""


class DuckdbEngine:
    """Holds one locked, read-only connection to the facts of one snapshot; one cursor per query."""

    def __init__(
        self, snapshot: Snapshot, *, threads: int = 2, memory: str = "1GB", seconds: float = 20
    ) -> None:
        self._days = Days.of(snapshot)
        self._credits = bool(snapshot.tables.get("credits"))
        self._root = duckdb.connect(":memory:", config=CONFIG)
        self._root.execute(f"ATTACH {_literal(str(snapshot.facts))} AS facts (READ_ONLY)")
        for name, value in (
            ("allowed_directories", [str(snapshot.folder)]),
            ("enable_external_access", False),
            ("autoload_known_extensions", False),
            ("autoinstall_known_extensions", False),
            ("memory_limit", memory),
            ("threads", threads),
            ("max_execution_time", int(seconds * 1000)),
            ("lock_configuration", True),
        ):
            # Global: a cursor is a connection of its own, which some settings would not reach.
            self._root.execute(f"SET GLOBAL {name} = {_literal(value)}")
        self._guard = threading.Lock()

    @property
    def days(self) -> Days:
        """The days of the cases. Raises NoSnapshot where there are none."""
        if self._days is None:
            raise NoSnapshot("no_cases")
        return self._days

    def answers(self, _query: Query, _selection: Selection, _scope: Selection) -> bool:
        """The facts answer everything."""
        return True

    def run(
        self,
        query: Query,
        selection: Selection = EVERYTHING,
        scope: Selection | None = None,
        values: Mapping[str, object] = NOTHING,
    ) -> pl.DataFrame:
        """See `queries.engine.Engine`. `values` are bound to the `$names` of the query's text.

        Questions on clients answer no row where there are no credits. Raises QueryTimeout past the limit,
        NoSnapshot for a question on cases where there are none, Left where nobody waits any more.
        """
        of_clients = query.source in CLIENT_RELATIONS
        if of_clients and not self._credits:
            return query.columns.to_frame()
        text, bound = statement(query, selection, scope, NO_DAYS if of_clients else self.days)
        with self._cursor() as cursor, underway("facts", cursor.interrupt):
            try:
                answer = cursor.sql(text, params={**bound, **values}).pl()
            except duckdb.InterruptException as error:
                raise (Left() if left() else QueryTimeout(query.id)) from error
            except duckdb.OutOfMemoryException as error:
                raise QueryTimeout(query.id) from error
        return conform(answer, query)

    def run_all(
        self, asked: Sequence[tuple[Query, Selection]], scope: Selection | None = None
    ) -> list[pl.DataFrame]:
        """The answers to several questions, in the order asked, worked out side by side. Raises as run."""
        if len(asked) < 2:
            return [self.run(query, selection, scope) for query, selection in asked]
        with ThreadPoolExecutor(min(len(asked), SIDE_BY_SIDE)) as pool:
            under_way = [
                pool.submit(copy_context().run, self.run, query, selection, scope)
                for query, selection in asked
            ]
            try:
                return [each.result() for each in under_way]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)  # one lacks: the rest need not begin
                raise

    def close(self) -> None:
        """Let go of the file."""
        self._root.close()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._guard:
            cursor = self._root.cursor()
        try:
            yield cursor
        finally:
            cursor.close()


def statement(
    query: Query, selection: Selection, scope: Selection | None, days: Days
) -> tuple[str, dict[str, object]]:
    """The query behind its relations, each cut to scope and selection, and the values it binds."""
    values: dict[str, object] = {}
    parts = [
        ("selected" if relation == query.source else relation, _cut(relation, selection, scope, values))
        for relation in query.relations
    ]
    if "visible" in query.words:
        parts.append(("visible", _cut(query.source, EVERYTHING, scope, values)))
    text = cubes.in_front(parts, query.sql)
    if "$as_of" in text:
        values["as_of"] = days.as_of(selection)
    if "$last_day" in text:
        values["last_day"] = days.last
    ends = {"since": selection.since or days.first, "until": selection.until or days.last}
    return text, {name: end for name, end in ends.items() if f"${name}" in text} | values


def _cut(relation: str, selection: Selection, scope: Selection | None, values: dict[str, object]) -> str:
    """One relation, cut to the scope and the selection; what it binds is added to `values`."""
    picks = [predicates(relation, part.picks) for part in (selection, scope or EVERYTHING)]
    conditions = ["FALSE"] if (scope is None and relation != "known") or None in picks else []
    for part in picks:
        for dim, members in (part or {}).items():
            name = f"p{len(values)}"
            values[name] = list(members)
            conditions.append(f"{_column(dim)} = ANY(${name})")  # list_contains fails on a constant NULL
    for bound, comparison in PERIODS[relation].items():
        value = getattr(selection, bound)
        if value is not None:
            values[bound] = value
            conditions.append(f"day {comparison} ${bound}")
    if not conditions:
        return cubes.relation(relation)
    return f"SELECT * FROM ({cubes.relation(relation)}) WHERE {' AND '.join(conditions)}"  # noqa: S608  bound


def _column(dim: str) -> str:
    """The column of a dimension: only names on the list ever enter a text."""
    if dim not in DIMENSIONS:
        raise ValueError(f"unknown dimension: {dim}")
    return dim


def _literal(value: object) -> str:
    """One of our own settings, as SQL writes it."""
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
