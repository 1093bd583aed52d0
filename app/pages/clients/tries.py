"""Et si…: what the client can change, what the score would be, and how far one may go."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

from app.consultation import Consultation
from app.feature_words import feature_label, value_words
from app.pages.clients.reasons import points, probability, tenths
from app.services import services
from app.texts import t
from data.scoring import CATEGORY, FLAG, Feature, ScoringContract, Value
from models.explain import Explanation

Payload = dict[str, Any]


class BadChange(ValueError):
    """A change of what the client cannot change, or to a value that is none."""


def controls(contract: ScoringContract, values: Mapping[str, Value]) -> list[Payload]:
    """One real input for each feature the client can change."""
    return [_control(each, values[each.name]) for each in contract.features.values() if each.changeable]


def _control(feature: Feature, value: Value) -> Payload:
    shared = {
        "feature": feature.name,
        "label": feature_label(feature),
        "kind": feature.kind,
        "value": value,
        "text": value_words(feature, value),
        "unit": feature.unit,
        "decimals": feature.decimals,
    }
    if feature.kind == CATEGORY:
        return shared | {"options": [[code, value_words(feature, code)] for code in feature.values]}
    if feature.kind == FLAG:
        return shared
    low, high, step = bounds(feature, value, services().scoring.quantiles(feature.name)["value"].to_list())
    return shared | {"low": low, "high": high, "step": step}


def bounds(feature: Feature, value: Value, quantiles: Sequence[float]) -> tuple[float, float, float]:
    """Where a slider begins, ends, and its step: nearly all clients, and this one, within what is allowed."""
    usual = [each for each in quantiles if each not in feature.sentinels] or [0.0, 1.0]
    known = [value] if isinstance(value, float) and value not in feature.sentinels else []
    low, high = min([usual[min(1, len(usual) - 1)], *known]), max([usual[max(-2, -len(usual))], *known])
    step = feature.step or 10.0 ** floor(-feature.decimals)
    low, high = floor(low / step) * step, ceil(high / step) * step
    if feature.low is not None:
        low = max(low, feature.low)
    if feature.high is not None:
        high = min(high, feature.high)
    return low, max(high, low + step), step


def checked(changes: Mapping[str, float | str], contract: ScoringContract) -> dict[str, Value]:
    """The changes, numbers as floats. Raises BadChange, which names the feature."""
    given: dict[str, Value] = {
        name: value if isinstance(value, str) else float(value) for name, value in changes.items()
    }
    for name, value in given.items():
        feature = contract.features.get(name)
        if feature is None or not feature.changeable or not _possible(feature, value):
            raise BadChange(name)
    return given


def _possible(feature: Feature, value: Value) -> bool:
    if feature.kind == CATEGORY:
        return value in feature.values
    if not isinstance(value, float):
        return False
    if feature.kind == FLAG:
        return value in (0.0, 1.0)
    return (feature.low is None or value >= feature.low) and (feature.high is None or value <= feature.high)


def outcome(seen: Consultation, tried: Explanation, values: Mapping[str, Value]) -> Payload:
    """Before and after, the change in points, and the sentence that says how far one may go."""
    before, after = (tenths(each.score.default_probability) for each in (seen.explanation, tried))
    change = after - before
    return {
        "raw": tried.score.default_probability,
        "before": probability(before),
        "after": probability(after),
        "change": points(change) if change else t("clients.no_change"),
        "tone": "good" if change < 0 else "bad" if change > 0 else "flat",
        "decision": tried.score.decision,
        "words": t(f"clients.proposed_{tried.score.decision}"),
        "advice": advice(tried, values),
    }


def advice(tried: Explanation, values: Mapping[str, Value]) -> Payload:
    """How far a granted application may go, or the nearest that would be granted; each can be applied."""
    contract = services().scoring.contract
    if contract is None:
        return {"lead": "", "items": []}
    if tried.score.granted:
        items = [_room(contract.features[name], limit, values) for name, limit in _ceiling(values).items()]
        kept = [item for item in items if item]
        return {"lead": t("clients.stay" if kept else "clients.stay_any"), "items": kept}
    offer = services().scoring.offer(values)
    if offer is None:
        return {"lead": t("clients.no_offer"), "items": []}
    said = [_step(contract.features[name], value, values) for name, value in offer.changes.items()]
    risk = t("clients.offer_risk", risk=probability(tenths(offer.probability)))
    return {
        "lead": t("clients.nearest"),
        "items": [{"text": f"{t('clients.and').join(said)}{risk}", "changes": dict(offer.changes)}],
    }


def _ceiling(values: Mapping[str, Value]) -> Mapping[str, float]:
    return services().scoring.ceiling(values)


def _room(feature: Feature, limit: float, values: Mapping[str, Value]) -> Payload | None:
    """« la durée peut aller jusqu'à 54 mois »; nothing where the value stands there already."""
    held = values[feature.name]
    if not isinstance(held, float) or limit == held:
        return None
    key = "clients.up_to" if limit > held else "clients.down_to"
    words = t(key, label=feature_label(feature), value=value_words(feature, limit))
    return {"text": words, "changes": {feature.name: limit}}


def _step(feature: Feature, value: Value, values: Mapping[str, Value]) -> str:
    return t(
        "clients.instead",
        label=feature_label(feature),
        value=value_words(feature, value),
        before=value_words(feature, values[feature.name]),
    )
