"""A forest of oblivious trees: raw log-odds and exact SHAP values, both looked up in one table of leaves.

An oblivious tree asks the same questions of everybody, so the leaf that a client reaches decides its whole
vector of SHAP values; all of them are computed once, at load (shap_table.py). NumPy only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from models.shap_table import Doubles, shap_table

Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
ROWS = 64  # answered at a time: larger intermediate results are paged in anew each time, seven times as slow
UNKNOWN = -1.0  # the code of a category that is missing or new
NAN_TREATMENTS = {"AsIs": np.nan, "AsFalse": -np.inf, "AsTrue": np.inf}


@dataclass(frozen=True)
class Leaves:
    """A forest ready to answer. `column`, `low`, `high` have shape (trees, depth): one question each.

    Its answer is yes where low < value ≤ high: beyond a border, or one category's code. The first question
    is the lowest bit of the leaf's number. Shorter trees are filled up with questions nobody answers yes.
    `table` (trees × 2^depth, depth + 1) has in each row the SHAP value of the feature of every question (at
    the first, where a tree asks twice about one), then the leaf's value.
    """

    features: int
    column: Ints
    low: Singles
    high: Singles
    missing: Singles  # by column: what stands for NaN
    table: Doubles
    bias: float
    expected: float  # raw log-odds of the average training application

    def answer(self, matrix: Doubles) -> tuple[Doubles, Doubles]:
        """Raw log-odds (rows,) and SHAP values (rows, features). A category is its code's position, or -1."""
        parts = [self._sums(matrix[start : start + ROWS]) for start in range(0, len(matrix), ROWS)]
        sums = parts[0] if len(parts) == 1 else np.concatenate([np.empty((0, self.features + 1)), *parts])
        return sums[:, -1] + self.bias, sums[:, :-1]

    def log_odds(self, matrix: Doubles) -> Doubles:
        """As `answer`, without the reasons; the last digit may differ."""
        values = self.table[:, -1]
        parts = [
            values[self._reached(matrix[at : at + ROWS])].sum(axis=1) for at in range(0, len(matrix), ROWS)
        ]
        return np.concatenate([np.empty(0), *parts]) + self.bias

    def asking(self, columns: Sequence[int]) -> Leaves:
        """The trees alone whose answer depends on any of `columns`."""
        kept = np.flatnonzero(np.isin(self.column, columns).any(axis=1))
        table = self.table.reshape(len(self.column), -1, self.table.shape[1])[kept]
        return replace(
            self,
            column=self.column[kept],
            low=self.low[kept],
            high=self.high[kept],
            table=table.reshape(-1, self.table.shape[1]),
        )

    def singles(self, matrix: Doubles) -> Singles:
        """Values as CatBoost compares them: in single precision, NaN where the model was told to put it."""
        with np.errstate(over="ignore", invalid="ignore"):
            values = matrix.astype(np.float32)
        return np.where(np.isnan(values), self.missing, values)

    @cached_property
    def slots(self) -> Ints:
        """What each number of a row of `table` adds to: its column, `features` for the leaf's value."""
        column = np.maximum(self.column, 0)
        values = np.full((len(column), 1), self.features)
        return np.hstack([column, values]).ravel()

    def _sums(self, matrix: Doubles) -> Doubles:
        """Shape (rows, features + 1): the SHAP values, then the sum of the leaves' values."""
        found = self.table.take(self._reached(matrix), axis=0)
        bins = self.slots + (self.features + 1) * np.arange(len(matrix))[:, None]
        counted = len(matrix) * (self.features + 1)
        # Bins are added to one tree after another, as the portfolio's compiled loop does: the same bits.
        sums = np.bincount(bins.ravel(), found.ravel(), counted)
        return np.asarray(sums, dtype=np.float64).reshape(len(matrix), -1)

    def _reached(self, matrix: Doubles) -> Ints:
        """The row of `table` that each row reaches in each tree, shape (rows, trees)."""
        rows, (trees, depth) = len(matrix), self.column.shape
        values = self.singles(matrix).take(self._columns, axis=1)
        yes = (values > self._low) & (values <= self._high)
        leaf = yes.reshape(rows * trees, depth).astype(np.float32) @ self._powers
        return leaf.astype(np.int64).reshape(rows, trees) + self._first

    @cached_property
    def _columns(self) -> Ints:
        return np.maximum(self.column, 0).ravel()

    @cached_property
    def _low(self) -> Singles:
        return self.low.ravel()

    @cached_property
    def _high(self) -> Singles:
        return self.high.ravel()

    @cached_property
    def _powers(self) -> Singles:
        return np.exp2(np.arange(self.column.shape[1], dtype=np.float32))

    @cached_property
    def _first(self) -> Ints:
        """The row of `table` where each tree begins."""
        trees, depth = self.column.shape
        return np.arange(0, trees << depth, 1 << depth, dtype=np.int64)


