"""Faults 22 and 23, their small form: more is asked than the server can answer."""

import statistics
import time
from collections.abc import Iterator

import pytest

from tests.browser.server import Server
from tests.faults.runaway import ROWS, ask, begin, until
from tests.published import publish

pytestmark = pytest.mark.fault

MOST = 4  # requests under way
ALIVE_WITHIN = 0.1  # seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("home")
    publish(folder, ROWS)
    found = Server(
        folder, factory="tests.faults.runaway:create_app", QUERY_SECONDS="120", MAX_CONCURRENT=str(MOST)
    )
    found.start()
    yield found
    found.stop()


def test_past_the_cap_the_rest_is_told_to_come_back_and_the_server_is_alive(server: Server) -> None:
    waiting = [begin(server) for _ in range(MOST)]
    until(lambda: ask(server, "/production").status == 503)
    refused = ask(server, "/production")
    assert refused.headers["retry-after"] == "1"
    taken = []
    for _ in range(20):
        started = time.perf_counter()
        assert ask(server, "/health").status == 200
        taken.append(time.perf_counter() - started)
    assert statistics.median(taken) <= ALIVE_WITHIN
    for link in waiting:
        link.close()
    until(lambda: ask(server, "/production").status == 200)
