"""GET /metrics: what a monitor asks."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from app import metrics
from app.declared import secured_route
from app.services import services

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
@secured_route("metrics.view")
def read() -> Response:
    """Counts and times of all workers, in the text format of Prometheus."""
    return Response(metrics.told(services()), headers={"content-type": CONTENT_TYPE_LATEST})
