"""A work in a process of its own, killed just before a chosen step; imports little, to start at once."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data import durable

# What touches the disk: each call is a step.
STEPS: dict[str, Any] = {
    "sync": durable, "fsync": os, "rename": Path, "replace": Path, "chmod": Path,
    "write_bytes": Path, "write_text": Path, "open": Path, "mkdir": Path,
}  # fmt: skip


def killed_at(
    work: Callable[..., object],
    *arguments: Any,
    fatal: int,
    among: tuple[str, ...] = tuple(STEPS),
    start: str = "spawn",
) -> int | None:
    """Steps of a work that was let finish (`fatal` 0), None for one killed before its step number `fatal`.

    Only calls of the functions `among` count. A forked process starts sooner, where the test runs no thread.
    """
    processes: Any = multiprocessing.get_context(start)
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=_until, args=(work, arguments, fatal, among, there))
    process.start()
    there.close()
    try:
        return int(here.recv())
    except EOFError:
        return None
    finally:
        here.close()
        process.join()
        process.close()


def _until(
    work: Callable[..., object], arguments: tuple[Any, ...], fatal: int, among: tuple[str, ...], told: Any
) -> None:
    steps = 0

    def stepping(step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*values: Any, **named: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*values, **named)

        return stepped

    for name in among:
        setattr(STEPS[name], name, stepping(getattr(STEPS[name], name)))
    work(*arguments)
    told.send(steps)
