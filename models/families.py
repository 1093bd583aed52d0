"""The four families of models that are compared, each searched over a short list of candidates."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# On a machine that does other things too, XGBoost's threads spin for each other: ten times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import numpy.typing as npt
import polars as pl
from catboost import CatBoostClassifier, Pool
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, QuantileTransformer, StandardScaler
from xgboost import XGBClassifier

from data.scoring import Feature
from models import export
from models.features import UNKNOWN, Floats, Matrix, Outcome, filled
from models.missing import stand_ins

LOGISTIC, FOREST, XGBOOST, CATBOOST = "logistic_regression", "random_forest", "xgboost", "catboost"
FAMILIES = (LOGISTIC, FOREST, XGBOOST, CATBOOST)
SURE = 1e-5  # a forest may say 0 or 1; log-odds are taken no further than this from them
Index = npt.NDArray[np.int64]
Builder = Callable[[tuple[Feature, ...], int, bool], Any]  # features, seed, monotone → an estimator


class OneHotTrees(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """CatBoost on our matrix: oblivious trees, monotone as the contract says, categories split one by one.

    Its random subspace (`rsm`) and strong leaf penalty were worth .001 of AUC on the reference data.
    """

    def __init__(  # noqa: PLR0913, PLR0917  scikit-learn finds the parameters by their names
        self,
        features: Sequence[Feature] = (),
        seed: int = 0,
        monotone: bool = True,
        iterations: int = 500,
        depth: int = 5,
        learning_rate: float = 0.04,
        l2_leaf_reg: float = 20,
        rsm: float = 0.4,
    ) -> None:
        self.features = features
        self.seed = seed
        self.monotone = monotone
        self.iterations = iterations
        self.depth = depth
        self.learning_rate = learning_rate
        self.l2_leaf_reg = l2_leaf_reg
        self.rsm = rsm

    def fit(self, built: Matrix, outcome: Outcome) -> OneHotTrees:
        """Learn; scikit-learn's contract."""
        bent = {f.name: f.monotone for f in self.features if f.monotone} if self.monotone else {}
        self.classes_ = np.array([False, True])
        self.stand_ins_ = stand_ins(self.features, built, outcome)
        self.model_ = CatBoostClassifier(
            iterations=self.iterations,
            depth=self.depth,
            learning_rate=self.learning_rate,
            l2_leaf_reg=self.l2_leaf_reg,
            rsm=self.rsm,
            monotone_constraints=bent or None,
            one_hot_max_size=255,
            random_seed=self.seed,
            thread_count=threads(),
            allow_writing_files=False,
            verbose=False,
        )
        self.model_.fit(self.pool(built, outcome))
        return self

    def predict_proba(self, built: Matrix) -> Matrix:
        """Shape (rows, 2)."""
        return np.asarray(self.model_.predict_proba(self.pool(built)))

    def contributions(self, built: Matrix) -> tuple[Matrix, float]:
        """CatBoost's own SHAP values, log-odds, shape (rows, features), and the expected log-odds."""
        found = np.asarray(self.model_.get_feature_importance(self.pool(built), type="ShapValues"))
        return found[:, :-1], float(found[0, -1])

    def save(self, folder: Path, built: Matrix, outcome: Outcome) -> tuple[Path, Path]:
        """The files to publish; `built` and `outcome` are what it learned from."""
        return export.save(self.model_, self.pool(built, outcome), folder)

    def pool(self, built: Matrix, outcome: Outcome | None = None) -> Pool:
        """The matrix as CatBoost takes it: stand-ins put in, positions of categories as whole numbers."""
        built = filled(built.copy(), self.features, self.stand_ins_)
        frame = pl.DataFrame(
            {
                feature.name: column if feature.numeric else column.astype(np.int64)
                for feature, column in zip(self.features, built.T, strict=True)
            }
        )
        return Pool(frame, label=outcome, cat_features=[f.name for f in self.features if not f.numeric])


