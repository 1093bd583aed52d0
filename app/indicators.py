"""The indicators: what each means, what it needs and how it is written; one definition for every screen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

from app.texts import NBSP, number, t

MINUS = "\u2212"
SMALL = 11  # cases behind a mean or a rate below which it is greyed

Kind = Literal["count", "days", "share", "ratio"]
Tone = Literal["good", "bad", "flat"]


@dataclass(frozen=True)
class Indicator:
    """One indicator. `needs` names the columns without which it is null."""

    id: str
    kind: Kind
    good: int  # 1: more is better, -1: less is better, 0: neither
    needs: tuple[str, ...]
    volume: str | None = None  # the column of `production.kpis` that counts the cases behind a mean or a rate
    digits: int = 0

    @property
    def label(self) -> str:
        return t(f"indicator.{self.id}.label")

    @property
    def short(self) -> str:
        return t(f"indicator.{self.id}.short")

    @property
    def unit(self) -> str:
        """As it follows a number: « j », « % », « dossiers »."""
        return t(f"indicator.{self.id}.unit")

    @property
    def unit_word(self) -> str:
        """In full where there is room: « jours »."""
        return t("indicator.days") if self.kind == "days" else self.unit

    @property
    def formula(self) -> str:
        return t(f"indicator.{self.id}.formula")

    @property
    def weighting(self) -> str:
        return t(f"indicator.{self.id}.weighting")


@dataclass(frozen=True)
class Delta:
    """How a figure moved: « −0,4 j », « 0,4 j plus rapide » and whether that is good."""

    way: Literal["up", "down", "flat"]
    text: str
    words: str
    tone: Tone


INDICATORS: Mapping[str, Indicator] = {
    each.id: each
    for each in (
        Indicator("treated", "count", 1, ("treated",)),
        Indicator("closed", "count", 1, ("status",)),
        Indicator("mean_delay", "days", -1, ("delay_days",), "closed", 1),
        Indicator("median_delay", "days", -1, ("delay_days",), "closed"),
        Indicator("p90_delay", "days", -1, ("delay_days",), "closed"),
        Indicator("late_share", "share", -1, ("delay_days",), "closed", 1),
        Indicator("return_rate", "share", -1, ("returns",), "treated", 1),
        Indicator("returned_share", "share", -1, ("returns",), "treated", 1),
        Indicator("row_mean_delay", "days", -1, ("delay_days",), "treated", 1),
        Indicator("row_mean_return_rate", "share", -1, ("stated_return_rate",), "treated", 1),
        Indicator("stock", "count", -1, ("received_on",)),
        Indicator("workload_per_fte", "ratio", -1, ("received_on", "fte"), digits=1),
        Indicator("backlog_age", "count", -1, ("received_on",)),
    )
}


def column_label(name: str) -> str:
    """The heading of a column: an indicator's label with its unit, else the column's own name."""
    if name not in INDICATORS:
        return t(f"column.{name}")
    indicator = INDICATORS[name]
    return indicator.label if indicator.kind == "count" else f"{indicator.label} ({indicator.unit})"


def value_text(name: str, value: float | None, digits: int | None = None) -> tuple[str, str]:
    """The number, a share in per cent, and its unit in full: « 22,6 », « jours »; « — » and "" for None."""
    indicator = INDICATORS[name]
    scaled = value * 100 if value is not None and indicator.kind == "share" else value
    text = number(scaled, indicator.digits if digits is None else digits)
    return (text, indicator.unit_word) if value is not None else (text, "")


def in_line(name: str, value: float | None, digits: int | None = None) -> str:
    """As it stands in a sentence: « 22,6 j »."""
    text, unit = value_text(name, value, digits)
    return f"{text}{NBSP}{INDICATORS[name].unit}" if unit else text


def delta_text(name: str, now: float | None, before: float | None) -> Delta | None:
    """How `now` compares with `before`: counts in per cent, delays in days, shares in points.

    Days and points are the difference of the two values as they are written, so that a reader finds the same.
    None where either is missing, or where a per cent has nothing to refer to.
    """
    indicator = INDICATORS[name]
    relative = indicator.kind in ("count", "ratio")
    if now is None or before is None or (relative and before == 0):
        return None
    if relative:
        change, unit = (now - before) / abs(before) * 100, "%"
    elif indicator.kind == "days":
        change, unit = _shown(now) - _shown(before), t("indicator.days_short")
    else:
        change, unit = _shown(now * 100) - _shown(before * 100), t("indicator.points")
    amount = number(abs(change), 1)
    if not set(amount) & set("123456789"):
        return Delta("flat", t("indicator.stable"), t("indicator.stable"), "flat")
    return _moved(indicator, change > 0, f"{amount}{NBSP}{unit}")


def _shown(value: float) -> float:
    """A value to the tenth, rounded as it is written."""
    return float(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_EVEN))


def _moved(indicator: Indicator, up: bool, amount: str) -> Delta:
    more, less = ("slower", "faster") if indicator.kind == "days" else ("more", "less")
    better = indicator.good if up else -indicator.good
    tone: Tone = "flat" if better == 0 else "good" if better > 0 else "bad"
    words = t(f"indicator.{more if up else less}", amount=amount)
    return Delta("up" if up else "down", ("+" if up else MINUS) + amount, words, tone)


def definition(name: str, kpis: Mapping[str, Any]) -> list[str]:
    """Formula, weighting and rows counted, a sentence each; `kpis` is the row of `production.kpis`."""
    counts = {column: number(kpis.get(column)) for column in ("rows", "treated", "closed", "stock")}
    counted = t(f"indicator.{name}.counted", **counts)
    return [INDICATORS[name].formula, INDICATORS[name].weighting, counted]


def is_small(name: str, kpis: Mapping[str, Any]) -> bool:
    """Whether too few cases stand behind a mean or a rate to read much into it."""
    volume = INDICATORS[name].volume
    return volume is not None and kpis[name] is not None and int(kpis[volume]) < SMALL


def unavailable_text(
    name: str, kpis: Mapping[str, Any], absent: Collection[str], *, one_agent: bool = False
) -> str:
    """Why the indicator is null: an absent column by its name, else what the rows cannot tell.

    `absent` are the snapshot's columns without any value; `one_agent`: the reader picked agents.
    """
    indicator = INDICATORS[name]
    missing = [column for column in indicator.needs if column in absent]
    if missing:
        key = "column_absent" if len(missing) == 1 else "columns_absent"
        return t(f"indicator.{key}", columns=t("indicator.and").join(t(f"column.{each}") for each in missing))
    if not kpis.get("rows"):
        return t("indicator.no_rows")
    if "received_on" in indicator.needs:
        return _standing_text(kpis.get("stock") is not None, one_agent)
    batched = name == "returned_share" and kpis.get("return_rate") is not None
    return t("indicator.batches") if batched else t("indicator.nothing_counted")


def _standing_text(received_known: bool, one_agent: bool) -> str:
    """Why stock, or the workload per agent, cannot be told although no column is wholly absent."""
    if received_known and one_agent:
        return t("indicator.not_for_agents")
    column = "fte" if received_known else "received_on"
    return t("indicator.column_incomplete", columns=t(f"column.{column}"))
