"""Rows 9 and 10 of the performance table: `vigie serve` to the first page drawn, and its weight."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser

from data.simulate import simulate
from tests.browser.conftest import chromium_open
from tests.browser.server import ROOT, free_port

TITLE = "From `vigie serve` to the first page drawn"
SIZES = (1_000_000, 10_000_000)
ON_DEMAND = (100_000_000,)
RUNS = 10
REACH_SECONDS = 5
REACH_KB = 900
GIVES_UP_AFTER = 60.0  # seconds


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One row per size; seconds are medians of RUNS new processes, kB (1,000 bytes) as sent."""
    with chromium_open() as browser:
        for cases in sizes:
            with tempfile.TemporaryDirectory() as home:
                simulate(Path(home), cases=cases)
                runs = [start(Path(home), browser) for _ in range(RUNS)]
                for path in Path(home).rglob("*"):
                    path.chmod(0o755)
            answering, drawn, weights = zip(*runs, strict=True)
            yield {
                "cases": cases,
                "answering_seconds": statistics.median(answering),
                "drawn_seconds": statistics.median(drawn),
                "slowest_seconds": max(drawn),
                "reach_seconds": REACH_SECONDS,
                "page_kB": statistics.median(weights),
                "reach_kB": REACH_KB,
            }


def start(home: Path, browser: Browser) -> tuple[float, float, float]:
    """Seconds until the server answers, seconds until the page is drawn in an empty browser, kB received."""
    port = free_port()
    context = browser.new_context()
    page = context.new_page()
    received: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    started = time.perf_counter()
    with serving(home, port):
        wait_for(f"http://127.0.0.1:{port}/health")
        answering = time.perf_counter() - started
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator("html[data-settled]").wait_for(state="attached")
        drawn = time.perf_counter() - started
        page.wait_for_load_state("networkidle")
        context.close()
    return answering, drawn, sum(received) / 1000


@contextmanager
def serving(home: Path, port: int) -> Iterator[None]:
    """`vigie serve` in a process of its own."""
    environment = {**os.environ, "VIGIE_HOME": str(home), "VIGIE_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "app.cli", "serve", "--demo", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(address: str) -> None:
    """Return once the address answers. Raises TimeoutError."""
    until = time.monotonic() + GIVES_UP_AFTER
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=2):  # noqa: S310  our own loopback address
                return
        except (URLError, OSError):
            time.sleep(0.01)
    raise TimeoutError(address)
