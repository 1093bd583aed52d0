"""The lines of a list of cases, the same as a file, and one case with all that is told of it."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app import audit, case_files, case_record, case_rows, dossier, export
from app.accounts import permit_picks, user
from app.api.queries import wrong_field
from app.case_rows import LARGEST_PAGE, Asked
from app.declared import secured_route
from app.problems import problem, refusal, sentence, written
from app.services import services
from app.texts import language, number, t
from app.workbook import MOST_ROWS
from data.child import in_child
from data.errors import NoSnapshot
from data.store import JournalFailed
from queries.cases.listing import BadListing, Listing
from queries.duckdb_engine import QueryTimeout
from queries.selection import Selection

router = APIRouter()
OF_LISTS = ("list", "sort", "filter")
OF_PAGES = ("start", "count")
LAST_ROW = 2**31


class BadField(Exception):
    """A parameter that is refused; the argument is its name."""


class UnknownFormat(Exception):
    """No export has that format."""


REFUSED = (BadField, BadListing, UnknownFormat, export.TooManyRows, JournalFailed, NoSnapshot, QueryTimeout)


@router.get("/cases/rows", include_in_schema=False)
@secured_route("case.view")
def rows(request: Request) -> Response:
    """Rows `start` to `start + count` of a list, each in the order of `columns`; `counts` of every list."""
    return _answered(request, lambda: _rows(request.url.query))


@router.get("/cases/one", include_in_schema=False)
@secured_route("case.view")
def one(request: Request) -> Response:
    """One case by `id`; 404 where it is not there or not in the reader's scope. `agency` finds it sooner."""
    return _answered(request, lambda: _one(dict(parse_qsl(request.url.query, keep_blank_values=True))))


@router.get("/export/cases.{kind}", include_in_schema=False)
@secured_route("case.export")
def exported(request: Request, kind: str) -> Response:
    """The rows of the list in the query string, all of them, as a file."""
    return _answered(request, lambda: _file(kind, asked(request.url.query)[0]))


def asked(text: str) -> tuple[Asked, dict[str, int]]:
    """The list and the rows of it that a query string asks for. Raises BadField, BadListing."""
    pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=2_000)
    listing = Listing.parse(pair for pair in pairs if pair[0] in OF_LISTS)
    given = dict(pair for pair in pairs if pair[0] in OF_PAGES)
    rest = urlencode([pair for pair in pairs if pair[0] not in OF_LISTS + OF_PAGES])
    try:
        selection = Selection.parse(rest)
    except ValueError:
        raise BadField(wrong_field(rest)) from None
    permit_picks(selection)
    span = {
        "start": _whole("start", given.get("start", "0"), 0, LAST_ROW),
        "count": _whole("count", given.get("count", "100"), 1, LARGEST_PAGE),
    }
    return Asked(listing, selection, user().scope), span


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        raise BadField(name)
    return int(text)


def _rows(text: str) -> Response:
    wanted, span = asked(text)
    page = case_rows.page(wanted, **span)
    shown = page.rows.drop("row")
    body = {
        "snapshot": page.snapshot.id,
        "start": span["start"],
        "total": page.total,
        "counts": case_rows.counts(wanted),
        "columns": shown.columns,
        "rows": shown.rows(),
    }
    return Response(orjson.dumps(body), media_type="application/json")


def _one(given: dict[str, str]) -> Response:
    identifier = given.get("id", "")
    if not identifier or "\0" in identifier:
        raise BadField("id")
    found = case_record.find(identifier, given.get("agency", ""))
    if found is None:
        return problem(404, t("cases.unknown", case=written(identifier)))
    audit.record("case.viewed", subject=(audit.CASE, identifier))
    return Response(orjson.dumps(dossier.told(found)), media_type="application/json")


def _file(kind: str, wanted: Asked) -> Response:
    if kind not in export.MEDIA:
        raise UnknownFormat(kind)
    limit = services().settings.export_rows
    snapshot, table = case_files.listed(wanted, min(limit, MOST_ROWS) if kind == "xlsx" else limit)
    source = case_files.source(snapshot, wanted)
    given = kind, {"cases": table}, source, limit
    long = kind == "xlsx" and table.height > export.LONG_WORKBOOK
    content = in_child(export.written_apart, *given, language()) if long else export.written(*given)
    name = export.file_name(t("cases.file"), kind, source)
    audit.record(
        "cases.exported",
        kind=kind,
        selection=audit.without_names(wanted.selection),
        listing=wanted.listing.part,
        filtered=sorted({each.column for each in wanted.listing.filters}),
        snapshot=snapshot.id,
        rows=table.height,
        bytes=len(content),
    )
    headers = {"content-disposition": f'attachment; filename="{name}"', "vigie-snapshot": snapshot.id}
    return Response(content, headers=headers, media_type=export.MEDIA[kind])


def _answered(request: Request, answer: Callable[[], Response]) -> Response:
    """The answer, or why there is none."""
    try:
        return answer()
    except REFUSED as error:
        status, detail, members = _reason(error)
        return refusal(request.scope, status, detail, **members)


def _reason(error: Exception) -> tuple[int, str, dict[str, str]]:
    """Status, sentence and further members of a refusal."""
    status, detail, members = 503, t("errors.too_long"), {}
    match error:
        case BadField():
            status, detail, members = 422, t("api.bad_field", field=error), {"field": str(error)}
        case BadListing(field=field, detail=value):
            detail = t("cases.bad_listing", field=field, value=written(value))
            status, members = 422, {"field": field}
        case UnknownFormat():
            status, detail = 404, t("export.unknown_format", kind=written(str(error)))
        case export.TooManyRows(rows=rows, limit=limit):
            status, detail = 422, t("export.too_many", rows=number(rows), limit=number(limit))
        case JournalFailed():
            detail = sentence(error)
        case NoSnapshot():
            detail = t("errors.no_snapshot")
    return status, detail, members
