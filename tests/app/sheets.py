"""A client's sheet made by hand: a contract, an explanation that adds up, and what is said of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.client_sheet import Subject
from data.journal import Decision
from data.scoring import Value, parse
from models.card import Card
from models.explain import Contribution, Explanation, Score

CONTRACT = parse("""
name = "drawn"
identity = ["age", "job"]
horizon_months = 24
label = { fr = "Dessiné", en = "Drawn" }
headers = { client_id = ["id"] }
outcomes = { true = ["1"], false = ["0"] }
costs = { amount = "amount" }
[features]
age = { fr = "Âge", en = "Age", unit = "years", protected = true }
sex = { fr = "Sexe", en = "Sex", kind = "category", protected = true }
amount = { fr = "Montant demandé", en = "Amount asked for", unit = "€", changeable = true, step = 500 }
duration = { fr = "Durée du crédit", en = "Length", unit = "months", changeable = true, step = 6 }
income = { fr = "Revenu annuel", en = "Yearly income", unit = "€" }
score_1 = { fr = "Score externe 1", en = "External score 1", decimals = 2 }
owner = { fr = "Propriétaire", en = "Owner", kind = "flag" }
burden = { fr = "Part du revenu", en = "Share of income", unit = "%", decimals = 1 }
late = { fr = "Retards ensuite", en = "Late afterwards", after_outcome = true }
[features.job]
fr = "Situation"
en = "Occupation"
kind = "category"
values.CDI = { fr = "En CDI", en = "Permanent" }
[features.seniority]
fr = "Ancienneté"
en = "Time in the job"
unit = "years"
sentinels.365243 = { fr = "sans emploi", en = "not employed" }
""")
VALUES: dict[str, Value] = {
    "age": 44.0,
    "sex": "F",
    "amount": 24_500.0,
    "duration": 60.0,
    "income": 31_200.0,
    "job": "CDI",
    "seniority": 365_243.0,
    "score_1": None,
    "owner": 0.0,
    "burden": 0.184,
    "late": 3.0,
}
POINTS = {
    "burden": 0.0411,
    "amount": 0.0221,
    "score_1": 0.0083,
    "duration": 0.0062,
    "seniority": 0.0034,
    "income": -0.0123,
    "job": -0.0094,
    "owner": -0.0004,
}
START = 0.0832


def subject(values: Mapping[str, Value] | None = None, **given: Any) -> Subject:
    """The sheet of client 100342, whose risk is 14.2 %; `given` replaces its parts."""
    made = Subject(
        client_id=100_342,
        applied_on=date(2026, 10, 1),
        values={**VALUES, **(values or {})},
        explanation=explanation(POINTS, values),
        contract=CONTRACT,
        card=card(),
        decision=None,
        offer=None,
        simulated=False,
        today=date(2026, 11, 21),
    )
    return replace(made, **given)


def explanation(
    points: Mapping[str, float], values: Mapping[str, Value] | None = None, **given: Any
) -> Explanation:
    """`start` and these points, which add up to the risk."""
    found = {**VALUES, **(values or {})}
    each = [Contribution(name, found[name], share * 10, share) for name, share in points.items()]
    score = Score(100_342, START + sum(points.values()), 1 / 11, 1 / 7, "3", "20261121T063803.599663Z")
    return Explanation(
        **{
            "score": score,
            "start": START,
            "mean_risk": 0.081,
            "contributions": tuple(sorted(each, key=lambda one: -abs(one.points))),
            "missing": ("score_1",),
            "out_of_domain": (),
            **given,
        }
    )


def decision(**given: Any) -> Decision:
    """The officer granted it, against the proposal."""
    made = Decision(
        who="anne",
        client_id=100_342,
        proposed="review",
        decided="accept",
        motive="Contrat à durée indéterminée signé ce mois-ci.",
        followed=False,
        offer=None,
        features={},
        model_version="3",
        card="c",
        snapshot="s",
        probability=START + sum(POINTS.values()),
        threshold=1 / 11,
        review=1 / 7,
        start=START,
        contributions={},
        id=7,
        at="2026-11-20T09:12:00.000000+00:00",
    )
    return replace(made, **given)


def card() -> Card:
    """Version 3, learned from 98,412 applications; no measure of it is of use here."""
    nothing: Any = ()
    return Card(
        version=3,
        family="catboost",
        contract="drawn",
        trained_at="2026-11-20T10:00:00+00:00",
        proposed_by="ada",
        snapshot="s",
        seed=42,
        folds=5,
        validation="temporal",
        learned_from=98_412,
        measured_on=20_000,
        first_day=None,
        last_day=None,
        features=tuple(POINTS),
        categories={},
        learned={},
        slope=1.0,
        intercept=0.0,
        threshold=1 / 11,
        threshold_interval=(0.08, 0.1),
        review=1 / 7,
        mean_risk=0.081,
        metrics={},
        families=nothing,
        reliability=nothing,
        fairness=nothing,
        importance=nothing,
        edges=nothing,
        counts=nothing,
    )
