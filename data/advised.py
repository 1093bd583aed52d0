"""What people answer to recommendations: lines are added and never changed; the last that stands counts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from data.chain import Entry, kept
from data.errors import DataError
from data.store import JournalFailed, Store, now

__all__ = ["Advised", "Answer", "AnswerRefused", "JournalFailed"]

RETAINED, DISMISSED, SNOOZED, WITHDRAWN = "retained", "dismissed", "snoozed", "withdrawn"
ANSWERS = (RETAINED, DISMISSED, SNOOZED)  # what can be given; `withdrawn` takes back the one that stands
REASONS = ("already_planned", "passing_cause", "no_means", "measure_contested", "other")
NETWORK = ""  # the place of a recommendation that is of no agency
LONGEST = 2_000  # characters of a motive
JSON = ("plan", "measured", "announced")


class AnswerRefused(DataError):
    """Not an answer that can be recorded: `bad_answer`, `reason_required`, `motive_required`,
    `motive_too_long`, `date_required`, `answered_meanwhile` (somebody else answered; `who`, `at`) or
    `no_answer` (what is to be taken back no longer stands)."""

    area = "advised"


@dataclass(frozen=True)
class Answer:
    """One answer, and all that is needed to say later what it was given to. Floats are exact.

    `place` is an agency or a region, NETWORK for none; `month` (YYYY-MM) the one the rule fired on. `until`
    (ISO) is the day a snoozed one comes back, by the calendar; for a retained one the last day of its plan,
    by the data's own days. `plan` is what was decided, `measured` what the rule had found, `announced` the
    simulated effect.
    """

    who: str
    rule: str
    place: str
    month: str
    answer: str
    snapshot: str
    reason: str = ""
    motive: str = ""
    until: str | None = None
    plan: Mapping[str, Any] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)
    announced: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0  # given by the journal, like `at`
    at: str = ""  # ISO, UTC

    @property
    def key(self) -> tuple[str, str]:
        """What it is an answer to."""
        return self.rule, self.place

    def holds(self, month: str, today: date) -> bool:
        """Whether it still answers the rule when that fires on the data of `month` (YYYY-MM).

        A dismissal is of one month's finding: the rule firing on a later month asks again. A snoozed one
        comes back on its date, whatever the data say. A retained one holds until the last month of its plan.
        """
        if self.answer == SNOOZED:
            return self.until is not None and today.isoformat() < self.until
        last = self.until[:7] if self.answer == RETAINED and self.until else self.month
        return month <= max(last, self.month)


GIVEN = tuple(each.name for each in fields(Answer) if each.name != "id")


class Advised(Store):
    """The answers; see Store. Every method raises JournalFailed."""

    def record(self, answer: Answer, seen: int = 0) -> int:
        """Write an answer and give its number; `seen` is the number of the one it replaces, 0 for none.

        Raises AnswerRefused, also where another answer than `seen` stands by now.
        """
        _check(answer)
        return self._add(answer, seen)

    def withdraw(self, who: str, number: int) -> Answer:
        """Take back the answer of that number, where it stands; what stood before it stands again.

        Gives the answer taken back. Raises AnswerRefused.
        """
        taken = next((each for each in self.answers() if each.id == number), None)
        if taken is None or taken.answer == WITHDRAWN:
            raise AnswerRefused("no_answer")
        line = Answer(who, taken.rule, taken.place, taken.month, WITHDRAWN, taken.snapshot)
        self._add(line, number)
        return taken

    def answers(self) -> list[Answer]:
        """Every line, the oldest first, those withdrawn and their withdrawals too."""
        with self._reading() as connection:
            rows = connection.execute("SELECT * FROM advised ORDER BY id").fetchall() if connection else []
            return [_answer(row) for row in rows]

    def standing(self) -> list[Answer]:
        """The answers never taken back, the oldest first."""
        return stand(self.answers())

    def _add(self, answer: Answer, seen: int) -> int:
        names = ", ".join(GIVEN)
        marks = ", ".join(f":{name}" for name in GIVEN)
        text = f"INSERT INTO advised ({names}) VALUES ({marks})"  # noqa: S608  our own names
        with self._writing() as connection:
            rows = connection.execute(
                "SELECT * FROM advised WHERE rule = ? AND place = ? ORDER BY id", answer.key
            ).fetchall()
            here = stand(_answer(row) for row in rows)
            last = here[-1] if here else None
            if (last.id if last else 0) != seen:
                raise _overtaken(last)
            values = {name: getattr(answer, name) for name in GIVEN} | {"at": answer.at or now()}
            values |= {name: _json(values[name]) for name in JSON}
            number = int(connection.execute(text, values).lastrowid or 0)
            details = {"answer": answer.answer, "rule": answer.rule}
            kept(connection, number, Entry("advice.answered", answer.who, details=details))
            return number


def stand(lines: Iterable[Answer]) -> list[Answer]:
    """Of lines in the order written, the answers that were not taken back, in that order."""
    held: dict[tuple[str, str], list[Answer]] = {}
    for line in lines:
        stack = held.setdefault(line.key, [])
        if line.answer != WITHDRAWN:
            stack.append(line)
        elif stack:
            stack.pop()
    return sorted((each for stack in held.values() for each in stack), key=lambda each: each.id)


def _overtaken(last: Answer | None) -> AnswerRefused:
    if last is None:
        return AnswerRefused("no_answer")
    return AnswerRefused("answered_meanwhile", who=last.who, at=last.at)


def _check(answer: Answer) -> None:
    """Raises AnswerRefused."""
    if answer.answer not in ANSWERS or (answer.reason and answer.reason not in REASONS):
        raise AnswerRefused("bad_answer")
    if len(answer.motive) > LONGEST:
        raise AnswerRefused("motive_too_long", limit=LONGEST)
    if answer.answer == DISMISSED and not answer.reason:
        raise AnswerRefused("reason_required")
    if answer.answer == DISMISSED and not answer.motive.strip():
        raise AnswerRefused("motive_required")
    if answer.answer == SNOOZED and not answer.until:
        raise AnswerRefused("date_required")


def _answer(row: sqlite3.Row) -> Answer:
    return Answer(**dict(row) | {name: json.loads(row[name]) for name in JSON})


def _json(value: object) -> str:
    """Floats by their shortest text that reads back to the same bits; no NaN."""
    return json.dumps(
        dict(value) if isinstance(value, Mapping) else value, allow_nan=False, ensure_ascii=False
    )
