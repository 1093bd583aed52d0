"""What a table of credit applications holds and how it may be scored: contracts/scoring/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from data.errors import LoadRefused
from data.formulas import ZERO, expression

NUMBER, CATEGORY, FLAG = "number", "category", "flag"
KEYS = ("client_id", "applied_on", "defaulted")
Value = float | str | None


@dataclass(frozen=True)
class Group:
    """The clients of a protected feature that are compared: codes, or numbers from `low`, below `high`."""

    labels: Mapping[str, str]  # by language
    codes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Feature:
    """One column of an application. Numbers and flags (0 or 1) are floats, categories codes as texts."""

    name: str
    kind: str  # number, category, flag
    labels: Mapping[str, str]  # by language
    unit: str = ""  # "€", "%" (a share, shown × 100), "years", "months", "days", "" for a plain number
    decimals: int = 0
    low: float | None = None  # what a file may hold; outside, the row is rejected
    high: float | None = None
    monotone: int = 0  # +1: a higher value never lowers the risk; -1: never raises it
    changeable: bool = False  # by the client: a slider of « Et si… »
    step: float | None = None  # of that slider
    below: str | None = None  # the feature that an offer keeps it under
    protected: bool = False  # never in the model that serves; fairness is measured by it
    after_outcome: bool = False  # known only once the outcome is: refused as a feature
    raw: bool = False  # only what derived features are made of: no model looks at it
    formula: str | None = None  # derived: SQL over the features before it
    names: tuple[str, ...] = ()  # further headers a file may give it
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code or number → label
    sentinels: Mapping[float, Mapping[str, str]] = field(default_factory=dict)  # number that means words
    groups: tuple[Group, ...] = ()  # of a protected feature; none: its values

    @property
    def numeric(self) -> bool:
        """Whether its values are floats."""
        return self.kind != CATEGORY


@dataclass(frozen=True)
class Costs:
    """What wrong decisions cost: `false_negative` a default granted, `false_positive` a good client refused.

    Where `amount` names a feature (€), a default loses `loss_share` of it and a wrong refusal `margin_share`.
    """

    false_negative: float = 10.0
    false_positive: float = 1.0
    review_ratio: float = 6.0  # up to the cut of this lower ratio, the proposal is to look closer
    amount: str | None = None
    loss_share: float = 0.6
    margin_share: float = 0.06

    @property
    def threshold(self) -> float:
        """The cost-optimal probability of default from which to refuse: FP / (FP + FN)."""
        return self.false_positive / (self.false_positive + self.false_negative)

    @property
    def review(self) -> float:
        """The probability above which refusal is proposed; between the threshold and it, a closer look."""
        return 1.0 / (1.0 + min(self.review_ratio, self.false_negative / self.false_positive))


@dataclass(frozen=True)
class ScoringContract:
    """The applications of one lender: key, dates, target and features, in the order of the table."""

    name: str
    labels: Mapping[str, str]
    headers: Mapping[str, tuple[str, ...]]  # client_id, applied_on, defaulted → how files call them
    outcomes: Mapping[str, tuple[str, ...]]  # "true", "false" → words for them
    horizon_months: int | None
    costs: Costs
    identity: tuple[str, ...]  # features of the identity bar
    features: Mapping[str, Feature]
    text: str  # the TOML it comes from, as kept with snapshot and model

    @cached_property
    def loaded(self) -> tuple[Feature, ...]:
        """The features a file brings, in order."""
        return tuple(each for each in self.features.values() if each.formula is None)

    @cached_property
    def derived(self) -> tuple[Feature, ...]:
        """The features computed from others, in order."""
        return tuple(each for each in self.features.values() if each.formula is not None)

    @cached_property
    def served(self) -> tuple[Feature, ...]:
        """What the serving model may look at: all but raw, protected and after-outcome features."""
        return tuple(f for f in self.features.values() if not (f.raw or f.protected or f.after_outcome))

    @cached_property
    def protected(self) -> tuple[Feature, ...]:
        """What only fairness is measured by."""
        return tuple(each for each in self.features.values() if each.protected)

    @cached_property
    def numbers(self) -> tuple[Feature, ...]:
        """The features kept in the list `numbers` of the relation `applications`, in order."""
        return tuple(each for each in self.features.values() if each.numeric)

    @cached_property
    def words(self) -> tuple[Feature, ...]:
        """The features kept in the list `words` of the relation `applications`, in order."""
        return tuple(each for each in self.features.values() if not each.numeric)

    def derive(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` (all loaded features, numbers as Float64) with every derived feature computed anew.

        One evaluator for a whole table and for one client, so that both give the same bits (see
        data.formulas). A result that is not finite is null.
        """
        if not self.derived:
            return rows
        found = rows.select(self._read).with_columns(pl.zeros(rows.height, eager=True).alias(ZERO))
        for derived in self._expressions:
            found = found.with_columns(derived)
        return rows.with_columns(found.select(each.name for each in self.derived))

    def of_lists(self, numbers: list[float | None], words: list[str | None]) -> dict[str, Value]:
        """Values by feature from the two lists of the relation `applications`."""
        found: dict[str, Value] = dict(zip((f.name for f in self.numbers), numbers, strict=True))
        return found | dict(zip((f.name for f in self.words), words, strict=True))

    @cached_property
    def _expressions(self) -> tuple[pl.Expr, ...]:
        return tuple(expression(each.formula or "").alias(each.name) for each in self.derived)

    @cached_property
    def _read(self) -> tuple[pl.Expr, ...]:
        """The loaded features that formulas read."""
        read = {name for each in self._expressions for name in each.meta.root_names()}
        kinds = {each.name: pl.Float64() if each.numeric else pl.String() for each in self.loaded}
        return tuple(pl.col(name).cast(kind) for name, kind in kinds.items() if name in read)


