"""What following a recommendation would change: simulated on how the agencies concerned have worked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from data.contract import case_types, norm_of
from models import effects
from models.effects import Effect, Transferred
from models.queue import MOST
from models.transfers import Office, Transfer
from models.workplace import Week, Workplace, seed, workplace
from queries.query import Query
from queries.rules import Recommendation, courses
from queries.rules.board import months_by_agency
from queries.rules.courses import Course
from queries.rules.indicators import YEAR
from queries.rules.returns import Gap, cases_to_audit, gap, reasons, returns_by_type
from queries.selection import Selection, month_end, shift_months

Question = tuple[Query, Selection]
Ask = Callable[[Sequence[Question]], list[pl.DataFrame]]  # within the reader's scope

WEEKS = (2, 4, 6, 8, 10, 12)  # that a reinforcement may last
USUAL = 6
CLEARED_IN = 4  # weeks
OLD = 30  # days


@dataclass(frozen=True)
class Plan:
    """What a reader changed: how many agents for how long, the keys of the transfers kept; None: as told."""

    agents: int | None = None
    weeks: int | None = None
    transfers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Causes:
    """Why cases come back: (reason, cases), the most frequent first, and where the gap comes from.

    `audited` are the cases to look at first, with the columns of `cases_to_audit`.
    """

    reasons: tuple[tuple[str | None, int], ...]
    gap: Gap | None
    audited: pl.DataFrame


@dataclass(frozen=True)
class Simulated:
    """An effect and what it was worked out from. `proposed`: all transfers, `kept`: those of the plan."""

    effect: Effect | None
    offices: Mapping[str, Office]
    proposed: tuple[Transfer, ...] = ()
    kept: tuple[Transfer, ...] = ()
    causes: Causes | None = None
    steps: tuple[int, ...] = ()  # agents that a reinforcement may have


def simulated(
    found: Recommendation, ask: Ask, plan: Plan = Plan(), proposed: Simulated | None = None
) -> Simulated | None:
    """The effect of a recommendation under a plan; None where its rule announces none, or none can be told.

    `proposed` is the effect without a change, where that is known. Raises ValueError for a plan that cannot
    be.
    """
    of = OF.get(found.rule.effect)
    if proposed and proposed.proposed and plan.transfers is not None:
        return _keeping(found, proposed, plan.transfers)
    return of(found, ask, plan) if of else None


def stands(found: Recommendation, told: Simulated | None) -> bool:
    """Whether it is worth recommending: transfers that would gain too little are not."""
    return found.rule.effect != "transfers" or (told is not None and told.effect is not None)


def key(transfer: Transfer) -> str:
    """What a plan names a transfer by."""
    return f"{transfer.giver}>{transfer.receiver}>{transfer.case_type}"


def _reinforcement(found: Recommendation, ask: Ask, plan: Plan) -> Simulated | None:
    office = _offices(found.agencies, found, ask).get(found.place)
    if office is None:
        return None
    steps = tuple(range(1, max(int(office.place.fte * MOST), 1) + 1))
    weeks = plan.weeks or USUAL
    if weeks not in WEEKS or (plan.agents is not None and plan.agents not in steps):
        raise ValueError(f"{plan.agents} agents for {weeks} weeks")
    try:
        effect = effects.of_reinforcement(office.place, seed(found.id), weeks=weeks, agents=plan.agents)
    except ValueError:
        return None  # nothing finished, or nobody there
    return Simulated(effect, {office.name: office}, steps=steps)


def _transfers(found: Recommendation, ask: Ask, plan: Plan) -> Simulated | None:
    offices = _offices(found.agencies, found, ask)
    region = _Region(tuple(offices.values()), seed(found.id))
    best = region.best(found.focus)
    if best is None or not isinstance(best.detail, Transferred):
        return None
    proposed = Simulated(best, offices, best.detail.transfers, best.detail.transfers)
    return proposed if plan.transfers is None else _keeping(found, proposed, plan.transfers)


def _keeping(found: Recommendation, told: Simulated, names: Collection[str]) -> Simulated:
    """Those of the proposed transfers that are named."""
    kept = tuple(each for each in told.proposed if key(each) in names)
    if len(kept) != len(set(names)):
        raise ValueError(f"unknown transfer among {names}")
    best = told.effect.detail if told.effect else None
    if not kept or not isinstance(best, Transferred):
        return Simulated(None, told.offices, told.proposed, kept)
    offices, number = tuple(told.offices.values()), seed(found.id)
    effect = effects.of_transfers(offices, _weights(), number, plan=best.plan, kept=kept)
    return Simulated(effect, told.offices, told.proposed, kept)


@dataclass(frozen=True)
class _Region:
    """Agencies that may give to one another. `number` seeds what is drawn."""

    offices: tuple[Office, ...]
    number: int

    def best(self, focus: str) -> Effect | None:
        """The best transfers: for one agency those it gives, else those it takes part in."""
        given = self._among((focus,)) if focus else None
        if given is not None:
            return given
        every = self._among(None)
        if not focus or every is None or not isinstance(every.detail, Transferred):
            return every
        part = any(focus in (each.giver, each.receiver) for each in every.detail.transfers)
        return every if part else None

    def _among(self, givers: Collection[str] | None) -> Effect | None:
        return effects.of_transfers(self.offices, _weights(), self.number, givers=givers)


def _audit(found: Recommendation, ask: Ask, _plan: Plan) -> Simulated | None:
    month = found.month
    types = {dim: values for dim, values in found.evidence.picks.items() if dim == "case_type"}
    year = Selection(shift_months(month, 1 - YEAR), month_end(month), types)
    here = Selection(year.since, year.until, {**types, "agency": (found.place,)})
    ours, theirs, mine, all_of_them, monthly, audited = ask(
        [
            (reasons, here),
            (reasons, year),
            (returns_by_type, here),
            (returns_by_type, year),
            (months_by_agency, here),
            (cases_to_audit, here),
        ]
    )
    told = tuple((name, count) for name, count in ours.iter_rows())
    causes = Causes(told, gap(mine, all_of_them), audited)
    first = next(((name, count) for name, count in told if name), None)
    treated, everyone = int(mine["returns_treated"].sum()), int(all_of_them["returns_treated"].sum())
    if first is None:
        return Simulated(None, {}, causes=causes)
    same = int(theirs.filter(pl.col("return_reason") == first[0])["returned"].sum())
    elsewhere = effects.Share(everyone - treated, same - first[1])
    effect = effects.of_audit(
        effects.Share(treated, first[1]),
        elsewhere,
        seed(found.id),
        per_month=treated / YEAR,
        uneven=_uneven(monthly["returns_treated"]),
    )
    return Simulated(effect, {}, causes=causes)


def _uneven(months: pl.Series) -> float:
    """Standard deviation of monthly counts / their mean; 0 for one month."""
    counts = months.cast(pl.Float64)
    spread, mean = counts.std(), counts.mean()
    return spread / mean if isinstance(spread, float) and isinstance(mean, float) and mean else 0.0


def _clearing(found: Recommendation, ask: Ask, _plan: Plan) -> Simulated | None:
    course = _courses(found.agencies, found, ask).get(found.place)
    if course is None or not course.fte:
        return None
    late = sum(count for delay, count in course.delays.items() if delay > OLD)
    received = sum(week[0] for week in course.weeks) / max(len(course.weeks), 1)
    turning = CLEARED_IN * received * late / max(sum(course.delays.values()), 1)
    effect = effects.of_clearing(found.measure.cases, course.fte, turning=turning, weeks=CLEARED_IN)
    return Simulated(effect, {})


OF: Mapping[str, Callable[[Recommendation, Ask, Plan], Simulated | None]] = {
    "reinforcement": _reinforcement,
    "transfers": _transfers,
    "audit": _audit,
    "clearing": _clearing,
}


def _weights() -> dict[str, float]:
    return {each.name: each.weight for each in case_types() if each.name}


def _courses(agencies: tuple[str, ...], found: Recommendation, ask: Ask) -> dict[str, Course]:
    wanted = courses.questions(agencies, found.month)
    answers = dict(zip(wanted, ask(list(wanted.values())), strict=True))
    return courses.courses(answers, found.month)


def _offices(agencies: tuple[str, ...], found: Recommendation, ask: Ask) -> dict[str, Office]:
    """The agencies of which enough is known, as simulations see them."""
    told = {name: (each, _place(each)) for name, each in _courses(agencies, found, ask).items()}
    return {
        name: Office(name, place, each.workload, each.movable, each.skills, each.delays)
        for name, (each, place) in told.items()
        if place is not None
    }


def _place(course: Course) -> Workplace | None:
    return workplace(
        [Week(*week) for week in course.weeks],
        stock=course.stock,
        fte=course.fte or 0.0,
        norm=norm_of(None),
        shortest=course.shortest,
    )
