"""What explains an agency's delay: since when, which case types, whose cases; and who resembles it."""

import polars as pl

from queries.query import Query

INT, FLOAT, TEXT = pl.Int64(), pl.Float64(), pl.String()
DELAYS = {"closed": INT, "delay_treated": INT, "delay_sum": FLOAT, "delay_sq": FLOAT}

delay_by_week = Query(
    __name__,
    "delay_by_week",
    source="cases",
    columns=pl.Schema({"week": pl.Date(), **DELAYS}),
)
profile = Query(
    __name__,
    "profile",
    source="cases",
    columns=pl.Schema({"agency": TEXT, "case_type": TEXT, "closed": INT}),
)
people = Query(
    __name__,
    "people",
    source="cases",
    columns=pl.Schema({"agent": TEXT, "case_type": TEXT, "rows": INT, "treated": INT, **DELAYS}),
)

QUERIES = (delay_by_week, profile, people)
