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

from app import identity
from app.accounts import ROLES, User
from app.declared import callbacks
from queries.selection import Selection
from tests.published import AGENCIES, app_on, publish, visit
from tests.updates import UPDATE, dependencies, item
from tests.updates import body as body_of

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
        patch.setattr(identity, "DEMONSTRATION", reader)
        with visit(app_on(home, log_level="error")) as client:
            yield client


@pytest.fixture(scope="module")
def declared(place: TestClient) -> Callbacks:
    dash = place.app.state.dash  # type: ignore[attr-defined]
    return {name: dash.callback_map[name] for name in callbacks(dash)}


def send(place: TestClient, body: Json) -> int:
    """The status; an answer that shows another agency's row fails here."""
    answer = place.post(UPDATE, content=orjson.dumps(body), headers={"content-type": "application/json"})
    hands_out = isinstance(body, dict) and str(body.get("output")).startswith("accounts-")
    if answer.status_code == 200 and not hands_out:  # who opens accounts knows every agency by name
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
    assert send(place, body_of(output, spec, values)) in HARMLESS


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_body_with_any_part_replaced_is_refused_or_harmless(
    place: TestClient, declared: Callbacks, data: st.DataObject
) -> None:
    output = data.draw(st.sampled_from(sorted(declared)))
    body = body_of(output, declared[output], [None for _ in dependencies(declared[output])])
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
        body = json.dumps(body_of(output, spec, [deep for _ in dependencies(spec)]))
        answer = place.post(UPDATE, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in HARMLESS


def test_the_callbacks_of_the_browser_are_not_run_here(place: TestClient) -> None:
    dash = place.app.state.dash  # type: ignore[attr-defined]
    outputs = set(dash.callback_map) - set(callbacks(dash))
    assert outputs
    for output in outputs:
        spec = dash.callback_map[output]
        assert send(place, body_of(output, spec, [None for _ in dependencies(spec)])) == 400


@pytest.mark.parametrize(
    "outputs", [None, [], {}, {"id": "page", "property": "id"}, [item("page", "children")]]
)
def test_an_answer_goes_to_the_declared_output_alone(
    place: TestClient, declared: Callbacks, outputs: Json
) -> None:
    for output, spec in declared.items():
        body = body_of(output, spec, [None for _ in dependencies(spec)])
        assert send(place, {**body, "outputs": outputs}) == 400


def test_what_the_browser_sends_is_answered(place: TestClient, declared: Callbacks) -> None:
    """The bodies above are near misses of this one, not of something that never works."""
    for output, spec in declared.items():
        values = {"place.pathname": "/production", "place.search": "?agency=Bobigny"}
        sent = [values.get(f"{d['id']}.{d['property']}") for d in dependencies(spec)]
        answer = place.post(UPDATE, json=body_of(output, spec, sent))
        assert answer.status_code == 200
        assert "sideUpdate" not in answer.json()


@pytest.mark.parametrize("name", sorted({"clients-open", "agencies-data", "agents-data"}))
def test_what_is_not_there_and_what_is_not_ones_own_are_told_alike(
    place: TestClient, declared: Callbacks, name: str
) -> None:
    """Fault 26, over callbacks: the answer to an unknown id is that to an id out of scope, to the letter."""
    asked: dict[str, tuple[list[Json], list[Json]]] = {
        "clients-open": ([{"client": "401", **OPENED}], [{"client": "999", **OPENED}]),
        "agencies-data": (at(f"/agencies/{OTHERS[0]}"), at("/agencies/Nowhere")),
        "agents-data": (at("/agents/x1"), at("/agents/x2")),
    }
    output = next(each for each in declared if each.startswith(name))
    theirs, nobody = (
        place.post(UPDATE, json=body_of(output, declared[output], values)) for values in asked[name]
    )
    assert theirs.status_code == nobody.status_code
    assert theirs.text.replace("401", "999") == nobody.text


OPENED = {"purpose": "review", "a": None, "b": None, "t": 1}


def at(path: str) -> list[Json]:
    return [None, None, "", path]
