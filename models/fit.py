"""Whether a model may look at the applications of a contract: it must mean the same by every feature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from data import snapshot
from data.errors import NoSnapshot
from data.scoring import Feature, ScoringContract
from models import artefact
from models.artefact import NoModel
from models.card import Card


def needed(card: Card, model: ScoringContract) -> tuple[Feature, ...]:
    """The features the model looks at and those they are computed from, in the order of its contract."""
    wanted = {name for each in card.features for name in _with_inputs(each, model)}
    return tuple(feature for name, feature in model.features.items() if name in wanted)


def misfit(card: Card, model: ScoringContract, data: ScoringContract) -> str | None:
    """The first feature the model needs that the data lack or mean otherwise; None where it fits."""
    for feature in needed(card, model):
        found = data.features.get(feature.name)
        if found is None or _meaning(found) != _meaning(feature):
            return feature.name
    return None


def answered(home: Path, data: ScoringContract) -> bool:
    """Whether a champion fits the data. One that is damaged counts: it is for a person to mend."""
    try:
        serving = artefact.champion(home).artefact
    except NoModel as nothing:
        return nothing.reason != "none"
    return misfit(serving.card, serving.contract, data) is None


def training_due(home: Path) -> bool:
    """Whether there are credits to learn from and no champion for them. Raises CorruptSnapshot."""
    try:
        data = snapshot.current(home).scoring
    except NoSnapshot:
        return False
    return data is not None and not answered(home, data)


def _with_inputs(name: str, contract: ScoringContract) -> Iterator[str]:
    yield name
    formula = contract.features[name].formula
    for each in pl.sql_expr(formula).meta.root_names() if formula else ():
        yield from _with_inputs(each, contract)


def _meaning(feature: Feature) -> tuple[object, ...]:
    return feature.kind, feature.unit, feature.formula, frozenset(feature.sentinels)
