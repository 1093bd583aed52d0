"""The parameters of the simulated world, as reviewed in world.toml, network.toml and credits.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from data.contract import CaseType, case_types

Parameters = Mapping[str, Any]


@cache
def world() -> Parameters:
    """Volumes, delays (days) and shares, and the case types under `case_type`."""
    return tomllib.loads(_text("world.toml"))


@cache
def funds() -> Sequence[Parameters]:
    """The regional funds in order: name, code, and the agencies' names by size."""
    network: Sequence[Parameters] = tomllib.loads(_text("network.toml"))["fund"]
    return network


@cache
def credit_facts() -> Parameters:
    """The applicants, their requests and the true risk of simulated credits."""
    return tomllib.loads(_text("credits.toml"))


@cache
def terms(case_type: str) -> CaseType:
    """The norm and weight of a case type, as published with every case."""
    default, *known = case_types()
    return next((each for each in known if each.name == case_type), default)


def sql(name: str) -> str:
    """The text of one statement of the simulation."""
    return _text(f"{name}.sql")


def _text(name: str) -> str:
    return (files("data") / "simulation" / name).read_text(encoding="utf-8")
