"""Which applications a model is judged on that it did not learn from: later ones, or each fold in turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from sklearn.model_selection import StratifiedKFold

from models import calibration
from models.families import Index
from models.features import Floats, Outcome
from models.leakage import LEAST_OF_EACH

TEMPORAL, OUT_OF_FOLD = "temporal", "out_of_fold"
PAST, NEXT = 0.6, 0.8  # of the dated applications: learned from, then calibrated on; the last are measured on
SEARCH_LEARN, SEARCH_JUDGE = 16_000, 8_000  # rows at most that candidates are searched on
LEARNED, CALIBRATED, MEASURED = 0, 1, 2


@dataclass(frozen=True)
class Validation:
    """`part`, shape (rows,): out of fold, each row's fold; temporal, what its row is for."""

    kind: str
    part: Index
    seed: int

    @property
    def rounds(self) -> list[tuple[Index, Index]]:
        """The rows learned from and the rows held out, one pair a fit."""
        if self.kind == TEMPORAL:
            return [(np.flatnonzero(self.part == LEARNED), np.flatnonzero(self.part != LEARNED))]
        return [
            (np.flatnonzero(self.part != fold), np.flatnonzero(self.part == fold))
            for fold in np.unique(self.part)
        ]

    @property
    def measured(self) -> Index:
        """The rows that the figures are about."""
        if self.kind == TEMPORAL:
            return np.flatnonzero(self.part == MEASURED)
        return np.arange(len(self.part))

    def probabilities(self, log_odds: Floats, outcome: Outcome) -> Floats:
        """Of the measured rows, calibrated on others. `log_odds` of all rows, those held out filled in."""
        if self.kind == OUT_OF_FOLD:
            return calibration.cross_fitted(log_odds, outcome, self.part)
        between = self.part == CALIBRATED
        return calibration.fit(log_odds[between], outcome[between])(log_odds[self.measured])

    @property
    def last(self) -> Index:
        """What the version that serves learns from: all; temporal, all but the last, which calibrates it.

        So the same recipe, moved on by one slice, serves on data it was measured for.
        """
        if self.kind == TEMPORAL:
            return np.flatnonzero(self.part != MEASURED)
        return np.arange(len(self.part))

    def inner(self, learn: Index) -> tuple[Index, Index]:
        """Positions in `learn` to search on: the last fifth judges where time counts, else a drawn fifth."""
        order = np.arange(len(learn))
        chance = np.random.default_rng(self.seed)
        if self.kind == OUT_OF_FOLD:
            order = chance.permutation(order)
        cut = int(len(order) * 0.8)
        return _at_most(order[:cut], SEARCH_LEARN, chance), _at_most(order[cut:], SEARCH_JUDGE, chance)


def plan(applied_on: pl.Series, outcome: Outcome, folds: int, seed: int) -> Validation:
    """Temporal where applications are dated and each slice has both outcomes, else stratified folds.

    Rows are in order of `applied_on`, as `models.training` sorts them.
    """
    if applied_on.null_count() == 0:
        part = _slices(applied_on)
        if all(_both(outcome[part == each]) for each in (LEARNED, CALIBRATED, MEASURED)):
            return Validation(TEMPORAL, part, seed)
    part = np.empty(len(outcome), dtype=np.int64)
    split = StratifiedKFold(folds, shuffle=True, random_state=seed).split(part, outcome)
    for fold, (_, held) in enumerate(split):
        part[held] = fold
    return Validation(OUT_OF_FOLD, part, seed)


def _slices(applied_on: pl.Series) -> Index:
    """No day falls into two slices."""
    days = applied_on.cast(pl.Date).to_numpy()
    place = np.searchsorted(days, days, side="left")
    return (place >= len(days) * PAST).astype(np.int64) + (place >= len(days) * NEXT)


def _both(outcome: Outcome) -> bool:
    return bool(min(outcome.sum(), (~outcome).sum()) >= LEAST_OF_EACH)


def _at_most(rows: Index, most: int, chance: np.random.Generator) -> Index:
    return np.sort(chance.choice(rows, most, replace=False)) if len(rows) > most else rows
