"""A case as the data have it: one row, the last day known, and the chances its own is made of."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.accounts import user
from app.services import services
from queries import cases
from queries.selection import Selection


@dataclass(frozen=True)
class Case:
    """A row of `cases.one`, the last day of the data, and what its chance is made of where it has one."""

    row: dict[str, Any]
    last_day: date
    network: float | None = None
    of_type: float | None = None

    def __getitem__(self, name: str) -> Any:
        return self.row[name]

    @property
    def state(self) -> str:
        """`open`, `returned` (open, and sent back before), `closed` or `rejected`."""
        return "returned" if self["status"] == "open" and self["returns"] else str(self["status"])

    @property
    def days(self) -> float | None:
        """Days it took, or that it has been open for on the last day of the data."""
        found: float | None = self["age_days"] if self["delay_days"] is None else self["delay_days"]
        return found

    @property
    def late(self) -> bool:
        """Whether it is past its norm."""
        return self.days is not None and self.days > self["norm_days"]

    @property
    def expected(self) -> tuple[int, int, int] | None:
        """Its age in days when one, five and nine of ten cases like it have ended; None once it has."""
        ages = self["expected_low"], self["expected"], self["expected_high"]
        return None if None in ages or self["status"] != "open" else ages

    def on(self, days: float) -> date:
        """The day it is so many days old."""
        received: date = self["received_on"]
        return received + timedelta(days)


def find(identifier: str, agency: str = "") -> Case | None:
    """The case of that id, where the reader may see it. `agency`, where it is known, makes it quicker.

    Raises NoSnapshot, QueryTimeout.
    """
    snapshot, engine = services().facts()
    scope, values = user().scope, {"case_id": identifier}
    here = Selection(picks={"agency": (agency,)}) if agency else Selection()
    found = engine.run(cases.one, here, scope, values)
    if found.is_empty() and agency:
        found = engine.run(cases.one, Selection(), scope, values)
    if found.is_empty() or snapshot.last_day is None:
        return None
    row = found.row(0, named=True)
    if row["chance"] is None or row["age_days"] is None or row["age_days"] > row["norm_days"]:
        return Case(row, snapshot.last_day)
    about = {"days": row["age_days"], "norm_days": row["norm_days"], "case_type": row["case_type"]}
    odds = engine.run(cases.odds, Selection(), scope, about)
    return Case(row, snapshot.last_day, odds["network"][0], odds["of_type"][0])
