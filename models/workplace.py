"""An agency on the day of a decision, as its last weeks show it, and the words in which an effect is told."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9  # an interval of 80 %
WEEK = 7  # days
FEWEST = 4  # weeks behind a mean and its spread

Floats = NDArray[np.float64]


class Week(NamedTuple):
    """Seven days of an agency: cases received; closed or rejected; closed; their delays, summed, in days."""

    received: float
    finished: float
    closed: float
    delay_sum: float


@dataclass(frozen=True)
class Interval:
    """Of 80 %: one run in ten is below `low`, one in ten above `high`."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Interval:
        """Over simulated runs."""
        return cls(*(float(value) for value in np.quantile(values, (LOW, MIDDLE, HIGH))))


@dataclass(frozen=True)
class Workplace:
    """What is known of an agency from its last `weeks` weeks; days are calendar days, weekends included."""

    stock: float  # open cases
    received: float  # cases per day
    finished: float  # closed or rejected, cases per day
    received_spread: float  # standard deviation of a week's receipts / their mean
    finished_spread: float  # of a week's closings / their mean
    delay: float  # days, mean of the cases closed
    delay_spread: float  # days, standard deviation of the weekly means
    fte: float
    weeks: int = 12
    norm: float = 20.0  # days
    shortest: float = 0.0  # days that hands cannot shorten: what the quickest cases take (their 5 % quantile)

    @property
    def norm_stock(self) -> float:
        """Open cases of an agency that is just at its norm: norm × finished per day (Little 1961)."""
        return self.norm * self.finished


def workplace(
    course: Sequence[tuple[float, float, float, float]],
    *,
    stock: float,
    fte: float | None,
    norm: float = 20.0,
    shortest: float = 0.0,
) -> Workplace | None:
    """The agency as these weeks (the fields of `Week`, 8 to 12 of them) show it.

    None where its fte is not known or fewer than FEWEST weeks have anything closed.
    """
    weeks = [Week(*week) for week in course]
    told = [week for week in weeks if week.closed > 0]
    if len(told) < FEWEST or fte is None or fte <= 0:
        return None
    received = np.array([week.received for week in weeks], dtype=np.float64)
    finished = np.array([week.finished for week in weeks], dtype=np.float64)
    delays = np.array([week.delay_sum / week.closed for week in told])
    delay = sum(week.delay_sum for week in told) / sum(week.closed for week in told)
    return Workplace(
        stock=stock,
        received=float(received.mean()) / WEEK,
        finished=float(finished.mean()) / WEEK,
        received_spread=_spread(received),
        finished_spread=_spread(finished),
        delay=delay,
        delay_spread=float(delays.std(ddof=1)),
        fte=fte,
        weeks=len(weeks),
        norm=norm,
        shortest=min(shortest, delay),
    )


def seed(*parts: str) -> int:
    """The same number for the same words, such as a snapshot and an agency, on every machine."""
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big")


def _spread(counts: Floats) -> float:
    """Standard deviation / mean by successive differences (von Neumann 1941): no season, only chance."""
    mean = float(counts.mean())
    return float((np.diff(counts) ** 2).mean() / 2) ** 0.5 / mean if mean > 0 else 0.0
