"""The API described for programs (OpenAPI), and for people: a page that tries it."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from app.accounts import SIGNED_IN
from app.api import examples
from app.api.documented import Problem
from app.declared import routes, secured_route
from app.scored import Application, ExplanationAnswer, ScoreAnswer
from app.services import services

router = APIRouter()
DESCRIBED = ("/health", "/ready", "/api/v1/", "/clients/", "/export/")
ABOUT = """\
Vigie over HTTP: the same numbers as on the pages.

- Addresses under `/api/v1` keep their meaning; fields may be added to an answer.
- A refusal is `application/problem+json`: `status`, one sentence in `detail`, the wrong `field`.
- Whoever asks for a client's score is written to the journal first, with the purpose.
- A score is a proposal. The decision belongs to a person.
"""
TAGS = [
    {"name": "Scoring", "description": "The risk of a client or of an application, and what it rests on."},
    {"name": "Questions", "description": "Named questions about casework, and files to take away."},
    {"name": "Operation", "description": "For monitors: open to anybody, and they tell of nobody."},
]


@router.get("/api/openapi.json", include_in_schema=False)
@secured_route(SIGNED_IN)
def openapi(request: Request) -> Response:
    """The description, OpenAPI 3.1, with examples that the served model and data answer."""
    told = described(request.app)
    examples.add(told, services().scoring)
    return Response(orjson.dumps(told), media_type="application/json")


@router.get("/api/docs", include_in_schema=False)
@secured_route(SIGNED_IN)
def docs() -> HTMLResponse:
    """Swagger UI, from our own assets."""
    return HTMLResponse((Path(__file__).parent / "docs.html").read_text(encoding="utf-8"))


def described(server: Any) -> dict[str, Any]:
    """The description of every address that programs may ask."""
    told = get_openapi(
        title="Vigie",
        version=version("vigie"),
        description=ABOUT,
        tags=TAGS,
        routes=[route for route in routes(server) if _told(route)],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    schemas[Problem.__name__] = Problem.model_json_schema()
    for model in (Application, ScoreAnswer, ExplanationAnswer):
        # FastAPI leaves out what is null, also in the examples.
        schemas[model.__name__]["example"] = model.model_json_schema()["example"]
    for each in examples.parameters(told):
        if each["in"] == "path" and "enum" in each["schema"]:
            each["example"] = each["schema"]["enum"][0]  # the page begins with it
    return told


def _told(route: BaseRoute) -> bool:
    return str(getattr(route, "path", "")).startswith(DESCRIBED) and getattr(
        route, "include_in_schema", False
    )
