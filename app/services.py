"""Answers on the snapshot now served, swapped under way: queries already asked finish on the old one."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl
import structlog

from app.accounts import user
from app.scoring import Scoring
from app.settings import Settings
from app.stores import Stores
from data import snapshot as snapshots
from data.errors import CorruptSnapshot, NoSnapshot
from data.snapshot import Snapshot
from queries.catalogue import QUERIES
from queries.duckdb_engine import DuckdbEngine
from queries.polars_engine import PolarsEngine
from queries.query import Query
from queries.selection import Selection

Question = tuple[Query, Selection]
LARGEST_CACHED = 5_000  # rows
LISTED = ("region", "agency", "case_type")

log = structlog.get_logger()


class Freshness(NamedTuple):
    """`days_late` is None for data that are not late, and for simulated ones, which never are."""

    last_day: date | None
    days_late: int | None
    fallback_from: str | None  # the corrupt snapshot an older one stands in for
    simulated: bool


@dataclass(frozen=True)
class Served:
    """One snapshot and the engines that answer on it; no cubes where it has no cases."""

    snapshot: Snapshot
    cubes: PolarsEngine | None
    facts: DuckdbEngine


class Services:
    """What pages, commands and the API ask; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.scoring = Scoring(settings.home)
        self.stores = Stores.at(settings.home)
        self.problem: str | None = None  # why the newest snapshot is not the one served
        self._served: Served | None = None
        self._seen: str | None = None
        self._answers: OrderedDict[tuple[str, ...], pl.DataFrame] = OrderedDict()
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._stop: threading.Event | None = None
        self.refresh()

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot now served; None where nothing is published."""
        served = self._served
        return served.snapshot if served else None

    def run(self, query: Query, selection: Selection, scope: Selection | None) -> pl.DataFrame:
        """One answer. Raises NoSnapshot, QueryTimeout."""
        return self.answer(query, selection, scope)[1]

    def answer(
        self, query: Query, selection: Selection, scope: Selection | None
    ) -> tuple[Snapshot, pl.DataFrame]:
        """One answer and the snapshot it comes from."""
        served = self._now()
        return served.snapshot, self._run_all(served, [(query, selection)], scope)[0]

    def facts(self) -> tuple[Snapshot, DuckdbEngine]:
        """The snapshot served and its facts, for questions that bind values. Raises NoSnapshot."""
        served = self._now()
        return served.snapshot, served.facts

    def run_all(self, asked: Sequence[Question], scope: Selection | None) -> list[pl.DataFrame]:
        """The answers in the order asked, all from one snapshot. Raises NoSnapshot, QueryTimeout."""
        return self._run_all(self._now(), asked, scope)

    def members(self) -> dict[str, list[str]]:
        """Per dimension of the filter bar, the members the current user may pick, sorted."""
        served, scope = self._now(), user().scope
        if scope == Selection():
            cubes = _cubes(served)
            return {dim: cubes.members(dim) for dim in LISTED}
        seen = self._run_all(served, [(QUERIES["production.detail"], Selection())], scope)[0]
        return {dim: seen[dim].unique().sort().to_list() for dim in LISTED}

    def freshness(self, today: date | None = None) -> Freshness:
        """How old the served data are, counted in days from their last day."""
        snapshot = self.snapshot
        if snapshot is None:
            return Freshness(None, None, None, simulated=False)
        if snapshot.last_day is None:
            return Freshness(None, None, snapshot.fallback_from, snapshot.simulated)
        age = ((today or date.today()) - snapshot.last_day).days
        late = age if age > self.settings.late_after_days and not snapshot.simulated else None
        return Freshness(snapshot.last_day, late, snapshot.fallback_from, snapshot.simulated)

    def refresh(self) -> None:
        """Serve what CURRENT and CHAMPION name now; keep what is served where that cannot be."""
        with self._refreshing:
            if self._stop and self._stop.is_set():
                return  # closed while the watcher waited
            self._refresh()
            self._refresh_scoring(self._served)

    def watch(self) -> None:
        """Look for a new snapshot every `poll_seconds`, in a thread of its own, until `close`."""
        self._stop = threading.Event()  # one of its own: `close` may have set the last
        self.refresh()
        threading.Thread(target=self._watch, args=(self._stop,), name="snapshot-watch", daemon=True).start()

    def close(self) -> None:
        """Stop watching and let go of snapshot, model and journal."""
        if self._stop:
            self._stop.set()
        with self._refreshing:
            self._served = None
            self.scoring.close()
            self.stores.close()

    def _refresh(self) -> None:
        named = snapshots.pointer(self.settings.home)
        if self._served and named == self._seen:
            return
        try:
            found = snapshots.current(self.settings.home)
            self._serve(found)
            self.problem = found.fallback_from
        except NoSnapshot:
            self._served, self.problem = None, None
        except (CorruptSnapshot, ValueError, OSError) as error:
            if named != self._seen or self.problem is None:
                log.error("snapshot refused", snapshot=named, reason=str(error))
            self.problem = named or "CURRENT"
        self._seen = named

    def _refresh_scoring(self, served: Served | None) -> None:
        before = self.scoring.standing()
        self.scoring.refresh(*(served.snapshot, served.facts) if served else (None, None))
        serves, refused = self.scoring.standing()
        if (serves, refused) != before:
            record = log.error if refused else log.info
            record("model", serves=serves, refused=refused)

    def _serve(self, snapshot: Snapshot) -> None:
        given = self.settings
        facts = DuckdbEngine(
            snapshot, threads=given.query_threads, memory=given.query_memory, seconds=given.query_seconds
        )
        cubes = PolarsEngine(snapshot) if snapshot.last_day else None
        served = Served(snapshot, cubes, facts)
        self._refresh_scoring(served)
        self._served = served
        with self._lock:
            self._answers.clear()
        log.info("snapshot served", snapshot=snapshot.id, stands_in_for=snapshot.fallback_from)

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(self.settings.poll_seconds):
            try:
                self.refresh()
            except Exception:
                log.exception("snapshot watch")  # the next look may succeed; the old one is still served

    def _now(self) -> Served:
        served = self._served
        if served is None:
            raise NoSnapshot("none")
        return served

    def _run_all(
        self, served: Served, asked: Sequence[Question], scope: Selection | None
    ) -> list[pl.DataFrame]:
        cubes = _cubes(served)
        keys = [(served.snapshot.id, str(scope), query.id, str(selection)) for query, selection in asked]
        found = {key: rows for key in keys if (rows := self._cached(key)) is not None}
        lacking = {key: question for key, question in zip(keys, asked, strict=True) if key not in found}
        cubed = {
            key: (query, selection)
            for key, (query, selection) in lacking.items()
            if cubes.answers(query, selection, scope or Selection())
        }
        new = dict(zip(cubed, cubes.run_all(list(cubed.values()), scope), strict=True))
        left = {key: question for key, question in lacking.items() if key not in cubed}
        new |= zip(left, served.facts.run_all(list(left.values()), scope), strict=True)
        for key, rows in new.items():
            self._keep(key, rows)
        return [{**found, **new}[key] for key in keys]

    def _cached(self, key: tuple[str, ...]) -> pl.DataFrame | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def _keep(self, key: tuple[str, ...], rows: pl.DataFrame) -> None:
        if rows.height > LARGEST_CACHED:
            return
        with self._lock:
            self._answers[key] = rows
            while len(self._answers) > self.settings.cached_answers:
                self._answers.popitem(last=False)


def _cubes(served: Served) -> PolarsEngine:
    """What the questions on cases are asked of. Raises NoSnapshot where there are none."""
    if served.cubes is None:
        raise NoSnapshot("no_cases")
    return served.cubes


_current: ContextVar[Services | None] = ContextVar("services", default=None)


def services() -> Services:
    """The services this request is answered with. Raises LookupError outside of one."""
    found = _current.get()
    if found is None:
        raise LookupError("no services here: answer inside `serving(…)`")
    return found


@contextmanager
def serving(found: Services) -> Iterator[None]:
    """Answer with those services inside the block."""
    token = _current.set(found)
    try:
        yield
    finally:
        _current.reset(token)
