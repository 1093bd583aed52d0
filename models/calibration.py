"""From a model's log-odds to a probability that can be believed, and how far it can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from models.card import Bin
from models.features import Floats, Outcome

BINS = 10  # of equal numbers of clients
FLAT = 1e-6  # the slope of a model that tells nothing: still increasing


@dataclass(frozen=True)
class Sigmoid:
    """calibrated log-odds = slope × log-odds + intercept (Platt 1999). slope > 0: ranks are kept."""

    slope: float
    intercept: float

    def __call__(self, log_odds: Floats) -> Floats:
        """Probabilities, shape as given."""
        return np.asarray(1 / (1 + np.exp(-(self.slope * log_odds + self.intercept))))


def fit(log_odds: Floats, outcome: Outcome) -> Sigmoid:
    """The most likely sigmoid; the share of defaults for all where a higher score is no higher risk."""
    found = LogisticRegression(C=1e6).fit(log_odds.reshape(-1, 1), outcome)
    slope, intercept = float(found.coef_[0, 0]), float(found.intercept_[0])
    if slope <= FLAT:
        share = outcome.mean()
        return Sigmoid(FLAT, float(np.log(share / (1 - share))))
    return Sigmoid(slope, intercept)


def cross_fitted(log_odds: Floats, outcome: Outcome, fold: npt.NDArray[np.int64]) -> Floats:
    """Out-of-fold log-odds to probabilities, each fold by a sigmoid fitted on the others."""
    found = np.empty_like(log_odds)
    for each in np.unique(fold):
        held = fold == each
        found[held] = fit(log_odds[~held], outcome[~held])(log_odds[held])
    return found


def reliability(probability: Floats, outcome: Outcome, bins: int = BINS) -> tuple[Bin, ...]:
    """`bins` groups of as equal numbers of clients as can be, by increasing probability."""
    order = np.argsort(probability, kind="stable")
    return tuple(
        Bin(float(probability[part].mean()), float(outcome[part].mean()), len(part))
        for part in np.array_split(order, bins)
        if len(part)
    )


def ece(probability: Floats, outcome: Outcome, bins: int = BINS) -> float:
    """Expected calibration error: over the tenths of clients, the mean of |mean prediction − observed share|.

    Tenths weigh alike (Nguyen & O'Connor 2015, adaptive bins), so that no tenth is judged on few clients.
    """
    groups = reliability(probability, outcome, bins)
    gaps = sum(abs(each.predicted - each.observed) * each.clients for each in groups)
    return gaps / len(outcome)
