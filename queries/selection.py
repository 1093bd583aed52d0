"""What the reader has picked: a period and members of dimensions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Self
from urllib.parse import parse_qsl, urlencode

DIMENSIONS = ("region", "agency", "agent", "case_type", "status", "age", "returned")
AGES = ("0-10", "11-20", "21-30", "31+")  # days since receipt


@dataclass(frozen=True)
class Selection:
    """A period (both ends inclusive, None = open) and the picked members of each dimension.

    Its text is at once the query string, the cache key and the log line. A permission scope is one too.
    `Selection()` selects everything.
    """

    since: date | None = None
    until: date | None = None
    picks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = set(self.picks) - set(DIMENSIONS)
        if unknown:
            raise ValueError(f"unknown dimension: {', '.join(sorted(unknown))}")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"the period ends on {self.until} before it starts on {self.since}")
        ordered = {name: tuple(sorted(set(self.picks[name]))) for name in DIMENSIONS if self.picks.get(name)}
        object.__setattr__(self, "picks", MappingProxyType(ordered))

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Callable[[str], "Selection"], tuple[str]]:
        return Selection.parse, (str(self),)

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        pairs = [(name, value) for name, values in self.picks.items() for value in values]
        bounds = [("since", self.since), ("until", self.until)]
        pairs += [(name, bound.isoformat()) for name, bound in bounds if bound]
        return urlencode(pairs)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a query string back. Raises ValueError: unknown name, bad date, backward period."""
        picks: dict[str, list[str]] = {}
        bounds: dict[str, date] = {}
        for name, value in parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=2_000):
            if name in ("since", "until"):
                bounds[name] = date.fromisoformat(value)
            elif name in DIMENSIONS:
                picks.setdefault(name, []).append(value)
            else:
                raise ValueError(f"unknown dimension: {name}")
        return cls(bounds.get("since"), bounds.get("until"), {k: tuple(v) for k, v in picks.items()})

    def picked(self, dim: str) -> tuple[str, ...]:
        """The picked members of `dim`; for `month` and `period`, the period as one ISO text."""
        if dim in ("month", "period"):
            return (f"{self.since or ''}..{self.until or ''}",) if self.since or self.until else ()
        return self.picks.get(dim, ())

    def toggle(self, dim: str, value: str, *, multi: bool = False) -> Self:
        """A click on the mark `value` of `dim`: pick it alone, or clear it when it is the one picked.

        With `multi` (Ctrl, Cmd or Shift) it is added to the others, or taken out of them.
        `month` takes `2026-03` or `2026-03..2026-05` and sets the period; with `multi` it widens it.
        """
        if dim == "month":
            return self._toggle_months(value, multi)
        held = self.picks.get(dim, ())
        if multi:
            chosen = tuple(v for v in held if v != value) if value in held else (*held, value)
        else:
            chosen = () if held == (value,) else (value,)
        return self._with(dim, chosen)

    def without(self, dim: str, value: str | None = None) -> Self:
        """Without `value` of `dim`, or without `dim` at all; `month` and `period` drop the period."""
        if dim in ("month", "period"):
            return replace(self, since=None, until=None)
        return self._with(dim, tuple(v for v in self.picks.get(dim, ()) if value is not None and v != value))

    def during(self, since: date | None, until: date | None) -> Self:
        """The same picks over another period."""
        return replace(self, since=since, until=until)

    def previous(self) -> Self | None:
        """The period of the same length just before: whole months when month-aligned, else days.

        None without a complete period.
        """
        if not (self.since and self.until):
            return None
        if self.since.day == 1 and (self.until + timedelta(1)).day == 1:
            months = months_between(self.since, self.until)
            return self.during(shift_months(self.since, -months), self.since - timedelta(1))
        return self.during(self.since - (self.until - self.since) - timedelta(1), self.since - timedelta(1))

    def year_before(self) -> Self:
        """The same picks and period one year earlier."""
        return self.during(
            self.since and shift_months(self.since, -12),
            self.until and shift_months(self.until, -12, end=(self.until + timedelta(1)).day == 1),
        )

    def _with(self, dim: str, values: Iterable[str]) -> Self:
        return replace(self, picks={**self.picks, dim: tuple(values)})

    def _toggle_months(self, value: str, multi: bool) -> Self:
        first, _, last = value.partition("..")
        since, until = month_start(first), month_end(month_start(last or first))
        if multi and self.since and self.until:
            return self.during(min(since, self.since), max(until, self.until))
        if (since, until) == (self.since, self.until):
            return self.during(None, None)
        return self.during(since, until)


def month_start(text: str) -> date:
    """First day of the month `2026-03` (or of the month of `2026-03-17`). Raises ValueError."""
    return date.fromisoformat(f"{text[:7]}-01")


def month_end(day: date) -> date:
    """Last day of the month of `day`."""
    return shift_months(day.replace(day=1), 1) - timedelta(1)


def shift_months(day: date, months: int, *, end: bool = False) -> date:
    """`day` moved by whole months, kept inside the month; with `end`, to the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = (date((index + 1) // 12, (index + 1) % 12 + 1, 1) - timedelta(1)).day
    return first.replace(day=last if end else min(day.day, last))


def months_between(since: date, until: date) -> int:
    """Number of calendar months touched from `since` to `until`, both included."""
    return (until.year - since.year) * 12 + until.month - since.month + 1
