"""What the rules did: every firing of the last twelve months, with the answer it was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app import advised
from app.accounts import user
from app.services import services
from data.advised import RETAINED, Answer
from data.errors import NoSnapshot
from queries import rules
from queries.engine import Days
from queries.rules import Board, Rule
from queries.selection import Selection

MONTHS = 12
EVERYTHING = Selection()
# What is no answer of its own: still waiting, within an earlier plan, of a rule that asks for none.
NONE, UNDER_WAY, NOTED = "none", "under_way", "noted"


@dataclass(frozen=True)
class Firing:
    """A rule that fired for a place in a month, and the answer that holds for it.

    `values` and `limits` follow the rule's conditions. `month` is its first day.
    """

    rule: Rule
    dim: str
    place: str
    month: date
    values: tuple[float | None, ...]
    limits: tuple[float, ...]
    answer: Answer | None = None

    @property
    def decision(self) -> str:
        """`retained`, `dismissed`, `snoozed`, or one of those that are no answer."""
        if not self.rule.decided:
            return NOTED
        if self.follows:
            return UNDER_WAY
        return self.answer.answer if self.answer else NONE

    @property
    def follows(self) -> bool:
        """Whether it was answered in an earlier month, by a plan that was still under way."""
        return self.answer is not None and self.answer.month < f"{self.month:%Y-%m}"


def board(months: int = MONTHS) -> Board:
    """The figures of the places that the reader sees. Raises NoSnapshot, QueryTimeout."""
    snapshot = services().snapshot
    if snapshot is None or snapshot.first_day is None or snapshot.last_day is None:
        raise NoSnapshot("none")
    days = Days(snapshot.first_day, snapshot.last_day)
    asked = rules.questions(EVERYTHING, days, months)
    answers = services().run_all(list(asked.values()), user().scope)
    return rules.board(dict(zip(asked, answers, strict=True)), rules.judged(EVERYTHING, days), months)


def judged() -> list[Rule]:
    """The rules that judge agencies or regions, in the order shown."""
    return [each for each in rules.rules() if each.per != "selection"]


def firings(table: Board, answers: Sequence[Answer]) -> list[Firing]:
    """What fired in the last months of the board, the latest first; `answers` are those that stand."""
    told = rules.history(table, EVERYTHING, MONTHS)
    kept = {region: advised.kept_under(region, "region") for region in set(table.regions)}
    given: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        given.setdefault(answer.key, []).append(answer)
    found = []
    for name, dim, place, month, fired, values, limits in told.iter_rows():
        if fired:
            of = rules.rule(name)
            held = _answer(given.get((name, kept[place] if dim == "region" else place), ()), month)
            found.append(Firing(of, dim, place, month, tuple(values), tuple(limits), held))
    return sorted(found, key=lambda each: (-each.month.toordinal(), each.rule.id, each.place))


def _answer(given: Sequence[Answer], month: date) -> Answer | None:
    """The last answer given for that month, else the plan that was under way in it."""
    here = f"{month:%Y-%m}"
    of_month = [each for each in given if each.month == here]
    under_way = [
        each
        for each in given
        if each.answer == RETAINED and each.month < here and each.until and here <= each.until[:7]
    ]
    return next(reversed([*under_way, *of_month]), None)
