"""What would make a model look better than it is, refused before anything is learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from data.errors import DataError
from data.scoring import KEYS, Feature, ScoringContract
from models.features import Floats, Matrix, Outcome

TELLTALE = 0.98  # AUC of a single feature from which it is taken for the outcome itself
LEAST_KNOWN = 200  # applications with a known outcome
LEAST_OF_EACH = 20  # that repaid, and that defaulted
NUMBERED = 1_000  # rows from which a column of whole numbers or codes, all different, is taken for an id


class TrainingRefused(DataError):
    """Nothing can or may be learned from the published credits; no version was made."""

    area = "train"


def enough(outcome: Outcome) -> None:
    """Raises TrainingRefused("no_credits" | "too_few" | "single_class")."""
    defaults, known = int(outcome.sum()), len(outcome)
    if not known:
        raise TrainingRefused("no_credits")
    if defaults in {0, known}:
        raise TrainingRefused("single_class", known=known)
    if known < LEAST_KNOWN or min(defaults, known - defaults) < LEAST_OF_EACH:
        raise TrainingRefused(
            "too_few", known=known, defaults=defaults, least=LEAST_KNOWN, of_each=LEAST_OF_EACH
        )


def refuse_leaks(
    contract: ScoringContract, features: Sequence[Feature], built: Matrix, outcome: Outcome
) -> None:
    """`built` and `outcome` are the applications with a known outcome.

    Raises TrainingRefused("derived_leak" | "identifier" | "leak"), which names the feature.
    """
    for feature, column in zip(features, built.T, strict=True):
        if source := _forbidden_source(contract, feature):
            raise TrainingRefused("derived_leak", feature=feature.name, source=source)
        if _numbers_clients(column):
            raise TrainingRefused("identifier", feature=feature.name)
        if (found := alone(column, feature.numeric, outcome)) > TELLTALE:
            raise TrainingRefused("leak", feature=feature.name, auc=f"{found:.3f}")


def idle(features: Sequence[Feature], built: Matrix) -> tuple[str, ...]:
    """The features that say nothing: always missing, or of one value."""
    return tuple(
        feature.name
        for feature, column in zip(features, built.T, strict=True)
        if np.isnan(column).all() or (column == column[0]).all()
    )


def alone(column: Floats, numeric: bool, outcome: Outcome) -> float:
    """AUC, at least .5, of one feature by itself; the missing lowest or highest, whichever tells more.

    Categories are ordered by their share of defaults, as found on other applications.
    """
    if not numeric:
        return area(_shares(column, outcome), outcome)
    ends = (np.nan_to_num(column, nan=end) for end in (-np.inf, np.inf))
    return max(max(found, 1 - found) for found in (area(values, outcome) for values in ends))


def area(values: Floats, outcome: Outcome) -> float:
    """Area under the ROC curve, ties counted half (Mann-Whitney)."""
    ranks = pl.Series(values).rank("average").to_numpy()
    positive = int(outcome.sum())
    negative = len(outcome) - positive
    return float((ranks[outcome].sum() - positive * (positive + 1) / 2) / (positive * negative))


def _shares(column: Floats, outcome: Outcome) -> Floats:
    """The share of defaults of each row's code, as the other half of the rows has it."""
    _, code = np.unique(column, return_inverse=True)
    found = np.empty(len(column))
    for half in (slice(0, None, 2), slice(1, None, 2)):
        other = slice(1 - half.start, None, 2)
        counts = np.bincount(code[other], minlength=code.max() + 1)
        defaults = np.bincount(code[other], weights=outcome[other], minlength=code.max() + 1)
        found[half] = ((defaults + outcome.mean()) / (counts + 1))[code[half]]
    return found


def _numbers_clients(column: Floats) -> bool:
    if len(column) < NUMBERED or np.isnan(column).any() or (column != np.floor(column)).any():
        return False
    return len(np.unique(column)) == len(column)


def _forbidden_source(contract: ScoringContract, feature: Feature) -> str | None:
    """What a derived feature is made of that the serving model may not see."""
    if feature.formula is None or feature.protected:
        return None
    for name in pl.sql_expr(feature.formula).meta.root_names():
        source = contract.features.get(name)
        if source is None or name in KEYS or source.protected or source.after_outcome:
            return name
        if found := _forbidden_source(contract, source):
            return found
    return None
