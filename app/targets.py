"""What was aimed at: the target of an indicator for a place and a month; the most specific one wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from app.indicators import INDICATORS
from app.services import services
from queries.engine import Days
from queries.selection import Selection, months_between, shift_months

NETWORK = ""  # the agency of a target that holds everywhere
CUT = ("case_type", "status", "age", "returned", "agent")  # a volume is aimed at for all of them together

Key = tuple[str, str, date | None]  # indicator, agency, month


@dataclass(frozen=True)
class Targets:
    """The published targets by indicator, agency and month.

    A volume is aimed at month by month: over a period they are added up, and those of several agencies too.
    A delay, a share or a load holds as it is: over several months it is the mean of theirs.
    """

    held: Mapping[Key, float]

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "Targets":
        """From the answer of `targets.targets`."""
        return cls({(name, agency, month): value for name, agency, _, month, value in rows.iter_rows()})

    @staticmethod
    def months(selection: Selection, days: Days) -> list[date]:
        """The months that the period touches, within the data."""
        since = max(selection.since or days.first, days.first).replace(day=1)
        until = min(selection.until or days.last, days.last)
        return [shift_months(since, index) for index in range(max(0, months_between(since, until)))]

    def values(self, selection: Selection, days: Days) -> dict[str, float]:
        """The target of each indicator that has one for the selection."""
        months = self.months(selection, days)
        found = {name: self.over(name, selection, months) for name in {key[0] for key in self.held}}
        return {name: value for name, value in found.items() if value is not None}

    def over(self, indicator: str, selection: Selection, months: Sequence[date]) -> float | None:
        """The target over those months; None where one has none, or where a volume is cut in parts."""
        each = [self.at(indicator, selection, month) for month in months]
        known = [value for value in each if value is not None]
        if not known or len(known) < len(each):
            return None
        return sum(known) if _volume(indicator) else sum(known) / len(known)

    def at(self, indicator: str, selection: Selection, month: date) -> float | None:
        """The target of one month: that of the agency picked, else the network's."""
        places = selection.picked("agency") or ((NETWORK,) if not selection.picked("region") else ())
        if not _volume(indicator):
            return self._one(indicator, places[0] if len(places) == 1 else NETWORK, month)
        if any(selection.picked(dim) for dim in CUT):
            return None
        each = [self._own(indicator, place, month) for place in places]
        known = [value for value in each if value is not None]
        return sum(known) if each and len(known) == len(each) else None

    def _one(self, indicator: str, place: str, month: date) -> float | None:
        own = self._own(indicator, place, month)
        return own if own is not None else self._own(indicator, NETWORK, month)

    def _own(self, indicator: str, place: str, month: date) -> float | None:
        of_month = self.held.get((indicator, place, month))
        return of_month if of_month is not None else self.held.get((indicator, place, None))


def loaded() -> bool:
    """Whether the snapshot served has targets."""
    snapshot = services().snapshot
    return bool(snapshot and snapshot.tables.get("targets"))


def _volume(indicator: str) -> bool:
    return INDICATORS[indicator].kind == "count"
