"""What programs ask over HTTP."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts import SIGNED_IN
from app.api import (
    audit,
    cases,
    client_sheet,
    docs,
    export,
    find,
    health,
    metrics,
    queries,
    rules,
    saved,
    scoring,
)
from app.declared import secured_route
from app.problems import problem
from app.texts import t

unknown = APIRouter()


@unknown.api_route("/api/{_path:path}", methods=["GET", "POST"], include_in_schema=False)
@secured_route(SIGNED_IN)
def unknown_address(_path: str) -> Response:
    """No page is served under /api."""
    return problem(404, t("api.unknown_address"))


ROUTERS = (
    health.router,
    metrics.router,
    queries.router,
    audit.router,
    rules.router,  # before the exports of any other name
    cases.router,
    export.router,
    scoring.router,
    client_sheet.router,
    docs.router,
    find.router,
    saved.router,
    unknown,
)  # in this order: the last takes what is left
