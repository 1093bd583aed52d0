"""Cases one by one: lists of them, and each with what is known and to be expected of it."""

import polars as pl

from queries.query import Query

INT, FLOAT, TEXT, DAY = pl.Int64(), pl.Float64(), pl.String(), pl.Date()

counts = Query(
    __name__,
    "counts",
    source="listed",
    columns=pl.Schema(
        dict.fromkeys(("all", "treated", "open", "stock", "late", "at_risk", "returned", "closed"), INT)
    ),
)
rows = Query(
    __name__,
    "rows",
    source="listed",
    columns=pl.Schema(
        {"row": INT, "case_id": TEXT, "case_type": TEXT, "state": TEXT, "received_on": DAY, "closed_on": DAY}
        | {"delay": FLOAT, "norm_days": FLOAT, "chance": FLOAT, "returns": INT, "return_reason": TEXT}
        | {"documents": INT, "agent": TEXT, "agency": TEXT, "treated": INT}
    ),
)
one = Query(
    __name__,
    "one",
    source="listed",
    columns=pl.Schema(
        {"case_id": TEXT, "day": DAY, "received_on": DAY, "closed_on": DAY, "region": TEXT, "agency": TEXT}
        | {"agent": TEXT, "case_type": TEXT, "status": TEXT, "treated": INT, "delay_days": FLOAT}
        | {"documents": INT, "returns": INT, "return_reason": TEXT, "norm_days": FLOAT, "age_days": INT}
        | {"chance": FLOAT, "expected_low": INT, "expected": INT, "expected_high": INT}
    ),
)
odds = Query(__name__, "odds", source="chances", columns=pl.Schema({"network": FLOAT, "of_type": FLOAT}))

QUERIES = (counts,)  # those that need no further value
