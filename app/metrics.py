"""What a monitor is told of the server: counts and times, of nobody.

Workers that share PROMETHEUS_MULTIPROC_DIR are told of together; the folder must be named before this module
is imported.
"""

import asyncio
import os
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.services import Services
from data.store import NOTED, JournalFailed

SHARED = "PROMETHEUS_MULTIPROC_DIR"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 30)  # seconds
MEASURED_EVERY = 5.0  # seconds
PAGE_BYTES = resource.getpagesize()

_here = CollectorRegistry()
_requests = Counter(
    "vigie_requests", "Answers, by pattern of the address.", ("method", "route", "status"), registry=_here
)
_seconds = Histogram(
    "vigie_request_seconds", "Time to answer a request.", ("route",), buckets=BOUNDS, registry=_here
)
_under_way = Gauge(
    "vigie_requests_under_way",
    "Requests that wait for their answer.",
    registry=_here,
    multiprocess_mode="livesum",
)
_questions = Histogram(
    "vigie_query_seconds", "Time of one question to an engine.", ("engine",), buckets=BOUNDS, registry=_here
)
_journal = Counter(
    "vigie_journal_failures",
    "What journal or accounts could not write or read.",
    registry=_here,
)
_memory = Gauge(
    "vigie_memory_bytes", "Resident memory of all workers.", registry=_here, multiprocess_mode="livesum"
)

NOTED.append(_journal.inc)


def arrived() -> None:
    """A request has begun."""
    _under_way.inc()


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """A request has ended; `route` is a pattern, never an address as it was typed."""
    _under_way.dec()
    _requests.labels(method, route, str(status)).inc()
    _seconds.labels(route).observe(seconds)


def asked(engine: str, seconds: float) -> None:
    """An engine has answered a question."""
    _questions.labels(engine).observe(seconds)


async def measure() -> None:
    """Tell the memory of this process, until cancelled."""
    while True:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        _memory.set(pages * PAGE_BYTES)
        await asyncio.sleep(MEASURED_EVERY)


def told(services: Services) -> bytes:
    """All of it, in the text format that Prometheus reads."""
    counted, now = _here, CollectorRegistry()
    if folder := os.environ.get(SHARED):
        _forget_the_dead(Path(folder))
        counted = CollectorRegistry()
        MultiProcessCollector(counted, folder)  # type: ignore[no-untyped-call]
    now.register(Present(services))
    return generate_latest(counted) + generate_latest(now)


class Present(Collector):
    """What is looked up when somebody asks, the same in every worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """The present values; those that nobody can know are left out."""
        snapshot = self._services.snapshot
        served = GaugeMetricFamily("vigie_snapshot_served", "1 where data are served, else 0.")
        served.add_metric((), float(snapshot is not None))
        yield served
        if snapshot is not None:
            age = GaugeMetricFamily("vigie_snapshot_age_seconds", "Since the data served were published.")
            age.add_metric((), (datetime.now(UTC) - snapshot.created_at).total_seconds())
            yield age
        try:
            lasting = self._services.stores.sessions.lasting()
        except JournalFailed:
            return
        sessions = GaugeMetricFamily("vigie_sessions", "Sessions of users that last.")
        sessions.add_metric((), lasting)
        yield sessions


def _forget_the_dead(folder: Path) -> None:
    """Take what dead workers had under way, and their memory, out of the sums; their counts stay."""
    for file in folder.glob("gauge_live*_*.db"):
        number = file.stem.rpartition("_")[2]
        if not Path("/proc", number).exists():
            mark_process_dead(int(number), str(folder))  # type: ignore[no-untyped-call]
