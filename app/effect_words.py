"""An effect in the reader's words, as cards and commands show it; raw numbers beside them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.accounts import signed_in, user
from app.effect_amounts import between, change, days, points
from app.rule_effects import WEEKS, Simulated
from app.rule_words import cases
from app.texts import day, number, percent, t
from app.transfer_words import transfers
from models.effects import Audit, Clearing, Effect, Transferred
from models.queue import AFTER, EFFICIENCY, RUNS, Reinforcement
from models.workplace import WEEK
from queries.rules import Recommendation
from queries.selection import month_end

Payload = dict[str, Any]
SHOWN = 5  # weeks drawn after the end of a plan
REASONS = 4  # named, the others together
AUDITED = 5  # cases to look at first


def payload(found: Recommendation, told: Simulated) -> Payload:
    """What a card shows of an effect: text, interval, sentences, assumption, what its kind has; and raw."""
    effect = told.effect
    if effect is None:
        return _nothing(told)
    common = {
        "kind": effect.kind,
        "unit": effect.unit,
        "before": effect.before,
        "low": effect.low,
        "middle": effect.middle,
        "high": effect.high,
    }
    match effect.detail:
        case Reinforcement() as detail:
            return common | _reinforcement(found, effect, detail, told)
        case Transferred() as detail:
            return common | transfers(effect, detail, told)
        case Audit() as detail:
            return common | _audit(effect, detail, told)
        case Clearing() as detail:
            return common | _clearing(found, effect, detail)


def said(effect: Payload) -> str:
    """An effect in one line."""
    return " ".join(part for part in (effect["text"], effect["interval"], *effect["sentences"]) if part)


def reasons(told: Simulated | None) -> list[Payload]:
    """Why cases come back: the most frequent reasons by name and share, the others together."""
    found = told.causes.reasons if told and told.causes else ()
    total = sum(count for _, count in found)
    if not total:
        return []
    named = [{"name": _reason(name), "share": count / total} for name, count in found[:REASONS]]
    rest = sum(count for _, count in found[REASONS:])
    return [*named, {"name": t("effect.other_reasons"), "share": rest / total}] if rest else named


def audited(told: Simulated | None) -> list[Payload]:
    """The cases to look at first, in words, for who may see cases."""
    may = signed_in() and "case.view" in user().permissions
    if told is None or told.causes is None or not may:
        return []
    rows = told.causes.audited.head(AUDITED).iter_rows(named=True)
    return [{"id": row["case_id"], "text": _to_audit(row)} for row in rows]


def _to_audit(row: Mapping[str, Any]) -> str:
    times = (
        t("effect.returned_once") if row["returns"] == 1 else t("effect.returned", n=number(row["returns"]))
    )
    taken = days(row["delay_days"]) if row["delay_days"] is not None else None
    return ", ".join(part for part in (row["case_type"], times, row["return_reason"], taken) if part)


def _reinforcement(found: Recommendation, effect: Effect, detail: Reinforcement, told: Simulated) -> Payload:
    place = told.offices[found.place].place
    start = month_end(found.month) + timedelta(1)
    last = detail.plan.weeks + SHOWN
    gain = detail.gain
    assumed = {
        "runs": RUNS,
        "received": number(place.received * WEEK),
        "each": cases(place.finished * WEEK / place.fte, 1),
        "efficiency": percent(EFFICIENCY, 0),
        "known": place.weeks,
    }
    return {
        "text": t("effect.days_moved", before=number(effect.before, 1), after=days(effect.middle)),
        "interval": between(effect.low, effect.high),
        "sentences": [
            _norm(detail, start),
            t("effect.gained", gain=days(gain.middle), interval=between(gain.low, gain.high)),
        ],
        "assumption": t("effect.queue", **assumed),
        "change": change(gain),
        "plan": {
            "agents": round(detail.plan.agents),
            "weeks": detail.plan.weeks,
            "agents_steps": list(told.steps),
            "weeks_steps": list(WEEKS),
        },
        "series": {
            "weeks": [str(start + timedelta(weeks=n)) for n in range(last + 1)],
            "without": [each.middle for each in detail.without[: last + 1]],
            "low": [each.low for each in detail.with_it[: last + 1]],
            "middle": [each.middle for each in detail.with_it[: last + 1]],
            "high": [each.high for each in detail.with_it[: last + 1]],
            "norm": detail.norm_stock,
        },
        "chance": detail.chance,
        "after_weeks": AFTER,
    }


def _norm(detail: Reinforcement, start: date) -> str:
    """When the stock is down to the norm, and how likely at the end of the plan."""
    low, middle, high = detail.reached
    values = {"chance": percent(detail.chance, 0), "weeks": detail.plan.weeks}
    if middle is None or low is None:
        return t("effect.reached_never", **values)
    if middle == 0:
        return t("effect.reached_already")
    days = {"day": _on(start, middle), "low": _on(start, low)}
    if high is None:
        return t("effect.reached_open", **days, **values)
    return t("effect.reached", **days, high=_on(start, high), **values)


def _audit(effect: Effect, detail: Audit, told: Simulated) -> Payload:
    first = told.causes.reasons[0][0] if told.causes and told.causes.reasons else None
    sentences = [
        t(
            "effect.returns_if",
            reason=_reason(first),
            usual=percent(detail.elsewhere),
            here=percent(detail.here),
        )
    ]
    per_case = [-value / detail.per_month for value in (effect.high, effect.middle, effect.low)]
    return {
        "text": t("effect.returns_fewer", n=number(effect.middle)),
        "interval": between(effect.low, effect.high, 0),
        "sentences": sentences + _gap(told),
        "assumption": t("effect.returns_assumed"),
        "change": per_case,
        "first_reason": first,
    }


def _gap(told: Simulated) -> list[str]:
    gap = told.causes.gap if told.causes else None
    if gap is None:
        return []
    return [
        t(
            "effect.returns_gap",
            rate=percent(gap.rate),
            network=percent(gap.network),
            mix=points(gap.mix),
            own=points(gap.own),
        )
    ]


def _clearing(found: Recommendation, effect: Effect, detail: Clearing) -> Payload:
    turning = cases(round(detail.turning))
    return {
        "text": t("effect.cleared", each=cases(effect.middle, 1)),
        "interval": t("effect.cleared_more", most=number(effect.high, 1)),
        "sentences": [
            t(
                "effect.cleared_cases",
                cases=cases(found.measure.cases),
                weeks=detail.weeks,
                turning=turning,
            )
        ],
        "assumption": t("effect.cleared_assumed"),
    }


def _nothing(told: Simulated) -> Payload:
    """No effect to tell: no transfer is kept, those that are gain too little, or the reason is none apart."""
    if told.proposed:
        text = t("effect.too_little" if told.kept else "effect.nothing_kept")
    else:
        text = " ".join(_gap(told))
    return {"kind": "none", "text": text, "interval": "", "sentences": [], "assumption": ""}


def _reason(name: str | None) -> str:
    return name or t("effect.no_reason")


def _on(start: date, days: float) -> str:
    return day(start + timedelta(days=round(days)))
