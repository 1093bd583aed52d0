"""GET /export/rules/{kind}: the history of the rules as a file."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app import audit, export
from app.accounts import user
from app.declared import secured_route
from app.pages.rules.export import table
from app.problems import refusal, sentence
from app.services import services
from app.sheets import Source
from app.texts import number, t
from data.errors import DataError, NoSnapshot
from queries.duckdb_engine import QueryTimeout
from queries.selection import Selection

router = APIRouter()
KINDS = ("xlsx", "csv")
Name = Annotated[str, Query(max_length=200)]


@router.get("/export/rules/{kind}", include_in_schema=False)
@secured_route("export.aggregate")
def exported(request: Request, kind: str, rule: Name = "", place: Name = "", decision: Name = "") -> Response:
    """The firings of the last twelve months with their answers, of one rule, place or decision or of all."""
    if kind not in KINDS:
        return refusal(request.scope, 404, t("export.unknown_format", kind=kind))
    try:
        return _file(kind, rule, place, decision)
    except KeyError:
        return refusal(request.scope, 422, t("api.bad_field", field="decision"), field="decision")
    except export.TooManyRows as error:
        counts = {"rows": number(error.rows), "limit": number(error.limit)}
        return refusal(request.scope, 422, t("export.too_many", **counts))
    except DataError as error:
        return refusal(request.scope, 503, sentence(error))
    except QueryTimeout:
        return refusal(request.scope, 503, t("errors.too_long"))


def _file(kind: str, rule: str, place: str, decision: str) -> Response:
    service = services()
    snapshot = service.snapshot
    if snapshot is None:
        raise NoSnapshot("none")
    found = table(rule, place, decision)
    source = Source(snapshot, Selection(), user().scope or Selection())
    content = export.written(kind, {"history": found}, source, service.settings.export_rows)
    audit.record(
        "rules.exported",
        kind=kind,
        rule=rule,
        place=place,
        decision=decision,
        snapshot=snapshot.id,
        rows=found.height,
        bytes=len(content),
    )
    name = export.file_name(t("rules.file"), kind, source)
    headers = {"content-disposition": f'attachment; filename="{name}"', "vigie-snapshot": snapshot.id}
    return Response(content, headers=headers, media_type=export.MEDIA[kind])
