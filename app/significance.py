"""Whether a difference is more than noise: 95 %, two-sided, each comparison judged on its own.

Asking for several references does not change the level: of 20 comparisons of equals, one is expected past it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import inf, log1p, sqrt
from statistics import NormalDist
from typing import Any, Self, TypeVar

import numpy as np

from app.indicators import Delta, delta_text
from app.texts import percent, t

LEVEL = 0.95
# Per indicator, what it counts and over what; a count alone over nothing. A case may come back twice, so that
# the return rate is a rate and no share.
COUNTED = {
    "late_share": ("late", "delay_treated"),
    "returned_share": ("returned_treated", "returns_treated"),
    "return_rate": ("returns", "returns_treated"),
    "closed": ("closed", ""),
    "treated": ("treated", ""),
}
SHARES = ("late_share", "returned_share")
Freedom = TypeVar("Freedom", float, np.ndarray)
_NORMAL = NormalDist()
_Z = _NORMAL.inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class Sums:
    """What the tests are worked out from, as `production.sums` answers; `rows` is 0 where it is not told.

    A row may be a batch of identical cases, which share one delay: it is one observation, however many cases
    it bears. So the cases behind a figure are divided by the mean size of a row, Kish's design effect for
    clusters alike within (Survey Sampling, 1965, 5.4). Uneven batches would call for more: the noise told is
    then a lower bound.
    """

    treated: int = 0
    closed: int = 0
    delay_treated: int = 0
    delay_sum: float = 0.0  # days
    delay_sq: float | None = None  # days squared; None where the snapshot does not hold it
    late: int = 0
    returns: int = 0
    returns_treated: int = 0
    returned_treated: int = 0
    rows: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row with those columns; null and absent count for nothing."""
        known = {each.name: row.get(each.name) for each in fields(cls)}
        return cls(**{name: value for name, value in known.items() if value is not None})

    def __sub__(self, other: "Sums") -> "Sums":
        """The cases of this one that are not in `other`, a part of it."""
        names = [each.name for each in fields(self) if each.name != "delay_sq"]
        left = {name: getattr(self, name) - getattr(other, name) for name in names}
        known = self.delay_sq is not None and other.delay_sq is not None
        return Sums(**left, delay_sq=(self.delay_sq or 0) - (other.delay_sq or 0) if known else None)

    def indicator(self, name: str) -> float | None:
        """A mean delay, a share or a rate, None over nothing; a count as it is."""
        counted, over = ("delay_sum", "delay_treated") if name == "mean_delay" else COUNTED[name]
        if not over:
            return float(getattr(self, counted))
        return getattr(self, counted) / getattr(self, over) if getattr(self, over) else None

    @property
    def size(self) -> float:
        """Cases per row, 1 at least."""
        return max(1.0, self.treated / self.rows) if self.rows else 1.0


