"""GET /find: what the search dialog lists for what is typed."""

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from app import finder
from app.accounts import SIGNED_IN
from app.declared import secured_route
from app.problems import problem
from app.texts import t
from queries.duckdb_engine import QueryTimeout

router = APIRouter()


@router.get("/find", include_in_schema=False)
@secured_route(SIGNED_IN)
def found(q: str = "") -> Response:
    """The groups of what is found, as `app.finder.find` gives them."""
    try:
        groups = finder.find(q)
    except QueryTimeout:
        return problem(503, t("errors.too_long"))
    return Response(orjson.dumps({"groups": groups}), media_type="application/json")
