"""GET /export/audit/{kind}: the lines of the journal as a file, which is itself a line."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app import export
from app.audit import record
from app.declared import secured_route
from app.moments import today
from app.pages.audit.asked import NOTHING, Asked, Period, said, sought
from app.pages.audit.export import written
from app.problems import refusal, sentence
from app.services import services
from app.texts import number, t
from data.errors import DataError

router = APIRouter()
KINDS = ("xlsx", "csv")
Word = Annotated[str, Query(max_length=200)]
Words = Annotated[list[str], Query(max_length=200)]


@router.get("/export/audit/{kind}", include_in_schema=False)
@secured_route("audit.view")
def exported(  # noqa: PLR0913, PLR0917  a filter each
    request: Request,
    kind: str,
    since: Word = "",
    until: Word = "",
    who: Words = [],  # noqa: B006  FastAPI copies it
    purpose: Words = [],  # noqa: B006
    action: Words = [],  # noqa: B006
    subject: Word = "",
    text: Word = "",
) -> Response:
    """The lines of a period, of people, purposes and actions, or with a word; recorded before it is given."""
    if kind not in KINDS:
        return refusal(request.scope, 404, t("export.unknown_format", kind=kind))
    asked: Asked = {
        **NOTHING, "since": since, "until": until, "who": who, "purposes": purpose, "actions": action,
        "subject": subject, "text": text,
    }  # fmt: skip
    try:
        return _file(kind, asked)
    except export.TooManyRows as error:
        counts = {"rows": number(error.rows), "limit": number(error.limit)}
        return refusal(request.scope, 422, t("export.too_many", **counts))
    except DataError as error:
        return refusal(request.scope, 503, sentence(error))


def _file(kind: str, asked: Asked) -> Response:
    period = Period.of(asked["since"], asked["until"])
    found = sought(asked, period)
    rows = services().stores.audit.count(found)
    if rows > services().settings.export_rows:
        raise export.TooManyRows(rows, services().settings.export_rows)
    record("audit.exported", kind=kind, rows=rows, **said(asked, period))
    content = written(kind, found, period)
    name = f"vigie-{t('audit.file')}-{today()}.{kind}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=export.MEDIA[kind])
