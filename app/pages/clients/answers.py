"""What the page is told when a client is opened, a variable chosen, a change tried, a decision taken."""

from collections.abc import Mapping
from typing import Any

from app.champion import Champion
from app.consultation import Consultation
from app.feature_words import feature_label
from app.pages.clients.identity import identity
from app.pages.clients.proposal import follow, proposal
from app.pages.clients.reasons import waterfall
from app.pages.clients.records import decisions
from app.pages.clients.spread import many_valued, spread, standing, whole
from app.pages.clients.summary import summary
from app.pages.clients.together import boxes, cells, dots
from app.pages.clients.tries import checked, controls, outcome
from app.services import services
from data.scoring import CATEGORY, Feature, ScoringContract, Value
from models.artefact import NoModel
from models.explain import Explanation

Payload = dict[str, Any]


def opened(seen: Consultation, a: str | None, b: str | None) -> Payload:
    """Everything of one client."""
    champion, contract = serving()
    names = chosen(seen.explanation, contract, a, b)
    score = seen.explanation.score
    return {
        "client": str(seen.client_id),
        "identity": identity(seen, contract),
        "views": {
            "clients-decision": proposal(score, champion.scorer.card, contract)
            | {"follow": follow(score.decision)},
            "clients-reasons": waterfall(seen.explanation, contract, where),
            "clients-tries": {
                "kind": "tries",
                "controls": controls(contract, seen.values),
                "result": outcome(seen, seen.explanation, seen.values),
            },
            "clients-model": summary(champion),
        }
        | variables(seen, *names),
        "variables": [[each.name, feature_label(each)] for each in contract.served],
        "picked": names,
        "decisions": decisions(seen.client_id, contract),
    }


def serving() -> tuple[Champion, ScoringContract]:
    """The model and the contract of the data. Raises NoModel where either lacks."""
    scoring = services().scoring
    if scoring.champion is None or scoring.contract is None:
        raise NoModel("none")
    return scoring.champion, scoring.contract


def chosen(explained: Explanation, contract: ScoringContract, a: str | None, b: str | None) -> list[str]:
    """Variables A and B: those asked for where they exist, else those that weigh most."""
    known = {each.name for each in contract.served}
    asked = [name if name in known else None for name in (a, b)]
    largest = [each.feature for each in explained.contributions if each.feature in known]
    for place, name in enumerate(asked):
        if name is None or (name == asked[1 - place] and place):
            asked[place] = next(each for each in largest if each not in asked)
    return [str(name) for name in asked]


def variables(seen: Consultation, a: str, b: str, *, as_dots: bool = False) -> dict[str, Payload]:
    """The three cards of two variables."""
    contract = serving()[1]
    one, other = contract.features[a], contract.features[b]
    values = seen.values[a], seen.values[b]
    return {
        "clients-a": alone(one, values[0]),
        "clients-b": alone(other, values[1]),
        "clients-pair": both(contract, (one, other), values, as_dots=as_dots),
    }


def alone(feature: Feature, value: Value) -> Payload:
    """One variable, with this client in it."""
    bins = whole(feature, services().scoring.variable(feature.name))
    return spread(feature, value, bins, _ranks(feature))


def where(feature: Feature, value: Value) -> str:
    """Where a value stands among all clients, in words."""
    return standing(feature, value, services().scoring.variable(feature.name), _ranks(feature))


def _ranks(feature: Feature) -> list[float]:
    """The percentiles of a number; none of a category."""
    found = services().scoring.quantiles(feature.name) if feature.numeric else None
    return [] if found is None else found["value"].to_list()


def both(
    contract: ScoringContract, pair: tuple[Feature, Feature], values: tuple[Value, Value], *, as_dots: bool
) -> Payload:
    """Two variables together, by their kinds."""
    scoring = services().scoring
    many = [many_valued(each, whole(each, scoring.variable(each.name))) for each in pair]
    if {CATEGORY} < {each.kind for each in pair} and any(many):
        turned = pair[0].kind == CATEGORY
        measure, group = (pair[1], pair[0]) if turned else pair
        return boxes(
            (measure, group), values[::-1] if turned else values, scoring.box(measure.name, group.name)
        )
    if as_dots and all(many):
        return dots(pair, values, scoring.sample()) | {"both": True}
    order = list(contract.features)
    swapped = order.index(pair[0].name) > order.index(pair[1].name)
    first, second = (pair[1], pair[0]) if swapped else pair
    counts = scoring.pair(first.name, second.name)
    if swapped:
        counts = counts.rename({"bin_a": "bin_b", "bin_b": "bin_a"})
    cuts = scoring.cuts(pair[0].name), scoring.cuts(pair[1].name)
    return cells(pair, values, cuts, counts) | {"both": all(many)}


def agreed(changes: Mapping[str, float | str], contract: ScoringContract) -> dict[str, float]:
    """The changes of an offer: numbers alone are kept with a decision. Raises BadChange."""
    return {name: value for name, value in checked(changes, contract).items() if isinstance(value, float)}


def tried(seen: Consultation, changes: Mapping[str, float | str]) -> Payload:
    """What the score would be. Raises BadChange."""
    contract = serving()[1]
    given = checked(changes, contract)
    values = {**seen.values, **given}
    explained = services().scoring.assess(given, like=seen.values)
    return {
        "client": str(seen.client_id),
        "changes": changes,
        "reasons": waterfall(explained, contract, where),
        "result": outcome(seen, explained, values),
    }
