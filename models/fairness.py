"""How the groups of protected features fare at the cut; the model itself never sees those features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from data.scoring import Feature, Group
from models.card import GroupFairness
from models.features import Floats, Outcome


def fairness(
    rows: pl.DataFrame, protected: Sequence[Feature], probability: Floats, outcome: Outcome, cut: float
) -> tuple[GroupFairness, ...]:
    """Every group that has clients, by feature in order; `rows` are the applications measured on."""
    return tuple(
        found
        for feature in protected
        for found in _related(list(_groups(rows[feature.name], feature, probability, outcome, cut)))
    )


def _groups(
    column: pl.Series, feature: Feature, probability: Floats, outcome: Outcome, cut: float
) -> Iterator[GroupFairness]:
    for group in feature.groups or _by_value(column, feature):
        held = _members(column, group)
        if held.any():
            yield _group(feature.name, group, probability[held], outcome[held], cut)


def _group(feature: str, group: Group, probability: Floats, outcome: Outcome, cut: float) -> GroupFairness:
    granted = probability < cut
    return GroupFairness(
        feature=feature,
        group=group.labels["fr"],
        labels=group.labels,
        clients=len(outcome),
        accepted=float(granted.mean()),
        ratio=1.0,
        wrongly_refused=_share(~granted, ~outcome),
        granted_defaults=_share(outcome, granted),
        calibration_gap=float(probability.mean() - outcome.mean()),
    )


def _related(groups: list[GroupFairness]) -> list[GroupFairness]:
    """Each group's share accepted over that of the group with the highest."""
    highest = max((each.accepted for each in groups), default=0.0)
    return [replace(each, ratio=each.accepted / highest if highest else 1.0) for each in groups]


def _share(of: Outcome, among: Outcome) -> float:
    return float((of & among).sum() / among.sum()) if among.any() else 0.0


def _by_value(column: pl.Series, feature: Feature) -> Iterator[Group]:
    """One group a code; numbers without declared groups are not compared."""
    if feature.kind == "number":
        return
    for value in column.drop_nulls().unique().sort():
        code = value if isinstance(value, str) else f"{value:g}"
        yield Group(labels=feature.values.get(code, {"fr": code, "en": code}), codes=(code,))


def _members(column: pl.Series, group: Group) -> Outcome:
    if not column.dtype.is_numeric():
        return column.is_in(group.codes).fill_null(value=False).to_numpy()
    values = column.to_numpy()
    if group.codes:
        return np.isin(values, [float(code) for code in group.codes])
    low, high = group.low, group.high
    return (values >= (-np.inf if low is None else low)) & (values < (np.inf if high is None else high))
