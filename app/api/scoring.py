"""The scores of clients, and of applications that are sent, over HTTP."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from app import scored
from app.api.documented import ClientId, refusals
from app.consultation import API, UnknownClient
from app.declared import secured_route
from app.given import BadFeature, application
from app.problems import problem, sentence
from app.scored import Application, ExplanationAnswer, ScoreAnswer
from app.services import services
from app.texts import t
from data.errors import DataError
from queries.duckdb_engine import QueryTimeout

router = APIRouter(prefix="/api/v1", tags=["Scoring"])

Purpose = Annotated[
    Literal["application", "review", "complaint", "control", "api"],
    Query(description="What the client is opened for; it goes to the journal."),
]
NO_SCORE = "No verified model, one that does not fit the data, or a journal that cannot be written: no score."
REFUSALS = refusals(s404="No client of that number.", s422="A bad value; `field` names it.", s503=NO_SCORE)


@router.get(
    "/clients/{client_id}/score",
    summary="The score of a client",
    response_model=ScoreAnswer,
    responses=REFUSALS,
)
@secured_route("score.view")
def client_score(client_id: ClientId, purpose: Purpose = API) -> Response:
    """The score of a client in the table and its exact reasons. The journal is told."""

    def answer() -> dict[str, Any]:
        seen = services().scoring.consult(client_id, purpose)
        return scored.score(seen.explanation, seen.champion)

    return _answered(answer)


@router.get(
    "/clients/{client_id}/explanation",
    summary="The score of a client, and what would change it",
    response_model=ExplanationAnswer,
    responses=REFUSALS,
)
@secured_route("score.view")
def client_explanation(client_id: ClientId, purpose: Purpose = API) -> Response:
    """The same with the nearest offer that would be accepted, and the model that says so."""

    def answer() -> dict[str, Any]:
        scoring = services().scoring
        seen = scoring.consult(client_id, purpose)
        offer = None if seen.explanation.score.granted else scoring.offer(seen.values, seen.champion)
        return scored.explanation(seen, offer)

    return _answered(answer)


@router.post("/score", summary="The score of an application", response_model=ScoreAnswer, responses=REFUSALS)
@secured_route("score.view")
def application_score(sent: Application) -> Response:
    """The score of an application that is in no table, and its exact reasons. The journal is told."""

    def answer() -> dict[str, Any]:
        scoring = services().scoring
        champion = scoring.serving()
        values = application(sent.features, champion.scorer)
        return scored.score(scoring.assess(values, purpose=API, champion=champion), champion)

    return _answered(answer)


def _answered(answer: Callable[[], dict[str, Any]]) -> Response:
    """The answer, or the refusal without any number."""
    try:
        return Response(orjson.dumps(answer()), media_type="application/json")
    except UnknownClient as error:
        return problem(404, sentence(error))
    except BadFeature as error:
        return problem(422, sentence(error), field=error.field)
    except DataError as error:
        return problem(503, sentence(error))
    except QueryTimeout:
        return problem(503, t("errors.too_long"))
