"""What was aimed at."""

import polars as pl

from queries.query import Query

TEXT = pl.String()

targets = Query(
    __name__,
    "targets",
    source="targets",
    columns=pl.Schema(
        {"indicator": TEXT, "agency": TEXT, "region": TEXT, "month": pl.Date(), "target": pl.Float64()}
    ),
)

QUERIES = (targets,)
