"""The simulated calendar: how many cases each day receives, and on which days work is done."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data.simulation.world import world
from data.workdays import holidays, is_worked

DAY = timedelta(days=1)
WARM_UP = 120 * DAY  # cases received before the first day, of which some are still open on it
AFTER = 260 * DAY  # longer than any case takes
SLOTS = 8


def first_day(until: date) -> date:
    """The first day of the simulated years that end with `until`, both included."""
    start = until + DAY
    return start.replace(year=start.year - int(world()["years"]), day=min(start.day, 28))


def periods(since: date, until: date, count: int) -> Sequence[tuple[date, date]]:
    """First and last day of `count` periods of about the same length, at most one for each day."""
    length = (until - since).days + 1
    count = min(max(count, 1), length)
    starts = [since + i * length // count * DAY for i in range(count + 1)]
    return [(start, following - DAY) for start, following in pairwise(starts)]


def early(since: date, until: date, cases: int) -> int:
    """How many cases come in the warm-up before `since` when `cases` come from it to `until`."""
    share = float(_busyness(since - WARM_UP, since - DAY).sum() / _busyness(since, until).sum())
    return round(cases * share)


def arrivals(since: date, until: date, cases: int, first_number: int) -> pl.DataFrame:
    """How the cases spread over the days: received_on, first (number of its first case), rows, pace."""
    days = [since + i * DAY for i in range((until - since).days + 1)]
    shares = np.cumsum(_busyness(since, until))
    ends = np.rint(shares / shares[-1] * cases).astype(np.int64)
    starts = np.concatenate(([0], ends[:-1]))
    gain = float(world()["yearly_gain"])
    return pl.DataFrame(
        {
            "received_on": days,
            "first": starts + first_number,
            "rows": ends - starts,
            "pace": [(1 + gain) ** ((until - day).days / 365.25) for day in days],
        }
    )


def _busyness(since: date, until: date) -> NDArray[np.float64]:
    return np.array([busyness(since + i * DAY) for i in range((until - since).days + 1)])


def busyness(day: date) -> float:
    """What a day receives, as a multiple of an ordinary day on 1 January 2000."""
    known = world()
    usual = float(known["weekdays"]["receipts"][day.weekday()])
    usual *= float(known["weekdays"]["holiday"]) if day in holidays(day.year) else 1.0
    usual *= float(known["weekdays"]["august"]) if day.month == 8 else 1.0
    growth = (1 + float(known["yearly_growth"])) ** ((day - date(2000, 1, 1)).days / 365.25)
    start = float(known["peaks"]["on_the_day"]) if _distance(day) == 0 else 0.0
    return float(growth * (usual * (1 + _peak(day)) + start))


def _peak(day: date) -> float:
    peaks = world()["peaks"]
    height: float = peaks["height"] * np.exp(-0.5 * (_distance(day) / peaks["width"]) ** 2)
    return float(height)


def _distance(day: date) -> int:
    """Days to the nearest day on which pensions begin."""
    years = (day.year, day.year + 1)
    starts = [date.fromisoformat(f"{year}-{start}") for year in years for start in world()["peaks"]["days"]]
    return min(abs((day - start).days) for start in starts)


def workdays(since: date, until: date) -> pl.DataFrame:
    """When a case that is ready on a day is finished: ready_on, slot (0 to 7), finished_on.

    That day where it is worked, else one of the next worked days, the first ones taking more.
    """
    rows = [
        (day, slot, finished)
        for day in (since + i * DAY for i in range((until - since).days + 1))
        for slot, finished in enumerate(_finishing(day))
    ]
    return pl.DataFrame(rows, schema=["ready_on", "slot", "finished_on"], orient="row")


def _finishing(day: date) -> Sequence[date]:
    if is_worked(day):
        return [day] * SLOTS
    following = [day + i * DAY for i in range(1, 15) if is_worked(day + i * DAY)]
    return [following[i] for i in (0, 0, 1, 1, 2, 2, 3, 4)]
