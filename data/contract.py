"""What a source must bring: columns, their other names, kinds and ranges, from contracts/*.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from data.errors import LoadRefused


@dataclass(frozen=True)
class Column:
    """One column of a contract. `values` gives each published word the words that mean it, folded;
    `spellings` those that need no folding; `header` how a file of this contract calls it.
    """

    name: str
    kind: str  # text, choice, date, month, number, integer; of credits also code, flag, outcome
    required: bool = False
    low: float | None = None
    high: float | None = None
    names: frozenset[str] = frozenset()  # folded
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    spellings: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sentinels: tuple[float, ...] = ()  # numbers that mean words, wherever the range ends
    header: str = ""


@dataclass(frozen=True)
class CaseType:
    """The norm (days) and weight (1 = a plain case) of a type; `name` None is the default."""

    name: str | None
    norm_days: float
    weight: float


@dataclass(frozen=True)
class Mapped:
    """Which header of a source fills which column; `ignored` are the headers that fill none."""

    headers: Mapping[str, int]  # column → position of its header
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """A table's columns, key and date range."""

    table: str
    key: str
    columns: Mapping[str, Column]
    one_of: tuple[tuple[str, ...], ...]
    first_date: date
    last_date: date
    given: Mapping[str, str] = field(default_factory=dict)  # folded header → column, by preset or mapping

    def map(self, headers: Sequence[str]) -> Mapped:
        """Find a column for each header. Raises LoadRefused with the whole difference."""
        found: dict[str, int] = {}
        ignored = []
        for position, header in enumerate(headers):
            column = self._column(header, headers)
            if column is None:
                ignored.append(header)
            elif column in found:
                raise LoadRefused("column_twice", column=column, first=headers[found[column]], second=header)
            else:
                found[column] = position
        self._require(found, ignored)
        return Mapped(found, tuple(ignored))

    def _column(self, header: str, headers: Sequence[str]) -> str | None:
        """What was given for this file comes first, and silences synonyms elsewhere in it."""
        name = fold(header)
        if name in self.given:
            return self.given[name]
        taken = {self.given[fold(other)] for other in headers if fold(other) in self.given}
        matches = (column.name for column in self.columns.values() if name in column.names)
        return next((column for column in matches if column not in taken), None)

    def _require(self, found: Mapping[str, int], ignored: Sequence[str]) -> None:
        missing = [name for name, column in self.columns.items() if column.required and name not in found]
        # A preset knows its file: a header that it names and that is gone was renamed, not left out.
        missing += [name for name in dict.fromkeys(self.given.values()) if name not in {*found, *missing}]
        missing += [" / ".join(group) for group in self.one_of if not any(name in found for name in group)]
        if missing:
            headers = {name: column.header or name for name, column in self.columns.items()}
            raise LoadRefused(
                "columns_missing",
                table=self.table,
                missing=", ".join(headers.get(name, name) for name in missing),
                unknown=", ".join(header or "∅" for header in ignored) or "—",
                nearest=", ".join(self._nearest(missing, ignored)) or "—",
            )

    def _nearest(self, missing: Sequence[str], ignored: Sequence[str]) -> list[str]:
        near = []
        for wanted in (name for group in missing for name in group.split(" / ")):
            folded = {fold(header): header for header in ignored}
            for name in sorted(self.columns[wanted].names):
                for close in get_close_matches(name, list(folded), n=1, cutoff=0.7):
                    near.append(f"{folded[close]} → {wanted}")
        return list(dict.fromkeys(near))


def fold(text: str) -> str:
    """« Délai_traitement » → `delaitraitement`: no accent, case or separator."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", bare.casefold())


def contract(table: str, preset: str | None = None, mapping: Path | None = None) -> Contract:
    """The contract of `table`, with the headers and values of a preset and of a mapping file.

    Raises LoadRefused for an unknown table, preset, column or an unreadable mapping.
    """
    raw = _raw(table)
    columns = {name: _column(name, entry) for name, entry in raw["columns"].items()}
    given: dict[str, str] = {}
    for extra in (_preset(preset), _mapping(mapping)):
        given |= {
            fold(header): _known(column, columns) for header, column in extra.get("columns", {}).items()
        }
        for name, words in extra.get("values", {}).items():
            columns[name] = _with_values(columns[_known(name, columns)], words)
    return Contract(
        table=table,
        key=raw["key"],
        columns=columns,
        one_of=tuple(tuple(group) for group in raw.get("one_of", [])),
        first_date=raw["dates"]["min"],
        last_date=datetime.now(UTC).date() + timedelta(days=raw["dates"]["days_ahead"]),
        given=given,
    )


@cache
def case_types() -> tuple[CaseType, ...]:
    """The default first (name None), then the types of contracts/case_types.toml."""
    raw = tomllib.loads(_text("case_types"))
    entries = [{"name": None, **raw["default"]}, *raw["types"]]
    return tuple(CaseType(e["name"], float(e["norm_days"]), float(e["weight"])) for e in entries)


def norm_of(case_type: str | None) -> float:
    """The norm of a case type in days; the default's for an unknown type or None."""
    norms = {each.name: each.norm_days for each in case_types()}
    return norms.get(case_type, norms[None])


def _text(name: str) -> str:
    return (files("data") / "contracts" / f"{name}.toml").read_text(encoding="utf-8")


def _raw(table: str) -> dict[str, Any]:
    known = sorted(
        path.name.removesuffix(".toml")
        for path in (files("data") / "contracts").iterdir()
        if path.name.endswith(".toml") and path.name != "case_types.toml"
    )
    if table not in known:
        raise LoadRefused("unknown_table", table=table, known=", ".join([*known, "credits"]))
    return tomllib.loads(_text(table))


def _preset(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    folder = files("data") / "contracts" / "presets"
    known = sorted(
        path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml")
    )
    if name not in known:
        raise LoadRefused("unknown_preset", preset=name, known=", ".join(known))
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))


def _mapping(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LoadRefused("mapping_unreadable", file=str(file), detail=str(error)) from None
    parts = [given.get("columns", {}), *given.get("values", {None: {}}).values()]
    words = all(isinstance(part, dict) and all(isinstance(w, str) for w in part.values()) for part in parts)
    if not words or not set(given) <= {"columns", "values"}:
        raise LoadRefused("mapping_unreadable", file=str(file), detail="[columns] [values.status]")
    return given


def _known(name: str, columns: Mapping[str, Column]) -> str:
    if name not in columns:
        raise LoadRefused("unknown_column", column=name, known=", ".join(columns))
    return name


def _column(name: str, entry: Mapping[str, Any]) -> Column:
    words = entry.get("values", {})
    return Column(
        name=name,
        kind=entry["type"],
        required=entry.get("required", False),
        low=entry.get("min"),
        high=entry.get("max"),
        names=frozenset(map(fold, (name, *entry["synonyms"]))),
        values={word: frozenset(map(fold, (word, *others))) for word, others in words.items()},
        spellings={
            word: frozenset({word, *others, *map(str.capitalize, others)}) for word, others in words.items()
        },
    )


def _with_values(column: Column, words: Mapping[str, str]) -> Column:
    values, spellings = dict(column.values), dict(column.spellings)
    for found, meaning in words.items():
        if meaning not in values:
            raise LoadRefused("unknown_value", column=column.name, value=meaning, known=", ".join(values))
        folded = fold(found)
        values = {word: others - {folded} for word, others in values.items()}
        spellings = {
            word: frozenset(w for w in each if fold(w) != folded) for word, each in spellings.items()
        }
        values[meaning] |= {folded}
        spellings[meaning] |= {found}
    return replace(column, values=values, spellings=spellings)
