"""What a reader of the audit asks for: a period, people, purposes, actions, a pseudonym, words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from app.moments import spoken_day, today
from app.texts import t
from data.audit import Sought

Word = Annotated[str, StringConstraints(max_length=200)]
Words = Annotated[list[Word], Field(max_length=200)]
USUAL = 7  # days, today among them
LONGEST = 366  # days that are drawn
KEPT = 1_200  # days: no line keeps its words for longer
DRAWN = 30  # days, where the period is shorter


class Asked(TypedDict):
    """As the address has it; empty is everything, no period the last seven days."""

    since: Word
    until: Word
    who: Words
    purposes: Words
    actions: Words
    subject: Word
    text: Word
    start: Annotated[int, Field(ge=0, le=2**53)]
    t: int


NOTHING: Asked = {
    "since": "",
    "until": "",
    "who": [],
    "purposes": [],
    "actions": [],
    "subject": "",
    "text": "",
    "start": 0,
    "t": 0,
}


@dataclass(frozen=True)
class Period:
    """Days of Paris, both included."""

    since: date
    until: date

    @classmethod
    def of(cls, since: str, until: str) -> Period:
        """As written in an address; what cannot be read, or is backward, is the last seven days."""
        now = today()
        try:
            last = min(date.fromisoformat(until), now) if until else now
            first = date.fromisoformat(since) if since else last - timedelta(USUAL - 1)
            first = max(first, last - timedelta(KEPT))
        except ValueError:
            return cls(now - timedelta(USUAL - 1), now)
        return cls(first, last) if first <= last else cls(now - timedelta(USUAL - 1), now)

    @property
    def length(self) -> int:
        """In days."""
        return (self.until - self.since).days + 1

    @property
    def drawn(self) -> Period:
        """The days of the chart: the period, with those before a short one, and the last of a long one."""
        days = min(max(self.length, DRAWN), LONGEST)
        return Period(self.until - timedelta(days - 1), self.until)

    def spoken(self) -> str:
        """« 7 derniers jours », « 20 nov. », « du 1ᵉʳ au 20 nov. »."""
        if self.until == today() and self.length in (7, 30, 90):
            return t("audit.last_days", n=self.length)
        if self.length == 1:
            return spoken_day(self.since)
        return t("audit.between", since=spoken_day(self.since), until=spoken_day(self.until))


def sought(asked: Asked, period: Period) -> Sought:
    """The lines asked for."""
    return Sought(
        since=period.since,
        until=period.until,
        who=tuple(asked["who"]),
        purposes=tuple(asked["purposes"]),
        actions=tuple(asked["actions"]),
        subject=asked["subject"],
        text=asked["text"],
    )


def of_actions(found: Sought, *actions: str) -> Sought:
    """The same people and purposes, for those actions alone: what a card counts."""
    return replace(found, actions=actions, text="")


def said(asked: Asked, period: Period) -> dict[str, Any]:
    """What the journal keeps of it."""
    kept = {name: asked[name] for name in ("who", "purposes", "actions", "subject", "text") if asked[name]}
    return {"since": str(period.since), "until": str(period.until), **({"filters": kept} if kept else {})}
