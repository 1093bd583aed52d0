"""Fault 25: any JSON into any callback is 400 or a harmless answer, never 500, never another agency's row."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import reduce
from typing import Any, cast

import orjson
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import guard
from app.accounts import ROLES, User
from app.declared import callbacks
from queries.selection import Selection
from tests.published import AGENCIES, app_on, publish, visit

UPDATE = "/_dash-update-component"
MINE, *OTHERS = AGENCIES
HARMLESS = {200, 204, 400}
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

Json = Any
Callbacks = Mapping[str, Mapping[str, Any]]

# Words a callback may take for its own, so that more than the first check is reached.
KNOWN = ("", "agency", "moves", "search", "text", "t", "dim", "value", "clear", "snapshot", "page", "data")
HOSTILE = (f"?agency={OTHERS[0]}&agency={OTHERS[1]}", "agency=Bobigny", "since=2026-13-01", "\x00", "é" * 50)
words = st.sampled_from(("/production", *KNOWN, *HOSTILE))
leaves = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | words | st.text()
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(words | st.text(), inner), max_leaves=12
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A reader with every role, but one agency's rows."""
    home = tmp_path_factory.mktemp("home")
    publish(home)
    with pytest.MonkeyPatch.context() as patch:
        reader = User("reader", tuple(ROLES), Selection.parse(f"agency={MINE}"))
        patch.setattr(guard, "DEMONSTRATION", reader)
        with visit(app_on(home, log_level="error")) as client:
            yield client


@pytest.fixture(scope="module")
def declared(place: TestClient) -> Callbacks:
    dash = place.app.state.dash  # type: ignore[attr-defined]
    return {name: dash.callback_map[name] for name in callbacks(dash)}


def proper(output: str, spec: Mapping[str, Any], values: list[Json]) -> dict[str, Json]:
    """The body that the browser would send for a callback, with those values."""
    several = output.startswith("..")
    outputs = [item(*name.rsplit(".", 1)) for name in output.strip(".").split("...") if "." in name]
    asked = [
        {**dependency, "value": value} for dependency, value in zip(dependencies(spec), values, strict=True)
    ]
    return {
        "output": output,
        "outputs": outputs if several or not outputs else outputs[0],
        "inputs": asked[: len(spec["inputs"])],
        "state": asked[len(spec["inputs"]) :],
        "changedPropIds": [f"{spec['inputs'][0]['id']}.{spec['inputs'][0]['property']}"],
    }


def item(name: str, prop: str) -> dict[str, str]:
    return {"id": name, "property": prop.partition("@")[0]}


def dependencies(spec: Mapping[str, Any]) -> list[dict[str, str]]:
    return [*spec["inputs"], *spec["state"]]


def send(place: TestClient, body: Json) -> int:
    """The status; an answer that shows another agency's row fails here."""
    answer = place.post(UPDATE, content=orjson.dumps(body), headers={"content-type": "application/json"})
    if answer.status_code == 200:
        shown = without_what_was_sent(answer.json().get("response", {}))
        assert not any(agency in shown for agency in OTHERS), shown
    return answer.status_code


def without_what_was_sent(answer: Json) -> str:
    """What the answer says about the data: the picks it repeats are the reader's own words."""
    if isinstance(answer, dict):
        kept = {k: v for k, v in answer.items() if k not in ("held", "chips", "picked", "period", "notice")}
        return " ".join(without_what_was_sent(value) for value in kept.values())
    if isinstance(answer, list):
        return " ".join(map(without_what_was_sent, answer))
    return str(answer)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_any_value_in_any_callback_is_harmless(
    place: TestClient, declared: Callbacks, data: st.DataObject
) -> None:
    output = data.draw(st.sampled_from(sorted(declared)))
    spec = declared[output]
    values = [data.draw(anything) for _ in dependencies(spec)]
    assert send(place, proper(output, spec, values)) in HARMLESS


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_body_with_any_part_replaced_is_refused_or_harmless(
    place: TestClient, declared: Callbacks, data: st.DataObject
) -> None:
    output = data.draw(st.sampled_from(sorted(declared)))
    body = proper(output, declared[output], [None for _ in dependencies(declared[output])])
    changed = deepcopy(body)
    field = data.draw(st.sampled_from(sorted(changed)))
    inside = changed[field]
    if isinstance(inside, list) and inside and isinstance(inside[0], dict) and data.draw(st.booleans()):
        inside[0][data.draw(st.sampled_from(["id", "property", "value"]))] = data.draw(anything)
    else:
        changed[field] = data.draw(anything)
    assert send(place, changed) in HARMLESS


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(body=anything)
def test_a_body_of_any_shape_is_refused(place: TestClient, body: Json) -> None:
    assert send(place, body) == 400


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"3", b"null", b"NaN", b"[" * 100_000, b'{"output":' * 5_000],
    ids=str,
)
def test_bytes_that_are_no_update_are_refused(place: TestClient, raw: bytes) -> None:
    answer = place.post(UPDATE, content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_deep_nesting_in_a_value_is_harmless(place: TestClient, declared: Callbacks) -> None:
    deep: Json = reduce(lambda inner, _: {"moves": inner}, range(500), cast(Json, {}))
    for output, spec in declared.items():
        body = json.dumps(proper(output, spec, [deep for _ in dependencies(spec)]))
        answer = place.post(UPDATE, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in HARMLESS


def test_the_callbacks_of_the_browser_are_not_run_here(place: TestClient) -> None:
    dash = place.app.state.dash  # type: ignore[attr-defined]
    outputs = set(dash.callback_map) - set(callbacks(dash))
    assert outputs
    for output in outputs:
        spec = dash.callback_map[output]
        assert send(place, proper(output, spec, [None for _ in dependencies(spec)])) == 400


@pytest.mark.parametrize(
    "outputs", [None, [], {}, {"id": "page", "property": "id"}, [item("page", "children")]]
)
def test_an_answer_goes_to_the_declared_output_alone(
    place: TestClient, declared: Callbacks, outputs: Json
) -> None:
    for output, spec in declared.items():
        body = proper(output, spec, [None for _ in dependencies(spec)])
        assert send(place, {**body, "outputs": outputs}) == 400


def test_what_the_browser_sends_is_answered(place: TestClient, declared: Callbacks) -> None:
    """The bodies above are near misses of this one, not of something that never works."""
    for output, spec in declared.items():
        values = {"place.pathname": "/production", "place.search": "?agency=Bobigny"}
        sent = [values.get(f"{d['id']}.{d['property']}") for d in dependencies(spec)]
        answer = place.post(UPDATE, json=proper(output, spec, sent))
        assert answer.status_code == 200
        assert "sideUpdate" not in answer.json()
