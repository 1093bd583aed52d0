"""LIME's second opinion on one score: a line fitted around the client, beside the exact reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from lime.lime_tabular import LimeTabularExplainer

from data.scoring import Value
from models.features import UNKNOWN
from models.scorer import Scorer

Doubles = npt.NDArray[np.float64]
DRAWS = 5_000  # clients made up around the one explained
SEED = 42


@dataclass(frozen=True)
class Surrogate:
    """What LIME's line adds to the probability, by feature, the greatest first. `fit` is its R²."""

    weights: tuple[tuple[str, float], ...]
    fit: float


def lime(scorer: Scorer, values: Mapping[str, Value], others: pl.DataFrame) -> Surrogate:
    """The opinion on one application among `others` (every feature of the contract). Half a second.

    LIME knows no missing number: the median of the others stands in, and the score it starts from may
    differ from the one shown.
    """
    names = scorer.card.features
    client = pl.DataFrame([{name: values.get(name) for name in names}], schema=others.select(names).schema)
    built = scorer.matrix(pl.concat([others.select(names), client]))
    words = [place for place, each in enumerate(scorer.features) if not each.numeric]
    filled = _filled(built)
    filled[:, words] -= UNKNOWN  # LIME counts codes from 0

    def risks(drawn: Doubles) -> Doubles:
        back = drawn.copy()
        back[:, words] += UNKNOWN
        risk = scorer.probability(back)
        return np.column_stack([1 - risk, risk])

    explainer = LimeTabularExplainer(
        filled[:-1], feature_names=names, categorical_features=words, random_state=SEED
    )
    found = explainer.explain_instance(filled[-1], risks, num_features=len(names), num_samples=DRAWS)
    weights = tuple((names[place], float(weight)) for place, weight in found.local_exp[1])
    return Surrogate(weights, float(found.score))


def _filled(built: Doubles) -> Doubles:
    """Medians for what is missing; 0 where nobody has a value."""
    known = ~np.isnan(built).all(axis=0)
    medians = np.zeros(built.shape[1])
    medians[known] = np.nanmedian(built[:, known], axis=0)
    return np.where(np.isnan(built), medians, built)
