"""Every named question over HTTP: the selection in the query string, rows as objects."""

from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.accounts import permit, permit_picks, user
from app.api.documented import one_of, refusals, row_schema, selection_parameters
from app.declared import secured_route
from app.problems import problem
from app.services import services
from app.texts import t
from data.errors import NoSnapshot
from queries.catalogue import QUERIES, UnknownQuery, find
from queries.duckdb_engine import QueryTimeout
from queries.query import Query
from queries.selection import DIMENSIONS, Selection

router = APIRouter()
REFUSALS = refusals(
    s404="No question has that name.",
    s422="Not a selection: `field` names the parameter.",
    s503="No data are published, or the question takes too long.",
)
ANSWERED = {
    "description": "The rows, in the question's order.",
    "content": {"application/json": {"schema": row_schema()}},
    "headers": {"Vigie-Snapshot": {"description": "The version of the data.", "schema": {"type": "string"}}},
}


@router.get(
    "/api/v1/queries/{domain}/{name}",
    tags=["Questions"],
    summary="Ask a named question about a selection of cases",
    responses={200: ANSWERED, **REFUSALS},
    openapi_extra={"parameters": selection_parameters()},
)
@secured_route("kpi.view")
def answer(
    request: Request,
    domain: Annotated[
        str, one_of(dict.fromkeys(q.domain for q in QUERIES.values()), "The area asked about.")
    ],
    name: Annotated[str, one_of((q.name for q in QUERIES.values()), "The question.")],
) -> Response:
    """The rows, in the query's order; `Vigie-Snapshot` names the version of the data they come from."""
    try:
        query = find(f"{domain}.{name}")
    except UnknownQuery:
        return problem(404, t("api.unknown_query", name=f"{domain}.{name}"))
    permit_rows(query)
    try:
        selection = Selection.parse(request.url.query)
    except ValueError:
        field = wrong_field(request.url.query)
        return problem(422, t("api.bad_field", field=field), field=field)
    permit_picks(selection)
    try:
        snapshot, rows = services().answer(query, selection, user().scope)
    except NoSnapshot:
        return problem(503, t("errors.no_snapshot"))
    except QueryTimeout:
        return problem(503, t("errors.too_long"))
    return Response(
        orjson.dumps(rows.to_dicts()), headers={"Vigie-Snapshot": snapshot.id}, media_type="application/json"
    )


# What a row speaks of, and who may see such rows one by one.
ROWS = {"agent": "agent.view", "case_id": "case.view"}


def permit_rows(query: Query) -> None:
    """Return where the reader may see rows of that kind: of agents, of cases. Raises Forbidden."""
    for column, permission in ROWS.items():
        if column in query.columns:
            permit(permission)


def wrong_field(text: str) -> str:
    """The first name of a query string that makes it no selection; `since` where the period runs backward."""
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in ("since", "until"):
            try:
                date.fromisoformat(value)
            except ValueError:
                return name
        elif name not in DIMENSIONS:
            return name
    return "since"
