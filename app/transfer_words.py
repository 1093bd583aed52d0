"""Transfers in the reader's words: what moves where, what it does to both sides, what is not proposed."""

from collections.abc import Sequence
from typing import Any

from app.effect_amounts import between, change, counted, days
from app.indicators import MINUS
from app.rule_effects import Simulated, key
from app.rule_words import cases
from app.texts import number, t
from models.effects import Effect, Transferred
from models.transfers import Office, Refusal, Transfer, room
from models.workplace import Interval

Payload = dict[str, Any]
REFUSED = 3  # shown


def refused(told: Simulated | None) -> list[Payload]:
    """A few transfers that are not proposed, and why."""
    effect = told.effect if told else None
    if effect is None or not isinstance(effect.detail, Transferred):
        return []
    giver = effect.detail.giver
    mine = [each for each in effect.detail.plan.refused if each.giver == giver]
    return [
        {
            "text": t("effect.refused", type=each.case_type, giver=each.giver, receiver=each.receiver),
            "reason": t(f"effect.refused_{each.reason}", receiver=each.receiver),
        }
        for each in _telling(mine)[:REFUSED]
    ]


def _telling(found: Sequence[Refusal]) -> list[Refusal]:
    """One per receiver and reason, missing skills first: what a reader could not guess."""
    kinds = ("skill", "room", "gain")
    seen = {(each.receiver, each.reason): each for each in reversed(found)}
    return sorted(seen.values(), key=lambda each: (kinds.index(each.reason), each.receiver))


def transfers(effect: Effect, detail: Transferred, told: Simulated) -> Payload:
    """What a card shows of a plan of transfers: the proposed ones, those left out unchecked."""
    kept = set(detail.transfers)
    after = days(effect.middle)
    spread = {name: number(value, 2) for name, value in zip(("before", "after"), detail.spread, strict=True)}
    return {
        "text": t("effect.days_moved_at", before=number(effect.before, 1), after=after, place=detail.giver),
        "interval": between(effect.low, effect.high),
        "sentences": [
            _overdue(detail.moved.overdue),
            f"{t('effect.spread', **spread)} {t('effect.no_receiver_late')}",
        ],
        "assumption": t("effect.moving"),
        "change": change(detail.moved.gains[detail.giver]),
        "transfers": [_transfer(each, told, detail, checked=each in kept) for each in told.proposed],
        "spread": list(detail.spread),
    }


def _transfer(each: Transfer, told: Simulated, detail: Transferred, *, checked: bool) -> Payload:
    giver, receiver = told.offices[each.giver], told.offices[each.receiver]
    gain = each.cases / giver.place.finished
    after = detail.moved.delays.get(each.receiver)
    places = _places(receiver, detail.plan.mean_load)
    words = {"cases": cases(each.cases), "type": each.case_type}
    return {
        "key": key(each),
        "text": t("effect.transfer", **words, giver=each.giver, receiver=each.receiver),
        "gain": t("effect.transfer_gain", gain=days(gain)).replace("-", MINUS),
        "receiver": t(
            "effect.receiver",
            receiver=each.receiver,
            before=number(receiver.place.delay, 1),
            after=days(after.middle if after else receiver.place.delay),
        ),
        "room": counted("room", places),
        "checked": checked,
        "cases": each.cases,
        "giver": each.giver,
        "to": each.receiver,
        "case_type": each.case_type,
        "gain_days": gain,
    }


def _places(receiver: Office, mean_load: float) -> int:
    spare, cases_to_norm = room(receiver, mean_load)
    return min(int(spare), cases_to_norm)


def _overdue(overdue: Interval) -> str:
    middle = round(overdue.middle)
    if overdue.low <= 0 <= overdue.high:
        return t("effect.overdue_same", interval=between(overdue.low, overdue.high, 0))
    low, high = (overdue.low, overdue.high) if middle > 0 else (-overdue.high, -overdue.low)
    way = "fewer" if middle > 0 else "more"
    return counted(f"overdue_{way}", abs(middle), interval=between(low, high, 0))
