"""Faults 21 and 22: the browser leaves, or a question never ends."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.browser.server import Server
from tests.counts import count
from tests.faults.runaway import PAGE, QUESTION, ROWS, UPDATE, ask, begin, metric, under_way, until, works
from tests.published import publish

pytestmark = pytest.mark.fault

WITHIN = 1.0  # seconds
BUSY, IDLE = 0.12, 0.12  # of one core, of which a busy machine leaves little
LONG, SHORT = "120", "1"  # seconds a question may take


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(folder, ROWS)
    return folder


def _serving(home: Path, seconds: str) -> Iterator[Server]:
    server = Server(home, factory="tests.faults.runaway:create_app", QUERY_SECONDS=seconds)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def patient(home: Path) -> Iterator[Server]:
    yield from _serving(home, LONG)


@pytest.fixture(scope="module")
def strict(home: Path) -> Iterator[Server]:
    yield from _serving(home, SHORT)


@pytest.mark.parametrize(
    ("path", "body"),
    [(QUESTION, None), ("/export/xlsx?agent=p1", None), (UPDATE, PAGE)],
    ids=["one question", "several side by side", "a page's update"],
)
def test_the_query_of_a_browser_that_leaves_is_interrupted_within_a_second(
    patient: Server, path: str, body: Any
) -> None:
    gone, times, taken = metric(patient, "vigie_requests_total", status="499"), count(ci=3, soak=20), []
    for _ in range(times):
        with closing(begin(patient, path, body)):
            until(lambda: under_way(patient) == 1)
            until(lambda: works(patient) > BUSY)
        taken.append(until(lambda: under_way(patient) == 0, 10))
    assert median(taken) <= WITHIN
    assert works(patient) < IDLE
    assert metric(patient, "vigie_requests_total", status="499") == gone + times


def test_one_who_leaves_interrupts_nobody_else(patient: Server) -> None:
    with closing(begin(patient)):
        with closing(begin(patient)):
            until(lambda: under_way(patient) == 2)
        until(lambda: under_way(patient) == 1)
        assert works(patient) > BUSY
        assert under_way(patient) == 1
    until(lambda: under_way(patient) == 0)


def test_a_question_without_end_is_stopped_at_its_limit_with_a_message(strict: Server) -> None:
    answer = ask(strict)
    assert answer.status == 503
    assert "dépasse le temps permis" in answer.text
    update = ask(strict, UPDATE, PAGE)
    assert update.status == 200
    assert "dépasse le temps permis" in update.text
    until(lambda: under_way(strict) == 0, 10)
    assert works(strict) < IDLE
