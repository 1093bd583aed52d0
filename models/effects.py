"""What a recommendation would change, and what a retained one has changed: values with intervals.

Each `of_…` makes the Effect that a recommendation shows, with its assumptions. None of them reads anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from models.moved import Moved, moved
from models.queue import RUNS, Plan, Reinforcement, recommended, reinforce
from models.transfers import WORTH, Office, Rebalancing, Transfer, rebalance
from models.transfers import spread as spread_after
from models.workplace import Interval, Workplace

SURE = 1.959964  # standard deviations to either side of 95 %

Kind = Literal["reinforcement", "transfers", "audit", "clearing"]
Unit = Literal["days", "returns_per_month", "cases_per_agent_week"]


@dataclass(frozen=True)
class Transferred:
    """A plan of transfers and what it does. `giver`: the agency that gives most, whose delay is the effect.

    `spread`: of the loads before and after the transfers that are kept.
    """

    giver: str
    transfers: tuple[Transfer, ...]
    spread: tuple[float, float]
    plan: Rebalancing
    moved: Moved


@dataclass(frozen=True)
class Audit:
    """`here`, `elsewhere`: share of treated cases that come back for the first reason. `per_month`: cases."""

    here: float
    elsewhere: float
    per_month: float


@dataclass(frozen=True)
class Clearing:
    """`old`: cases over the age limit now, `turning`: expected to pass it within `weeks`."""

    old: float
    turning: float
    weeks: int


@dataclass(frozen=True)
class Effect:
    """`before`, then what is expected after (an interval of 80 %), in `unit`.

    reinforcement: mean delay of the cases closed in the four weeks after the plan, days.
    transfers: mean delay of the agency that gives most, from the seventh to the tenth week, days.
    audit: `before` cases sent back for the first reason per month, then how many fewer, per month.
    clearing: `before` old cases, then cases to clear per full-time agent per week.
    """

    kind: Kind
    before: float
    low: float
    middle: float
    high: float
    unit: Unit
    detail: Reinforcement | Transferred | Audit | Clearing


class Share(NamedTuple):
    """Cases treated, and how many of them were sent back for one reason."""

    treated: int
    returned: int


class Sums(NamedTuple):
    """Of some values, here delays in days: how many, their sum, the sum of their squares."""

    n: float
    sum: float
    sumsq: float

    @property
    def mean(self) -> float:
        return self.sum / self.n

    @property
    def error(self) -> float:
        """Variance of the mean: s² / n."""
        return max(self.sumsq - self.sum**2 / self.n, 0.0) / (self.n - 1) / self.n


class Change(NamedTuple):
    """A difference in differences, days, with its interval of 95 %; negative: shorter delays."""

    middle: float
    low: float
    high: float


def of_reinforcement(place: Workplace, seed: int, *, weeks: int = 6, agents: float | None = None) -> Effect:
    """`agents` more for `weeks` weeks; None: as many as `recommended`. Raises ValueError as `reinforce`."""
    plan = recommended(place, weeks, seed) if agents is None else Plan(agents, weeks)
    found = reinforce(place, plan, seed)
    delay = found.delay
    return Effect("reinforcement", place.delay, delay.low, delay.middle, delay.high, "days", found)


def of_transfers(
    offices: Sequence[Office],
    weights: Mapping[str, float],
    seed: int,
    *,
    givers: Collection[str] | None = None,
    plan: Rebalancing | None = None,
    kept: Collection[Transfer] | None = None,
) -> Effect | None:
    """The best transfers among the agencies of a region, or those of them that are `kept`.

    `plan` is what was found best for these agencies, where that is known: it is not solved for again.
    None where nothing is to be moved, or the agency that gives most would gain less than WORTH days.
    """
    plan = plan or rebalance(offices, weights, givers)
    transfers = plan.transfers if kept is None else tuple(each for each in plan.transfers if each in kept)
    if not transfers:
        return None
    given: dict[str, int] = {}
    for each in transfers:
        given[each.giver] = given.get(each.giver, 0) + each.cases
    giver = min(given, key=lambda name: (-given[name], name))
    place = next(office.place for office in offices if office.name == giver)
    if given[giver] / place.finished < WORTH:
        return None
    found = moved(offices, transfers, seed)
    spread = (plan.spread[0], spread_after(offices, transfers, weights))
    delay = found.delays[giver]
    detail = Transferred(giver, transfers, spread, plan, found)
    return Effect("transfers", place.delay, delay.low, delay.middle, delay.high, "days", detail)


def of_audit(
    here: Share, elsewhere: Share, seed: int, *, per_month: float, uneven: float = 0.0
) -> Effect | None:
    """Returns avoided in a month if the first reason became as rare as in the rest of the network.

    None where it is as rare already. Assumed: other reasons stay as they are, and a month treats `per_month`
    cases, give or take `uneven` (standard deviation of the months / their mean). Both rates are drawn from
    what was seen (beta, Jeffreys' prior), the count by Poisson's law.
    """
    if min(here.treated, elsewhere.treated) <= 0:
        return None
    rate, usual = here.returned / here.treated, elsewhere.returned / elsewhere.treated
    if rate <= usual:
        return None
    chance = np.random.default_rng(seed)
    more, less = (
        chance.beta(each.returned + 0.5, each.treated - each.returned + 0.5, RUNS)
        for each in (here, elsewhere)
    )
    treated = per_month * np.maximum(1 + uneven * chance.standard_normal(RUNS), 0)
    fewer = Interval.of(chance.poisson(treated * np.maximum(more - less, 0)).astype(np.float64))
    middle = per_month * (rate - usual)
    detail = Audit(rate, usual, per_month)
    low, high = min(fewer.low, middle), max(fewer.high, middle)
    return Effect("audit", per_month * rate, low, middle, high, "returns_per_month", detail)


def of_clearing(old: float, fte: float, *, turning: float = 0.0, weeks: int = 4) -> Effect | None:
    """Cases to clear per full-time agent per week, so that none is old `weeks` weeks from now.

    low and middle: those that are old now; high: also those expected to turn old on the way. Arithmetic, no
    interval. None without old cases or without fte.
    """
    if old <= 0 or fte <= 0:
        return None
    each = old / fte / weeks
    most = (old + max(turning, 0.0)) / fte / weeks
    return Effect("clearing", old, each, each, most, "cases_per_agent_week", Clearing(old, turning, weeks))


def measured(before: Sums, after: Sums, others_before: Sums, others_after: Sums) -> Change | None:
    """How much more a mean changed here than among the others, whatever changed for all being taken off.

    Difference in differences of four independent means (Card & Krueger 1994), its variance the sum of theirs;
    cases of the same weeks are not quite independent, so the interval is rather too narrow. Others that were
    not treated the same by chance are a comparison, no proof. None where a mean stands on fewer than 2 cases.
    """
    parts = (before, after, others_before, others_after)
    if any(each.n < 2 for each in parts):
        return None
    middle = (after.mean - before.mean) - (others_after.mean - others_before.mean)
    width = SURE * float(np.sqrt(sum(each.error for each in parts)))
    return Change(middle, middle - width, middle + width)
