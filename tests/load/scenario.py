"""The load: many people at once, each with time to think between two steps, and what they met."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.load.people import Person
from tests.load.served import Served
from tests.load.visits import Asked, Callbacks, Visit
from tests.load.wire import Broken, Line

THINK = 10.0  # seconds between two steps, on average
PROBE = 0.25  # seconds between two looks at /health
WATCHED_EVERY = 5.0  # seconds between two looks at the memory
HURRY = 1.0  # seconds between two steps while it warms up: what can be kept is kept before it is measured
HEAD = "| request | asked | median ms | p95 | p99 | longest | 503 | errors |"


@dataclass
class Met:
    """What happened while the load lasted."""

    seconds: float = 0
    asked: list[Asked] = field(default_factory=list)
    health: list[Asked] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)  # bytes, every five seconds
    lag: list[float] = field(default_factory=list)  # seconds by which the asking side came too late
    worked: float = 0  # processor seconds of the workers; too few where one was replaced
    again: int = 0  # requests that a browser asks again by itself

    @property
    def errors(self) -> list[Asked]:
        """What was neither answered nor refused with 503."""
        return [each for each in self.asked if each.outcome not in ("ok", "busy")]

    @property
    def busy(self) -> list[Asked]:
        """What was refused because too much was under way."""
        return [each for each in self.asked if each.outcome == "busy"]

    @property
    def growth(self) -> float:
        """How much more memory the workers had at the end than at the beginning, as a share."""
        return self.memory[-1] / self.memory[0] - 1

    def taken(self, kind: str | None = None) -> list[float]:
        """Seconds of what was answered."""
        return [each.seconds for each in self.asked if each.outcome == "ok" and kind in (None, each.kind)]


def at(share: float, seconds: Sequence[float]) -> float:
    """Milliseconds within which that share of them was; 0 for none."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def load(
    served: Served,
    people: Sequence[Person],
    seconds: float,
    *,
    warm: float = 0,
    think: float = THINK,
    acts: Sequence[tuple[float, Callable[[], object]]] = (),
) -> Met:
    """People at work for `seconds`, after `warm` seconds in a hurry that do not count.

    `acts` are what happens meanwhile, each after so many seconds, in a thread.
    """
    callbacks = await _callbacks(people[0].line)
    met = Met()
    if warm:
        await _at_work(people, callbacks, Met(), warm, HURRY)
    asked_again, worked, began = sum(each.line.again for each in people), served.seconds(), time.monotonic()
    end = began + seconds
    others = [_watch(served, met, end), _probe(served, met, end), *(_act(after, act) for after, act in acts)]
    await asyncio.gather(_at_work(people, callbacks, met, seconds, think), *others)
    met.worked, met.seconds = max(0.0, served.seconds() - worked), time.monotonic() - began
    met.again = sum(each.line.again for each in people) - asked_again
    for each in people:
        each.line.close()
    return met


async def _at_work(
    people: Sequence[Person], callbacks: Callbacks, met: Met, seconds: float, think: float
) -> None:
    end = time.monotonic() + seconds
    await asyncio.gather(*(_work(each, callbacks, met, end, think) for each in people))


async def _work(person: Person, callbacks: Callbacks, met: Met, end: float, think: float) -> None:
    visit = Visit(person, callbacks, met.asked.append)
    await asyncio.sleep(person.chance.uniform(0, think))
    while time.monotonic() < end:
        await visit.step()
        rest = person.chance.uniform(0.5, 1.5) * think
        await asyncio.sleep(max(0.0, min(rest, end - time.monotonic())))


async def _probe(served: Served, met: Met, end: float) -> None:
    """What a balancer or a watchman sees, on a connection of its own each time."""
    while time.monotonic() < end:
        line, began, outcome = Line(served.port, {}), time.monotonic(), "ok"
        try:
            answer = await line.ask("GET", "/health")
            outcome = "ok" if answer.status == 200 else str(answer.status)
        except Broken as error:
            outcome = f"broken: {error}"
        met.health.append(Asked("health", began, time.monotonic() - began, outcome))
        line.close()
        due = time.monotonic() + PROBE
        await asyncio.sleep(PROBE)
        met.lag.append(time.monotonic() - due)


async def _watch(served: Served, met: Met, end: float) -> None:
    while True:
        met.memory.append(await asyncio.to_thread(served.memory))
        if time.monotonic() > end:
            return
        await asyncio.sleep(WATCHED_EVERY)


async def _act(after: float, act: Callable[[], object]) -> None:
    await asyncio.sleep(after)
    await asyncio.to_thread(act)


async def _callbacks(line: Line) -> Callbacks:
    answer = await line.ask("GET", "/_dash-dependencies")
    declared: list[dict[str, Any]] = orjson.loads(answer.body)
    return {each["output"]: each for each in declared}


def table(met: Met) -> str:
    """What was met, by kind of request, as Markdown."""
    kinds = sorted({each.kind for each in met.asked})
    lines = [_line(kind, [each for each in met.asked if each.kind == kind]) for kind in kinds]
    lines.append(_line("all", met.asked))
    lines.append(_line("/health", met.health))
    first, last = met.memory[0] / 1e6, met.memory[-1] / 1e6
    told = (
        f"{met.seconds:.0f} s, {len(met.asked) / met.seconds:.1f} requests/s, {met.worked / met.seconds:.2f} "
        f"cores; memory of the workers {first:.0f} → {last:.0f} MB ({met.growth:+.1%}, at most "
        f"{max(met.memory) / 1e6:.0f}); asked again by the browser {met.again}; the asking side came late by "
        f"{at(0.95, met.lag):.0f} ms (p95)"
    )
    return "\n".join([HEAD, "|---" + "|---:" * 7 + "|", *lines, "", told])


def _line(kind: str, asked: Sequence[Asked]) -> str:
    good = [each.seconds for each in asked if each.outcome == "ok"]
    busy = sum(each.outcome == "busy" for each in asked)
    times = " | ".join(f"{at(share, good):.0f}" for share in (0.5, 0.95, 0.99, 1.0))
    return f"| {kind} | {len(asked)} | {times} | {busy} | {len(asked) - len(good) - busy} |"