@dataclass(frozen=True)
class Recipe:
    """How a family is made for some features, and the candidates it is searched over, the usual one first."""

    name: str
    build: Callable[[], Any]  # an estimator of scikit-learn's kind, not fitted
    candidates: tuple[Mapping[str, Any], ...]

    def fitted(
        self, built: Matrix, outcome: Outcome, inner: tuple[Index, Index]
    ) -> tuple[Any, dict[str, Any]]:
        """The estimator learned from all rows with the candidate that is best on `inner`, and which that is.

        `inner` are the rows to learn from and to judge on (by log loss) during the search.
        """
        chosen = dict(self.candidates[0])
        if len(self.candidates) > 1 and len(np.unique(outcome[inner[1]])) > 1:
            grid = [{name: [value] for name, value in each.items()} for each in self.candidates]
            search = GridSearchCV(
                self.build(), grid, scoring="neg_log_loss", cv=[inner], refit=False, error_score="raise"
            )
            chosen = dict(search.fit(built, outcome).best_params_)
        return self.build().set_params(**chosen).fit(built, outcome), chosen


def recipe(
    name: str, features: Sequence[Feature], seed: int, candidates: int, monotone: bool = True
) -> Recipe:
    """The family `name`, cut to its first `candidates`."""
    known: dict[str, tuple[Builder, tuple[Mapping[str, Any], ...]]] = {
        LOGISTIC: (_logistic, ({"logisticregression__C": 0.1}, {"logisticregression__C": 0.005})),
        FOREST: (_forest, ({"min_samples_leaf": 20}, {"min_samples_leaf": 60})),
        XGBOOST: (_xgboost, tuple({"xgbclassifier__max_depth": depth} for depth in (4, 3, 5))),
        CATBOOST: (_catboost, ({"depth": 5}, {"depth": 6}, {"depth": 4, "learning_rate": 0.06})),
    }
    build, listed = known[name]
    return Recipe(name, lambda: build(tuple(features), seed, monotone), listed[: max(candidates, 1)])


def log_odds(estimator: Any, built: Matrix) -> Floats:
    """Shape (rows,)."""
    probability = np.clip(estimator.predict_proba(built)[:, 1].astype(np.float64), SURE, 1 - SURE)
    return np.asarray(np.log(probability / (1 - probability)))


def threads() -> int:
    """As many as this process may use, and no more than help."""
    return min(len(os.sched_getaffinity(0)), 8)


def _catboost(features: tuple[Feature, ...], seed: int, monotone: bool) -> Any:
    return OneHotTrees(features, seed, monotone)


def _xgboost(features: tuple[Feature, ...], seed: int, monotone: bool) -> Any:
    model = XGBClassifier(
        n_estimators=300,
        learning_rate=0.05,
        subsample=0.8,
        colsample_bytree=0.5,
        reg_lambda=10,
        tree_method="hist",
        enable_categorical=True,
        feature_types=["q" if feature.numeric else "c" for feature in features],
        monotone_constraints=tuple(feature.monotone * monotone for feature in features),
        random_state=seed,
        n_jobs=threads(),
        verbosity=0,
    )
    words = [place for place, feature in enumerate(features) if not feature.numeric]
    return make_pipeline(FunctionTransformer(_unknown_missing, kw_args={"words": words}), model)


def _unknown_missing(built: Matrix, words: list[int]) -> Matrix:
    """XGBoost's categories start at 0; the unknown one is missing to it."""
    known = built.copy()
    known[:, words] = np.where(built[:, words] == UNKNOWN, np.nan, built[:, words])
    return known


def _forest(_features: tuple[Feature, ...], seed: int, _monotone: bool) -> Any:
    return RandomForestClassifier(
        n_estimators=200, max_features="sqrt", max_samples=0.5, random_state=seed, n_jobs=threads()
    )


def _logistic(features: tuple[Feature, ...], seed: int, _monotone: bool) -> Any:
    numbers = [place for place, feature in enumerate(features) if feature.numeric]
    words = [place for place, feature in enumerate(features) if not feature.numeric]
    # Amounts have tails a hundred times their spread: by their ranks they weigh what they tell.
    scaled = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=seed),
        StandardScaler(),
    )
    columns = ColumnTransformer(
        [("numbers", scaled, numbers), ("words", OneHotEncoder(handle_unknown="ignore"), words)]
    )
    return make_pipeline(columns, LogisticRegression(max_iter=500))
