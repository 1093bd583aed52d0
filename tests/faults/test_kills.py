"""Faults 1 and 2: kill -9 while a file is loaded, and between any two steps of a publication."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from data import snapshot
from data.pipeline import LoadRequest, load, load_file
from tests.counts import count
from tests.data.tables import ask, rows, write
from tests.faults.command import start
from tests.faults.steps import killed_at

KILLS = count(ci=10, soak=50)
STEPS = ("sync", "rename", "replace", "chmod", "write_bytes")  # of a publication
CONTENT = "SELECT count(*), sum(hash(case_id, day, agency, workload)::HUGEINT)::VARCHAR FROM cases"


def whole_group(process: psutil.Process) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def only_parent(process: psutil.Process) -> None:
    process.kill()


def only_builder(process: psutil.Process) -> None:
    for child in process.children(recursive=True):
        child.kill()


@pytest.mark.fault
@pytest.mark.parametrize("kill", [whole_group, only_parent, only_builder])
def test_a_load_killed_at_any_moment_leaves_the_old_version_and_can_be_run_again(
    home: Path, tmp_path: Path, kill: Callable[[psutil.Process], None]
) -> None:
    old, new = write(tmp_path / "old.csv", rows(100)), write(tmp_path / "new.csv", rows(30_000))
    clean = tmp_path / "clean"
    load_file(clean, "cases", new)
    load_file(home, "cases", old)
    before = ask(home, CONTENT)
    chance, length = random.Random(19), _duration(tmp_path / "timed", new)
    for _ in range(-(-KILLS // 3)):
        with start(home, "load", "cases", str(new)) as process:
            time.sleep(chance.uniform(0.1, 1.0) * length)
            if process.poll() is None:
                kill(psutil.Process(process.pid))
            process.communicate()
        served = snapshot.current(home)
        assert served.fallback_from is None
        assert ask(home, CONTENT) in (before, ask(clean, CONTENT))
    _until_free(lambda: load_file(home, "cases", new))
    assert ask(home, CONTENT) == ask(clean, CONTENT)
    assert list((home / "staging").iterdir()) == []


@pytest.mark.fault
def test_a_builder_whose_command_was_killed_stops_without_publishing(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "old.csv", rows(100)))
    before = snapshot.pointer(home)
    with start(home, "load", "cases", str(write(tmp_path / "new.csv", rows(300_000)))) as process:
        command = psutil.Process(process.pid)
        while not list((home / "staging").glob("*/landing.duckdb")):
            time.sleep(0.01)
        builders = command.children(recursive=True)
        command.kill()
        _, alive = psutil.wait_procs(builders, timeout=5)
    assert alive == []
    assert snapshot.pointer(home) == before


def _duration(home: Path, source: Path) -> float:
    started = time.monotonic()
    with start(home, "load", "cases", str(source)) as process:
        process.communicate()
    return time.monotonic() - started


def _until_free(run: Callable[[], object]) -> None:
    """A builder whose parent was killed takes a moment to see it."""
    for _ in range(50):
        try:
            run()
            return
        except snapshot.Busy:
            time.sleep(0.1)
    run()


@pytest.mark.fault
def test_a_publication_killed_between_any_two_steps_leaves_current_valid(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "old.csv", rows(100)))
    request = LoadRequest(home, "cases", write(tmp_path / "new.csv", rows(200)))
    steps = killed_at(load, request, fatal=0, among=STEPS)
    assert steps is not None
    assert steps > 20
    served = {(100,): 0, (200,): 0}
    for kill in range(KILLS):
        load_file(home, "cases", tmp_path / "old.csv")
        assert killed_at(load, request, fatal=steps - kill * steps // KILLS, among=STEPS) is None
        assert snapshot.current(home).fallback_from is None
        served[ask(home, "SELECT count(*) FROM cases")[0]] += 1
    assert min(served.values()) > 0, "the kills fell on one side of the switch only"
