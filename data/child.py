"""Work in a process of its own, so that a kill, a full disk or a writer's lock never reaches the caller."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from data.errors import BuildFailed

Result = TypeVar("Result")
Progress = Callable[[str, float], None]  # the stage, and how much of it is done: 0 to 1
INTERRUPT_GRACE = 10  # seconds an interrupted child has to tidy up


def silent(_stage: str, _share: float) -> None:
    """A progress that nobody watches."""


def in_child(
    function: Callable[..., Result], *arguments: Any, progress: Progress = silent, **named: Any
) -> Result:
    """`function(*arguments, progress=…, **named)` in a fresh process; its result, or its error raised here.

    All of it must be picklable. Raises BuildFailed("killed") when the process ends without an answer.
    """
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_work, args=(there, function, arguments, named))
    process.start()
    there.close()
    try:
        answer: Result = _listen(here, progress)
        return answer
    except EOFError:
        process.join()
        raise BuildFailed("killed", signal=_ending(process.exitcode)) from None
    except KeyboardInterrupt:
        process.join(INTERRUPT_GRACE)
        raise
    finally:
        here.close()
        process.join(INTERRUPT_GRACE)
        process.kill()
        process.join()
        process.close()


def _listen(pipe: Connection, progress: Progress) -> Any:
    while True:
        kind, content = pipe.recv()
        if kind == "progress":
            progress(*content)
        elif kind == "result":
            return content
        else:
            raise content


def _work(
    pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    threading.Thread(target=_die_with_parent, daemon=True).start()

    sending = threading.Lock()  # a watcher tells the progress of a statement from its own thread

    def progress(stage: str, share: float) -> None:
        with sending:
            pipe.send(("progress", (stage, share)))

    try:
        pipe.send(("result", function(*arguments, progress=progress, **named)))
    except KeyboardInterrupt:
        os._exit(1)
    except Exception as error:  # noqa: BLE001  whatever it is, the parent must say it
        pipe.send(("error", error))
    # All is written and told; leaving through the interpreter only adds what libraries print at their end.
    pipe.close()
    os._exit(0)


def _die_with_parent() -> None:
    """A killed command must not leave a build that goes on, holds the lock and publishes unasked."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return str(code)
    return signal.Signals(-code).name