@dataclass(frozen=True)
class Test:
    """A difference with its 95 % interval, in days, or in 1 for 100 %, and its p-value."""

    __test__ = False  # not one of pytest's

    difference: float
    low: float
    high: float
    p: float

    @property
    def more_than_noise(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def scaled(self, factor: float) -> "Test":
        """The same in another unit; `factor` is not below zero."""
        return replace(
            self, difference=self.difference * factor, low=self.low * factor, high=self.high * factor
        )


def mean_difference(a: Sums, b: Sums) -> Test | None:
    """Mean delay of `a` less that of `b`, in days: Welch's test (Biometrika 34, 1947, 28-35).

    Quantile and p-value of Student's t after Fisher's expansion and Wallace's approximation (Abramowitz &
    Stegun 26.7.5; Annals of Mathematical Statistics 30, 1959, 1124). None where nothing is known of one.
    """
    if not (a.delay_treated and b.delay_treated) or a.delay_sq is None or b.delay_sq is None:
        return None
    difference = a.delay_sum / a.delay_treated - b.delay_sum / b.delay_treated
    (n, error_a), (m, error_b) = _error(a), _error(b)
    if min(n, m) < 2:
        return Test(difference, -inf, inf, 1.0)
    error = error_a + error_b
    if not error:
        return Test(difference, difference, difference, 0.0 if difference else 1.0)
    freedom = error**2 / (error_a**2 / (n - 1) + error_b**2 / (m - 1))
    half = student(freedom) * sqrt(error)
    return Test(difference, difference - half, difference + half, _p(_wallace(difference, error, freedom)))


def share_difference(k: float, n: float, other_k: float, other_n: float) -> Test | None:
    """k / n less other_k / other_n, both shares of cases.

    Interval by Newcombe's method 10 on Wilson's (Statistics in Medicine 17, 1998, 873-890), p-value of the
    pooled two-proportion test. None where one has no cases.
    """
    if not (n and other_n):
        return None
    pooled = (k + other_k) / (n + other_n)
    return _apart(_wilson(k, n), _wilson(other_k, other_n), pooled * (1 - pooled) * (1 / n + 1 / other_n))


def rate_difference(k: float, n: float, other_k: float, other_n: float) -> Test | None:
    """k / n less other_k / other_n, counts over what they arise from: both are taken for Poisson.

    Score intervals, put together as Zou & Donner do (Statistics in Medicine 27, 2008, 1693-1702), p-value of
    the pooled score test. None where one arises from nothing.
    """
    if not (n and other_n):
        return None
    pooled = (k + other_k) / (n + other_n)
    return _apart(_poisson(k, n), _poisson(other_k, other_n), pooled * (1 / n + 1 / other_n))


def compare(indicator: str, here: Sums, there: Sums, *, part: bool = False) -> Test | None:
    """Whether an indicator differs between `here` and `there`; None where it cannot be told.

    With `part`, `here` is a part of `there`: it is tested against the rest, and the difference told is still
    that to the whole, smaller by the share of the rest.
    """
    if part:
        found = compare(indicator, here, there - here)
        rest = 1 - _weight(indicator, here) / (_weight(indicator, there) or 1)
        return found.scaled(max(rest, 0.0)) if found else None
    if indicator == "mean_delay":
        return mean_difference(here, there)
    if indicator not in COUNTED:
        return None
    differ = share_difference if indicator in SHARES else rate_difference
    return differ(*_observed(indicator, here), *_observed(indicator, there))


def told(indicator: str, now: float | None, then: float | None, found: Test | None) -> Delta | None:
    """How `now` compares with `then`, in words; « dans le hasard » where `found` says that noise would do."""
    moved = delta_text(indicator, now, then)
    if moved is None or found is None or found.more_than_noise or moved.way == "flat":
        return moved
    return Delta("flat", moved.text, t("compare.noise"), "flat")


def neutral(delta: Delta | None) -> Delta | None:
    """The same, neither good nor bad."""
    return replace(delta, tone="flat") if delta else None


def share_of(now: float | None, whole: float | None) -> Delta | None:
    """A volume as a share of the network's: « 12,2 % du réseau », neither good nor bad."""
    if now is None or not whole:
        return None
    share = percent(now / whole)
    return Delta("flat", share, t("compare.of_network", share=share), "flat")


def _observed(indicator: str, sums: Sums) -> tuple[float, float]:
    """What is counted and what it is counted over, in observations."""
    counted, over = COUNTED[indicator]
    return getattr(sums, counted) / sums.size, (getattr(sums, over) if over else 1) / sums.size


def _weight(indicator: str, sums: Sums) -> float:
    """The cases an indicator is a mean over; none for a count."""
    over = "delay_treated" if indicator == "mean_delay" else COUNTED.get(indicator, ("", ""))[1]
    return float(getattr(sums, over)) if over else 0.0


def _error(sums: Sums) -> tuple[float, float]:
    """Observations behind a mean delay, and the variance of that mean."""
    cases = sums.delay_treated
    n = cases / sums.size
    spread = max((sums.delay_sq or 0) / cases - (sums.delay_sum / cases) ** 2, 0.0)
    return n, spread / (n - 1) if n > 1 else inf


def _apart(a: tuple[float, float, float], b: tuple[float, float, float], variance: float) -> Test:
    """From value, low and high of each and the variance of their difference were they equal."""
    (x, low, high), (y, other_low, other_high) = a, b
    down = sqrt((x - low) ** 2 + (other_high - y) ** 2)
    up = sqrt((high - x) ** 2 + (y - other_low) ** 2)
    z = (x - y) / sqrt(variance) if variance else 0.0
    return Test(x - y, x - y - down, x - y + up, _p(z))


def _wilson(k: float, n: float) -> tuple[float, float, float]:
    """Wilson (JASA 22, 1927, 209-212)."""
    share, square = min(k / n, 1.0), _Z**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = _Z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return share, centre - half, centre + half


def _poisson(k: float, n: float) -> tuple[float, float, float]:
    half = _Z * sqrt(k + _Z**2 / 4)
    return k / n, (k + _Z**2 / 2 - half) / n, (k + _Z**2 / 2 + half) / n


def student(freedom: Freedom) -> Freedom:
    """The quantile of Student's t that leaves (1 - LEVEL) / 2 above; one number or many."""
    z, v = _Z, freedom
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3


def _wallace(difference: float, error: float, freedom: float) -> float:
    """The normal deviate as far out as that t."""
    squared = difference**2 / error
    return (8 * freedom + 1) / (8 * freedom + 3) * sqrt(freedom * log1p(squared / freedom))


def _p(z: float) -> float:
    return 2 * _NORMAL.cdf(-abs(z))
