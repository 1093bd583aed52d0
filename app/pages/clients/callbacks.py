"""What the page asks the server, one callback each: open, look at variables, try, find the like, decide."""

from typing import Annotated, Any, Literal

from dash import ClientsideFunction, Dash, Input, Output, State
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from app.declared import secured
from app.pages.clients import answers
from app.pages.clients.peers import peers
from app.pages.clients.records import decisions
from app.pages.clients.refusals import told
from app.services import services

Client = Annotated[str, StringConstraints(pattern=r"^\d{1,18}$")]
Name = Annotated[str, StringConstraints(max_length=100)]
Changes = Annotated[dict[Name, Annotated[float, Field(strict=True)] | Name], Field(max_length=100)]


class Opening(TypedDict):
    """A client to open, what for, and the variables to look at (None: the largest contributions)."""

    client: Client
    purpose: Literal["application", "review", "complaint", "control"]
    a: Name | None
    b: Name | None
    t: int


class Look(TypedDict):
    """Two variables of an opened client; `dots` for a scatter where both are numbers."""

    client: Client
    a: Name
    b: Name
    dots: bool
    t: int


class Try(TypedDict):
    """What an opened client would change."""

    client: Client
    changes: Changes
    t: int


class Asked(TypedDict):
    """An opened client."""

    client: Client
    t: int


class Decided(TypedDict):
    """What the officer decides; `offer` is the change agreed, if any."""

    client: Client
    decision: Literal["accept", "review", "refuse"]
    motive: Annotated[str, StringConstraints(max_length=2_000)]
    offer: Changes
    t: int


STEPS = ("open", "look", "try", "peers", "decide")


def register(app: Dash) -> None:
    """Declare the five callbacks, and the clientside functions that draw what they answer."""
    for step in STEPS:
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("vigie", f"clients_{step}"), Input(f"clients-{step}-answer", "data")
        )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("vigie", "clients"),
        Output("clients-ready", "data"),  # without an output, nothing would run as the page comes into being
        Input("clients-page", "data"),
        State("texts", "data"),
    )
    _declare_reading()
    _declare_deciding()


def _declare_reading() -> None:
    @secured("score.view", *_step("open"), prevent_initial_call=True)
    def open_client(asked: Opening | None) -> dict[str, Any] | None:
        return asked and told(asked, lambda: answers.opened(_consult(asked), asked["a"], asked["b"]))

    @secured("score.view", *_step("look"), prevent_initial_call=True)
    def look_at_variables(asked: Look | None) -> dict[str, Any] | None:
        return asked and told(asked, lambda: _look(asked))

    @secured("score.view", *_step("try"), prevent_initial_call=True)
    def try_changes(asked: Try | None) -> dict[str, Any] | None:
        return asked and told(asked, lambda: answers.tried(_again(asked["client"]), asked["changes"]))

    @secured("score.view", *_step("peers"), prevent_initial_call=True)
    def find_the_like(asked: Asked | None) -> dict[str, Any] | None:
        return asked and told(asked, lambda: _peers(asked))


def _declare_deciding() -> None:
    @secured("decision.write", *_step("decide"), prevent_initial_call=True)
    def record_decision(asked: Decided | None) -> dict[str, Any] | None:
        return asked and told(asked, lambda: _decide(asked))


def _step(name: str) -> tuple[Output, Input]:
    return Output(f"clients-{name}-answer", "data"), Input(f"clients-{name}", "data")


def _consult(asked: Opening) -> Any:
    return services().scoring.consult(int(asked["client"]), asked["purpose"])


def _again(client: str) -> Any:
    return services().scoring.again(int(client))


def _look(asked: Look) -> dict[str, Any]:
    seen = _again(asked["client"])
    names = answers.chosen(seen.explanation, answers.serving()[1], asked["a"], asked["b"])
    return {"views": answers.variables(seen, names[0], names[1], as_dots=asked["dots"]), "picked": names}


def _peers(asked: Asked) -> dict[str, Any]:
    return {"views": {"clients-peers": peers(_again(asked["client"]), answers.serving()[1])}}


def _decide(asked: Decided) -> dict[str, Any]:
    seen, contract = _again(asked["client"]), answers.serving()[1]
    offer = answers.agreed(asked["offer"], contract)
    followed = asked["decision"] == seen.explanation.score.decision
    services().scoring.decide(
        seen, asked["decision"], asked["motive"], followed=followed, offer=offer or None
    )
    return {"decisions": decisions(seen.client_id, contract)}
