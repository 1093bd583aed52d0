"""What the page asks the server: everything for a selection, more lines, the chain read again, an alert."""

from typing import Any, Literal

from dash import Dash, Input, Output
from typing_extensions import TypedDict

from app.declared import secured
from app.drawing import draw
from app.pages.audit import alerts, chain
from app.pages.audit.asked import Asked
from app.pages.audit.payload import listed, page
from app.problems import sentence
from data.errors import DataError


class Asking(Asked):
    """`lines`: the lines alone, of what is shown already."""

    only: Literal["all", "lines"]


class Verify(TypedDict):
    """The whole chain once more."""

    t: int


def register(app: Dash) -> None:
    """Declare the three callbacks, and the clientside functions that draw what they answer."""
    draw(app, "audit", data="data", verified="verified", answered="answered")

    @secured(
        "audit.view", Output("audit-data", "data"), Input("audit-ask", "data"), prevent_initial_call=True
    )
    def show(asked: Asking | None) -> dict[str, Any] | None:
        return asked and {"t": asked["t"], **answer(asked)}

    @secured(
        "audit.view",
        Output("audit-verified", "data"),
        Input("audit-verify", "data"),
        prevent_initial_call=True,
    )
    def read_again(asked: Verify | None) -> dict[str, Any] | None:
        return asked and {"t": asked["t"], **verified()}

    @secured(
        "audit.view",
        Output("audit-answered", "data"),
        Input("audit-answer", "data"),
        prevent_initial_call=True,
    )
    def answer_alert(given: alerts.Answer | None) -> dict[str, Any] | None:
        return given and {"t": given["t"], **answered(given)}


def answer(asked: Asking) -> dict[str, Any]:
    """The page, or its lines alone; the `problem` where the journal cannot be read or written."""
    if asked["only"] == "all":
        return page(asked)
    try:
        return listed(asked)
    except DataError as error:
        return {"problem": sentence(error)}


def verified() -> dict[str, Any]:
    """What the reading found, or why there was none."""
    try:
        return {"chain": chain.verify()}
    except DataError as error:
        return {"refused": sentence(error)}


def answered(given: alerts.Answer) -> dict[str, Any]:
    """What was done, or why nothing was."""
    try:
        return {"told": alerts.answer(given)}
    except DataError as error:
        return {"refused": sentence(error)}
