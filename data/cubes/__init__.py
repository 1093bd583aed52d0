"""Cubes: the sums that answer a click without reading the facts, built once at publish."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

CUBES = (
    "cases_day", "cases_month", "flows_day", "flows_month", "delays_month", "open_cases", "offices", "known",
)  # fmt: skip
RELATIONS = ("cases", "flows", "delays", "open_cases", "offices", "known")


@cache
def _text(folder: str, name: str) -> str:
    return (files("data") / folder / f"{name}.sql").read_text(encoding="utf-8")


@cache
def relation(name: str) -> str:
    """The SELECT behind a relation, over the published tables under the catalogue name `facts`."""
    text = _text("relations", name)
    return in_front([("dated", _text("relations", "dated"))], text) if "FROM dated" in text else text


def in_front(parts: Sequence[tuple[str, str]], query: str) -> str:
    """`query`, a SELECT with or without a WITH of its own, able to read the named parts."""
    definitions = ",\n".join(f"{name} AS NOT MATERIALIZED (\n{text})" for name, text in parts)
    text = "\n".join(line for line in query.splitlines() if not line.startswith("--")).strip()
    joint = ",\n" + text[len("WITH ") :] if text.startswith("WITH ") else "\n" + text
    return "WITH " + definitions + joint


def build(connection: duckdb.DuckDBPyConnection, folder: Path, as_of: date) -> None:
    """Write every cube as `folder/<name>.parquet` from the tables of `connection`, catalogue `facts`.

    `as_of` is the last day of the cases. A month cube is rolled up from its day cube.
    Raises duckdb.Error, a full disk included.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in CUBES:
        text = _text("cubes", name)
        words = set(re.findall(r"(?:FROM|JOIN) (\w+)", text))
        parts = [(each, relation(each)) for each in RELATIONS if each in words]
        parts += [("dated", _text("relations", "dated"))] if "dated" in words else []
        query = in_front(parts, text) if parts else text
        values = {"as_of": as_of} if "$as_of" in query else {}
        connection.execute("\n".join((f"CREATE OR REPLACE TEMP TABLE {name} AS", query)), values)
        connection.table(f"temp.main.{name}").write_parquet(
            str(folder / f"{name}.parquet"), compression="zstd"
        )
