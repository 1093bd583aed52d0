"""Where work is done and by whom: the agencies, and the agents with where they work."""

import polars as pl

from queries.query import Query

TEXT, FLOAT, INT = pl.String(), pl.Float64(), pl.Int64()

offices = Query(
    __name__,
    "offices",
    source="offices",
    columns=pl.Schema({"agency_id": TEXT, "agency": TEXT, "region": TEXT, "fte": FLOAT}),
)
people = Query(
    __name__,
    "people",
    source="people",
    columns=pl.Schema(
        {"agent": TEXT, "agency_id": TEXT, "agency": TEXT, "region": TEXT, "skills": TEXT, "agent_fte": FLOAT}
    ),
)
# These two ask for the values `wanted` and `upper`, beginnings of an id.
agents_like = Query(
    __name__,
    "agents_like",
    source="people",
    columns=pl.Schema({"agent": TEXT, "agency": TEXT, "agencies": INT}),
)
cases_like = Query(
    __name__,
    "cases_like",
    source="listed",
    columns=pl.Schema({"case_id": TEXT, "agency": TEXT, "case_type": TEXT, "status": TEXT}),
)

QUERIES = (offices, people)  # those that need no further value
