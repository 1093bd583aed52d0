"""The version that may serve: learned once more, calibrated, and described on its card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import polars as pl

from data.applications import batches
from data.scoring import Feature, ScoringContract
from data.snapshot import Snapshot
from models import calibration, cost, families
from models.calibration import Sigmoid
from models.card import Family, Importance
from models.fairness import fairness
from models.families import CATBOOST, OneHotTrees, Recipe, log_odds
from models.features import Floats, Matrix, Outcome, learned_range, matrix
from models.leakage import TrainingRefused
from models.measuring import Measured, Problem, measure
from models.validation import TEMPORAL

EXPLAINED = 4_000  # applications drawn for the global importance
SPACES = 200  # of the histogram of all clients: half a point each


@dataclass(frozen=True)
class Table:
    """The applications with a known outcome, by date, as rows and as what models take."""

    snapshot: Snapshot
    contract: ScoringContract
    features: tuple[Feature, ...]
    categories: dict[str, tuple[str, ...]]
    rows: pl.DataFrame
    built: Matrix
    outcome: Outcome


@dataclass(frozen=True)
class Closing:
    """`family`: CatBoost's line with the last choice. `fields`: the card's, less version and families."""

    estimator: OneHotTrees
    family: Family
    curve: cost.Curve
    fields: dict[str, Any]


def close(
    table: Table, problem: Problem, measured: Measured, candidates: int, tell: Callable[[float], None]
) -> Closing:
    """Fit the version that serves, and measure what its card says. `tell` hears the share that is done."""
    validation = problem.validation
    recipe = families.recipe(CATBOOST, table.features, validation.seed, candidates)
    last = validation.last
    estimator, chosen = recipe.fitted(problem.built[last], problem.outcome[last], validation.inner(last))
    tell(0.3)
    sigmoid = _sigmoid(estimator, problem, measured)
    free = measure(_free(table, problem, chosen), problem, lambda share: tell(0.3 + share * 0.4))
    family = replace(measured.family, champion=True, parameters=chosen)
    outcome = problem.outcome[validation.measured]
    curve = cost.curve(measured.probability, outcome, problem.costs)
    fields = {
        **_origin(table, problem),
        **_cuts(measured, problem),
        **_all_clients(table, estimator, sigmoid),
        "stand_ins": estimator.stand_ins_,
        "slope": sigmoid.slope,
        "intercept": sigmoid.intercept,
        "metrics": _metrics(table, problem, measured, curve) | {"auc_free": free.family.auc},
        "reliability": calibration.reliability(measured.probability, outcome),
        "fairness": fairness(
            table.rows[validation.measured],
            table.contract.protected,
            measured.probability,
            outcome,
            problem.costs.threshold,
        ),
        "importance": _importance(table, estimator, sigmoid, validation.seed),
    }
    tell(1.0)
    return Closing(estimator, family, curve, fields)


def curve_json(curve: cost.Curve) -> bytes:
    """The cost at every thousandth, as the artefact keeps it."""
    return orjson.dumps({"cuts": curve.cuts.tolist(), "costs": curve.costs.tolist()})


def _sigmoid(estimator: OneHotTrees, problem: Problem, measured: Measured) -> Sigmoid:
    """Out of fold: on what the rounds said of all. Temporal: on what the last fit says of the last slice.

    Raises TrainingRefused("no_signal").
    """
    validation, outcome = problem.validation, problem.outcome
    said, rows = measured.log_odds, validation.measured
    if validation.kind == TEMPORAL:
        said = log_odds(estimator, problem.built[rows])
    found = calibration.fit(said, outcome[rows])
    if found.slope <= calibration.FLAT:
        raise TrainingRefused("no_signal")
    return found


def _free(table: Table, problem: Problem, chosen: dict[str, Any]) -> Recipe:
    free = families.recipe(CATBOOST, table.features, problem.validation.seed, 1, monotone=False)
    return replace(free, candidates=(chosen,))


def _origin(table: Table, problem: Problem) -> dict[str, Any]:
    validation = problem.validation
    first, last = table.rows["applied_on"].min(), table.rows["applied_on"].max()
    return {
        "family": CATBOOST,
        "contract": table.contract.name,
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "snapshot": table.snapshot.id,
        "seed": validation.seed,
        "folds": len(validation.rounds),
        "validation": validation.kind,
        "learned_from": len(validation.last),
        "measured_on": len(validation.measured),
        "first_day": None if first is None else str(first),
        "last_day": None if last is None else str(last),
        "features": tuple(feature.name for feature in table.features),
        "categories": table.categories,
        "learned": learned_range(problem.built[validation.last], table.features),
    }


def _cuts(measured: Measured, problem: Problem) -> dict[str, Any]:
    outcome = problem.outcome[problem.validation.measured]
    interval = cost.cut_interval(measured.probability, outcome, problem.costs, problem.validation.seed)
    return {
        "threshold": problem.costs.threshold,
        "threshold_interval": interval,
        "review": problem.costs.review,
    }


def _metrics(table: Table, problem: Problem, measured: Measured, curve: cost.Curve) -> dict[str, float]:
    family, costs = measured.family, problem.costs
    names = ("auc", "average_precision", "brier", "ece", "cost", "cost_at_half")
    outcome = problem.outcome[problem.validation.measured]
    found = {name: float(getattr(family, name)) for name in names}
    found |= {
        "default_rate": float(outcome.mean()),
        "best_cut": curve.best,
        "best_cost": float(curve.costs.min()),
        "cost_accept_all": float(curve.costs[-1]),
        "cost_refuse_all": float(curve.costs[0]),
    }
    if costs.amount:
        amounts = table.rows[costs.amount].to_numpy()[problem.validation.measured]
        cuts = {"": costs.threshold, "_at_half": 0.5, "_refuse_all": 0.0, "_accept_all": 2.0}
        for name, cut in cuts.items():
            found[f"euros{name}"] = cost.euros(measured.probability, outcome, amounts, costs, cut)
    return found


def _all_clients(table: Table, estimator: OneHotTrees, sigmoid: Sigmoid) -> dict[str, Any]:
    """The histogram of every client of the snapshot, known outcome or not, and their mean."""
    counts, total = np.zeros(SPACES, dtype=np.int64), 0.0
    for rows in batches(table.snapshot, table.contract):
        probability = sigmoid(log_odds(estimator, matrix(rows, table.features, table.categories)))
        counts += np.histogram(probability, bins=SPACES, range=(0.0, 1.0))[0]
        total += float(probability.sum())
    edges = np.linspace(0.0, 1.0, SPACES + 1)
    return {
        "mean_risk": total / int(counts.sum()),
        "edges": tuple(map(float, edges)),
        "counts": tuple(map(int, counts)),
    }


def _importance(table: Table, estimator: OneHotTrees, sigmoid: Sigmoid, seed: int) -> tuple[Importance, ...]:
    """The largest first, over applications drawn."""
    chance = np.random.default_rng(seed)
    drawn = np.sort(chance.permutation(len(table.outcome))[:EXPLAINED])
    built = table.built[drawn]
    contributions, expected = estimator.contributions(built)
    points = contributions * _points_per_log_odd(contributions.sum(axis=1), expected, sigmoid)[:, None]
    found = [
        Importance(
            feature.name,
            float(np.abs(contributions[:, place]).mean()),
            float(np.abs(points[:, place]).mean()),
            _direction(built[:, place], contributions[:, place]) if feature.numeric else 0.0,
        )
        for place, feature in enumerate(table.features)
    ]
    return tuple(sorted(found, key=lambda each: -each.log_odds))


def _points_per_log_odd(summed: Floats, expected: float, sigmoid: Sigmoid) -> Floats:
    """(p − start) / Σφ, and its derivative where Σφ is 0."""
    start = sigmoid(np.array(expected))
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (sigmoid(expected + summed) - start) / summed
    return np.where(np.abs(summed) < 1e-9, sigmoid.slope * start * (1 - start), factor)


def _direction(values: Floats, contributions: Floats) -> float:
    known = ~np.isnan(values)
    if known.sum() < 2 or np.ptp(values[known]) == 0 or np.ptp(contributions[known]) == 0:
        return 0.0
    return float(np.corrcoef(values[known], contributions[known])[0, 1])
