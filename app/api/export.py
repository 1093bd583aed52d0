"""GET /export/{kind}: the current selection, or one card's table, as a file."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode

import polars as pl
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app import audit, export, shell
from app.accounts import permit, permit_picks, user
from app.api.documented import one_of, refusals, selection_parameters
from app.api.queries import wrong_field
from app.asking import Asking
from app.crossfilter import View
from app.declared import secured_route
from app.problems import refusal, sentence
from app.services import Question, services
from app.sheets import Source
from app.texts import language, number, t
from data.child import in_child
from data.errors import NoSnapshot
from data.store import JournalFailed
from queries.duckdb_engine import QueryTimeout
from queries.engine import Days
from queries.selection import Selection

router = APIRouter()
BYTES = {"schema": {"type": "string", "format": "binary"}}
ONE_CARD = {"name": "view", "in": "query", "schema": {"type": "string"}}
REFUSALS = refusals(
    s404="No such format, or no card of that name.",
    s422="Not a selection, or more rows than an export may hold.",
    s503="No data are published, the question takes too long, or the journal cannot be written.",
)


@router.get(
    "/export/{kind}",
    tags=["Questions"],
    summary="The same figures as a file",
    responses={
        200: {
            "description": "The file.",
            "content": {media.partition(";")[0]: BYTES for media in export.MEDIA.values()},
        },
        **REFUSALS,
    },
    openapi_extra={
        "parameters": [
            *selection_parameters(),
            {**ONE_CARD, "description": "The table of that card of a page alone."},
        ]
    },
)
@secured_route("export.aggregate")
def exported(request: Request, kind: Annotated[str, one_of(export.MEDIA, "The format.")]) -> Response:
    """The file for the selection in the query string; `view` asks for the table of one card alone."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    text = urlencode([pair for pair in pairs if pair[0] != "view"])
    wanted = dict(pairs).get("view", "")
    view = _view(wanted)
    if kind not in export.MEDIA:
        return refusal(request.scope, 404, t("export.unknown_format", kind=kind))
    if wanted and view is None:
        return refusal(request.scope, 404, t("export.unknown_view", view=wanted))
    try:
        selection = Selection.parse(text)
    except ValueError:
        field = wrong_field(text)
        return refusal(request.scope, 422, t("api.bad_field", field=field), field=field)
    permit_picks(selection)
    return _answer(request, kind, selection, view)


def _answer(request: Request, kind: str, selection: Selection, view: View | None) -> Response:
    try:
        return _file(kind, selection, view)
    except export.TooManyRows as error:
        counts = {"rows": number(error.rows), "limit": number(error.limit)}
        return refusal(request.scope, 422, t("export.too_many", **counts))
    except NoSnapshot:
        return refusal(request.scope, 503, t("errors.no_snapshot"))
    except JournalFailed as error:
        return refusal(request.scope, 503, sentence(error))
    except QueryTimeout:
        return refusal(request.scope, 503, t("errors.too_long"))


def _file(kind: str, selection: Selection, view: View | None) -> Response:
    service = services()
    source, answers = _answers(kind, selection, view)
    given = kind, answers, source, service.settings.export_rows
    long = kind == "xlsx" and max(table.height for table in answers.values()) > export.LONG_WORKBOOK
    content = in_child(export.written_apart, *given, language()) if long else export.written(*given)
    subject = view.id if view else t("export.file")
    name = export.file_name(subject, kind, source)
    rows = next(reversed(answers.values())).height
    audit.record(
        "figures.exported",
        kind=kind,
        view=view and view.id,
        selection=audit.without_names(selection),
        snapshot=source.snapshot.id,
        rows=rows,
        bytes=len(content),
    )
    headers = {"content-disposition": f'attachment; filename="{name}"', "vigie-snapshot": source.snapshot.id}
    return Response(content, headers=headers, media_type=export.MEDIA[kind])


def _answers(kind: str, selection: Selection, view: View | None) -> tuple[Source, dict[str, pl.DataFrame]]:
    """The answers, and the one snapshot and selection they come from: a card drops the picks it makes."""
    service, scope = services(), user().scope
    while True:
        snapshot = service.snapshot
        if snapshot is None or snapshot.first_day is None or snapshot.last_day is None:
            raise NoSnapshot("none")
        days = Days(snapshot.first_day, snapshot.last_day)
        asked = _table(view, selection, days) if view else export.questions(kind, selection)
        answers = service.run_all(list(asked.values()), scope)
        if service.snapshot is snapshot:  # else another version came in between: ask it all again
            _, of = next(iter(asked.values()))
            return Source(snapshot, of, scope or Selection()), dict(zip(asked, answers, strict=True))


def _table(view: View, selection: Selection, days: Days) -> dict[str, Question]:
    """The one question whose answer the card shows: `now`, or the first it asks."""
    asked = {name: question for name, question in view.questions(Asking(selection, days)).items() if question}
    name = "now" if "now" in asked else next(iter(asked))
    query, shaped = asked[name]
    return {name: (view.table or query, shaped)}


def _view(name: str) -> View | None:
    """The view of that name on a page the user may see."""
    for page in shell.PAGES:
        for view in getattr(page, "VIEWS", ()):
            if view.id == name and view.asks:
                permit(page.PERMISSION)
                return view  # type: ignore[no-any-return]
    return None
