"""Four agencies over many months: Lille is slow and loaded, until a day from which it may be helped."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from data.snapshot import Snapshot
from tests.drawn import DEFAULTS, KINDS, published

FIRST = date(2024, 10, 1)
REGIONS = {"Lille": "Nord", "Metz": "Est", "Nice": "Sud", "Lyon": "Sud"}
USUAL, SLOW = 18.0, 30.0  # days
BATCH = 5  # cases in a row, one row a day
AHEAD = 60  # days after the last one, in which what is open then is closed


def world(until: date, *, helped: date | None = None, delay: float = 20.0) -> pl.DataFrame:
    """The cases known on the day `until`. Those that Lille closes from `helped` on took it `delay` days."""
    rows = []
    for agency, region in REGIONS.items():
        for index in range((until - FIRST).days + AHEAD):
            day = FIRST + timedelta(index)
            usual = SLOW if agency == "Lille" else USUAL
            took = (delay if helped and day >= helped and agency == "Lille" else usual) + (index % 6 - 2)
            rows.append({"agency": agency, "region": region} | _row(day, day - timedelta(took), until, took))
    known = [DEFAULTS | row for row in rows if row["received_on"] <= until]
    names = [str(index) for index in range(len(known))]
    return pl.DataFrame(known, schema=KINDS).insert_column(0, pl.Series("case_id", names))


def _row(closed: date, received: date, until: date, took: float) -> dict[str, Any]:
    """A row as it stands on the day `until`: open where it is closed later."""
    row: dict[str, Any] = {"received_on": received, "treated": BATCH}
    if closed > until:
        return row | {"day": received, "status": "open"}
    return row | {"day": closed, "closed_on": closed, "delay_days": took}


def publish(home: Path, until: date, *, helped: date | None = None, delay: float = 20.0) -> Snapshot:
    """Make that the served version; each agency has ten full-time agents."""
    return published(home, world(until, helped=helped, delay=delay), fte=10.0)
