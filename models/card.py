"""What is known of one trained version: how it was made, how good it is, how it serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Family:
    """One line of the comparison: a family of models, or a rule that looks at no client (`fit_seconds` 0).

    Measured on applications the model did not learn from. Costs are per 1,000 applications, in units of one
    wrong refusal.
    """

    name: str  # logistic_regression, random_forest, xgboost, catboost, accept_all, refuse_all
    auc: float
    average_precision: float
    brier: float
    ece: float
    cost: float  # at `threshold`
    cost_at_half: float  # refusing from a probability of one half
    threshold: float
    fit_seconds: float
    champion: bool  # the one that is kept to serve
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Bin:
    """One tenth of the clients by predicted risk: mean prediction, observed share of defaults, clients."""

    predicted: float
    observed: float
    clients: int


@dataclass(frozen=True)
class GroupFairness:
    """How one group of a protected feature fares at the threshold. Shares are 0 to 1."""

    feature: str
    group: str  # the group's label in French; `labels` has both
    labels: Mapping[str, str]
    clients: int
    accepted: float
    ratio: float  # accepted, over that of the group with the highest share
    wrongly_refused: float  # share of refusals among those who repaid
    granted_defaults: float  # share of defaults among those accepted
    calibration_gap: float  # mean prediction less observed share


@dataclass(frozen=True)
class Importance:
    """A feature over all clients: mean of the absolute contribution, in log-odds and in points (0 to 1)."""

    feature: str
    log_odds: float
    points: float
    direction: float  # correlation of value and contribution, -1 to 1; 0 for categories


@dataclass(frozen=True)
class Card:
    """The card of one version; every number in it was measured when it was trained.

    `edges` and `counts` are the histogram of the calibrated probabilities of all clients of the snapshot
    (len(edges) = len(counts) + 1). `learned` is the least and the greatest value of each number in training.
    """

    version: int
    family: str
    contract: str  # name of the scoring contract
    trained_at: str  # ISO, UTC
    proposed_by: str
    snapshot: str
    seed: int
    folds: int
    validation: str  # "temporal" or "out_of_fold"
    learned_from: int  # applications
    measured_on: int  # applications
    first_day: str | None
    last_day: str | None
    features: tuple[str, ...]  # as the model takes them, in order
    categories: Mapping[
        str, tuple[str, ...]
    ]  # feature → codes; the position of a code is what the model sees
    learned: Mapping[str, tuple[float, float]]
    slope: float  # calibrated log-odds = slope × log-odds + intercept, slope > 0
    intercept: float
    threshold: float
    threshold_interval: tuple[float, float]  # 95 %, bootstrap
    review: float
    mean_risk: float
    metrics: Mapping[str, float]  # auc, average_precision, brier, ece, cost, cost_at_half, euros, auc_free, …
    families: tuple[Family, ...]
    reliability: tuple[Bin, ...]
    fairness: tuple[GroupFairness, ...]
    importance: tuple[Importance, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    # What a missing number of a monotone feature counts as: a value whose clients defaulted as often.
    stand_ins: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Card:
        """Raises KeyError or TypeError for what is no card."""
        return cls(
            **{
                **raw,
                "features": tuple(raw["features"]),
                "categories": {name: tuple(codes) for name, codes in raw["categories"].items()},
                "learned": {name: (low, high) for name, (low, high) in raw["learned"].items()},
                "threshold_interval": tuple(raw["threshold_interval"]),
                "families": tuple(Family(**each) for each in raw["families"]),
                "reliability": tuple(Bin(**each) for each in raw["reliability"]),
                "fairness": tuple(GroupFairness(**each) for each in raw["fairness"]),
                "importance": tuple(Importance(**each) for each in raw["importance"]),
                "edges": tuple(raw["edges"]),
                "counts": tuple(raw["counts"]),
            }
        )