def read(content: bytes, features: int) -> Leaves:
    """The forest of CatBoost's JSON export, of a model that was given `features` columns.

    Raises ValueError or KeyError for one that cannot be computed exactly.
    """
    raw = json.loads(content)
    info = raw["features_info"]
    trees: list[Mapping[str, Any]] = [
        {**tree, "splits": tree["splits"] or []}  # null: a bare leaf
        for tree in raw["oblivious_trees"]
    ]
    scale, (bias,) = raw["scale_and_bias"]
    depth = max((len(tree["splits"]) for tree in trees), default=0)
    question = _questions(info)
    asked = np.array([_padded([question(split) for split in tree["splits"]], depth) for tree in trees])
    asked = asked.reshape(len(trees), depth, 3)
    column = asked[:, :, 0].astype(np.int64)
    values, weights = (_leaf_numbers(trees, name, depth) for name in ("leaf_values", "leaf_weights"))
    if np.any((weights == 0) & (values != 0)):
        raise ValueError("a leaf that nobody reached has a value and no weight, see models/export.py")
    table, means = shap_table(column, values * scale, weights)
    return Leaves(
        features=features,
        column=column,
        low=asked[:, :, 1].astype(np.float32),
        high=asked[:, :, 2].astype(np.float32),
        missing=_missing(info, features),
        table=table,
        bias=float(bias),
        expected=float(means.sum() + bias),
    )


def _questions(info: Mapping[str, Any]) -> Any:
    """A function from a split to its column, low and high."""
    floats = {each["feature_index"]: each["flat_feature_index"] for each in _listed(info, "float_features")}
    words = {
        each["feature_index"]: each["flat_feature_index"] for each in _listed(info, "categorical_features")
    }
    codes = {each["hash"] % 2**32: float(each["value"]) for each in _listed(info, "cat_features_hash")}
    if len(codes) < len(_listed(info, "cat_features_hash")):
        raise ValueError("two codes have one hash")

    def question(split: Mapping[str, Any]) -> tuple[float, float, float]:
        if split["split_type"] == "FloatFeature":
            return floats[split["float_feature_index"]], split["border"], np.inf
        if split["split_type"] == "OneHotFeature":
            code = codes[split["value"] % 2**32]
            return words[split["cat_feature_index"]], code - 0.5, code + 0.5
        raise ValueError(f"a split of type {split['split_type']}")

    return question


def _listed(info: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """What the export says of features of a kind: nothing, or null, where there are none."""
    return info.get(kind) or []


def _padded(questions: list[tuple[float, float, float]], depth: int) -> list[tuple[float, float, float]]:
    return questions + [(-1.0, np.inf, np.inf)] * (depth - len(questions))


def _leaf_numbers(trees: Sequence[Mapping[str, Any]], name: str, depth: int) -> Doubles:
    """Shape (trees, 2^depth); 0 in the leaves that shorter trees do not have."""
    numbers = np.zeros((len(trees), 1 << depth))
    for place, tree in enumerate(trees):
        if len(tree[name]) != 1 << len(tree["splits"]):
            raise ValueError(f"{len(tree[name])} {name} for {len(tree['splits'])} splits")
        numbers[place, : len(tree[name])] = tree[name]
    return numbers


def _missing(info: Mapping[str, Any], features: int) -> Singles:
    found = np.full(features, UNKNOWN, dtype=np.float32)
    for each in _listed(info, "float_features"):
        found[each["flat_feature_index"]] = NAN_TREATMENTS[each["nan_value_treatment"]]
    return found
