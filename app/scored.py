"""What a program sends to be scored and what it gets: the shapes, as the documentation shows them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.champion import Champion
from app.consultation import Consultation
from app.texts import language
from models.explain import Contribution, Explanation
from models.offers import Offer

SCORE: dict[str, Any] = {
    "client_id": 100482,
    "probability": 0.0683,
    "threshold": 0.0909,
    "review": 0.1429,
    "decision": "accept",
    "model_version": "14",
    "snapshot": "20261103T081500.000000Z",
    "start": 0.0794,
    "mean_risk": 0.081,
    "reasons": [
        {
            "feature": "requested_amount",
            "label": "Montant demandé",
            "value": 12500.0,
            "log_odds": -0.1673,
            "points": -0.0111,
        }
    ],
    "missing": ["external_score_1"],
    "out_of_domain": [],
}


class Application(BaseModel):
    """One application. What is absent or null is missing, as in training."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"features": {"requested_amount": 12500, "duration_months": 48, "housing": "tenant"}}
        },
    )

    features: dict[str, Any] = Field(
        description="Values by name of feature. A number is a JSON number (a share of 12 % is 0.12), a flag"
        " `true`, `false`, 0 or 1, a category the text of its code. Derived features are computed from these"
        " and may not be given. A value beyond what training saw is scored and listed in `out_of_domain`."
    )


class Reason(BaseModel):
    """What one feature adds."""

    feature: str
    label: str
    value: float | str | None = Field(description="null: missing")
    log_odds: float = Field(description="Exact SHAP value of the model's trees.")
    points: float = Field(
        description="In probability: 0.01 is one point. `start` + all points = probability."
    )


class ScoreAnswer(BaseModel):
    """A calibrated probability of default, the proposal it leads to, and why."""

    model_config = ConfigDict(json_schema_extra={"example": SCORE})

    client_id: int | None = Field(description="null for an application that was sent")
    probability: float = Field(description="Of default, calibrated, 0 to 1.")
    threshold: float = Field(description="Below it, the proposal is to accept.")
    review: float = Field(description="From here on, it is to refuse; between the two, to look closer.")
    decision: Literal["accept", "review", "refuse"] = Field(description="A proposal: a person decides.")
    model_version: str
    snapshot: str | None = Field(description="The version of the data.")
    start: float = Field(description="Where the reasons start from: the probability of the mean log-odds.")
    mean_risk: float = Field(description="Of all clients.")
    reasons: list[Reason] = Field(description="Every feature, the greatest effect first.")
    missing: list[str] = Field(description="Features without a value.")
    out_of_domain: list[str] = Field(description="Features beyond what training saw.")


class NearestOffer(BaseModel):
    """The smallest change that would be accepted."""

    changes: dict[str, float] = Field(
        description="New values by feature: one or two that the client can change."
    )
    probability: float


class ServingModel(BaseModel):
    """The version that answered, and who let it."""

    family: str
    contract: str
    trained_at: str
    approved_by: str
    approved_at: str
    card: str = Field(description="SHA-256 of its card.")
    stands_in_for: str | None = Field(description="The corrupt version it replaces, or null.")


class ExplanationAnswer(ScoreAnswer):
    """A score with the application it is of, the nearest accepted offer and the model."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **SCORE,
                "applied_on": "2026-10-21",
                "offer": None,
                "model": {
                    "family": "catboost",
                    "contract": "simulated",
                    "trained_at": "2026-11-02T09:12:44+00:00",
                    "approved_by": "C. Martin",
                    "approved_at": "2026-11-03T08:15:00+00:00",
                    "card": "9f2c…",
                    "stands_in_for": None,
                },
            }
        }
    )

    applied_on: date | None
    offer: NearestOffer | None = Field(
        description="null where it is accepted already, or no change would do."
    )
    model: ServingModel


def score(explained: Explanation, champion: Champion) -> dict[str, Any]:
    """As ScoreAnswer."""
    of = explained.score
    labels = {name: each.labels[language()] for name, each in champion.scorer.contract.features.items()}

    def reason(each: Contribution) -> dict[str, Any]:
        return {
            "feature": each.feature,
            "label": labels[each.feature],
            "value": each.value,
            "log_odds": each.log_odds,
            "points": each.points,
        }

    return {
        "client_id": of.client_id,
        "probability": of.default_probability,
        "threshold": of.threshold,
        "review": of.review,
        "decision": of.decision,
        "model_version": of.model_version,
        "snapshot": of.snapshot,
        "start": explained.start,
        "mean_risk": explained.mean_risk,
        "reasons": [reason(each) for each in explained.contributions],
        "missing": explained.missing,
        "out_of_domain": explained.out_of_domain,
    }


def explanation(seen: Consultation, offer: Offer | None) -> dict[str, Any]:
    """As ExplanationAnswer."""
    champion = seen.champion
    card, approval = champion.scorer.card, champion.approval
    model = {
        "family": card.family,
        "contract": card.contract,
        "trained_at": card.trained_at,
        "approved_by": approval.approved_by,
        "approved_at": approval.approved_at,
        "card": approval.sha256,
        "stands_in_for": champion.fallback_from,
    }
    return {
        **score(seen.explanation, champion),
        "applied_on": seen.applied_on,
        "offer": offer and {"changes": dict(offer.changes), "probability": offer.probability},
        "model": model,
    }