def presets() -> tuple[str, ...]:
    """The names of the scoring contracts that come with Vigie."""
    folder = files("data") / "contracts" / "scoring"
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


@cache
def preset(name: str) -> ScoringContract:
    """The contract that comes with Vigie under that name. Raises LoadRefused."""
    if name not in presets():
        raise LoadRefused("unknown_preset", preset=name, known=", ".join(presets()))
    return parse((files("data") / "contracts" / "scoring" / f"{name}.toml").read_text(encoding="utf-8"))


def read(file: Path) -> ScoringContract:
    """A contract of the reader's own. Raises LoadRefused."""
    try:
        return parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pl.exceptions.PolarsError) as error:
        raise LoadRefused("mapping_unreadable", file=str(file), detail=str(error)) from None


def parse(text: str) -> ScoringContract:
    """Raises ValueError, KeyError or TypeError, which name the entry, for a text that is no contract."""
    raw = tomllib.loads(text)
    features = {name: _feature(name, entry) for name, entry in raw["features"].items()}
    contract = ScoringContract(
        name=raw["name"],
        labels=raw["label"],
        headers={key: tuple(raw["headers"].get(key, ())) for key in KEYS},
        outcomes={key: tuple(map(str, words)) for key, words in raw["outcomes"].items()},
        horizon_months=raw.get("horizon_months"),
        costs=Costs(**raw.get("costs", {})),
        identity=tuple(raw["identity"]),
        features=features,
        text=text,
    )
    others = (contract.costs.amount, *(each.below for each in features.values()))
    named = {*contract.identity, *(name for name in others if name)}
    if unknown := named - set(features):
        raise ValueError(f"no feature is called {', '.join(sorted(unknown))}")
    if clash := set(features) & set(KEYS):
        raise ValueError(f"{', '.join(sorted(clash))} is no feature")
    return contract


@lru_cache(maxsize=8)
def parsed(text: str) -> ScoringContract:
    """As `parse`; the same text gives the same contract, so that what is computed from it is kept."""
    return parse(text)


def _feature(name: str, entry: Mapping[str, Any]) -> Feature:
    if not name.isidentifier():
        raise ValueError(f"{name} is not a name of letters, digits and underscores")
    given = dict(entry)
    return Feature(
        name=name,
        kind=given.pop("kind", NUMBER),
        labels={"fr": given.pop("fr"), "en": given.pop("en")},
        names=tuple(given.pop("names", ())),
        values={str(code): labels for code, labels in given.pop("values", {}).items()},
        sentinels={float(number): labels for number, labels in given.pop("sentinels", {}).items()},
        groups=tuple(_group(each) for each in given.pop("groups", ())),
        **given,
    )


def _group(entry: Mapping[str, Any]) -> Group:
    return Group(
        labels={"fr": entry["fr"], "en": entry["en"]},
        codes=tuple(map(str, entry.get("codes", ()))),
        low=entry.get("low"),
        high=entry.get("high"),
    )
