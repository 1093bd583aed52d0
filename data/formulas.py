"""Formulas of derived features, computed so that the same values give the same bits in any company.

Polars multiplies by the inverse where a divisor is one value for all rows (a literal, but also a CASE that
comes out alike everywhere), and divides where it is not: a client by itself would differ from the same client
in a table. So a column of zeros is added to each divisor, which is then never one value for all.
"""

from __future__ import annotations

import re

import polars as pl

ZERO = "__zero"  # the column of zeros
TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\w+|::|<=|>=|<>|!=|\S""")


def expression(formula: str) -> pl.Expr:
    """A formula as Float64, null where the result is not finite; it reads the features and ZERO.

    Raises polars.exceptions.PolarsError for a text that is no formula.
    """
    value = pl.sql_expr(" ".join(_divided(TOKEN.findall(formula)))).cast(pl.Float64)
    return pl.when(value.is_finite()).then(value)


def _divided(tokens: list[str]) -> list[str]:
    """The tokens with every divisor d as (d + ZERO)."""
    found: list[str] = []
    place = 0
    while place < len(tokens):
        found.append(tokens[place])
        place += 1
        if found[-1] in ("/", "%") and place < len(tokens):
            end = _operand(tokens, place)
            found += ["(", *_divided(tokens[place:end]), "+", ZERO, ")"]
            place = end
    return found


def _operand(tokens: list[str], start: int) -> int:
    """Where the operand ends that starts there: a sign, then a number, a name, a call, (…) or CASE … END."""
    place = start
    while place < len(tokens) and tokens[place] in ("-", "+"):
        place += 1
    call = place + 1 < len(tokens) and tokens[place + 1] == "(" and tokens[place] != "("
    place = _closed(tokens, place + call)
    while place + 1 < len(tokens) and tokens[place] == "::":
        place += 2
    return place


def _closed(tokens: list[str], start: int) -> int:
    """One token further, or past the end of what opens there."""
    depth = 0
    for place in range(start, len(tokens)):
        word = tokens[place].upper()
        depth += (word in ("(", "CASE")) - (word in (")", "END"))
        if depth <= 0:
            return place + 1
    return len(tokens)
