"""GET and POST /saved: the reader's saved views, for the menu of the filter bar."""

from collections.abc import Callable
from typing import Literal

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app import saved
from app.accounts import SIGNED_IN, user
from app.declared import secured_route
from app.problems import problem, sentence
from app.services import services
from app.texts import t
from data.saved_views import LONGEST_ADDRESS, SavedView, ViewRefused
from data.store import JournalFailed

router = APIRouter()
STATUS = {"unknown": 404, "name_taken": 409, "too_many": 409}


class Change(BaseModel):
    """What is to be done with the view `name`: kept as `address`, called `to`, forgotten, or started with.

    `first` says whether the reader starts with it; with `start` alone it may be false.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    do: Literal["save", "rename", "remove", "start"]
    name: str = Field(max_length=400)
    to: str = Field("", max_length=400)
    address: str = Field("", max_length=2 * LONGEST_ADDRESS)
    first: bool = False


@router.get("/saved", include_in_schema=False)
@secured_route(SIGNED_IN)
def saved_views() -> Response:
    """The views, and where the page as it first was stands."""
    return _answered(lambda: None)


@router.post("/saved", include_in_schema=False)
@secured_route(SIGNED_IN)
def change(asked: Change) -> Response:
    """The views after the change; a refusal says why, and nothing has changed."""
    return _answered(lambda: _do(asked))


def _do(asked: Change) -> None:
    who, kept = user().name, services().stores.saved
    match asked.do:
        case "save":
            saved.save(SavedView(asked.name, asked.address, asked.first))
        case "rename":
            kept.rename(who, asked.name, asked.to)
        case "remove":
            kept.remove(who, asked.name)
        case "start":
            kept.start_with(who, asked.name if asked.first else None)


def _answered(act: Callable[[], None]) -> Response:
    try:
        act()
        content = orjson.dumps(saved.told(saved.views()))
    except ViewRefused as error:
        return problem(STATUS.get(error.reason, 422), sentence(error))
    except JournalFailed as error:
        return problem(503, t(f"saved.{error.reason}", **error.values))
    return Response(content, media_type="application/json")
