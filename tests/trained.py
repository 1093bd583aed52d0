"""A small model that serves, learned in a second from the published credits, and made by hand."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from catboost import CatBoostClassifier, Pool

from data import snapshot
from data.applications import with_outcome
from data.scoring import Feature, ScoringContract
from models import artefact, calibration, cost, export
from models.card import Card, Family, Importance
from models.fairness import fairness
from models.features import codes, learned_range, matrix, served_features

Floats = npt.NDArray[np.float64]
PROPOSED_BY, APPROVED_BY = "Ada", "Grace"
ROWS = 200_000


@dataclass(frozen=True)
class Learned:
    """A fitted CatBoost model, the matrix it learned from, and what its columns are."""

    model: CatBoostClassifier
    features: tuple[Feature, ...]
    categories: Mapping[str, tuple[str, ...]]
    built: Floats
    outcome: npt.NDArray[np.bool_]

    def pool(self, built: Floats) -> Pool:
        """The matrix as CatBoost takes it."""
        return pool(built, [place for place, each in enumerate(self.features) if not each.numeric])


def pool(built: Floats, words: Sequence[int], outcome: Any = None) -> Pool:
    """A matrix whose columns `words` hold positions of codes."""
    cells: npt.NDArray[np.object_] = built.astype(object)
    for place in words:
        cells[:, place] = built[:, place].astype(int)
    return Pool(cells, label=outcome, cat_features=list(words))


def learn(
    rows: pl.DataFrame,
    features: Sequence[Feature],
    *,
    trees: int = 100,
    depth: int = 4,
    seed: int = 7,
    **options: Any,
) -> Learned:
    """CatBoost on `rows` (with `defaulted`), monotone as `features` say; `options` are CatBoost's."""
    categories = codes(rows, features)
    built, outcome = matrix(rows, features, categories), rows["defaulted"].to_numpy().astype(bool)
    model = CatBoostClassifier(
        iterations=trees,
        depth=depth,
        learning_rate=0.1,
        one_hot_max_size=255,
        border_count=32,  # with constraints, six times as fast
        monotone_constraints=[each.monotone for each in features],
        random_seed=seed,
        thread_count=1,
        allow_writing_files=False,
        verbose=False,
        **options,
    )
    learned = Learned(model, tuple(features), categories, built, outcome)
    model.fit(pool(built, model_words(features), outcome))
    return learned


def model_words(features: Sequence[Feature]) -> list[int]:
    """The columns that hold categories."""
    return [place for place, each in enumerate(features) if not each.numeric]


def quick_model(home: Path, *, promoted: bool = True, trees: int = 100, seed: int = 7) -> Card:
    """Learn from the credits published in `home`, publish a version, and let it serve unless told not to.

    Measured on a quarter that it does not learn from; a complete card.
    """
    served = snapshot.current(home)
    contract = served.scoring
    assert contract is not None, "no credits are published"
    rows = with_outcome(served, contract, ROWS)
    fields, learned = described(rows, contract, served.id, trees=trees, seed=seed)
    card = publish(home, fields, learned, contract)
    if promoted:
        artefact.promote(home, card.version, APPROVED_BY)
    return card


def with_registry(home: Path) -> None:
    """An empty registry in `home`: made there by the first training, it takes as long as the training."""
    folder = home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mlflow.db").write_bytes(_empty_registry())


@cache
def _empty_registry() -> bytes:
    """The tables of MLflow as it makes them, nothing in them."""
    from mlflow.store.db.utils import _initialize_tables  # noqa: PLC0415  seconds, for those who train
    from sqlalchemy import create_engine, event  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mlflow.db"
        engine = create_engine(f"sqlite:///{file}")
        event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA synchronous = OFF"))
        _initialize_tables(engine)
        engine.dispose()
        return file.read_bytes()


def publish(home: Path, fields: Mapping[str, Any], learned: Learned, contract: ScoringContract) -> Card:
    """The next version of the model, with that card."""
    with tempfile.TemporaryDirectory() as folder:
        learnt_from = pool(learned.built, model_words(learned.features), learned.outcome)
        files = export.save(learned.model, learnt_from, Path(folder))
        return artefact.publish(home, fields, *files, contract)


