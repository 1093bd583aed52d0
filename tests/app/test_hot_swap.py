"""A new snapshot is served by running servers, for real: two processes, readers who never stop asking."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.browser.server import ROOT, free_port
from tests.published import ASKS_AS_A_PAGE, publish

ROWS = (900, 1_000, 1_100)
FROM_CUBES, FROM_FACTS = "", "agent=p1"
READERS = 4


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Two workers on the state folder, up and answering."""
    publish(tmp_path, ROWS[0])
    found = free_port()
    environment = {
        **os.environ,
        "VIGIE_HOME": str(tmp_path),
        "VIGIE_LOG_LEVEL": "error",
        "VIGIE_DEMO": "true",
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(found), "--workers", "2"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    wait_until(lambda: answers(found))
    yield found
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in {0, -signal.SIGTERM}


def test_publishing_while_queries_run_costs_no_answer(port: int, tmp_path: Path) -> None:
    stop = threading.Event()
    seen: list[tuple[int, str, int]] = []

    def read(selection: str) -> None:
        while not stop.is_set():
            seen.append(ask(port, selection))

    readers = [threading.Thread(target=read, args=((FROM_CUBES, FROM_FACTS)[n % 2],)) for n in range(READERS)]
    for reader in readers:
        reader.start()
    published = []
    for rows in ROWS[1:]:
        published.append(publish(tmp_path, rows).id)
        wait_until(lambda: any(snapshot == published[-1] for _, snapshot, _ in seen[-50:]))
    time.sleep(2)  # both workers look each second
    settled = len(seen)
    time.sleep(0.5)
    stop.set()
    for reader in readers:
        reader.join()

    assert {status for status, _, _ in seen} == {200}
    assert len({(snapshot, rows) for _, snapshot, rows in seen}) == 2 * len(ROWS)  # never a mixture
    assert {snapshot for _, snapshot, _ in seen[settled:]} == {published[-1]}
    assert len(seen) > 200


def ask(port: int, selection: str) -> tuple[int, str, int]:
    """Status, snapshot and number of rows."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"/api/v1/queries/production/kpis?{selection}", headers=ASKS_AS_A_PAGE)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, answer.headers["Vigie-Snapshot"], content[0]["rows"]


def answers(port: int) -> bool:
    try:
        return ask(port, "")[0] == 200
    except OSError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit, "waited a minute"
        time.sleep(0.05)
