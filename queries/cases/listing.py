"""A list of cases as a reader asks for it: which part of them, in what order, under what filters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, Self

import polars as pl

from queries.query import Query

PARTS = ("all", "open", "late", "at_risk", "returned", "closed")
Kind = Literal["text", "number", "date", "set"]
COLUMNS: Mapping[str, Kind] = {
    "case_id": "text",
    "case_type": "text",
    "state": "set",
    "received_on": "date",
    "closed_on": "date",
    "delay": "number",
    "norm_days": "number",
    "chance": "number",
    "returns": "number",
    "return_reason": "text",
    "documents": "number",
    "agent": "text",
    "agency": "text",
    "treated": "number",
}
STATES = ("open", "returned", "closed", "rejected")
OPERATORS: Mapping[Kind, Mapping[str, str]] = {
    "text": {
        "contains": "contains(lower(strip_accents({column})), lower(strip_accents({value})))",
        "equals": "lower(strip_accents({column})) = lower(strip_accents({value}))",
    },
    "number": {"eq": "{column} = {value}", "lt": "{column} < {value}", "gt": "{column} > {value}"},
    "date": {"eq": "{column} = {value}", "lt": "{column} < {value}", "gt": "{column} > {value}"},
    "set": {"in": "list_contains({value}, {column})"},
}
BETWEEN = "{column} BETWEEN {value} AND {to}"
MOST = 20  # sorts, and filters, of one list
LONGEST = 200  # characters of a filter's value


class BadListing(Exception):
    """No list of cases: `field` names the parameter, `detail` what is wrong in it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field, self.detail = field, detail


@dataclass(frozen=True)
class Sort:
    """By one column, nulls last either way."""

    column: str
    descending: bool = False

    def __str__(self) -> str:
        return f"{self.column}:{'desc' if self.descending else 'asc'}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `delay:desc`. Raises BadListing."""
        column, _, way = text.partition(":")
        if column not in COLUMNS or way not in ("asc", "desc"):
            raise BadListing("sort", text)
        return cls(column, way == "desc")


@dataclass(frozen=True)
class Filter:
    """One column against `values`: one, two for `between` (both included), any number for `in`."""

    column: str
    operator: str
    values: tuple[str | float | date, ...]

    def __str__(self) -> str:
        joint = ".." if self.operator == "between" else "|"
        return f"{self.column}:{self.operator}:{joint.join(map(str, self.values))}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `delay:gt:20`, `received_on:between:2026-01-01..2026-03-31`, `state:in:open|returned`.

        Raises BadListing.
        """
        column, _, rest = text.partition(":")
        operator, _, written = rest.partition(":")
        kind = COLUMNS.get(column)
        ranged = operator == "between" and kind in ("number", "date")
        if kind is None or not (operator in OPERATORS[kind] or ranged) or len(written) > LONGEST:
            raise BadListing("filter", text[:LONGEST])
        parts = written.split("..") if ranged else written.split("|") if operator == "in" else [written]
        try:
            values = tuple(_read(kind, part) for part in parts)
        except ValueError:
            raise BadListing("filter", text[:LONGEST]) from None
        if ranged and len(values) != 2:
            raise BadListing("filter", text[:LONGEST])
        return cls(column, operator, values)

    def condition(self, name: str) -> tuple[str, dict[str, object]]:
        """The condition over its column, and the values it binds under names that start with `name`."""
        if self.operator == "between":
            text = BETWEEN.format(column=self.column, value=f"${name}", to=f"${name}_to")
            return text, {name: self.values[0], f"{name}_to": self.values[1]}
        text = OPERATORS[COLUMNS[self.column]][self.operator].format(column=self.column, value=f"${name}")
        return text, {name: list(self.values) if self.operator == "in" else self.values[0]}


def _read(kind: Kind, text: str) -> str | float | date:
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "number":
        value = float(text)
        if abs(value) > 1e12 or value != value:  # noqa: PLR0124  not a number
            raise ValueError(text)
        return value
    if "\0" in text or (kind == "set" and text not in STATES):
        raise ValueError(text)
    return text


@dataclass(frozen=True)
class Listing:
    """Part, sorts and filters; without a sort, the longest delay first."""

    part: str = "all"
    sorts: tuple[Sort, ...] = ()
    filters: tuple[Filter, ...] = ()

    def __post_init__(self) -> None:
        if self.part not in PARTS:
            raise BadListing("list", self.part[:LONGEST])
        for field, held in (("sort", self.sorts), ("filter", self.filters)):
            if len(held) > MOST:
                raise BadListing(field, str(len(held)))

    def __str__(self) -> str:
        pairs = [f"list={self.part}", *(f"sort={sort}" for sort in self.sorts)]
        return "&".join(pairs + [f"filter={each}" for each in self.filters])

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """From the `list`, `sort` and `filter` parameters of an address. Raises BadListing."""
        held = list(pairs)
        part = next((value for name, value in held if name == "list"), "all")
        sorts = tuple(Sort.parse(value) for name, value in held if name == "sort")
        filters = tuple(Filter.parse(value) for name, value in held if name == "filter" and value)
        return cls(part, sorts, filters)

    @property
    def query(self) -> "OrderQuery":
        """The question that puts its rows in order."""
        return OrderQuery(self)

    @property
    def values(self) -> dict[str, object]:
        """What its question binds, the days of the period apart."""
        bound: dict[str, object] = {"part": self.part}
        for index, each in enumerate(self.filters):
            bound |= each.condition(f"f{index}")[1]
        return bound


class OrderQuery(Query):
    """`order.sql` with a listing's filters and sorts in it: names on the list of columns, values bound."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(__package__, "order", source="listed", columns=pl.Schema({"row": pl.Int64()}))
        object.__setattr__(self, "listing", listing)

    listing: Listing

    @cached_property
    def sql(self) -> str:
        """The text of its file, completed."""
        conditions = [each.condition(f"f{index}")[0] for index, each in enumerate(self.listing.filters)]
        sorts = self.listing.sorts or (Sort("delay", descending=True),)
        order = [f"{sort.column} {'DESC' if sort.descending else 'ASC'} NULLS LAST" for sort in sorts]
        text = super().sql.replace("ORDER BY row", f"ORDER BY {', '.join([*order, 'row'])}")
        return text.replace("WHERE shown", " AND ".join(["WHERE shown", *conditions]))
