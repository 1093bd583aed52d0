"""What the address of a page says: the selection, what it is compared with, and what is open on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from queries.selection import Selection

REFERENCES = ("previous", "year", "target", "network", "peers")
NOTHING = "none"  # compared with nothing at all
# What is open: peers chosen by name, the part of a list, the case, the rule.
OPEN = ("peer", "list", "case", "rule")
LONGEST = 200  # characters of a value
MOST = 50  # values of one name


@dataclass(frozen=True)
class State:
    """A selection, the references asked for (None: those of the page), and what is open, by name.

    Its text is the page's query string: that of the selection first, so that a plain selection is one too.
    """

    selection: Selection = field(default_factory=Selection)
    compare: tuple[str, ...] | None = None
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.compare is not None and set(self.compare) - set(REFERENCES):
            raise ValueError(f"unknown reference: {self.compare}")
        unknown = set(self.also) - set(OPEN)
        values = [value for held in self.also.values() for value in held]
        if unknown or len(values) > MOST or any(len(value) > LONGEST for value in values):
            raise ValueError(f"not of an address: {self.also}")
        ordered = {name: tuple(self.also[name]) for name in OPEN if self.also.get(name)}
        object.__setattr__(self, "also", MappingProxyType(ordered))

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        pairs = [("compare", name) for name in (self.compare or ())]
        if self.compare == ():
            pairs = [("compare", NOTHING)]
        pairs += [(name, value) for name, values in self.also.items() for value in values]
        return "&".join(part for part in (str(self.selection), urlencode(pairs)) if part)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a query string back. Raises ValueError as Selection.parse, and for an unknown reference."""
        pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=2_000)
        compare = tuple(dict.fromkeys(value for name, value in pairs if name == "compare"))
        also = {name: tuple(value for key, value in pairs if key == name) for name in OPEN}
        rest = [(name, value) for name, value in pairs if name != "compare" and name not in OPEN]
        named = tuple(name for name in REFERENCES if name in compare)
        if set(compare) - set(REFERENCES) - {NOTHING}:
            raise ValueError(f"unknown reference: {compare}")
        return cls(Selection.parse(urlencode(rest)), named if compare else None, also)

    def picking(self, selection: Selection) -> Self:
        """The same with another selection."""
        return replace(self, selection=selection)

    def compared(self, names: Iterable[str]) -> Self:
        """The same compared with those references alone. Raises ValueError."""
        wanted = set(names)
        if wanted - set(REFERENCES):
            raise ValueError(f"unknown reference: {sorted(wanted)}")
        return replace(self, compare=tuple(name for name in REFERENCES if name in wanted))

    def opening(self, name: str, values: Iterable[str]) -> Self:
        """The same with `values` open under `name`; none closes it. Raises ValueError."""
        return replace(self, also={**self.also, name: tuple(values)})

    def cleared(self) -> Self:
        """Nothing picked and nothing open; what it is compared with stays."""
        return replace(self, selection=Selection(), also={})


def reduce(state: State, moves: Iterable[Mapping[str, Any]]) -> State:
    """The state after each move.

    A toggled mark, a removal, a period, references to compare with, something opened, a search string, or a
    reset to all. Raises ValueError for a move or a value that is none.
    """
    for move in moves:
        selection = state.selection
        match move:
            case {"search": str(search)}:
                state = State.parse(search)
            case {"without": str(dim), **rest}:
                state = state.picking(selection.without(dim, rest.get("value")))
            case {"clear": True}:
                state = state.cleared()
            case {"since": str(since), "until": str(until)}:
                state = state.picking(selection.during(_day(since), _day(until)))
            case {"dim": str(dim), "value": str(value), **rest}:
                state = state.picking(selection.toggle(dim, value, multi=bool(rest.get("multi"))))
            case {"compare": list(names)}:
                state = state.compared(_texts(names))
            case {"open": str(name), "values": list(values)}:
                state = state.opening(name, _texts(values))
            case _:
                raise ValueError("unknown move")
    return state


def _texts(values: list[Any]) -> list[str]:
    if not all(isinstance(value, str) for value in values):
        raise ValueError("not a text")
    return values


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
