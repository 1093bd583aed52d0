"""How far a statement of DuckDB has come, told while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from data.child import Progress

EVERY = 0.25  # seconds


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, stage: str, progress: Progress) -> Iterator[None]:
    """Report the share done of each statement run in the block, as DuckDB estimates it, then 1."""
    done = threading.Event()

    def report() -> None:
        while not done.wait(EVERY):
            share = connection.query_progress() / 100
            if 0 <= share <= 1:
                progress(stage, share)

    watcher = threading.Thread(target=report, daemon=True)
    progress(stage, 0.0)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
    progress(stage, 1.0)
