"""What came of a retained recommendation once time has passed: before, after, and the net effect."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from app import advised
from app.accounts import user
from app.advised import Item
from app.indicators import MINUS
from app.services import services
from app.texts import NBSP, day, language, number, percent, t
from data.advised import DISMISSED, RETAINED, Answer
from models.effects import Sums
from models.net_effect import Pair, net_effect
from queries import production, rules
from queries.selection import Selection, shift_months

WINDOW = timedelta(weeks=8)  # before the plan, and after it
NEAR = timedelta(days=92)  # a dismissal this close in time makes its agency a comparison
FEWEST = 30  # closed cases in each window, below which nothing is told
RECENT = 12  # months for which a card tells of what was retained
DELAYS = ("delay_treated", "delay_sum", "delay_sq")  # count, sum, sum of squares
RETURNS = ("returns_treated", "returns", pl.col("returns").alias("squares"))  # each 0 or 1, or nearly
RATES = frozenset({"audit_returns"})  # rules judged by their rate of returns; the others by their delay


@dataclass(frozen=True)
class Outcome:
    """Before and after the plan, and the net effect with its 95 % interval; None where it cannot be told.

    Days, or shares where `share`. `announced` is the simulated change: low, middle, high.
    """

    before: float
    after: float
    net: float | None
    low: float | None
    high: float | None
    dismissed: int  # agencies compared with because the same was dismissed there; 0: the rest of the network
    announced: tuple[float, float, float] | None
    share: bool = False

    @property
    def words(self) -> str:
        """« 24,6 → 22,9 j »."""
        pair = {
            name: amount(value, share=self.share)
            for name, value in (("before", self.before), ("after", self.after))
        }
        return t("advised.before_after", **pair)

    @property
    def net_words(self) -> str:
        """« effet net −1,2 j (−2,3 à −0,1, intervalle à 95 %) »."""
        if self.net is None:
            return t("advised.no_measure")
        low, high = (signed(value or 0.0, share=self.share) for value in (self.low, self.high))
        return t("advised.net", change=change(self.net, share=self.share), low=low, high=high)

    @property
    def short(self) -> str:
        """« −1,2 j (−2,3 à −0,1) »."""
        if self.net is None:
            return t("advised.no_measure")
        low, high = (signed(value or 0.0, share=self.share) for value in (self.low, self.high))
        return t("advised.net_short", change=change(self.net, share=self.share), low=low, high=high)

    @property
    def payload(self) -> dict[str, Any]:
        """As a line of the history draws it."""
        announced = self.announced[1] if self.announced and not self.share else None
        said = "" if announced is None else f", {t('rules.announced', change=change(announced))}"
        bar = None
        if self.net is not None and not self.share:
            bar = {"low": self.low, "high": self.high, "net": self.net, "announced": announced}
        return {"before": self.words, "net": self.short + said, "bar": bar}

    @property
    def note(self) -> str:
        """What it was compared with, and that this proves nothing."""
        if self.dismissed:
            return advised.counted("note_dismissed", self.dismissed)
        return t("advised.note_network")


def told(answer: Answer) -> dict[str, Any]:
    """An answer as a card shows it, with what came of it once that is known."""
    outcome = measured([answer]).get(answer.id)
    result = outcome and {"text": outcome.words, "net": outcome.net_words, "note": outcome.note}
    text = advised.words(answer)
    if answer.answer == RETAINED and not outcome:
        text = t("advised.measured_from", text=text, day=day(_known_on(answer)))
    return {
        "id": answer.id,
        "status": answer.answer,
        "icon": advised.SHOWS[answer.answer],
        "text": text,
        "result": result,
    }


def past(selection: Selection, shown: Collection[tuple[str, str]]) -> list[Item]:
    """What was retained for the selection's place in the last months and no longer fires, as items."""
    snapshot = services().snapshot
    if snapshot is None or snapshot.last_day is None:
        return []
    since = str(shift_months(snapshot.last_day.replace(day=1), -RECENT))[:7]
    regions = {advised.kept_under(region, "region") for region in selection.picks.get("region", ())}
    places = {place for place in {*selection.picks.get("agency", ()), *regions} if advised.sees(place)}
    return [
        _item(each)
        for each in reversed(services().stores.advised.standing())
        if each.answer == RETAINED and each.place in places and each.key not in shown and each.month >= since
    ]


