"""The French working calendar: no work on weekends and public holidays."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import islice


@cache
def holidays(year: int) -> frozenset[date]:
    """The French public holidays of a year, Easter by the Gregorian computus of Meeus."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * late + 114, 31)
    easter = date(year, month, day + 1)
    movable = {easter + timedelta(days) for days in (1, 39, 50)}
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return frozenset(movable | {date(year, *each) for each in fixed})


def is_worked(day: date) -> bool:
    """Whether agencies work on this day: no weekend, no public holiday."""
    return day.weekday() < 5 and day not in holidays(day.year)


def worked_after(day: date, count: int) -> list[date]:
    """The first `count` worked days after `day`."""
    return list(islice(_worked_from(day + timedelta(1)), count))


def _worked_from(day: date) -> Iterator[date]:
    while True:
        if is_worked(day):
            yield day
        day += timedelta(1)
