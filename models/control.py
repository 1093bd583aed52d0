"""Weekly delays as a control chart judges them: ordinary variation, weeks outside of it, changes of level.

Limits are those of a Shewhart chart for individual values (ISO 7870-2): two standard deviations around the
mean, the deviation taken from the moving range, mean |difference of neighbouring weeks| / 1.128, so that the
very shifts the chart is to show do not widen it. A change of level is where the CUSUM of the weeks goes past
the Kolmogorov bound; each level then has limits of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from math import erfc, sqrt

WIDTH = 2.0  # standard deviations on either side
BY_CHANCE = erfc(WIDTH / sqrt(2))  # share of the weeks outside when nothing happens: 4.6 %
RANGE_TO_DEVIATION = 1.128  # expected range of two normal values, in standard deviations
BOUND = 1.358  # sup |Brownian bridge| is past it one time in twenty (Kolmogorov)
BOUND_WITHIN = 1.949  # and past this one time in a thousand
SHORTEST = 6  # weeks a level lasts at least
OWN_SPREAD = 12  # weeks from which a level has a spread of its own
LEAST = 8  # weeks below which nothing can be judged
WEEK = timedelta(7)
DAY = timedelta(1)


@dataclass(frozen=True)
class Week:
    """One week from its Monday: closed cases with a delay, the sum of their delays in days, and whether it
    is judged, which takes a whole week and cases enough."""

    monday: date
    treated: int
    total: float
    judged: bool

    @property
    def delay(self) -> float | None:
        """Mean delay in days; None without a case."""
        return self.total / self.treated if self.treated else None


@dataclass(frozen=True)
class Level:
    """Weeks `first` to `last` (indexes, both included) around one mean, weighted by cases; days."""

    first: int
    last: int
    mean: float
    spread: float

    @property
    def low(self) -> float:
        return max(0.0, self.mean - WIDTH * self.spread)

    @property
    def high(self) -> float:
        return self.mean + WIDTH * self.spread


def weeks(rows: Iterable[tuple[date, int, float]], since: date, until: date, least: int) -> list[Week]:
    """Every week from the first to the last of `rows` (Monday, cases, sum of delays), the empty ones among
    them. A week that goes past `since` or `until`, or has fewer than `least` cases, is not judged."""
    known = {monday: (treated, total) for monday, treated, total in rows if treated}
    if not known:
        return []
    first, last = min(known), max(known)
    mondays = [first + index * WEEK for index in range((last - first).days // 7 + 1)]
    counted = [(monday, *known.get(monday, (0, 0.0))) for monday in mondays]
    return [
        Week(monday, treated, total, treated >= least and monday >= since and monday + WEEK - DAY <= until)
        for monday, treated, total in counted
    ]


def levels(found: Sequence[Week]) -> list[Level]:
    """The levels that the judged weeks stand at, in order; none with fewer than eight of them."""
    judged = [index for index, week in enumerate(found) if week.judged]
    if len(judged) < LEAST:
        return []
    values = [found[index].total / found[index].treated for index in judged]
    starts = [0, *changes(values), len(values)]
    overall = spread(values, starts)
    return [
        _level(found, judged[start:end], spread(values[start:end]) if end - start >= OWN_SPREAD else overall)
        for start, end in pairwise(starts)
    ]


def _level(found: Sequence[Week], members: Sequence[int], deviation: float) -> Level:
    treated = sum(found[index].treated for index in members)
    total = sum(found[index].total for index in members)
    return Level(members[0], members[-1], total / treated, deviation)


def spread(values: Sequence[float], starts: Sequence[int] = ()) -> float:
    """Standard deviation from the moving range; the step into each of `starts` is left out."""
    ranges = [abs(b - a) for index, (a, b) in enumerate(pairwise(values), 1) if index not in starts]
    return sum(ranges) / len(ranges) / RANGE_TO_DEVIATION if ranges else 0.0


def changes(values: Sequence[float]) -> list[int]:
    """Where a new level starts: the furthest point of the CUSUM, then likewise within each part.

    A part is judged by its own spread, and past a stricter bound: it was chosen for what it holds.
    """
    return sorted(_changes(values, 0, len(values), BOUND))


def _changes(values: Sequence[float], start: int, end: int, bound: float) -> Iterator[int]:
    part = values[start:end]
    deviation = spread(part)
    if len(part) < 2 * SHORTEST or not deviation:
        return
    mean, running, heights = sum(part) / len(part), 0.0, []
    for value in part:
        running += value - mean
        heights.append(abs(running) / (deviation * sqrt(len(part))))
    height, at = max((heights[index - 1], index) for index in range(SHORTEST, len(part) - SHORTEST + 1))
    if height <= bound:
        return
    yield start + at
    yield from _changes(values, start, start + at, BOUND_WITHIN)
    yield from _changes(values, start + at, end, BOUND_WITHIN)


def outside(found: Sequence[Week], standing: Sequence[Level]) -> list[list[int]]:
    """The weeks past their level's limits, neighbours on the same side together."""
    sides = {
        index: (week.delay > level.high) - (week.delay < level.low)
        for level in standing
        for index, week in enumerate(found[level.first : level.last + 1], level.first)
        if week.judged and week.delay is not None
    }
    past = [index for index, side in sides.items() if side]
    runs = groupby(enumerate(past), lambda pair: (pair[1] - pair[0], sides[pair[1]]))
    return [[index for _, index in run] for _, run in runs]
