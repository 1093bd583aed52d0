"""What decisions by a model cost, at every cut. In units of one wrong refusal, or in euros."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.scoring import Costs
from models.features import Floats, Outcome

STEPS = 1_000  # cuts looked at: every thousandth
RESAMPLES = 1_000
PER = 1_000  # applications


@dataclass(frozen=True)
class Curve:
    """Cost per 1,000 applications, refusing from each cut on. Shapes (STEPS + 1,)."""

    cuts: Floats
    costs: Floats

    @property
    def best(self) -> float:
        """The cheapest cut."""
        return float(self.cuts[self.costs.argmin()])


def ratio(costs: Costs) -> float:
    """A default granted, in wrong refusals."""
    return costs.false_negative / costs.false_positive


def per_thousand(probability: Floats, outcome: Outcome, costs: Costs, cut: float) -> float:
    """(ratio × defaults granted + good clients refused) per 1,000 applications; refused from `cut` on."""
    refused = probability >= cut
    granted_defaults, refused_good = int((~refused & outcome).sum()), int((refused & ~outcome).sum())
    return PER * (ratio(costs) * granted_defaults + refused_good) / len(outcome)


def euros(probability: Floats, outcome: Outcome, amounts: Floats, costs: Costs, cut: float) -> float:
    """Per 1,000 applications: loss_share of each default granted, margin_share of each good client refused.

    An amount that is not known counts as the mean of the others.
    """
    known = np.where(np.isnan(amounts), np.nanmean(amounts), amounts)
    refused = probability >= cut
    lost = costs.loss_share * known[~refused & outcome].sum()
    missed = costs.margin_share * known[refused & ~outcome].sum()
    return float(PER * (lost + missed) / len(outcome))


def curve(probability: Floats, outcome: Outcome, costs: Costs) -> Curve:
    """The cost at every thousandth."""
    counts = _counts(probability, outcome)
    return Curve(np.arange(STEPS + 1) / STEPS, _costs(counts, costs) * PER / len(outcome))


def cut_interval(probability: Floats, outcome: Outcome, costs: Costs, seed: int) -> tuple[float, float]:
    """95 % interval of the cheapest cut over bootstrap resamples of the clients.

    Drawing clients again with replacement is drawing the counts of (thousandth, outcome) from a multinomial:
    exact, and as fast for a million clients as for a thousand.
    """
    counts = _counts(probability, outcome)
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(len(outcome), counts.ravel() / counts.sum(), size=RESAMPLES)
    best = np.array([_costs(each.reshape(2, STEPS), costs).argmin() for each in drawn]) / STEPS
    low, high = np.quantile(best, [0.025, 0.975])
    return float(low), float(high)


def _counts(probability: Floats, outcome: Outcome) -> npt.NDArray[np.int64]:
    """Shape (2, STEPS): good clients and defaults by the thousandth of their probability."""
    place = np.minimum((probability * STEPS).astype(np.int64), STEPS - 1)
    return np.stack([np.bincount(place[outcome == kind], minlength=STEPS) for kind in (False, True)])


def _costs(counts: npt.NDArray[np.int64], costs: Costs) -> Floats:
    """Shape (STEPS + 1,): the cost at each cut. Below a cut all are granted, from it on refused."""
    good, defaults = counts
    granted_defaults = np.concatenate([[0], np.cumsum(defaults)])
    refused_good = good.sum() - np.concatenate([[0], np.cumsum(good)])
    return np.asarray(ratio(costs) * granted_defaults + refused_good, dtype=np.float64)
