"""What was decided of a client: who, when, why; a later decision never hides an earlier one."""

from datetime import datetime
from typing import Any

from app.feature_words import feature_label, value_words
from app.services import services
from app.texts import day, t
from data.journal import Decision
from data.scoring import ScoringContract

Payload = dict[str, Any]


def decisions(client_id: int, contract: ScoringContract) -> list[Payload]:
    """The newest first."""
    return [_line(each, contract) for each in services().scoring.journal.decisions(client_id)]


def _line(each: Decision, contract: ScoringContract) -> Payload:
    at = datetime.fromisoformat(each.at).astimezone()
    kept = "followed" if each.followed else "otherwise"
    return {
        "id": each.id,
        "decision": each.decided,
        "words": t(f"clients.decided_{each.decided}"),
        "how": t(f"clients.{kept}"),
        "when": t(
            "clients.by_whom",
            who=each.who,
            day=day(at.date()),
            time=t("clients.time", hour=at.hour, minute=f"{at:%M}"),
        ),
        "motive": each.motive,
        "offer": _offer(each, contract),
        "version": t("clients.by_version", version=each.model_version, number=each.id),
    }


def _offer(each: Decision, contract: ScoringContract) -> str:
    """« Avec : Montant demandé 11 000 €, Durée 36 mois »; "" without an offer."""
    known = [
        (contract.features[name], value)
        for name, value in (each.offer or {}).items()
        if name in contract.features
    ]
    said = ", ".join(f"{feature_label(feature)} {value_words(feature, value)}" for feature, value in known)
    return t("clients.with_offer", offer=said) if said else ""
