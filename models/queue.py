"""What a reinforcement would do to an agency's open cases and to its delay: a queue, simulated.

Cases come, and are closed in turn by whoever is there. Hands that are added close cases that would have
waited: the stock is lower by as many from then on, and every turn comes earlier by the time in which the
agency would have closed as many (Little 1961: stock = rate × delay). Once the hands have left the old pace is
back, and the lower stock stays.

Each run draws the weeks to come: receipts by Poisson's law, more uneven where the last weeks were; closings
as uneven as they were, at a pace between that of the last weeks (fixed hands) and stock ÷ delay (a pace that
follows the stock), the run drawing where between the two. Means known from a few weeks are uncertain as such.
Assumed: the last weeks go on; who is added works at EFFICIENCY of those who are there; no case can be closed
in less than `shortest` days. tests/models/test_effects_in_the_world.py measures it against what the
simulated world then does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.workplace import HIGH, LOW, MIDDLE, WEEK, Floats, Interval, Workplace

RUNS = 600
EFFICIENCY = 0.95  # of an agent who is there already
MOST = 0.20  # of the fte: more can hardly be spared elsewhere, nor shown the work
AFTER = 4  # weeks after the plan over which the delay is told
LONGEST = 26  # weeks a plan may last, and in which the norm may still be reached
LAID_OUT = LONGEST + 4 * AFTER  # weeks drawn: a turn is looked up beyond the weeks that are told

Dates = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class Plan:
    """`agents` full-time people more, for `weeks` weeks (1 to LONGEST)."""

    agents: float
    weeks: int
    efficiency: float = EFFICIENCY


@dataclass(frozen=True)
class Reinforcement:
    """What a plan is expected to do.

    delay: days, mean of the cases closed in the AFTER weeks after the plan; gain: days less than without it.
    without, with_it: open cases at the start and after each week. norm_stock: open cases at the norm.
    reached: days from the start until the stock is down to it: early, as likely as not, late (the LOW, MIDDLE
    and HIGH quantile of the runs; None: not within LONGEST weeks). chance: share of the runs in which it is
    there at the end of the plan.
    """

    plan: Plan
    delay: Interval
    gain: Interval
    without: tuple[Interval, ...]
    with_it: tuple[Interval, ...]
    norm_stock: float
    reached: Dates
    chance: float


@dataclass(frozen=True)
class _Course:
    """What the runs draw, whatever the plan.

    closings: runs × weeks. stock: at the start and after each week, runs × weeks + 1. delay, other: runs,
    days: the error of the delay without a plan, and a standard normal for which cases happen to be closed.
    """

    closings: Floats
    stock: Floats
    delay: Floats
    other: Floats


def reinforce(place: Workplace, plan: Plan, seed: int) -> Reinforcement:
    """The effect of a plan; plans for the same place and seed meet the same weeks, so they can be compared.

    Raises ValueError where there is nothing to reinforce (no fte, nothing finished) or the plan is no plan.
    """
    if not (1 <= plan.weeks <= LONGEST and plan.agents > 0):
        raise ValueError(f"{plan.agents} agents for {plan.weeks} weeks are no reinforcement")
    course = _drawn(place, seed)
    extra = _extra(place, plan, course)
    stock = course.stock - extra
    gain = _gain(course.closings, extra, plan.weeks)
    return Reinforcement(
        plan=plan,
        delay=Interval.of(np.maximum(place.delay + course.delay - gain, place.shortest)),
        gain=Interval.of(gain + luck(place, gain) * course.other),
        without=_by_week(course.stock),
        with_it=_by_week(stock),
        norm_stock=place.norm_stock,
        reached=_reached(place, stock),
        chance=_there(place, plan, stock),
    )


def recommended(place: Workplace, weeks: int, seed: int) -> Plan:
    """The fewest agents that bring the stock to the norm within the plan in half of the runs.

    At most MOST of the fte, at least one, whether or not that is enough. Raises ValueError as `reinforce`.
    """
    course = _drawn(place, seed)
    plans = [Plan(agents, weeks) for agents in range(1, max(int(place.fte * MOST), 1) + 1)]
    enough = (
        plan for plan in plans if _there(place, plan, course.stock - _extra(place, plan, course)) >= 0.5
    )
    return next(enough, plans[-1])


def _drawn(place: Workplace, seed: int) -> _Course:
    if place.fte <= 0 or place.finished <= 0 or place.delay <= 0:
        raise ValueError("without fte or finished cases a reinforcement has no effect to tell")
    chance = np.random.default_rng(seed)
    beyond_chance = max(place.received_spread**2 - 1 / max(WEEK * place.received, 1e-9), 0.0) ** 0.5
    expected = WEEK * place.received * _mean(place.received_spread, place.weeks, chance)
    receipts = chance.poisson(expected * _uneven(beyond_chance, chance)).astype(np.float64)
    fixed = WEEK * place.finished * _mean(place.finished_spread, place.weeks, chance)[:, 0]
    closings, stock = _worked(
        place, receipts, fixed, _uneven(place.finished_spread, chance), chance.random(RUNS)
    )
    error = place.delay_spread * (1 / max(place.weeks, 1) + 1 / AFTER) ** 0.5
    return _Course(closings, stock, error * chance.standard_normal(RUNS), chance.standard_normal(RUNS))


def _mean(spread: float, known: int, chance: np.random.Generator) -> Floats:
    """The true mean as a multiple of that of `known` weeks, runs × 1."""
    return np.asarray(np.maximum(1 + spread / max(known, 1) ** 0.5 * chance.standard_normal((RUNS, 1)), 0.1))


def _uneven(spread: float, chance: np.random.Generator) -> Floats:
    """Each week as a multiple of the mean, runs × weeks."""
    return np.asarray(np.maximum(1 + spread * chance.standard_normal((RUNS, LAID_OUT)), 0.1))


def _worked(
    place: Workplace, receipts: Floats, fixed: Floats, uneven: Floats, follows: Floats
) -> tuple[Floats, Floats]:
    """Closings per week, the stock before and after them. `follows`: 0 for fixed hands, 1 for the stock."""
    closings, stock = np.empty_like(receipts), np.empty((RUNS, LAID_OUT + 1))
    stock[:, 0] = place.stock
    for week in range(LAID_OUT):
        there = stock[:, week] + receipts[:, week] / 2
        pace = (1 - follows) * fixed + follows * there / (place.delay + WEEK / 2) * WEEK
        closings[:, week] = np.minimum(
            np.maximum(pace * uneven[:, week], 0.01), stock[:, week] + receipts[:, week]
        )
        stock[:, week + 1] = stock[:, week] + receipts[:, week] - closings[:, week]
    return closings, stock


def _extra(place: Workplace, plan: Plan, course: _Course) -> Floats:
    """Cases closed earlier than without the plan, at the start and after each week, runs × weeks + 1.

    No more than hands can close: what came in the last `shortest` days is not ready for them.
    """
    share = plan.agents * plan.efficiency / place.fte
    extra = np.zeros_like(course.stock)
    young = place.shortest / WEEK * course.closings
    for week in range(LAID_OUT):
        more = course.closings[:, week] * share if week < plan.weeks else 0.0
        room = np.maximum(course.stock[:, week + 1] - young[:, week], extra[:, week])
        extra[:, week + 1] = np.minimum(extra[:, week] + more, room)
    return np.minimum(extra, course.stock)


def _gain(closings: Floats, extra: Floats, first: int) -> Floats:
    """Days by which a case closed in the AFTER weeks from `first` on is earlier, mean of each run.

    Without the plan its turn is `extra` closings later: the time that these take there.
    """
    weeks = closings.shape[1]
    closed = np.pad(np.cumsum(closings, axis=1), ((0, 0), (1, 0)))
    apart = np.arange(RUNS)[:, None] * (closed[:, -1].max() + extra.max() + 1)  # one curve after the other
    told = np.arange(first, first + AFTER)
    turn = (closed[:, told] + closed[:, told + 1] + extra[:, told] + extra[:, told + 1]) / 2 + apart
    found = np.interp(turn.ravel(), (closed + apart).ravel(), np.tile(np.arange(weeks + 1.0), RUNS))
    return np.asarray((found.reshape(RUNS, AFTER) - told - 0.5).mean(axis=1) * WEEK)


def luck(place: Workplace, gain: Floats) -> Floats:
    """Standard deviation, days, of a difference of two means of which only part of the cases are the same."""
    others = np.clip(gain / (WEEK * AFTER), 0, 1)
    return np.asarray(place.delay_spread * (2 * others / AFTER) ** 0.5)


def _by_week(stock: Floats) -> tuple[Interval, ...]:
    told = np.quantile(stock[:, : LONGEST + 1], (LOW, MIDDLE, HIGH), axis=0).T
    return tuple(Interval(*(float(value) for value in week)) for week in told)


def _reached(place: Workplace, stock: Floats) -> Dates:
    below = stock[:, : LONGEST + 1] <= place.norm_stock
    after = below.argmax(axis=1)
    runs = np.arange(RUNS)
    over, under = stock[runs, np.maximum(after - 1, 0)], stock[runs, after]
    part = (over - place.norm_stock) / np.maximum(over - under, 1e-9)
    days = np.where(after > 0, (after - 1 + part) * WEEK, np.where(below[:, 0], 0.0, np.inf))
    told = np.quantile(days, (LOW, MIDDLE, HIGH), method="inverted_cdf")
    early, likely, late = (float(value) if np.isfinite(value) else None for value in told)
    return early, likely, late


def _there(place: Workplace, plan: Plan, stock: Floats) -> float:
    return float((stock[:, plan.weeks] <= place.norm_stock).mean())
