"""Fault 20: a worker dies, or hangs. Others serve meanwhile, and it is replaced."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.browser.server import ROOT, free_port
from tests.faults.runaway import until
from tests.published import ASKS_AS_A_PAGE, publish

pytestmark = pytest.mark.fault

QUESTION = "/api/v1/queries/production/kpis"
WORKERS = 2
BACK_WITHIN = 90  # seconds: a hung one is given 20, and a new one starts in some


class Place:
    """`vigie serve` with two workers."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        given = {"VIGIE_HOME": str(home), "VIGIE_LOG_LEVEL": "error", "VIGIE_DEMO": "true"}
        command = [sys.executable, "-m", "app.cli", "serve", "--workers", str(WORKERS)]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=subprocess.DEVNULL,
        )

    def workers(self) -> set[int]:
        """Those processes that listen; the one that watches them is none."""
        found = set()
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # dead, and not yet buried
                found |= {child.pid} if "spawn_main" in " ".join(child.cmdline()) else set()
        return found

    def status(self, wait: float = 30) -> int:
        """Of one question over a connection of its own; 0 for no answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=wait)
        with suppress(OSError, HTTPException):
            connection.request("GET", QUESTION, headers=ASKS_AS_A_PAGE)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.status
        connection.close()
        return 0

    def all_serve(self) -> bool:
        """Whether every worker is up: many questions at once, none without an answer."""
        return len(self.workers()) == WORKERS and all(self.status() == 200 for _ in range(5))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("home")
    publish(home)
    found = Place(home)
    try:
        until(found.all_serve, BACK_WITHIN)
        yield found
    finally:
        found.process.send_signal(signal.SIGTERM)
        ended = found.process.wait(30)
    assert ended in {0, -signal.SIGTERM}


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["it dies", "it hangs"])
def test_others_serve_while_a_worker_is_gone_and_it_is_replaced(place: Place, fault: signal.Signals) -> None:
    before = place.workers()
    lost = min(before)
    seen, stop = [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            seen.append(place.status())

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: len(seen) >= 3)
    os.kill(lost, fault)
    during = len(seen)
    taken = until(lambda: lost not in place.workers() and place.all_serve(), BACK_WITHIN)
    stop.set()
    asking.join()
    assert len(place.workers() - before) == 1
    assert taken <= BACK_WITHIN
    refused = [status for status in seen[during:] if status != 200]
    assert len(refused) <= 1, seen  # the one that the lost worker had just taken
    assert seen[during:].count(200) >= 3
