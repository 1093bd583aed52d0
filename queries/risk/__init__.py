"""Which open cases may pass their norm, when, and whether what was announced before came true.

Of cases open on the last day of the data, whatever the period. Not for all: in no public catalogue.
"""

import polars as pl

from queries.query import Query

INT, FLOAT, TEXT, DAY = pl.Int64(), pl.Float64(), pl.String(), pl.Date()

at_risk = Query(
    __name__,
    "at_risk",
    source="listed",
    columns=pl.Schema(
        {"case_id": TEXT, "case_type": TEXT, "received_on": DAY, "age_days": INT, "norm_days": FLOAT}
        | {"chance": FLOAT, "returns": INT, "return_reason": TEXT, "documents": INT, "agent": TEXT}
    ),
)
days_ahead = Query(
    __name__,
    "days_ahead",
    source="listed",
    columns=pl.Schema(
        {"due_on": DAY, "within": INT, "told": INT, "at_risk": INT, "cases": INT, "misses": FLOAT}
    ),
)
calibration = Query(
    __name__,
    "calibration",
    source="chance_checks",
    columns=pl.Schema(
        {
            "band": INT,
            "first_asked": DAY,
            "last_asked": DAY,
            "cases": INT,
            "announced": FLOAT,
            "observed": INT,
        }
    ),
)

QUERIES = (at_risk, days_ahead, calibration)
