"""The « fiche client »: one page to hand to the client: what was proposed, why, and what their rights are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.feature_words import feature_label, value_words
from app.texts import NBSP, day, language, number, percent, t
from app.typeset import breakable
from data.journal import Decision
from data.scoring import Feature, ScoringContract, Value
from models.card import Card
from models.explain import ACCEPT, Contribution, Explanation, Score
from models.offers import Offer

MOST_DATA, MOST_REASONS, MOST_NAMES = 8, 5, 4
MOST_LETTERS, LONGEST_WORD = 48, 16  # of one value
DIGITS = 1  # of a risk and of an effect
Texts = Mapping[str, object]


@dataclass(frozen=True)
class Subject:
    """All that the sheet speaks of."""

    client_id: int
    applied_on: date | None
    values: Mapping[str, Value]
    explanation: Explanation
    contract: ScoringContract
    card: Card
    decision: Decision | None  # the newest one recorded
    offer: Offer | None  # the nearest that would be accepted
    simulated: bool
    today: date
    organisation: str = ""
    contact: str = ""  # how to use one's rights; nothing: the person who hands over the sheet


def content(of: Subject) -> dict[str, object]:
    """Every word of the sheet, in the reader's language; the template adds none."""
    return {
        "language": language(),
        "title": t("sheet.title", client=of.client_id),
        "organisation": of.organisation,
        "applied": t("sheet.applied", day=day(of.applied_on)) if of.applied_on else "",
        "issued": t("sheet.issued", day=day(of.today)),
        "simulated": t("sheet.simulated") if of.simulated else "",
        "proposal": _proposal(of),
        "decision": _decision(of),
        "data": {"heading": t("sheet.data"), "rows": _data(of), "unused": _unused(of)},
        "reasons": _reasons(of),
        "what_if": {"heading": t("sheet.what_if"), **_what_if(of)},
        "rights": _rights(of),
        "origin": _origin(of),
    }


def reference(of: Subject) -> str:
    """Eight letters and digits that tell one sheet from another: client, score, decision."""
    score = of.explanation.score
    told = (of.client_id, of.applied_on, score.model_version, score.snapshot, of.decision and of.decision.id)
    return hashlib.sha256(repr((*told, score.default_probability)).encode()).hexdigest()[:8].upper()


def _proposal(of: Subject) -> Texts:
    score = of.explanation.score
    digits = _digits(score)
    risk = {"risk": _risk(score.default_probability, digits), "mean": _risk(of.explanation.mean_risk)}
    cuts = {"threshold": _risk(score.threshold, digits), "review": _risk(score.review, digits)}
    return {
        "heading": t("sheet.proposal"),
        "word": t(f"sheet.{score.decision}"),
        "kind": score.decision,
        "told": t("sheet.risk", within=_within(of.contract.horizon_months), **risk),
        "cuts": t("sheet.cuts" if score.review > score.threshold else "sheet.one_cut", **cuts),
        "scale": _scale(score.default_probability, score.threshold, score.review),
    }


def _digits(score: Score) -> int:
    """As many as tell the risk from the cuts: « 9,12 % » is not below « 9,09 % »."""
    shown = {round(each * 100, DIGITS) for each in (score.threshold, score.review)}
    return DIGITS + (round(score.default_probability * 100, DIGITS) in shown)


def _within(months: int | None) -> str:
    if not months:
        return ""
    return t("sheet.within_month") if months == 1 else t("sheet.within_months", n=months)


def _scale(risk: float, threshold: float, review: float) -> Sequence[float]:
    """Where risk, threshold and review stand on a bar of width 1, which need not reach up to 100 %."""
    end = min(1.0, max(1.25 * risk, 2 * review))
    return [risk / end, threshold / end, review / end]


def _decision(of: Subject) -> Texts:
    taken = of.decision
    if taken is None:
        return {
            "heading": t("sheet.decision"), "word": t("sheet.undecided"), "lines": [t("sheet.undecided_why")]
        }  # fmt: skip
    on = day(datetime.fromisoformat(taken.at).astimezone().date())
    same = taken.probability == of.explanation.score.default_probability
    return {
        "heading": t("sheet.decision"),
        "word": t(f"sheet.decided_{taken.decided}"),
        "lines": [
            t("sheet.decided_on", day=on)
            if same
            else t("sheet.decided_then", day=on, risk=_risk(taken.probability)),
            *([] if taken.followed else [t("sheet.not_followed")]),
            t("sheet.motive", motive=taken.motive) if taken.motive else t("sheet.no_motive"),
        ],
    }


def _data(of: Subject) -> list[list[str]]:
    """The main figures: identity, amount, what can be chosen; then what weighs most in the score."""
    features = of.contract.features
    chosen = [name for name, feature in features.items() if feature.changeable]
    weighty = [each.feature for each in of.explanation.contributions]
    amount = [of.contract.costs.amount] if of.contract.costs.amount else []
    names = dict.fromkeys([*of.contract.identity, *amount, *chosen, *weighty])
    shown = [
        features[name] for name in names if not (features[name].protected or features[name].after_outcome)
    ]
    return [[feature_label(each), _value(each, of.values.get(each.name))] for each in shown[:MOST_DATA]]


