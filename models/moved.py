"""What transfers would do to the agencies concerned, their delays and their cases past the norm: simulated.

An agency that gives n cases closes every case whose turn is after theirs earlier by the time in which it
closes n (Little 1961); one that takes them in closes its own later. The effect grows as the turns of the
moved cases come. How many cases pass the norm follows from the delays of the last weeks, shifted by as much;
a moved case waits as the receiver's own do. Each run draws the pace of closing, known from a few weeks only
and as uneven as it was, and which cases are late by chance. Over all agencies together the days stay the
same: what changes is who waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.queue import AFTER, RUNS, luck
from models.transfers import Office, Transfer
from models.workplace import WEEK, Floats, Interval, Workplace

BUILDING = 6  # weeks in which most of the moved cases have had their turn
TOLD = BUILDING + AFTER  # weeks over which cases past the norm are counted
YOUNG = 5.0  # days since receipt of a moved case, one of 0 to 10


@dataclass(frozen=True)
class Moved:
    """`delays`: days per agency concerned, mean of the cases closed from week BUILDING to TOLD, `gains`: days
    less than without the transfers (negative: more). `overdue`: cases fewer past the norm by week TOLD.
    """

    delays: Mapping[str, Interval]
    gains: Mapping[str, Interval]
    overdue: Interval


@dataclass(frozen=True)
class _Side:
    """An agency concerned, and the cases it gains (negative: gives).

    pace: its closings per day, runs × TOLD weeks. error: days of its delay around the last weeks', runs.
    """

    office: Office
    cases: int
    pace: Floats
    error: Floats

    @property
    def earlier(self) -> Floats:
        """Days by which its cases are closed earlier once the moved ones have had their turn, runs."""
        return np.asarray(-self.cases / self.pace[:, BUILDING:].mean(axis=1))

    @property
    def overdue(self) -> Floats:
        """Of its own cases, how many fewer are past the norm, expected in each run."""
        middles = WEEK * (np.arange(TOLD, dtype=np.float64) + 0.5)
        turns = 1 - _later(self.office, YOUNG + middles)
        norm = (self.office.place.norm - self.error)[:, None]
        fewer = _later(self.office, norm) - _later(self.office, norm + self.earlier[:, None] * turns)
        return np.asarray(WEEK * (self.pace * fewer).sum(axis=1))


def moved(offices: Sequence[Office], transfers: Collection[Transfer], seed: int) -> Moved:
    """The effect of these transfers on the agencies that they concern."""
    chance = np.random.default_rng(seed)
    balance: dict[str, int] = {}
    for each in transfers:
        balance[each.giver] = balance.get(each.giver, 0) - each.cases
        balance[each.receiver] = balance.get(each.receiver, 0) + each.cases
    sides = {
        office.name: _side(office, balance[office.name], chance)
        for office in offices
        if office.name in balance
    }
    delays = {
        name: np.maximum(side.office.place.delay + side.error - side.earlier, side.office.place.shortest)
        for name, side in sides.items()
    }
    gains = {
        name: side.earlier + luck(side.office.place, np.abs(side.earlier)) * chance.standard_normal(RUNS)
        for name, side in sides.items()
    }
    overdue = sum((_by_chance(side.overdue, chance) for side in sides.values()), np.zeros(RUNS))
    overdue += sum((_of_the_moved(each, sides, chance) for each in transfers), np.zeros(RUNS))
    return Moved(
        {name: Interval.of(values) for name, values in delays.items()},
        {name: Interval.of(values) for name, values in gains.items()},
        Interval.of(overdue),
    )


def _side(office: Office, cases: int, chance: np.random.Generator) -> _Side:
    place = office.place
    mean: Floats = 1 + place.finished_spread / max(place.weeks, 1) ** 0.5 * chance.standard_normal((RUNS, 1))
    weeks: Floats = 1 + place.finished_spread * chance.standard_normal((RUNS, TOLD))
    pace = place.finished * np.maximum(mean, 0.1) * np.maximum(weeks, 0.1)
    return _Side(office, cases, pace, _error(place) * chance.standard_normal(RUNS))


def _error(place: Workplace) -> float:
    """Standard deviation, days, of the delay of AFTER weeks around that of the last weeks."""
    return place.delay_spread * float((1 / max(place.weeks, 1) + 1 / AFTER) ** 0.5)


def _of_the_moved(transfer: Transfer, sides: Mapping[str, _Side], chance: np.random.Generator) -> Floats:
    """Of the moved cases, how many fewer are past the norm than where they were."""
    giver, receiver = sides[transfer.giver], sides[transfer.receiver]
    before = _later(giver.office, giver.office.place.norm - giver.error)
    after = _later(receiver.office, receiver.office.place.norm - receiver.error + receiver.earlier)
    return _by_chance(transfer.cases * (before - after), chance)


def _by_chance(expected: Floats, chance: np.random.Generator) -> Floats:
    """Counts that happen where these are expected, with their sign."""
    return np.asarray(np.sign(expected) * chance.poisson(np.abs(expected)))


def _later(office: Office, days: Floats | float) -> Floats:
    """Share of the agency's cases that take longer than so many days, in between by straight lines."""
    if not office.delays:
        return np.asarray(np.where(days < office.place.delay, 1.0, 0.0))
    longest = max(office.delays)
    counts = np.zeros(longest + 1)
    for day, cases in office.delays.items():
        counts[day] += cases
    share = 1 - np.cumsum(counts) / counts.sum()
    return np.asarray(np.interp(days, np.arange(longest + 1), share, left=1.0, right=0.0))
