"""The clients whom the model judges for the same reasons, and what became of them."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from app.consultation import Consultation
from app.pages.clients.reasons import probability, tenths
from app.pages.clients.spread import interval
from app.pages.clients.together import name, ordered, own_bin, title
from app.services import services
from app.texts import number, percent, t
from data.scoring import Feature, ScoringContract, Value

Payload = dict[str, Any]
COUNT = 50
COLUMNS = 4
OUTCOMES = {True: "defaulted", False: "repaid", None: "running"}


def peers(seen: Consultation, contract: ScoringContract) -> Payload:
    """The 50 nearest: how many defaulted, and a line for each, its figures in ranges."""
    found = services().scoring.similar(seen.explanation, COUNT)
    if found is None:
        return {"kind": "peers", "reason": t("clients.no_peers")}
    features = _shown(contract)
    ranges = [_ranges(feature, found[feature.name].to_list()) for feature in features]
    known = found["defaulted"].drop_nulls()
    return {
        "kind": "peers",
        "summary": _summary(found.height, known, seen),
        "heads": [title(feature) for feature in features],
        "rows": [
            [str(client), number(client), *figures, OUTCOMES[outcome]]
            for client, outcome, *figures in zip(found["client_id"], found["defaulted"], *ranges, strict=True)
        ],
        "outcomes": {name: t(f"clients.{name}") for name in OUTCOMES.values()},
        "empty": found.is_empty(),
    }


def _shown(contract: ScoringContract) -> list[Feature]:
    """What the identity bar shows, then what the client may change; nothing protected."""
    asked = [each for each in contract.features.values() if each.changeable]
    known = [contract.features[name] for name in contract.identity]
    unique = dict.fromkeys(each.name for each in [*known, *asked] if not each.protected)
    return [contract.features[name] for name in unique][:COLUMNS]


def _summary(count: int, known: pl.Series, seen: Consultation) -> list[str]:
    """Three parts, the middle one in bold."""
    score = probability(tenths(seen.explanation.score.default_probability))
    end = t("clients.peers_score", risk=score)
    if known.is_empty():
        return [t("clients.peers_lead", count=count), t("clients.peers_unknown"), end]
    defaults = int(known.sum())
    low, high = interval(defaults, known.len())
    said = t(
        "clients.peers_defaults" if defaults > 1 else "clients.peers_default",
        defaults=defaults,
        known=known.len(),
        share=percent(defaults / known.len()),
    )
    return [
        t("clients.peers_lead", count=count),
        said,
        f"[{number(low * 100, 1)}\u00a0;\u00a0{number(high * 100, 1)}]. {end}",
    ]


def _ranges(feature: Feature, values: Sequence[Value]) -> list[str]:
    """Figures as the ranges they lie in: what is told of others stays coarse."""
    cuts = ordered(services().scoring.cuts(feature.name))
    words = [name(feature, cut) for cut in cuts]
    places = [own_bin(cuts, value) for value in values]
    return [t("feature.missing") if place is None else words[place] for place in places]
