"""What a model takes in: one row of numbers per application, built alike for training and for serving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from data.scoring import Feature, ScoringContract

Matrix = npt.NDArray[np.float64]  # (rows, features)
Floats = npt.NDArray[np.float64]  # (rows,)
Outcome = npt.NDArray[np.bool_]  # (rows,), True: defaulted
UNKNOWN = -1  # a category that is missing, or that training did not see
MOST_CODES = 200  # of one category; CatBoost splits up to 255 one by one, rarer codes count as unknown


def served_features(contract: ScoringContract, *, with_protected: bool = False) -> tuple[Feature, ...]:
    """What a model learns from, in order. With protected features it may be measured, never serve."""
    if not with_protected:
        return contract.served
    return tuple(each for each in contract.features.values() if not (each.raw or each.after_outcome))


def codes(rows: pl.DataFrame, features: Sequence[Feature]) -> dict[str, tuple[str, ...]]:
    """The codes of each category that occur in `rows`: the most frequent, in order of the alphabet."""
    found = {}
    for feature in features:
        if not feature.numeric:
            counted = rows[feature.name].drop_nulls().value_counts().sort(["count", feature.name])
            found[feature.name] = tuple(sorted(counted[feature.name].tail(MOST_CODES)))
    return found


def matrix(
    rows: pl.DataFrame,
    features: Sequence[Feature],
    categories: Mapping[str, Sequence[str]],
    stand_ins: Mapping[str, float] = MappingProxyType({}),
) -> Matrix:
    """Shape (rows, features). Numbers as they are; missing, or meaning words, their stand-in, else NaN.

    A category is the position of its code in `categories`, -1 where it is missing or not among them.
    """
    built = np.empty((rows.height, len(features)), dtype=np.float64, order="F")
    for position, feature in enumerate(features):
        column = rows[feature.name]
        built[:, position] = (
            _numbers(column, feature) if feature.numeric else _positions(column, categories[feature.name])
        )
    return filled(built, features, stand_ins)


def filled(built: Matrix, features: Sequence[Feature], stand_ins: Mapping[str, float]) -> Matrix:
    """`built` itself, with stand-ins where numbers are missing."""
    for position, feature in enumerate(features):
        if feature.name in stand_ins:
            np.nan_to_num(built[:, position], copy=False, nan=stand_ins[feature.name])
    return built


def learned_range(built: Matrix, features: Sequence[Feature]) -> dict[str, tuple[float, float]]:
    """The least and the greatest value of each number in `built`; none for one that is always missing."""
    found = {}
    for column, feature in zip(built.T, features, strict=True):
        known = column[~np.isnan(column)]
        if feature.numeric and known.size:
            found[feature.name] = (float(known.min()), float(known.max()))
    return found


def _numbers(column: pl.Series, feature: Feature) -> Floats:
    values = column.cast(pl.Float64).to_numpy(writable=True)
    if feature.sentinels:
        values[np.isin(values, list(feature.sentinels))] = np.nan
    return values


def _positions(column: pl.Series, known: Sequence[str]) -> Floats:
    position = {code: float(place) for place, code in enumerate(known)}
    found = column.replace_strict(position, default=float(UNKNOWN), return_dtype=pl.Float64)
    return found.fill_null(float(UNKNOWN)).to_numpy()
