import json
from collections.abc import Mapping
from typing import Any

import pytest
from dash import ALL, MATCH, Dash, Input, Output, State

from app.dash_bodies import BadBody, checked


@pytest.fixture(scope="module")
def declared() -> Mapping[str, Any]:
    """Callbacks of every kind of id and output."""
    app = Dash("bodies", server=False)

    @app.callback(
        Output({"at": "a.b"}, "children"), Input("in", "value"), State({"row": ALL, "kind": "x"}, "value")
    )
    def to_one(text: str, rows: list[int]) -> None: ...

    @app.callback([Output("c", "children"), Output("d", "children")], Input("in", "value"))
    def to_two(text: str) -> None: ...

    @app.callback(
        Output("c", "children", allow_duplicate=True), Input("e", "value"), prevent_initial_call=True
    )
    def again(text: str) -> None: ...

    @app.callback(Output({"row": MATCH}, "children"), Input({"row": MATCH}, "value"))
    def to_match(text: str) -> None: ...

    @app.callback(Input("in", "n_clicks"))
    def to_none(clicks: int | None) -> None: ...

    return dict(app.callback_map)


def prop(name: object, kind: str = "value", **more: object) -> dict[str, object]:
    return {"id": name, "property": kind, **more}


ROWS = [prop({"row": 1, "kind": "x"}, value=1), prop({"row": "z", "kind": "x"}, value=2)]
TO_ONE = {
    "output": '{"at":"a\\.b"}.children',
    "outputs": prop({"at": "a.b"}, "children"),
    "inputs": [prop("in", value="x")],
    "state": [ROWS],
}
TO_TWO = {
    "output": "..c.children...d.children..",
    "outputs": [prop("c", "children"), prop("d", "children")],
    "inputs": [prop("in", value="x")],
}
TO_MATCH = {
    "output": '{"row":["MATCH"]}.children',
    "outputs": prop({"row": 3}, "children"),
    "inputs": [prop({"row": 3}, value="x")],
}


def accepts(declared: Mapping[str, Any], body: object) -> bool:
    try:
        checked(json.dumps(body).encode(), declared)
    except BadBody:
        return False
    return True


@pytest.mark.parametrize("body", [TO_ONE, TO_TWO, TO_MATCH, {**TO_ONE, "state": [[]]}])
def test_what_the_browser_sends_is_accepted(declared: Mapping[str, Any], body: dict[str, Any]) -> None:
    assert accepts(declared, body)


def test_duplicates_and_callbacks_without_output_are_accepted(declared: Mapping[str, Any]) -> None:
    duplicate = next(name for name in declared if name.startswith("c.children@"))
    body = {"output": duplicate, "outputs": prop("c", "children"), "inputs": [prop("e", value="x")]}
    assert accepts(declared, body)
    silent = next(name for name in declared if "." not in name)
    assert accepts(declared, {"output": silent, "inputs": [prop("in", "n_clicks")]})


@pytest.mark.parametrize(
    "body",
    [
        {**TO_ONE, "state": []},
        {**TO_ONE, "state": [[prop({"row": 1, "kind": "y"}, value=1)]]},
        {**TO_ONE, "state": [[prop({"row": 1}, value=1)]]},
        {**TO_ONE, "state": [[prop({"row": ["ALL"], "kind": "x"}, value=1)]]},
        {**TO_ONE, "state": [[prop({"row": 1, "kind": "x"}, value="much")]]},
        {**TO_ONE, "inputs": [[prop("in", value="x")]]},
        {**TO_ONE, "inputs": [prop("in", "children", value="x")]},
        {**TO_ONE, "inputs": [prop("in", value=3)]},
        {**TO_ONE, "inputs": {"0": prop("in", value="x")}},
        {**TO_ONE, "outputs": prop({"at": "a"}, "children")},
        {**TO_TWO, "outputs": TO_TWO["outputs"][:1]},
        {**TO_TWO, "outputs": TO_TWO["outputs"][0]},
        {**TO_MATCH, "outputs": prop("other", "children")},
        {**TO_ONE, "changedPropIds": [{}]},
        {**TO_ONE, "changedPropIds": "in.value"},
        {**TO_ONE, "output": ["a.b.children"]},
    ],
)
def test_what_the_browser_cannot_have_sent_is_refused(
    declared: Mapping[str, Any], body: dict[str, Any]
) -> None:
    assert not accepts(declared, body)
