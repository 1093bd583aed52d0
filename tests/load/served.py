"""`vigie serve` with accounts and two workers, in processes of its own, and what they take."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]

from tests.browser.server import ROOT, free_port

WORKERS = 2
STARTS_WITHIN = 60.0  # seconds


class Served:
    """The server's processes; `port` is where it listens."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self._process = port, process

    def workers(self) -> list[psutil.Process]:
        """The processes that answer: those that hold more than an interpreter does."""
        found = psutil.Process(self._process.pid).children()
        return sorted((each for each in found if _is_worker(each)), key=lambda each: each.pid)

    def memory(self) -> int:
        """Bytes that the workers have to themselves."""
        return sum(each.memory_full_info().uss for each in self.workers())

    def seconds(self) -> float:
        """Processor seconds the workers have used."""
        return sum(sum(each.cpu_times()[:2]) for each in self.workers())

    def kill_one(self) -> None:
        """End a worker as a crash does."""
        self.workers()[0].kill()


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Served]:
    """Started, and every worker answers; stopped afterwards."""
    port = free_port()
    given = {
        "HOME": str(home), "PORT": str(port), "WORKERS": str(WORKERS), "DEMO": "false",
        "LOG_LEVEL": "error", **settings,
    }  # fmt: skip
    environment = {**os.environ, **{f"VIGIE_{name}": value for name, value in given.items()}}
    command = [sys.executable, "-m", "app.cli", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield Served(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until both workers are at work. Raises TimeoutError."""
    until, served = time.monotonic() + STARTS_WITHIN, Served(port, process)
    while time.monotonic() < until and process.poll() is None:
        if len(served.workers()) == WORKERS and _ready(port):
            return
        time.sleep(0.05)
    raise TimeoutError(f"the server on port {port} did not start")


def _is_worker(process: psutil.Process) -> bool:
    try:
        return any("spawn_main" in part for part in process.cmdline())
    except psutil.Error:
        return False


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