def _unused(of: Subject) -> str:
    """The protected features that the model does not look at."""
    names = [feature_label(each) for each in of.contract.protected if each.name not in of.card.features]
    return t("sheet.unused", names=_listed(names, len(names))) if names else ""


def _reasons(of: Subject) -> Texts:
    explained = of.explanation
    notable = [each for each in explained.contributions if round(abs(each.points) * 100, DIGITS)]
    favour = [each for each in notable if each.points < 0][:MOST_REASONS]
    against = [each for each in notable if each.points > 0][:MOST_REASONS]
    return {
        "heading": t("sheet.reasons"),
        "why": t("sheet.reasons_why", count=number(of.card.learned_from)),
        "columns": [t("sheet.element"), t("sheet.yours"), t("sheet.effect")],
        "favour": {"heading": t("sheet.in_favour"), "rows": _rows(of, favour)},
        "against": {"heading": t("sheet.against"), "rows": _rows(of, against)},
        "notes": [_sum(explained, [*favour, *against]), *_cautions(of)],
    }


def _rows(of: Subject, reasons: Iterable[Contribution]) -> list[list[str]]:
    """Name, value and effect; a row that says so where there is none."""
    found = [(of.contract.features[each.feature], each) for each in reasons]
    rows = [
        [feature_label(feature), _value(feature, x.value), _points(x.points * 100)] for feature, x in found
    ]
    return rows or [[t("sheet.nothing_notable"), "—", "—"]]


def _sum(explained: Explanation, shown: Iterable[Contribution]) -> str:
    """The addition as printed: its last term is what the rounded others leave."""
    start, risk = (
        round(each * 100, DIGITS) for each in (explained.start, explained.score.default_probability)
    )
    listed = sum(round(each.points * 100, DIGITS) for each in shown)
    texts = {"start": percent(explained.start, DIGITS), "risk": _risk(explained.score.default_probability)}
    return t("sheet.sum", shown=_points(listed), rest=_points(risk - start - listed), **texts)


def _cautions(of: Subject) -> list[str]:
    features = of.contract.features
    kinds = {"missing": of.explanation.missing, "out_of_domain": of.explanation.out_of_domain}
    return [
        t(f"sheet.{kind}", names=_listed([feature_label(features[name]) for name in names], MOST_NAMES))
        for kind, names in kinds.items()
        if names
    ]


def _what_if(of: Subject) -> Texts:
    if of.explanation.score.decision == ACCEPT:
        return {"lead": t("sheet.no_change_needed"), "changes": [], "risk": ""}
    if of.offer is None:
        return {"lead": t("sheet.no_offer"), "changes": [], "risk": ""}
    changes = [
        _change(of.contract.features[name], of.values.get(name), to) for name, to in of.offer.changes.items()
    ]
    risk = t("sheet.offer_risk", risk=_risk(of.offer.probability))
    return {"lead": t("sheet.offer"), "changes": changes, "risk": risk}


def _change(feature: Feature, before: Value, after: Value) -> str:
    words = {"after": _value(feature, after), "before": _value(feature, before)}
    return t("sheet.offer_change", label=feature_label(feature), **words)


def _rights(of: Subject) -> Texts:
    contact = of.contact or t("sheet.contact")
    lines = [t("sheet.right_contest"), t("sheet.right_access"), t("sheet.right_contact", contact=contact)]
    return {
        "heading": t("sheet.rights"),
        "person": t("sheet.right_person"),
        "lines": [*lines, t("sheet.right_authority")],
    }


def _origin(of: Subject) -> str:
    learned = {
        "day": day(datetime.fromisoformat(of.card.trained_at).date()), "count": number(of.card.learned_from)
    }  # fmt: skip
    score = of.explanation.score
    said = {"version": score.model_version, "snapshot": score.snapshot or "—", "reference": reference(of)}
    return t("sheet.origin", **learned, **said)


def _value(feature: Feature, value: Value) -> str:
    """Short enough for a column: a file may hold any text as a category."""
    words = value_words(feature, value)
    short = words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 1] + "…"
    return breakable(short, LONGEST_WORD)


def _listed(names: Sequence[str], most: int) -> str:
    text = ", ".join(names[:most])
    return text if len(names) <= most else t("sheet.and_more", names=text, n=len(names) - most)


def _risk(probability: float, digits: int = DIGITS) -> str:
    """In per cent, and never a certainty: « moins de 0,1 % »."""
    least = 10.0 ** -(DIGITS + 2)
    if probability < least:
        return t("sheet.less_than", risk=percent(least, DIGITS))
    if probability > 1 - least:
        return t("sheet.more_than", risk=percent(1 - least, DIGITS))
    return percent(probability, digits)


def _points(points: float) -> str:
    """« +3,2 points », of percentage."""
    value = round(points, DIGITS)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    one = abs(value) < 2 if language() == "fr" else abs(value) == 1
    text = t("sheet.point" if one else "sheet.points", n=f"{sign}{number(abs(value), DIGITS)}")
    return text.replace(" ", NBSP)
