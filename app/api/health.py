"""Whether the server is alive, and whether it can answer."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts import PUBLIC
from app.api.documented import PROBLEM, Problem, reference
from app.declared import secured_route
from app.problems import problem
from app.services import services
from app.texts import t

router = APIRouter(tags=["Operation"])
NOT_READY = {
    "description": "No snapshot that verifies; `refused` names the one that does not.",
    "content": {PROBLEM: {"schema": reference(Problem)}},
}


class Health(BaseModel):
    """The process is there."""

    status: Literal["ok"]


class Ready(BaseModel):
    """What is served."""

    status: Literal["ready", "degraded"]
    snapshot: str = Field(description="The version of the data.")
    refused: str | None = Field(description="The newer version of the data that does not verify.")
    model: str | None = Field(description="The version of the model; null where there are no scores.")
    model_refused: str | None = Field(description="The version of the model that does not verify or fit.")


@router.get("/health", summary="Whether the server is alive", response_model=Health)
@secured_route(PUBLIC)
async def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready", summary="Whether it can answer", response_model=Ready, responses={503: NOT_READY})
@secured_route(PUBLIC)
async def ready() -> dict[str, Any] | Response:
    """The verified snapshot and model that serve; 503 without a snapshot.

    `model` is null where none serves, or none that fits the data. Degraded where one of them is not the one
    it should be: `refused` and `model_refused` name what did not verify.
    """
    service = services()
    snapshot, (version, model_refused) = service.snapshot, service.scoring.standing()
    if snapshot is None:
        return problem(503, t("errors.no_snapshot"), refused=service.problem)
    status = "degraded" if service.problem or model_refused else "ready"
    told = {"status": status, "snapshot": snapshot.id, "refused": service.problem}
    return {**told, "model": version, "model_refused": model_refused}
