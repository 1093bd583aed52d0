"""What the page asks the server: everything again, and each act of an administrator."""

from dataclasses import asdict
from typing import Any

from dash import Dash, Input, Output
from typing_extensions import TypedDict

from app.declared import secured
from app.drawing import draw
from app.pages.accounts.acts import Act, perform
from app.pages.accounts.payload import page
from app.problems import sentence
from data.errors import DataError


class Again(TypedDict):
    """The page once more."""

    t: int


def register(app: Dash) -> None:
    """Declare the two callbacks, and the clientside functions that draw what they answer."""
    draw(app, "accounts", data="again", done="done")

    @secured(
        "user.view", Output("accounts-data", "data"), Input("accounts-ask", "data"), prevent_initial_call=True
    )
    def show_again(asked: Again | None) -> dict[str, Any] | None:
        return asked and page()

    @secured(
        "user.write",
        Output("accounts-done", "data"),
        Input("accounts-act", "data"),
        prevent_initial_call=True,
    )
    def act_on(asked: Act | None) -> dict[str, Any] | None:
        return asked and {"t": asked["t"], **answer(asked)}


def answer(asked: Act) -> dict[str, Any]:
    """What was done and the page after it, or why nothing was."""
    try:
        done = perform(asked)
    except DataError as error:
        return {"refused": sentence(error)}
    return {**asdict(done), "page": page()}
