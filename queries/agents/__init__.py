"""What one person did: asked once, for all the periods their page shows."""

import polars as pl

from queries.production import SUMS
from queries.query import Query

work = Query(
    __name__,
    "work",
    source="cases",
    columns=pl.Schema({"day": pl.Date(), "case_type": pl.String()} | SUMS),
)

QUERIES = (work,)
