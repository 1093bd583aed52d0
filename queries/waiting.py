"""Whoever waits for answers: whether they still do, and how long the engines worked for them.

The way in says who waits (`waiting`); engines say what runs for them (`underway`) and stop what nobody waits
for. Where nobody was named, as in commands, nothing is stopped.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Left(Exception):
    """Nobody waits for the answer any more."""


class Waiting:
    """One who waits; `seconds` are (engine, time taken) of each question answered so far."""

    def __init__(self) -> None:
        self.seconds: list[tuple[str, float]] = []
        self.left = False
        self._stops: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def leave(self) -> None:
        """Interrupt what runs; what begins later raises Left at once.

        To be repeated until all has ended: an interruption is lost on what has not quite begun.
        """
        self.left = True
        with self._lock:  # what is interrupted stays open as long
            for stop in self._stops:
                stop()

    @contextmanager
    def underway(self, engine: str, stop: Callable[[], None]) -> Iterator[None]:
        """See the function of that name."""
        if self.left:
            raise Left
        with self._lock:
            self._stops.append(stop)
        started = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)
            self.seconds.append((engine, time.perf_counter() - started))


_waiting: ContextVar[Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def waiting(who: Waiting) -> Iterator[None]:
    """They wait for what is asked inside the block, in threads that copy its context too."""
    token = _waiting.set(who)
    try:
        yield
    finally:
        _waiting.reset(token)


@contextmanager
def underway(engine: str, stop: Callable[[], None]) -> Iterator[None]:
    """A question runs inside the block; `stop` interrupts it from another thread. Raises Left."""
    who = _waiting.get()
    if who is None:
        yield
    else:
        with who.underway(engine, stop):
            yield


def left() -> bool:
    """Whether they have gone."""
    who = _waiting.get()
    return who is not None and who.left
