"""Which lines of the audit are looked for, and the SQL that finds them: every value bound."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SEARCHED = ("who", "action", "purpose", "model_version")
VIEWS = ("score.viewed", "sheet.made", "case.viewed")  # a person's file was looked at


@dataclass(frozen=True)
class Sought:
    """What a line must be to be found; what is empty holds for all.

    Days are those of Paris, both included. `text` is looked for in the words of a line, or is its number or
    how its pseudonym begins.
    """

    since: date | None = None
    until: date | None = None
    who: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition on `audit` and its values."""
        values: dict[str, Any] = {}
        found = ["1"]
        if self.since:
            found.append("at >= :since")
            values["since"] = moment(self.since)
        if self.until:
            found.append("at < :until")
            values["until"] = moment(self.until + timedelta(1))
        for name, wanted in (("who", self.who), ("purpose", self.purposes), ("action", self.actions)):
            if wanted:
                found.append(f"{name} IN (SELECT value FROM json_each(:{name}))")  # noqa: S608  our own names
                values[name] = json.dumps(wanted)
        if self.subject:
            found.append("subject = :subject")
            values["subject"] = self.subject
        if text := self.text.strip():
            parts = [f"{name} LIKE :text ESCAPE '!'" for name in SEARCHED]
            parts += ["subject LIKE :begun ESCAPE '!'", "CAST(id AS TEXT) = :number"]
            found.append(f"({' OR '.join(parts)})")
            values |= {"text": f"%{_literal(text)}%", "begun": f"{_literal(text)}%"}
            values["number"] = "".join(text.split())
        return " AND ".join(found), values


def moment(day: date) -> str:
    """When that day begins in Paris, as lines are dated."""
    begun = datetime.combine(day, time(), PARIS).astimezone(UTC)
    return begun.isoformat(timespec="microseconds")


def days(since: date, until: date) -> str:
    """JSON: [day, when it begins, when it ends] of each day of the period, both included."""
    all_days = [since + timedelta(n) for n in range((until - since).days + 1)]
    return json.dumps([[str(day), moment(day), moment(day + timedelta(1))] for day in all_days])


def _literal(text: str) -> str:
    """As LIKE reads it without any joker."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
