"""From text to typed columns, and why a row is refused: the SQL that a contract stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.contract import Column, Contract, Mapped
from data.sources import literal, quoted

TYPES = {
    "text": "VARCHAR", "choice": "VARCHAR", "date": "DATE", "month": "DATE", "number": "DOUBLE",
    "integer": "BIGINT", "code": "VARCHAR", "flag": "DOUBLE", "outcome": "BOOLEAN",
}  # fmt: skip
UNREAD = {
    "date": "not_a_date",
    "month": "not_a_month",
    "choice": "unknown_value",
    "flag": "unknown_value",
    "outcome": "unknown_value",
}
DAYS = ("%Y-%m-%d", "%d/%m/%Y")
MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%SZ",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d",
)  # fmt: skip
MONTHS = ("%Y-%m", "%m/%Y", "%Y/%m", *DAYS, *MOMENTS)
BLANKS = (9, 160, 8239)  # tab, no-break spaces
EXACT = 2**53  # integers beyond it are not exact as DOUBLE


@dataclass(frozen=True)
class Fault:
    """Why a row is refused; `column` is where. `test` is SQL over the typed row, true when it is so."""

    column: str
    reason: str
    test: str


def faults(contract: Contract, mapped: Mapped) -> list[Fault]:
    """All that can be wrong with one row, what is wrong with a value before what is wrong between them."""
    found = []
    for name in mapped.headers:
        column = contract.columns[name]
        if column.required:
            found.append(Fault(name, "missing", f"text_{name} IS NULL"))
        found += _value_faults(contract, column)
    return found + (_row_faults(mapped) if contract.table == "cases" else [])


def _value_faults(contract: Contract, column: Column) -> list[Fault]:
    name, value = column.name, quoted(column.name)
    if column.kind in ("text", "code"):
        return [Fault(name, "nul_character", f"contains(text_{name}, chr(0))")]
    unread = f"text_{name} IS NOT NULL AND {value} IS NULL"
    found = [Fault(name, UNREAD.get(column.kind, "not_a_number"), unread)]
    if column.kind == "integer":
        found.insert(0, Fault(name, "not_whole", f"{value} IS NULL AND isfinite(number_{name})"))
    low: object = column.low
    high: object = column.high
    if column.kind in ("date", "month"):
        low, high = _day(contract.first_date), _day(contract.last_date)
    beyond = [f"{value} {way} {end}" for way, end in (("<", low), (">", high)) if end is not None]
    if beyond:
        meant = f" AND {value} NOT IN ({', '.join(map(str, column.sentinels))})" if column.sentinels else ""
        found.append(Fault(name, "out_of_range", f"({' OR '.join(beyond)}){meant}"))
    return found


def _row_faults(mapped: Mapped) -> list[Fault]:
    finished = "status IN ('closed', 'rejected')"
    found = []
    if {"received_on", "closed_on"} <= set(mapped.headers):
        found.append(Fault("closed_on", "closed_before_received", "closed_on < received_on"))
    if "closed_on" in mapped.headers:
        found.append(Fault("closed_on", "open_but_closed", "status = 'open' AND closed_on IS NOT NULL"))
        found.append(Fault("closed_on", "closed_without_date", f"{finished} AND closed_on IS NULL"))
    counted = f"coalesce(day, CASE WHEN {finished} THEN closed_on ELSE received_on END)"
    found.append(Fault("day", "missing", f"{counted} IS NULL"))
    return found


def text_columns(contract: Contract, mapped: Mapped, columns: Sequence[str]) -> str:
    """Trimmed text of each mapped column, null where blank. `columns` are the source's, as SQL."""
    trimmed = {
        name: _trimmed(columns[position], contract.columns[name].kind)
        for name, position in mapped.headers.items()
    }
    return ",\n".join(f"nullif({text}, '') AS text_{name}" for name, text in trimmed.items())


def _trimmed(text: str, kind: str) -> str:
    """Only spaces where nothing else is seen: trimming a set of characters is fifty times as slow."""
    if kind in ("date", "number", "integer"):
        return f"trim({text})"
    seen = " OR ".join(f"contains({text}, chr({blank}))" for blank in BLANKS)
    blanks = " || ".join(f"chr({blank})" for blank in (32, *BLANKS))
    return f"CASE WHEN {seen} THEN trim({text}, {blanks}) ELSE trim({text}) END"


