"""An application as a program gives it: what the model can read of it, or a refusal that names a feature."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from app.problems import written
from data.errors import DataError
from data.scoring import CATEGORY, FLAG, Feature, Value
from models import fit
from models.scorer import Scorer


class BadFeature(DataError):
    """A feature the model does not take, or a value of another kind than its own. `field` names it."""

    area = "scoring"

    def __init__(self, reason: str, name: str) -> None:
        super().__init__(reason, feature=written(name))

    @property
    def field(self) -> str:
        """Its place in the body."""
        return f"features.{self.values['feature']}"


def accepted(scorer: Scorer) -> dict[str, Feature]:
    """What may be given: what the model looks at, and what it computes the derived features from."""
    return {each.name: each for each in fit.needed(scorer.card, scorer.contract) if each.formula is None}


def application(given: Mapping[str, object], scorer: Scorer) -> dict[str, Value]:
    """The values by feature. What is null or absent is missing, as it was in training.

    Numbers may lie beyond what training saw and codes may be new: the explanation says so. Raises BadFeature.
    """
    known = accepted(scorer)
    for name in given:
        if name not in known:
            of_contract = scorer.contract.features.get(name)
            derived = of_contract is not None and of_contract.formula is not None
            raise BadFeature("derived_feature" if derived else "unknown_feature", name)
    return {name: _value(known[name], value) for name, value in given.items()}


def _value(feature: Feature, value: object) -> Value:
    if value is None:
        return None
    if feature.kind == CATEGORY:
        return _code(feature, value)
    if feature.kind == FLAG:
        if value not in (0, 1) or not isinstance(value, int | float):
            raise BadFeature("not_a_flag", feature.name)
        return float(value)
    return _number(feature, value)


def _number(feature: Feature, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFeature("not_a_number", feature.name)
    try:
        number = float(value)
    except OverflowError:
        raise BadFeature("not_a_number", feature.name) from None
    if not isfinite(number):
        raise BadFeature("not_a_number", feature.name)
    return number


def _code(feature: Feature, value: object) -> str:
    if not isinstance(value, str) or written(value) != value:
        raise BadFeature("not_a_code", feature.name)
    return value