def described(
    rows: pl.DataFrame,
    contract: ScoringContract,
    snapshot_id: str = "",
    *,
    trees: int = 100,
    depth: int = 4,
    seed: int = 7,
) -> tuple[dict[str, Any], Learned]:
    """A model of `rows` and the fields of its card, less the version."""
    features = served_features(contract)
    held = np.random.default_rng(seed).random(rows.height) < 0.25
    learned = learn(rows.filter(~held), features, trees=trees, depth=depth, seed=seed)
    shown = matrix(rows, features, learned.categories)
    raw = np.asarray(learned.model.predict(learned.pool(shown), prediction_type="RawFormulaVal"))
    outcome = rows["defaulted"].to_numpy().astype(bool)
    platt = _platt(raw[held], outcome[held])
    probability = platt(raw)
    line = _line(probability[held], outcome[held], contract)
    counts, edges = np.histogram(probability, bins=100, range=(0.0, 1.0))
    days = rows["applied_on"].drop_nulls()
    fields = {
        "family": "catboost",
        "contract": contract.name,
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "proposed_by": PROPOSED_BY,
        "snapshot": snapshot_id,
        "seed": seed,
        "folds": 1,
        "validation": "out_of_fold",
        "learned_from": int((~held).sum()),
        "measured_on": int(held.sum()),
        "first_day": str(days.min()) if len(days) else None,
        "last_day": str(days.max()) if len(days) else None,
        "features": tuple(each.name for each in features),
        "categories": learned.categories,
        "learned": learned_range(learned.built, features),
        "slope": platt.slope,
        "intercept": platt.intercept,
        "threshold": contract.costs.threshold,
        "threshold_interval": (contract.costs.threshold * 0.9, contract.costs.threshold * 1.1),
        "review": contract.costs.review,
        "mean_risk": float(probability.mean()),
        "metrics": {**_metrics(line), "default_rate": float(outcome.mean()), "auc_free": line.auc},
        "families": (line,),
        "reliability": calibration.reliability(probability[held], outcome[held]),
        "fairness": fairness(
            rows.filter(held), contract.protected, probability[held], outcome[held], contract.costs.threshold
        ),
        "importance": _importance(learned, shown[:500]),
        "edges": tuple(edges.tolist()),
        "counts": tuple(counts.tolist()),
    }
    return fields, learned


def _platt(raw: Floats, outcome: npt.NDArray[np.bool_]) -> calibration.Sigmoid:
    """Chance alone says nothing to calibrate on: then the log-odds as they are."""
    found = calibration.fit(raw, outcome)
    return found if found.slope > calibration.FLAT else calibration.Sigmoid(1.0, 0.0)


def _line(probability: Floats, outcome: npt.NDArray[np.bool_], contract: ScoringContract) -> Family:
    ranks = probability.argsort().argsort() + 1.0
    defaults, others = outcome.sum(), (~outcome).sum()
    costs, cut = contract.costs, contract.costs.threshold
    return Family(
        name="catboost",
        auc=float((ranks[outcome].sum() - defaults * (defaults + 1) / 2) / max(defaults * others, 1)),
        average_precision=float(outcome.mean()),
        brier=float(((probability - outcome) ** 2).mean()),
        ece=calibration.ece(probability, outcome),
        cost=cost.per_thousand(probability, outcome, costs, cut),
        cost_at_half=cost.per_thousand(probability, outcome, costs, 0.5),
        threshold=cut,
        fit_seconds=1.0,
        champion=True,
        parameters={"depth": 4},
    )


def _metrics(line: Family) -> dict[str, float]:
    names = ("auc", "average_precision", "brier", "ece", "cost", "cost_at_half")
    return {name: float(getattr(line, name)) for name in names}


def _importance(learned: Learned, shown: Floats) -> tuple[Importance, ...]:
    found = learned.model.get_feature_importance(learned.pool(shown), type="ShapValues")
    mean = np.abs(np.asarray(found)[:, :-1]).mean(axis=0)
    lines = (
        Importance(each.name, float(value), float(value) * 0.07, float(each.monotone))
        for each, value in zip(learned.features, mean, strict=True)
    )
    return tuple(sorted(lines, key=lambda each: -each.log_odds))
