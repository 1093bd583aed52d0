"""Why a score is what it is: the base types. Contributions are exact SHAP values of the model's trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.scoring import Value

ACCEPT, REVIEW, REFUSE = "accept", "review", "refuse"
Doubles = npt.NDArray[np.float64]
LEVEL = 1e-12  # of log-odds: nearer to the start, the curve of the calibration is its tangent


@dataclass(frozen=True)
class Score:
    """The calibrated risk of one client, or of an application that is not in the table (`client_id` None)."""

    client_id: int | None
    default_probability: float  # calibrated, 0 to 1
    threshold: float  # cost-optimal for this model version: from here, not simply granted
    review: float  # from here, refusal is proposed
    model_version: str
    snapshot: str | None

    @property
    def granted(self) -> bool:
        """Whether the proposal is to grant."""
        return self.default_probability < self.threshold

    @property
    def decision(self) -> str:
        """`accept`, `review` or `refuse`."""
        return decision(self.default_probability, self.threshold, self.review)


@dataclass(frozen=True)
class Contribution:
    """What one feature adds: in log-odds (CatBoost's SHAP value), and in probability (0.01 = one point)."""

    feature: str
    value: Value
    log_odds: float
    points: float


@dataclass(frozen=True)
class Explanation:
    """`start` + the sum of all points = the shown probability; each point has the sign of its log-odds."""

    score: Score
    start: float  # probability of the expected log-odds
    mean_risk: float  # of all clients, shown apart
    contributions: tuple[Contribution, ...]  # every feature, the largest |points| first
    missing: tuple[str, ...]  # features without a value
    out_of_domain: tuple[str, ...]  # beyond what training saw; a category never seen


@dataclass(frozen=True)
class Calibration:
    """From raw log-odds to the probability shown: sigmoid(slope × log-odds + intercept), slope > 0."""

    slope: float
    intercept: float

    def probability(self, log_odds: Doubles) -> Doubles:
        """Shape as given."""
        return _sigmoid(self.slope * log_odds + self.intercept)

    def points(self, expected: float, contributions: Doubles) -> Doubles:
        """SHAP values (rows, features) as points of probability: same signs, their sum leads to the risk.

        Every one is multiplied by (p − start) / Σφ, which is slope × p (1 − p) where Σφ is 0. With
        d = slope × Σφ, p − start = p (1 − start) (1 − e^−d), which loses no digit where d is small.
        """
        start = self.slope * expected + self.intercept
        way = self.slope * contributions.sum(axis=1, keepdims=True)
        least, most = np.minimum(start, start + way), np.maximum(start, start + way)
        length = np.maximum(np.abs(way), LEVEL)
        rise = _sigmoid(most) * _sigmoid(-least) * -np.expm1(-length) / length
        scaled: Doubles = contributions * (self.slope * rise)
        return scaled


def decision(probability: float, threshold: float, review: float) -> str:
    """`accept`, `review` (between the two cuts) or `refuse`: a proposal, the officer decides."""
    if probability < threshold:
        return ACCEPT
    return REVIEW if probability < review else REFUSE


def _sigmoid(log_odds: Doubles | float) -> Doubles:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(log_odds, dtype=np.float64))))