def numbers(contract: Contract, mapped: Mapped) -> str:
    """`number_<column>` for each column of numbers, so that a fraction is told from a word."""
    names = [name for name in mapped.headers if contract.columns[name].kind in ("number", "integer")]
    return "".join(f", {_number(f'text_{name}')} AS number_{name}" for name in names)


def typed_columns(contract: Contract, mapped: Mapped) -> str:
    """Every column of the contract as its type, null where the source has none or nothing readable."""
    return ",\n".join(
        f"{_typed(column) if name in mapped.headers else f'NULL::{TYPES[column.kind]}'} AS {quoted(name)}"
        for name, column in contract.columns.items()
    )


def first_fault(found: Sequence[Fault]) -> str:
    """The position of the first fault, null for a good row."""
    cases = "\n".join(f"WHEN {fault.test} THEN {position}" for position, fault in enumerate(found))
    return f"CASE {cases} END"


def faulty_text(found: Sequence[Fault], mapped: Mapped) -> str:
    """The source's text at the fault, so that it can be shown."""
    cases = "\n".join(
        f"WHEN {position} THEN text_{fault.column}"
        for position, fault in enumerate(found)
        if fault.column in mapped.headers
    )
    return f"CASE fault {cases} END"


def _typed(column: Column) -> str:
    text = f"text_{column.name}"
    if column.kind in ("date", "month"):
        return _date(text) if column.kind == "date" else _month(text)
    number = f"number_{column.name}"
    if column.kind == "number":
        return f"CASE WHEN isfinite({number}) THEN {number} END"
    if column.kind == "integer":
        whole = f"{number} = floor({number}) AND abs({number}) <= {EXACT}"
        return f"CASE WHEN {whole} THEN {number}::BIGINT END"
    if column.kind == "choice":
        return _choice(column, text)
    if column.kind in ("flag", "outcome"):
        return f"{_meanings(column.spellings)}[lower({text})]::{TYPES[column.kind]}"
    return _code(text) if column.kind == "code" else text


def _date(text: str) -> str:
    each = ", ".join(f"try_strptime({text}, {literal(form)})" for form in DAYS)
    others = ", ".join(map(literal, MOMENTS))
    return f"coalesce({each}, try_strptime({text}, [{others}]))::DATE"


def _month(text: str) -> str:
    """Its first day."""
    return f"date_trunc('month', try_strptime({text}, [{', '.join(map(literal, MONTHS))}]))::DATE"


def _code(text: str) -> str:
    """A whole number in its shortest form, so that 2, 2.0 and 2.00E+00 are one code."""
    value = f"try_cast({text} AS DOUBLE)"
    whole = f"{value} = floor({value}) AND abs({value}) <= {EXACT}"
    return f"CASE WHEN {whole} THEN {value}::BIGINT::VARCHAR ELSE {text} END"


def _number(text: str) -> str:
    """A decimal point or comma; spaces between thousands, thin or not, are let go."""
    spaceless = f"regexp_replace({text}, '[\\s\\x{{A0}}\\x{{202F}}]', '', 'g')"
    comma = f"try_cast(replace({spaceless}, ',', '.') AS DOUBLE)"
    return f"CASE WHEN NOT contains({text}, '_') THEN coalesce(try_cast({text} AS DOUBLE), {comma}) END"


def _choice(column: Column, text: str) -> str:
    """The words as the contract spells them first: folding each of ten million values takes seconds."""
    folded = f"regexp_replace(lower(strip_accents({text})), '[^\\pL\\pN]', '', 'g')"
    return f"coalesce({_meanings(column.spellings)}[{text}], {_meanings(column.values)}[{folded}])"


def _meanings(values: Mapping[str, frozenset[str]]) -> str:
    """A map and not a CASE: what it looks up is worked out once, and only where it is needed."""
    pairs = [(word, meaning) for meaning, words in values.items() for word in sorted(words)]
    words = ", ".join(literal(word) for word, _ in pairs)
    return f"MAP([{words}], [{', '.join(literal(meaning) for _, meaning in pairs)}])"


def _day(value: date) -> str:
    return f"DATE '{value.isoformat()}'"