def measured(answers: Sequence[Answer]) -> dict[int, Outcome]:
    """By number, what came of each retained answer of an agency whose time has passed."""
    snapshot = services().snapshot
    last = snapshot.last_day if snapshot else None
    ready = [each for each in answers if last and each.answer == RETAINED and _known_on(each) <= last]
    if not ready:
        return {}
    standing = services().stores.advised.standing()
    found = {each.id: _measured(each, standing) for each in ready}
    return {number_: outcome for number_, outcome in found.items() if outcome}


def change(value: float | None, *, share: bool = False) -> str:
    """« −1,2 j », « +0,3 pt »: a change with its sign."""
    if value is None:
        return "—"
    unit = t("advised.point") if share else t("rules.day")
    return f"{signed(value, share=share)}{NBSP}{unit}"


def signed(value: float, *, share: bool = False) -> str:
    """The same without its unit; nothing more than the rounding of 0 has no sign."""
    text = number(abs(value) * (100 if share else 1), 1)
    sign = "" if text == number(0, 1) else "+" if value > 0 else MINUS
    return f"{sign}{text}"


def amount(value: float, *, share: bool) -> str:
    """« 24,6 j » or « 8,1 % »."""
    return percent(value) if share else f"{number(value, 1)}{NBSP}{t('rules.day')}"


def _known_on(answer: Answer) -> date:
    """The first day of the data on which it can be measured: eight weeks after its plan."""
    return _ended(answer) + WINDOW


def _ended(answer: Answer) -> date:
    return date.fromisoformat(answer.until) if answer.until else advised.started(answer)


def _item(answer: Answer) -> Item:
    """A retained one that no longer fires, as the card it had."""
    rule, place = rules.rule(answer.rule), advised.shown(answer.place)
    return {
        "id": f"past:{answer.id}",
        "rule": answer.rule,
        "place": answer.place,
        "month": answer.month,
        "urgency": "note",
        "decides": False,
        "icon": rule.icon,
        "title": rule.texts[language()]["title"].format(place=place),
        "text": t("advised.no_longer"),
        "badge": place,
        "measures": [],
        "link": "",
        "evidence": "",
        "effect": None,
        "answered": answer,
        "seen": answer.id,
    }


def _measured(answer: Answer, standing: Sequence[Answer]) -> Outcome | None:
    """None where it is of no agency, or too few of its cases were closed to tell."""
    start, end = advised.started(answer), _ended(answer)
    share = answer.rule in RATES
    before = _sums(Selection(start - WINDOW + timedelta(days=1), start), share=share)
    after = _sums(Selection(end + timedelta(days=1), end + WINDOW), share=share)
    pairs = {name: Pair(sums, after[name]) for name, sums in before.items() if name in after}
    place = answer.plan.get("giver", answer.place)  # of transfers: the agency that gives most
    own = pairs.get(place)
    if own is None:
        return None
    acted = {
        each.plan.get("giver", each.place)
        for each in standing
        if each.answer == RETAINED and _overlaps(each, start, end)
    }
    others = {name: pair for name, pair in pairs.items() if name not in acted | {place}}
    declined = {each.place for each in standing if _declined(each, answer)} & others.keys()
    compared = [others[name] for name in sorted(declined)] or list(others.values())
    net = net_effect(own, compared, list(others.values()))
    return Outcome(
        before=own.before.mean,
        after=own.after.mean,
        net=net and net.middle,
        low=net and net.low,
        high=net and net.high,
        dismissed=len(declined),
        announced=_announced(answer),
        share=share,
    )


def _sums(window: Selection, *, share: bool) -> dict[str, Sums]:
    """Per agency with enough closed cases in the window, their delays, or which of them came back."""
    rows = services().run(production.sums_by_agency, window, user().scope)
    names = RETURNS if share else DELAYS
    found = rows.select("agency", *names).iter_rows()
    return {agency: Sums(n, total, squares) for agency, n, total, squares in found if (n or 0) >= FEWEST}


def _announced(answer: Answer) -> tuple[float, float, float] | None:
    told = answer.announced.get("change")
    return (float(told[0]), float(told[1]), float(told[2])) if told else None


def _overlaps(answer: Answer, start: date, end: date) -> bool:
    """Whether its plan was under way between two days."""
    return advised.started(answer) < end + WINDOW and _ended(answer) > start - WINDOW


def _declined(answer: Answer, to: Answer) -> bool:
    """Whether the same rule was dismissed elsewhere at about the same time."""
    near = abs(advised.started(answer) - advised.started(to)) <= NEAR
    return answer.answer == DISMISSED and answer.rule == to.rule and answer.place != to.place and near
