"""Whoever looked at far more files on one day than they usually do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data.audit import Audit, PersonViews, person_views
from data.sought import VIEWS, Sought

TIMES = 3  # their median per day
LEAST = 60  # views of a day below which nothing is unusual
DAYS = 90  # before that day, of which the median is of those with any


@dataclass(frozen=True)
class Unusual:
    """One person's day: more than TIMES their median over the DAYS before, and more than LEAST."""

    day: date
    views: PersonViews


def unusual(audit: Audit, day: date) -> list[Unusual]:
    """Those of that day in Paris, the most first. Raises JournalFailed."""
    sought = Sought(since=day - timedelta(DAYS), until=day, actions=VIEWS)
    return [Unusual(day, each) for each in audit.per_person(sought, day) if stands_out(each)]


def unusual_days(audit: Audit, first: date, last: date, who: tuple[str, ...] = ()) -> list[Unusual]:
    """Those of each day of a period, the latest first, of some people or of all; read at one go."""
    days = audit.person_days(Sought(since=first - timedelta(DAYS), until=last, who=who, actions=VIEWS))
    found = [
        Unusual(date.fromisoformat(day), views)
        for name, counts in days.items()
        for day, count in counts.items()
        if day >= str(first) and count > LEAST and stands_out(views := _on(day, name, counts))
    ]
    return sorted(found, key=lambda each: (-each.day.toordinal(), -each.views.on_day, each.views.who))


def _on(day: str, who: str, counts: Mapping[str, int]) -> PersonViews:
    """One person's day among the DAYS before it."""
    begun = str(date.fromisoformat(day) - timedelta(DAYS))
    return person_views(who, {on: count for on, count in counts.items() if begun <= on <= day}, day)


def stands_out(views: PersonViews) -> bool:
    """Whether the rule holds; who never looked at anything before is held to LEAST alone."""
    return views.on_day > max(LEAST, TIMES * (views.median or 0))
