"""What the browser sends when a callback is due, checked against what the callback declared.

Dash itself answers 500 to a body of another shape and passes any value on; here it is refused.
"""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

Json = Any
WILDCARDS = (["ALL"], ["MATCH"], ["ALLSMALLER"])


class BadBody(ValueError):
    """The body is not one that the declared callbacks can have caused. The argument names the field."""


def checked(raw: bytes, callbacks: Mapping[str, Mapping[str, Any]]) -> dict[str, Json]:
    """The body of one update. Raises BadBody unless it fits a server-side callback and its annotations."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadBody("body") from None
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise BadBody("output")
    declared = callbacks.get(body["output"])
    if declared is None or "callback" not in declared:
        raise BadBody("output")
    for field in ("inputs", "state"):
        _check_list(body.setdefault(field, []), declared[field], field)
    if not declared.get("no_output"):
        _check_outputs(body.get("outputs"), body["output"])
    changed = body.setdefault("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
        raise BadBody("changedPropIds")
    _check_values(declared["callback"], body["inputs"] + body["state"])
    return body


def _check_list(sent: Json, declared: Sequence[Mapping[str, str]], field: str) -> None:
    if not isinstance(sent, list) or len(sent) != len(declared):
        raise BadBody(field)
    for item, expected in zip(sent, declared, strict=True):
        _check_item(item, expected["id"], expected["property"], field)


def _check_outputs(sent: Json, output: str) -> None:
    """Where the answer goes: the properties that `output` names, one by one."""
    several = output.startswith("..")
    names = output[2:-2].split("...") if several else [output]
    pairs = [name.replace("\\.", ".").rpartition(".") for name in names]
    declared = [{"id": name, "property": prop.partition("@")[0]} for name, _, prop in pairs]
    _check_list(sent if several else [sent], declared, "outputs")


def _check_item(sent: Json, name: str, prop: str, field: str) -> None:
    """One property of one element, or a list of them where the declared id is a pattern."""
    many = isinstance(sent, list) and name.startswith("{")
    for one in sent if many else [sent]:
        if not _is_property(one) or one["property"] != prop or not _fits(one["id"], name):
            raise BadBody(field)


def _is_property(item: Json) -> bool:
    return isinstance(item, dict) and isinstance(item.get("property"), str) and "id" in item


def _fits(sent: Json, declared: str) -> bool:
    """An id as declared, or one that a declared pattern matches."""
    if not declared.startswith("{"):
        return bool(sent == declared)
    pattern = json.loads(declared)
    if not isinstance(sent, dict) or sent.keys() != pattern.keys():
        return False
    return all(
        isinstance(value, str | int) if pattern[key] in WILDCARDS else value == pattern[key]
        for key, value in sent.items()
    )


def _check_values(function: Callable[..., Any], items: Sequence[Json]) -> None:
    for adapter, item in zip(accepted(function), items, strict=False):
        value = [one.get("value") for one in item] if isinstance(item, list) else item.get("value")
        try:
            adapter.validate_python(value)
        except (ValidationError, RecursionError):
            raise BadBody("value" if isinstance(item, list) else f"{item['id']}.{item['property']}") from None


def accepted(function: Callable[..., Any]) -> tuple[TypeAdapter[Any], ...]:
    """What each argument may be, from the annotations of the function as it was written."""
    return _accepted(inspect.unwrap(function))


@cache
def _accepted(function: Callable[..., Any]) -> tuple[TypeAdapter[Any], ...]:
    hints = get_type_hints(function)
    return tuple(TypeAdapter(hints.get(name, Any)) for name in inspect.signature(function).parameters)
