"""What the page asks the server: everything again after a change, and what other limits would do."""

from typing import Annotated, Any

from dash import Dash, Input, Output
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from app.declared import secured
from app.drawing import draw
from app.pages.rules.payload import page, tried
from app.problems import sentence
from app.texts import t
from data.errors import DataError
from queries import rules

Name = Annotated[str, StringConstraints(max_length=100)]
Limit = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class Trying(TypedDict):
    """Other limits for a rule, in the order of its conditions; nothing of it is kept."""

    rule: Name
    limits: Annotated[list[Limit], Field(max_length=10)]
    t: int


class Again(TypedDict):
    """The page once more."""

    t: int


def register(app: Dash) -> None:
    """Declare the two callbacks, and the clientside functions that draw what they answer."""
    draw(app, "rules", data="again", tried="tried")

    @secured("kpi.view", Output("rules-data", "data"), Input("rules-ask", "data"), prevent_initial_call=True)
    def show_again(asked: Again | None) -> dict[str, Any] | None:
        return asked and page()

    @secured("kpi.view", Output("rules-tried", "data"), Input("rules-try", "data"), prevent_initial_call=True)
    def try_limits(asked: Trying | None) -> dict[str, Any] | None:
        return asked and {"t": asked["t"], "rule": asked["rule"], "text": _tried(asked)}


def _tried(asked: Trying) -> str:
    try:
        return tried(rules.rule(asked["rule"]), tuple(asked["limits"]))
    except DataError as error:
        return sentence(error)
    except (KeyError, ValueError):
        return t("rules.no_such_limits")
