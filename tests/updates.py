"""Updates as the browser sends them: the body that a callback of the page is asked with."""

from collections.abc import Mapping, Sequence
from typing import Any

UPDATE = "/_dash-update-component"

Json = Any


def body(output: str, spec: Mapping[str, Any], values: Sequence[Json]) -> dict[str, Json]:
    """What asks for that output of `callback_map`, its inputs and states with those values in order."""
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
    """One property of one element."""
    return {"id": name, "property": prop.partition("@")[0]}


def dependencies(spec: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a callback is asked with: its inputs, then its states."""
    return [*spec["inputs"], *spec["state"]]
