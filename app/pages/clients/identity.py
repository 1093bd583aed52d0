"""Who the client is, in one bar; what the model could not know of them."""

from typing import Any

from app.consultation import Consultation
from app.feature_words import feature_label, value_words
from app.texts import day, number, t
from data.scoring import ScoringContract

Payload = dict[str, Any]


def identity(seen: Consultation, contract: ScoringContract) -> Payload:
    """The cells of the bar, and the two badges where there is reason for them."""
    cells = [
        [feature_label(contract.features[name]), value_words(contract.features[name], seen.values[name])]
        for name in contract.identity
    ]
    if seen.applied_on:
        cells.append([t("clients.applied_on"), day(seen.applied_on)])
    if seen.defaulted is not None:
        cells.append([t("clients.outcome"), t("clients.defaulted" if seen.defaulted else "clients.repaid")])
    explained = seen.explanation
    return {
        "client": number(seen.client_id),
        "cells": cells,
        "missing": _badge("missing", explained.missing, contract, of=len(explained.contributions)),
        "unusual": _badge("unusual", explained.out_of_domain, contract),
    }


def _badge(what: str, names: tuple[str, ...], contract: ScoringContract, of: int = 0) -> Payload | None:
    """« 2 valeurs manquantes sur 65 », and which."""
    if not names:
        return None
    text = t(f"clients.{what}{'_1' if len(names) == 1 else ''}", count=number(len(names)), all=number(of))
    return {"text": text, "names": [feature_label(contract.features[name]) for name in names]}
