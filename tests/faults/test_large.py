"""Fault 16: ten million rows in bounded memory, with progress."""

import threading
import time
from pathlib import Path

import duckdb
import psutil  # type: ignore[import-untyped]
import pytest

from data.pipeline import load_file
from tests.counts import count

ROWS = count(ci=500_000, soak=10_000_000)
LIMIT = 2 << 30  # bytes


@pytest.mark.fault
@pytest.mark.timeout(900)
def test_many_rows_load_in_bounded_memory_and_show_progress(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "many.csv"
    duckdb.sql(
        f"""COPY (SELECT DATE '2022-01-01' + (i % 1400)::INTEGER AS day, 'Agence ' || i % 230 AS agency,
        'Réversion' AS case_type, 'closed' AS status, i % 60 AS delay_days, i * 7919 % 1000 AS workload
        FROM range({ROWS}) AS r(i)) TO '{source}'"""
    )
    stages: dict[str, list[float]] = {}
    peak, done = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(peak, done))
    watcher.start()
    try:
        report = load_file(
            home, "cases", source, progress=lambda s, share: stages.setdefault(s, []).append(share)
        )
    finally:
        done.set()
        watcher.join()
    assert (report.kept, report.rejected) == (ROWS, 0)
    assert 0 < peak[0] < LIMIT
    assert {"examine", "read", "check", "transform", "cubes", "publish"} <= set(stages)
    assert all(0 <= share <= 1 for shares in stages.values() for share in shares)


def _watch(peak: list[int], done: threading.Event) -> None:
    """The most memory that this process's children hold together."""
    me = psutil.Process()
    while not done.is_set():
        held = 0
        for child in me.children(recursive=True):
            try:
                held += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak[0] = max(peak[0], held)
        time.sleep(0.05)
