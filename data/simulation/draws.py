"""Chance for a group of clients at once: the same seed and group, the same draws, whatever the threads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = float | Floats | Flags  # one for all, or one per client


class Draws:
    """Independent draws for `rows` clients, one value each."""

    def __init__(self, *entropy: int, rows: int) -> None:
        self.rows = rows
        self._source = np.random.default_rng(entropy)

    def normal(self, deviation: float = 1.0) -> Floats:
        """Around zero."""
        return self._source.standard_normal(self.rows) * deviation

    def share(self) -> Floats:
        """Uniform from 0 to 1."""
        return self._source.random(self.rows)

    def part(self, early: Numbers, late: Numbers) -> Floats:
        """From 0 to 1, by the beta law; the mean is early / (early + late)."""
        return np.asarray(self._source.beta(early, late, self.rows))

    def happens(self, share: Numbers) -> Flags:
        """True with that probability."""
        return self.share() < share

    def count(self, mean: Numbers) -> Floats:
        """By the Poisson law."""
        return np.asarray(self._source.poisson(mean, self.rows), dtype=np.float64)

    def count_of(self, tries: Floats, share: Numbers) -> Floats:
        """How many of the tries succeed."""
        return np.asarray(self._source.binomial(tries.astype(np.int64), share), dtype=np.float64)

    def choice(self, *log_odds: Numbers) -> Ints:
        """The position of one choice, by the log-odds of each, a number or one per client."""
        weights = np.exp(np.stack([np.broadcast_to(each, self.rows) for each in log_odds]))
        marks = np.cumsum(weights, axis=0)
        chosen: Ints = (marks < self.share() * marks[-1]).sum(axis=0)
        return np.minimum(chosen, len(log_odds) - 1)


def sigmoid(log_odds: Numbers) -> Floats:
    """The probability of those log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(log_odds))))


def silent(values: Floats, where: Flags) -> Floats:
    """`values`, missing (NaN) where asked."""
    return np.where(where, np.nan, values)


def to_step(values: Floats, step: float | Floats) -> Floats:
    """`values` to the nearest multiple of `step`."""
    return np.asarray(np.rint(values / step) * step)


def rounded(values: Floats, decimals: int) -> Floats:
    """`values` to so many decimals."""
    return np.asarray(np.round(values, decimals), dtype=np.float64)
