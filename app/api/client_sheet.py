"""GET /clients/{id}/sheet.pdf: the page to hand to the client."""

from datetime import date
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app import client_sheet
from app.api.documented import ClientId, refusals
from app.client_sheet import Subject
from app.consultation import UnknownClient
from app.declared import secured_route
from app.problems import refusal, sentence
from app.services import services
from app.texts import t
from app.typeset import pdf
from data.errors import DataError
from data.journal import SHEET as MADE
from queries.duckdb_engine import QueryTimeout

router = APIRouter(tags=["Scoring"])
log = structlog.get_logger()

REFUSALS = refusals(
    s404="No client of that number.",
    s422="No purpose, or no number; `field` names it.",
    s503="No verified model, one that does not fit the data, or a journal that cannot be written: no sheet.",
)
SHEET = {
    "description": "One A4 page, PDF/UA.",
    "content": {"application/pdf": {"schema": {"type": "string"}}},
}


@router.get(
    "/clients/{client_id}/sheet.pdf",
    summary="The sheet to hand to the client",
    response_class=Response,
    responses={200: SHEET, **REFUSALS},
)
@secured_route("score.view")
def sheet(
    request: Request,
    client_id: ClientId,
    purpose: Annotated[
        Literal["application", "review", "complaint", "control"],
        Query(description="What the client is opened for; it goes to the journal."),
    ],
) -> Response:
    """What was proposed and why, the officer's decision, what would change it, the client's rights."""
    try:
        subject = _subject(client_id, purpose)
    except UnknownClient as error:
        return refusal(request.scope, 404, sentence(error))
    except DataError as error:
        return refusal(request.scope, 503, sentence(error))
    except QueryTimeout:
        return refusal(request.scope, 503, t("errors.too_long"))
    made = pdf("client_sheet", client_sheet.content(subject))
    log.info("sheet made", bytes=len(made))
    name = f"{t('sheet.file', client=client_id)}.pdf"
    headers = {"content-disposition": f'inline; filename="{name}"'}
    return Response(made, headers=headers, media_type="application/pdf")


def _subject(client_id: int, purpose: str) -> Subject:
    """All that the sheet speaks of; the journal is told first. Raises as `Scoring.consult`."""
    service = services()
    scoring, settings, snapshot = service.scoring, service.settings, service.snapshot
    seen = scoring.consult(client_id, purpose, MADE)
    offer = None if seen.explanation.score.granted else scoring.offer(seen.values, seen.champion)
    return Subject(
        client_id=client_id,
        applied_on=seen.applied_on,
        values=seen.values,
        explanation=seen.explanation,
        contract=seen.champion.scorer.contract,
        card=seen.champion.scorer.card,
        decision=next(iter(scoring.journal.decisions(client_id)), None),
        offer=offer,
        simulated=snapshot is not None and snapshot.simulated,
        today=date.today(),
        organisation=settings.organisation,
        contact=settings.contact,
    )
