"""The examples of the API's documentation: those the served model and data really answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from app.accounts import user
from app.feature_words import feature_label
from app.given import accepted
from app.scored import Application
from app.scoring import Scoring
from data.errors import DataError
from data.scoring import CATEGORY, FLAG, Feature
from models.scorer import Scorer
from queries.duckdb_engine import QueryTimeout


def add(told: dict[str, Any], scoring: Scoring) -> None:
    """Name a client there is, and describe the features that the serving model takes, with usual values.

    Nothing is added where no model serves, or for a reader who may not see scores.
    """
    champion = scoring.champion
    if champion is None or "score.view" not in user().permissions:
        return
    try:
        rows = scoring.sample()
    except (DataError, QueryTimeout):
        return
    if rows.is_empty():
        return
    for each in parameters(told):
        if each["name"] == "client_id":
            each["example"] = int(rows["client_id"][0])
    schema = told["components"]["schemas"][Application.__name__]
    features = accepted(champion.scorer)
    properties = {name: _schema(each, champion.scorer) for name, each in features.items()}
    schema["properties"]["features"] |= {
        "properties": properties, "additionalProperties": False
    }  # fmt: skip
    schema["example"] = {"features": {name: _usual(each, rows) for name, each in features.items()}}


def parameters(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every parameter of every operation."""
    for operations in told["paths"].values():
        for operation in operations.values():
            yield from operation.get("parameters", ())


def _schema(feature: Feature, scorer: Scorer) -> dict[str, Any]:
    """Label, unit and kind; a category lists the codes learned, and takes others."""
    unit = f" ({feature.unit})" if feature.unit else ""
    described = {"description": f"{feature_label(feature)}{unit}"}
    if feature.kind == CATEGORY:
        return {
            "type": ["string", "null"],
            "examples": list(scorer.card.categories.get(feature.name, ())),
            **described,
        }
    if feature.kind == FLAG:
        return {"type": ["boolean", "number", "null"], **described}
    return {"type": ["number", "null"], **described}


def _usual(feature: Feature, rows: pl.DataFrame) -> float | str | None:
    """The median of a number, the most frequent of flags and codes."""
    known = rows[feature.name].drop_nulls()
    if known.is_empty():
        return None
    if feature.kind in (CATEGORY, FLAG):
        return known.mode().sort()[0]  # type: ignore[no-any-return]
    amounts = known.filter(~known.is_in(list(feature.sentinels)))
    return None if amounts.is_empty() else round(float(str(amounts.median())), feature.decimals)
