"""Whether the server is alive, and whether it can answer."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts import PUBLIC
from app.declared import secured_route
from app.problems import problem
from app.services import services
from app.texts import t

router = APIRouter()


@router.get("/health")
@secured_route(PUBLIC)
async def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready", response_model=None)
@secured_route(PUBLIC)
async def ready() -> dict[str, Any] | Response:
    """The verified snapshot that is served; degraded where it is not the newest; 503 without one."""
    service = services()
    snapshot = service.snapshot
    if snapshot is None:
        return problem(503, t("errors.no_snapshot"), refused=service.problem)
    status = "degraded" if service.problem else "ready"
    return {"status": status, "snapshot": snapshot.id, "refused": service.problem}
