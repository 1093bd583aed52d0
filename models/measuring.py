"""How good a family is on applications it did not learn from, and what looking at no client would cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from data.scoring import Costs
from models import calibration, cost
from models.card import Family
from models.families import Recipe, log_odds
from models.features import Floats, Matrix, Outcome
from models.leakage import area
from models.validation import Validation

ACCEPT_ALL, REFUSE_ALL = "accept_all", "refuse_all"


@dataclass(frozen=True)
class Problem:
    """What every family is set: the applications with a known outcome, and how it is judged on them."""

    built: Matrix
    outcome: Outcome
    validation: Validation
    costs: Costs


@dataclass(frozen=True)
class Measured:
    """A family's line, and what it said: log-odds of all rows held out, probabilities of those measured."""

    family: Family
    log_odds: Floats
    probability: Floats


def measure(recipe: Recipe, problem: Problem, tell: Callable[[float], None]) -> Measured:
    """Search and fit in every round of the validation; `tell` hears the share that is done."""
    began = time.perf_counter()
    said = np.full(len(problem.outcome), np.nan)
    rounds = problem.validation.rounds
    chosen: dict[str, Any] = {}
    for number, (learn, held) in enumerate(rounds, start=1):
        inner = problem.validation.inner(learn)
        estimator, chosen = recipe.fitted(problem.built[learn], problem.outcome[learn], inner)
        said[held] = log_odds(estimator, problem.built[held])
        tell(number / len(rounds))
    seconds = time.perf_counter() - began
    probability = problem.validation.probabilities(said, problem.outcome)
    ranked = said[problem.validation.measured]
    return Measured(line(recipe.name, probability, problem, seconds, chosen, ranked), said, probability)


def baselines(problem: Problem) -> tuple[Family, Family]:
    """Granting every application, and refusing every one: what a model must be cheaper than."""
    rows = len(problem.validation.measured)
    return (
        line(ACCEPT_ALL, np.zeros(rows), problem, 0.0, {}),
        line(REFUSE_ALL, np.ones(rows), problem, 0.0, {}),
    )


def line(
    name: str,
    probability: Floats,
    problem: Problem,
    seconds: float,
    parameters: Mapping[str, Any],
    ranked: Floats | None = None,
) -> Family:
    """The measures of calibrated probabilities of the measured rows.

    AUC and average precision are of `ranked`, pooled over all folds, where it is given: calibrating fold
    by fold changes the order of two clients of different folds by nothing that the model said.
    """
    outcome = problem.outcome[problem.validation.measured]
    ranked = probability if ranked is None else ranked
    cut = problem.costs.threshold
    return Family(
        name=name,
        auc=area(ranked, outcome),
        average_precision=float(average_precision_score(outcome, ranked)),
        brier=float(np.mean((probability - outcome) ** 2)),
        ece=calibration.ece(probability, outcome),
        cost=cost.per_thousand(probability, outcome, problem.costs, cut),
        cost_at_half=cost.per_thousand(probability, outcome, problem.costs, 0.5),
        threshold=cut,
        fit_seconds=seconds,
        champion=False,
        parameters=dict(parameters),
    )
