"""Derived features: the same values give the same bits, alone or in a table: those that Python computes."""

import math
import random

import polars as pl
import pytest

from data.scoring import ScoringContract, parse, preset, presets

BARE = """
name = "bare"
identity = []
label = { fr = "a", en = "a" }
headers = {}
outcomes = { true = ["1"], false = ["0"] }
[features.a]
fr = "a"
en = "a"
[features.c]
fr = "c"
en = "c"
[features.w]
fr = "w"
en = "w"
kind = "category"
"""
FORMULAS = (
    "a / 6", "a / c", "a / 3 / 7 * 0.1", "-a / -3", "a % 3 + a / 7", "greatest(a, c) / 7", "a / (c / 7)",
    "a / (CASE WHEN c IS NULL THEN 7.0 ELSE 3.0 END)", "a / CASE WHEN w = 'x / 2' THEN 3 ELSE 7 END / 11",
    "coalesce(c, 3.0) / a + a / coalesce(c, 3)", "sqrt(a) / ln(c)", "a / CASE WHEN c > 9.9 THEN 3 END",
    "a / greatest(c / 3, 2.5e0)::DOUBLE / 11",
)  # fmt: skip


def bare(formula: str) -> ScoringContract:
    return parse(f'{BARE}[features.r]\nfr = "r"\nen = "r"\nformula = "{formula}"\n')


def drawn(contract: ScoringContract, count: int, gaps: float) -> pl.DataFrame:
    chance = random.Random(f"{contract.name} {gaps}")
    kinds = {f.name: pl.Float64() if f.numeric else pl.String() for f in contract.loaded}
    columns = {
        f.name: [
            None
            if chance.random() < gaps
            else round(chance.random() * 10, 2)
            if f.numeric
            else chance.choice(("x / 2", "1"))
            for _ in range(count)
        ]
        for f in contract.loaded
    }
    return pl.DataFrame(columns, schema=kinds)


def assert_same_alone(contract: ScoringContract, count: int) -> None:
    for gaps in (0.0, 0.3, 1.0):
        rows = drawn(contract, count, gaps)
        together = contract.derive(rows)
        for place in range(count):
            assert contract.derive(rows[place]).rows() == together[place].rows()
        in_parts = contract.derive(pl.concat([rows[:1], rows[1:3], rows[3:]]))
        assert in_parts.rows() == together.rows()


@pytest.mark.parametrize("formula", FORMULAS)
def test_one_client_has_the_bits_it_has_in_a_table(formula: str) -> None:
    assert_same_alone(bare(formula), 80)


@pytest.mark.parametrize("name", presets())
def test_so_it_is_for_every_preset(name: str) -> None:
    assert_same_alone(preset(name), 25)


def test_a_division_is_the_one_that_python_makes() -> None:
    rows = drawn(bare("a / 6"), 200, 0.0)
    assert bare("a / 6").derive(rows)["r"].to_list() == [value / 6 for value in rows["a"]]
    thirds = [a / (3.0 if w == "1" else 7.0) for a, w in zip(rows["a"], rows["w"], strict=True)]
    assert bare("a / CASE WHEN w = '1' THEN 3 ELSE 7 END").derive(rows)["r"].to_list() == thirds
    nested = [a / -(c / 7 + 2 / a) for a, c in zip(rows["a"], rows["c"], strict=True)]
    assert bare("a / -(c / 7 + 2 / a)").derive(rows)["r"].to_list() == nested


@pytest.mark.parametrize("formula", ["a / 0", "ln(a - 20)", "c / (a - a)"])
def test_what_is_not_finite_is_missing(formula: str) -> None:
    found = bare(formula).derive(drawn(bare(formula), 20, 0.0))["r"]
    assert [value for value in found if value is not None and not math.isfinite(value)] == []
    assert found.null_count() == 20


def test_a_derived_feature_reads_those_before_it_and_keeps_what_else_there_is() -> None:
    derived = '[features.{}]\nfr = "r"\nen = "r"\nformula = "{}"\n'
    contract = parse(BARE + derived.format("r", "a + c") + derived.format("s", "r / 3"))
    rows = pl.DataFrame({"client_id": [7], "a": [1], "c": [2.0], "w": ["x"], "r": [99.0]})
    assert contract.derive(rows).to_dicts() == [
        {"client_id": 7, "a": 1, "c": 2.0, "w": "x", "r": 3.0, "s": 1.0}
    ]


def test_no_rows_give_no_rows() -> None:
    assert bare("a / 6").derive(drawn(bare("a / 6"), 0, 0.0)).columns == ["a", "c", "w", "r"]
