"""The model behind the score: version, quality, calibration, fairness, and what else was tried."""

from datetime import datetime
from typing import Any

from app.champion import Champion
from app.feature_words import feature_label
from app.texts import day, language, number, percent, t
from models.card import Card, Family, GroupFairness

Payload = dict[str, Any]
LEAST_RATIO = 0.80  # of acceptance between groups, below which a person must look


def line(champion: Champion) -> str:
    """« Modèle v3, CatBoost, validé le 3 nov. 2026 »."""
    card = champion.scorer.card
    return t(
        "clients.model_line", version=champion.version, family=family(card.family), day=approved_on(champion)
    )


def approved_on(champion: Champion) -> str:
    """The day the version was approved."""
    return day(datetime.fromisoformat(champion.approval.approved_at).date())


def family(name: str) -> str:
    """« CatBoost », « Forêt aléatoire »."""
    return t(f"clients.family_{name}")


def summary(champion: Champion) -> Payload:
    """The card « Le modèle »: facts, families, reliability, fairness."""
    card = champion.scorer.card
    return {
        "kind": "model",
        "facts": facts(champion),
        "families": [_family(each) for each in sorted(card.families, key=lambda each: each.cost)],
        "reliability": [[each.predicted, each.observed, each.clients] for each in card.reliability],
        "ece": number(card.metrics["ece"], 3),
        "fairness": [_group(each, champion) for each in card.fairness],
        "least": LEAST_RATIO,
        "least_text": number(LEAST_RATIO, 2),
        "warning": warning(card),
        "cut": percent(card.threshold),
        "validation": _validation(card),
    }


def facts(champion: Champion) -> list[list[str]]:
    """What stands in the bar: label, value, and a line below."""
    card = champion.scorer.card
    trained = day(datetime.fromisoformat(card.trained_at).date())
    return [
        [
            t("clients.model_version"),
            f"{family(card.family)} v{card.version}",
            t("clients.verified", seal=_seal(champion)),
        ],
        [
            t("clients.approved_by"),
            champion.approval.approved_by,
            t("clients.on_day", day=approved_on(champion)),
        ],
        [t("clients.proposed_by"), card.proposed_by, t("clients.on_day", day=trained)],
        [t("clients.learned"), t("clients.applications", count=number(card.learned_from)), _days(card)],
        ["AUC", number(card.metrics["auc"], 3), t("clients.auc_why")],
        [t("clients.cost"), number(card.metrics["cost"]), _gain(card)],
        [t("clients.cut"), percent(card.threshold), _cut_interval(card)],
    ]


def _seal(champion: Champion) -> str:
    return f"{champion.card[:4]}…{champion.card[-4:]}"


def _days(card: Card) -> str:
    if not card.first_day or not card.last_day:
        return t("clients.folds", folds=card.folds)
    first, last = (day(datetime.fromisoformat(each).date()) for each in (card.first_day, card.last_day))
    return f"{first} – {last}"


def _gain(card: Card) -> str:
    """How much less than the better of accepting and refusing all."""
    rules = [each.cost for each in card.families if each.name in ("accept_all", "refuse_all")]
    if not rules or not min(rules):
        return t("clients.cost_unit")
    return t("clients.cost_gain", share=percent(1 - card.metrics["cost"] / min(rules), 0))


def _cut_interval(card: Card) -> str:
    low, high = card.threshold_interval
    return t("clients.interval", low=number(low * 100, 1), high=number(high * 100, 1))


def _validation(card: Card) -> str:
    count = number(card.measured_on)
    if card.validation == "temporal":
        return t("clients.measured_later", count=count)
    return t("clients.measured_folds", folds=card.folds, count=count)


def _family(each: Family) -> Payload:
    rule = each.fit_seconds == 0
    return {
        "name": family(each.name),
        "champion": each.champion,
        "rule": rule,
        "cost": each.cost,
        "figures": [
            number(each.cost),
            number(each.auc, 3),
            number(each.average_precision, 3),
            number(each.brier, 4),
            number(each.ece, 3),
        ],
    }


def _group(each: GroupFairness, champion: Champion) -> Payload:
    reading = "examine" if each.ratio < LEAST_RATIO else "reference" if each.ratio >= 1 else "within"
    return {
        "feature": feature_label(champion.scorer.contract.features[each.feature]),
        "group": each.labels[language()],
        "clients": number(each.clients),
        "accepted": percent(each.accepted),
        "ratio": each.ratio,
        "ratio_text": number(each.ratio, 2),
        "refused": percent(each.wrongly_refused),
        "defaults": percent(each.granted_defaults),
        "reading": reading,
        "words": t(f"clients.fair_{reading}"),
    }


def warning(card: Card) -> str:
    """Every group whose ratio is below the limit, the lowest first."""
    below = sorted((each for each in card.fairness if each.ratio < LEAST_RATIO), key=lambda each: each.ratio)
    if not below:
        return ""
    groups = [t("clients.unfair_group", group=g.labels[language()], ratio=number(g.ratio, 2)) for g in below]
    return t("clients.unfair", groups=", ".join(groups), limit=number(LEAST_RATIO, 2))
