"""What the cards of recommendations ask the server: record an answer, take it back, simulate another plan."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from dash import ClientsideFunction, Dash, Input, Output, dcc
from dash.development.base_component import Component
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from app import advice_cards, advised, recommendations
from app.accounts import permit_picks, user
from app.advised import Given, Item
from app.declared import secured
from app.problems import sentence
from app.texts import day, t
from data.advised import LONGEST, RETAINED, AnswerRefused
from data.errors import DataError
from queries.selection import Selection

Name = Annotated[str, StringConstraints(max_length=400)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
STEPS = (("advice-decide", "advice-decided"), ("advice-try", "advice-tried"))


class Plan(TypedDict):
    """What the steppers and boxes of a card stand at; None for what it does not have."""

    agents: Annotated[int, Field(ge=0, le=1_000)] | None
    weeks: Annotated[int, Field(ge=0, le=60)] | None
    transfers: Annotated[list[Name], Field(max_length=100)] | None


class Deciding(TypedDict):
    """An answer to the item `id` of the recommendations for `selection`, or `number` to be taken back."""

    id: Name
    answer: Literal["retained", "dismissed", "snoozed", "withdrawn"]
    reason: Name
    motive: Annotated[str, StringConstraints(max_length=LONGEST)]
    until: Name
    plan: Plan | None
    seen: int
    number: int
    view: Name
    size: Literal["list", "cards", ""]
    selection: Text
    t: int


class Trying(TypedDict):
    """Another plan for the item `id`."""

    id: Name
    plan: Plan
    selection: Text
    t: int


def stores() -> list[Component]:
    """What the two callbacks go through; the shell holds them for every page."""
    return [dcc.Store(id=name) for step in STEPS for name in step]


def register(app: Dash) -> None:
    """Declare the callbacks, and the clientside functions that draw what they answer."""
    for _, answer in STEPS:
        function = ClientsideFunction("vigie", answer.replace("-", "_"))
        app.clientside_callback(function, Input(answer, "data"))  # type: ignore[no-untyped-call]

    @secured(
        "recommendation.decide",
        Output("advice-decided", "data"),
        Input("advice-decide", "data"),
        prevent_initial_call=True,
    )
    def decide(asked: Deciding | None) -> dict[str, Any] | None:
        return asked and _told(asked["t"], asked["id"], lambda: _decided(asked))

    @secured(
        "kpi.view", Output("advice-tried", "data"), Input("advice-try", "data"), prevent_initial_call=True
    )
    def simulate(asked: Trying | None) -> dict[str, Any] | None:
        return asked and _told(asked["t"], asked["id"], lambda: {"item": advice_cards.card(_tried(asked))})


def _told(stamp: int, name: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer under the stamp it was asked with, or why it is refused."""
    try:
        return {"t": stamp, "id": name} | act()
    except DataError as error:
        return {"t": stamp, "id": name, "refused": sentence(error)}


def _decided(asked: Deciding) -> dict[str, Any]:
    if asked["answer"] == "withdrawn":
        advised.withdraw(asked["number"])
        return {"told": t("advised.told_withdrawn"), "number": 0, **_redrawn(asked)}
    plan = asked["plan"] if asked["answer"] == RETAINED else None
    if plan and plan["transfers"] == []:
        raise AnswerRefused("bad_plan")  # nothing is left to retain
    item = _item(asked["id"], asked["selection"], plan)
    given = Given(asked["answer"], asked["reason"], asked["motive"], asked["until"], asked["seen"])
    number = advised.record(item, given)
    until = day(advised.parsed(asked["until"])) if asked["until"] else ""
    told = t(f"advised.told_{asked['answer']}", title=item["title"], day=until)
    return {"told": told, "number": number, **_redrawn(asked)}


def _redrawn(asked: Deciding) -> dict[str, Any]:
    """The view the answer was given in, as it is now; none where it was given elsewhere."""
    if not asked["size"]:
        return {}
    found = advice_cards.payload(_selection(asked["selection"]), asked["size"])
    return {"view": asked["view"], "payload": found}


def _tried(asked: Trying) -> Item:
    return _item(asked["id"], asked["selection"], asked["plan"])


def _item(name: str, text: str, plan: Plan | None) -> Item:
    """The item of that id, under another plan where one is given. Raises AnswerRefused where it is none."""
    selection, scope = _selection(text), user().scope
    known = next((item for item in advice_cards.current(selection) if item["id"] == name), None)
    if known is None:
        raise AnswerRefused("unknown")
    if not plan or (not any(plan.values()) and plan["transfers"] is None):
        return known
    try:
        again = recommendations.again(name, selection, scope, plan)
    except ValueError:
        raise AnswerRefused("bad_plan") from None
    kept = {key: known[key] for key in ("answered", "seen", "place", "month")}
    return {**again, **kept} if again else known


def _selection(text: str) -> Selection:
    try:
        selection = Selection.parse(text)
    except ValueError:
        raise AnswerRefused("unknown") from None
    permit_picks(selection)
    return selection
