"""What is true of the simulated world beyond chance, so that tests can check what the rules find."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True)
class Truth:
    """What sets one agency apart; every field left alone is what an ordinary agency has.

    `pace`, `staff` and `returns` multiply the time of the work, the fte and the share of returned cases.
    From `since` months before the month of the last day on, every delay is multiplied by `slowdown`.
    `waits` is the share of cases that wait for documents though none was sent back, `wait_median` how long,
    in days. `first_reason` is the share of returns for a missing document, `mix` that of each case type.
    """

    pace: float = 1.0
    staff: float = 1.0
    returns: float = 1.0
    since: int | None = None
    slowdown: float = 1.0
    waits: float | None = None
    wait_median: float | None = None
    first_reason: float | None = None
    mix: Mapping[str, float] = field(default_factory=dict)

    def starts_on(self, until: date) -> date | None:
        """The first day of the slowdown in a world whose last day is `until`."""
        if self.since is None:
            return None
        return month_before(until, self.since)


@dataclass(frozen=True)
class Drift:
    """What is different among credit applications from `since` months before the month of the last day on.

    A number is multiplied by `scale`, and `missing` of its values are no longer told, while the risk stays
    what it was; `mix` is added to the log-odds of the codes of a category.
    """

    since: int
    scale: float = 1.0
    missing: float = 0.0
    mix: Mapping[str, float] = field(default_factory=dict)

    def starts_on(self, until: date) -> date:
        """The first day of the drift in a world whose last day is `until`."""
        return month_before(until, self.since)


def month_before(until: date, months: int) -> date:
    """The first day of the month that many months before that of `until`."""
    month = until.year * 12 + until.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


MIX = {
    "Retraite personnelle": 0.10,
    "Réversion": 0.30,
    "Carrière longue": 0.10,
    "Invalidité": 0.45,
    "Minimum vieillesse": 0.05,
}
PLANTED: Mapping[str, Truth] = MappingProxyType(
    {
        "Lille": Truth(pace=1.06, staff=0.95, since=7, slowdown=1.40),
        "Nancy": Truth(pace=0.96, since=4, slowdown=1.40),
        "Marseille": Truth(pace=1.12, returns=1.50, first_reason=0.62),
        "Rouen": Truth(pace=1.05, returns=1.42, first_reason=0.60),
        "Limoges": Truth(pace=0.58, waits=0.10, wait_median=60.0),
        "Bobigny": Truth(staff=0.62),
        "Créteil": Truth(staff=1.60),
        "Toulon": Truth(mix=MIX),
    }
)
DRIFTS: Mapping[str, Drift] = MappingProxyType(
    {
        "external_score_3": Drift(since=3, scale=0.88, missing=0.06),
        "loan_purpose": Drift(since=21, mix={"consolidation": 0.7, "cash": 0.25, "new_car": -0.4}),
    }
)
