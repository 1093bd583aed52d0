"""Which rules fire for which agency or region, in the month judged and in those before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from queries.rules.board import Board, Values
from queries.rules.indicators import INDICATORS
from queries.rules.rule import Rule, rules
from queries.selection import Selection, month_end, shift_months

FLOWS = ("closed", "returned")  # counted over the months behind the value; the rest stands at their end
HISTORY = pl.Schema(
    {"rule": pl.String(), "dim": pl.String(), "place": pl.String(), "month": pl.Date(), "fired": pl.Boolean()}
    | dict.fromkeys(("values", "limits"), pl.List(pl.Float64()))
)


@dataclass(frozen=True)
class Group:
    """A place that a rule judges, and its agencies by their rows on the board.

    `dim` is `agency` or `region`; "" with no name for agencies that the reader picked together.
    """

    dim: str
    name: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Judged:
    """A rule on its places: where and when it fires, and every figure by name (places × months told)."""

    rule: Rule
    groups: tuple[Group, ...]
    fires: NDArray[np.bool_]
    figures: Mapping[str, Values]

    def values(self, place: int, month: int = -1) -> tuple[float, ...]:
        """What its conditions compared there, in their order; not a number where unknown."""
        return tuple(float(self.figures[each.indicator][place, month]) for each in self.rule.conditions)

    def fired(self) -> list[int]:
        """The places where it fires in the last month told."""
        return [int(place) for place in np.flatnonzero(self.fires[:, -1])]


def silent(rule: Rule, selection: Selection) -> bool:
    """Whether the picks leave one of its indicators without meaning: the load of one type of case.

    Those that show its own evidence do not.
    """
    shown = Selection.parse(rule.evidence).picks
    return any(shown.get(dim) != selection.picks[dim] for dim in set(selection.picks) - rule.bears)


def judge(board: Board, selection: Selection, found: Sequence[Rule] | None = None) -> Iterator[Judged]:
    """Every rule on its places in the selection, silent rules and those of the whole selection left out."""
    for rule in found or rules():
        if rule.per == "selection" or silent(rule, selection):
            continue
        places = tuple(groups(board, selection, rule.per))
        if places:
            figures = _figures(board, places, rule)
            yield Judged(rule, places, fires(rule, figures), figures)


def groups(board: Board, selection: Selection, dim: str) -> list[Group]:
    """The agencies, or the regions, that the selection picks.

    Several picked agencies are one group of their own; of a single one, its region is judged.
    """
    regions, agencies = selection.picks.get("region", ()), selection.picks.get("agency", ())
    inside = [n for n, region in enumerate(board.regions) if not regions or region in regions]
    picked = [n for n in inside if not agencies or board.agencies[n] in agencies]
    if dim == "agency":
        return [Group(dim, board.agencies[n], (n,)) for n in picked]
    if len(agencies) > 1:
        return [Group("", "", tuple(picked))]
    members: dict[str, list[int]] = {board.regions[n]: [] for n in picked}
    for n, region in enumerate(board.regions):
        if region in members:
            members[region].append(n)
    return [Group(dim, name, tuple(held)) for name, held in members.items()]


def fires(rule: Rule, figures: Mapping[str, Values]) -> NDArray[np.bool_]:
    """Where every condition holds on enough cases, in a month and in those it must follow."""
    enough = figures[INDICATORS[rule.indicator].volume] >= rule.minimum
    held = np.logical_and.reduce([enough, *(c.holds(figures[c.indicator]) for c in rule.conditions)])
    running = held.copy()
    for back in range(1, rule.months):
        running[..., back:] &= held[..., :-back]
        running[..., :back] = False
    return np.asarray(running)


def counted(board: Board, rule: Rule, group: Group) -> int:
    """The cases that the evidence of the month judged shows."""
    held = list(group.members)
    if rule.counted in FLOWS:
        return int(board.flows[rule.counted][held, -rule.window :].sum())
    return int(np.nan_to_num(board.stocks[rule.counted][held, -1]).sum())


def evidence(rule: Rule, group: Group, month: date, selection: Selection) -> Selection:
    """The selection that shows the cases counted."""
    since = None if rule.from_the_start else shift_months(month, 1 - rule.window)
    here = {"case_type": selection.picks.get("case_type", ())}
    if group.dim:
        here[group.dim] = (group.name,)
    else:
        here |= {dim: selection.picks.get(dim, ()) for dim in ("region", "agency")}
    return Selection(since, month_end(month), {**here, **Selection.parse(rule.evidence).picks})


def history(board: Board, selection: Selection, months: int = 12) -> pl.DataFrame:
    """Every rule on every place in each of the last `months` months: whether it fired, values and limits.

    `values` and `limits` follow the rule's conditions; a value is null where it cannot be told.
    """
    tables = [_told(each, board.months[-months:]) for each in judge(board, selection)]
    return pl.concat(tables) if tables else HISTORY.to_frame()


def what_if(board: Board, selection: Selection, rule: Rule, limits: tuple[float, ...]) -> tuple[str, ...]:
    """The places for which the rule would fire in the month judged with those limits.

    Raises ValueError unless there are as many limits as conditions.
    """
    changed = rule.limited(limits)
    return tuple(
        each.groups[place].name for each in judge(board, selection, [changed]) for place in each.fired()
    )


def _told(judged: Judged, months: Sequence[date]) -> pl.DataFrame:
    width, conditions = len(months), judged.rule.conditions
    values = np.stack([judged.figures[each.indicator][:, -width:] for each in conditions], axis=-1)
    columns: dict[str, Any] = {
        "place": np.repeat([group.name for group in judged.groups], width),
        "month": list(months) * len(judged.groups),
        "fired": judged.fires[:, -width:].reshape(-1),
        "values": pl.Series(values.reshape(-1)).fill_nan(None).reshape((-1, len(conditions))),
    }
    limits = pl.Series([[float(each.limit) for each in conditions]])
    table = pl.DataFrame(columns).with_columns(
        pl.lit(judged.rule.id).alias("rule"),
        pl.lit(judged.groups[0].dim).alias("dim"),
        pl.lit(limits).first().alias("limits"),
    )
    return table.select(HISTORY.names()).cast(HISTORY)


def _figures(board: Board, places: Sequence[Group], rule: Rule) -> Mapping[str, Values]:
    if rule.per == "region":
        each = [board.variation(group.members) for group in places]
        return {name: np.concatenate([one[name] for one in each]) for name in each[0]}
    rows = [group.members[0] for group in places]
    return {name: values[rows] for name, values in board.values.items()}
