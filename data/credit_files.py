"""What a file of credits must bring: the contract that landing and checks follow, from the scoring one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from data import scoring as contracts
from data.contract import Column, Contract, fold
from data.credits import clients_of
from data.errors import LoadRefused
from data.scoring import CATEGORY, FLAG, Feature, ScoringContract

FLAGS = {
    "1": ("1", "y", "yes", "true", "t", "oui", "o", "vrai"),
    "0": ("0", "n", "no", "false", "f", "non", "faux"),
}
TAKEN = ("line", "fault", "refused", "record", "row", "rowid", "key", "content", "fingerprint")  # by landing
FIRST, AHEAD = date(1900, 1, 1), timedelta(days=366)


def described(preset: str | None, mapping: Path | None, held: ScoringContract | None) -> ScoringContract:
    """The scoring contract a load asks for; `held` is that of the credits it adds to. Raises LoadRefused."""
    known = ", ".join(contracts.presets())
    if preset and mapping:
        raise LoadRefused("two_contracts")
    if not (preset or mapping or held):
        raise LoadRefused("no_contract", known=known)
    asked = contracts.preset(preset) if preset else contracts.read(mapping) if mapping else held
    assert asked is not None  # noqa: S101  one of the three is given
    _refuse_formulas(asked)
    if held and _brought(asked) != _brought(held):
        raise LoadRefused("other_contract", asked=asked.name, held=held.name)
    return asked


def _brought(scoring: ScoringContract) -> list[tuple[str, str]]:
    return [(feature.name, feature.kind) for feature in scoring.loaded]


def agreed(scoring: ScoringContract, *, adding: bool = False) -> Contract:
    """The columns of a file of credits. One that is `adding` may be without outcomes: they are to come.

    Raises LoadRefused for a contract whose names cannot stand side by side.
    """
    columns = {column.name: column for column in _columns(scoring)}
    _refuse_clashes(scoring, columns.values())
    wanted = [name for name in columns if name != "applied_on" or scoring.headers[name]]
    if adding:
        wanted.remove("defaulted")
    return Contract(
        table="credits",
        key="client_id",
        columns=columns,
        one_of=(),
        first_date=FIRST,
        last_date=datetime.now(UTC).date() + AHEAD,
        given={header: name for name in wanted for header in columns[name].names},
    )


def _columns(scoring: ScoringContract) -> Iterable[Column]:
    yield _key("client_id", "integer", scoring, required=True)
    yield _key("applied_on", "date", scoring)
    words = {meaning: _spelled(given) for meaning, given in scoring.outcomes.items()}
    yield _key("defaulted", "outcome", scoring, spellings=words)
    for feature in scoring.loaded:
        yield _column(feature)


def _key(
    name: str,
    kind: str,
    scoring: ScoringContract,
    *,
    required: bool = False,
    spellings: dict[str, frozenset[str]] | None = None,
) -> Column:
    headers = (*scoring.headers[name], name)
    return Column(
        name,
        kind,
        required=required,
        names=frozenset(map(fold, headers)),
        spellings=spellings or {},
        header=headers[0],
    )


def _column(feature: Feature) -> Column:
    return Column(
        feature.name,
        _kind(feature),
        low=feature.low,
        high=feature.high,
        names=frozenset(map(fold, (feature.name, *feature.names))),
        spellings={meaning: _spelled(words) for meaning, words in FLAGS.items()}
        if feature.kind == FLAG
        else {},
        sentinels=tuple(feature.sentinels),
        header=feature.name,
    )


def _kind(feature: Feature) -> str:
    """A category whose codes are numbers reads 2.0 as 2: columns with gaps come as fractions."""
    if feature.kind == CATEGORY:
        return "code" if feature.values and all(map(_whole, feature.values)) else "text"
    return feature.kind


def _whole(code: str) -> bool:
    return code.removeprefix("-").isdecimal()


def _spelled(words: Iterable[str]) -> frozenset[str]:
    """As written, without capitals; numbers also as fractions."""
    return frozenset(spelling for word in words for spelling in _spellings(word.lower()))


def _spellings(word: str) -> tuple[str, ...]:
    return (word, f"{word}.0") if _whole(word) else (word,)


def _refuse_formulas(scoring: ScoringContract) -> None:
    """Tried on no rows at all: what cannot be read, or names what is not there, fails there too."""
    kinds = {"client_id": pl.Int64(), "applied_on": pl.Date()}
    features = {feature.name: pl.Float64() if feature.numeric else pl.String() for feature in scoring.loaded}
    try:
        clients_of(scoring.derive(pl.DataFrame(schema={**kinds, **features})), scoring)
    except pl.exceptions.PolarsError as error:
        raise LoadRefused("mapping_unreadable", file=scoring.name, detail=str(error)) from None


def _refuse_clashes(scoring: ScoringContract, columns: Iterable[Column]) -> None:
    seen: dict[str, str] = dict.fromkeys(TAKEN, "Vigie")
    for name in (each.lower() for each in (*contracts.KEYS, *scoring.features)):
        if name in seen:
            raise LoadRefused("mapping_unreadable", file=scoring.name, detail=f"{name}, {seen[name]}")
        seen[name] = name
    headers: dict[str, str] = {}
    for column in columns:
        for header in column.names:
            if headers.setdefault(header, column.name) != column.name:
                detail = f"{header}: {headers[header]}, {column.name}"
                raise LoadRefused("mapping_unreadable", file=scoring.name, detail=detail)
