"""Those who looked at far more files than they usually do (data/volume.py), until somebody sets it aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.moments import today
from app.services import services
from data.audit import Audit, Sought
from data.sought import VIEWS
from data.volume import LEAST, Unusual, unusual_days

LOOKED_AT = 7  # days: older ones were seen, or are found in the journal
FILED = "volume.filed"  # the line that says why one is set aside


def standing(until: date | None = None) -> list[Unusual]:
    """Those of the last seven days that nobody has set aside, the latest first. Raises JournalFailed."""
    last, audit = until or today(), services().stores.audit
    first = last - timedelta(LOOKED_AT - 1)
    busy = _busy(audit, first, last)
    if not busy:
        return []
    filed = set(_filed(audit, first))
    found = unusual_days(audit, first, last, busy)
    return [each for each in found if key(each) not in filed]


def key(found: Unusual) -> tuple[str, str]:
    """What it is filed under: the person and the ISO day."""
    return found.views.who, str(found.day)


def _busy(audit: Audit, first: date, last: date) -> tuple[str, ...]:
    """Those of whom the rule can hold at all."""
    days = audit.person_days(Sought(since=first, until=last, actions=VIEWS))
    return tuple(who for who, counts in days.items() if max(counts.values()) > LEAST)


def _filed(audit: Audit, first: date) -> Iterator[tuple[str, str]]:
    for line in audit.lines(Sought(since=first, actions=(FILED,)), 0, 1_000):
        yield str(line.details.get("account", "")), str(line.details.get("day", ""))
