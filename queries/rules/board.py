"""What the rules compare, per agency and per region, month by month, from a few answers of the cubes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from queries.engine import Days
from queries.query import Query
from queries.rules.indicators import YEAR
from queries.rules.rule import rules
from queries.selection import Selection, month_end, months_between, shift_months

INT, FLOAT, TEXT = pl.Int64(), pl.Float64(), pl.String()
Z = 1.959964  # of a two-sided 95 % interval
Values = NDArray[np.float64]  # agencies × months, or regions × months; not a number where it cannot be told

months_by_agency = Query(
    "queries.rules",
    "months_by_agency",
    source="cases",
    columns=pl.Schema(
        {"month": pl.Date(), "agency": TEXT, "closed": INT, "delay_treated": INT, "delay_sum": FLOAT}
        | dict.fromkeys(("returns", "returns_treated", "returned"), INT)
    ),
)
stock_by_agency = Query(
    "queries.rules",
    "stock_by_agency",
    source="open_cases",
    also=("offices", "known"),
    columns=pl.Schema(
        {"agency": TEXT, "region": TEXT, "fte": FLOAT, "open": INT, "open_weight": FLOAT, "old": INT}
    ),
)


def judged(selection: Selection, days: Days) -> date:
    """The first day of the month judged: the last complete one of the period, else its last."""
    last, start = days.as_of(selection), days.first.replace(day=1)
    first = max(selection.since or start, start)
    month = last.replace(day=1)
    if last == month_end(last) or shift_months(month, -1) < first:
        return month
    return shift_months(month, -1)


def depth(months: int) -> int:
    """How many months of values tell what fired in the last `months`."""
    return months + max(each.months for each in rules()) - 1


def asked(months: int = 1) -> dict[str, Query]:
    """The questions a board of `months` months may ask, by name."""
    stocks = {f"stock_{back}": stock_by_agency for back in range(depth(months))}
    return {"months": months_by_agency, **stocks}


def questions(selection: Selection, days: Days, months: int = 1) -> dict[str, tuple[Query, Selection]]:
    """What a board of `months` months asks: the whole network under the picked types of case.

    `months` and one `stock_<n>` for each month's end, n months before the one judged; none before the data.
    """
    month = judged(selection, days)
    kept = {dim: values for dim, values in selection.picks.items() if dim == "case_type"}
    first = shift_months(month, 1 - depth(months) - YEAR)
    ends = [month_end(shift_months(month, -back)) for back in range(depth(months))]
    stocks = {
        f"stock_{back}": (stock_by_agency, Selection(None, end, kept))
        for back, end in enumerate(ends)
        if back == 0 or end >= days.first
    }
    return {"months": (months_by_agency, Selection(first, month_end(month), kept)), **stocks}


@dataclass(frozen=True)
class Board:
    """The values of every indicator for every agency of the network in the months up to `month`.

    `closed`, `delay_treated` … are counts per month, the twelve months before the first one told included;
    `open`, `weight` and `old` are counts at the ends of the months told.
    """

    month: date
    agencies: tuple[str, ...]
    regions: tuple[str, ...]
    fte: Values  # per agency
    flows: Mapping[str, Values]
    stocks: Mapping[str, Values]

    @property
    def told(self) -> int:
        """How many months are told."""
        return int(self.stocks["open"].shape[1])

    @cached_property
    def months(self) -> tuple[date, ...]:
        """The months told, in order."""
        return tuple(shift_months(self.month, 1 + index - self.told) for index in range(self.told))

    @cached_property
    def load(self) -> Values:
        """Weighted open cases per full-time agent."""
        return _over(self.stocks["weight"], self.fte[:, None])

    @cached_property
    def network_load(self) -> Values:
        """The same of all agencies together, one value a month."""
        whole: Values = _over(self.stocks["weight"].sum(axis=0), self.fte.sum())
        return whole

    @cached_property
    def delay(self) -> Values:
        """Mean delay of the cases closed in each month, the twelve months before included."""
        return _over(self.flows["delay_sum"], self.flows["delay_treated"])

    @cached_property
    def before(self) -> tuple[Values, Values]:
        """Mean and sample standard deviation of the twelve monthly delays before each month told."""
        past = np.lib.stride_tricks.sliding_window_view(self.delay[:, :-1], YEAR, axis=1)
        return past.mean(axis=2), past.std(axis=2, ddof=1)

    def year(self, name: str) -> Values:
        """A count summed over the twelve months that end with each month told."""
        past = np.lib.stride_tricks.sliding_window_view(self.flows[name][:, 1:], YEAR, axis=1)
        return np.asarray(past.sum(axis=2))

    @cached_property
    def values(self) -> Mapping[str, Values]:
        """Every indicator and volume of an agency, by its name."""
        usual, spread = self.before
        delay = self.delay[:, YEAR:]
        returns, treated = self.year("returns"), self.year("returns_treated")
        open_, old = self.stocks["open"], self.stocks["old"]
        return {
            "mean_delay": delay,
            "usual_delay": usual,
            "delay_spread": spread,
            "delay_deviations": _over(delay - usual, spread),
            "delay_rise": _over(delay, usual) - 1,
            "load": self.load,
            "load_ratio": _over(self.load, self.network_load),
            "return_rate": _over(returns, treated),
            "return_rate_low": wilson_low(returns, treated),
            "old_share": _over(old, open_),
            "old_share_low": wilson_low(old, open_),
            "closed": self.flows["delay_treated"][:, YEAR:],
            "treated_year": treated,
            "open": open_,
        }

    def variation(self, members: Sequence[int]) -> Mapping[str, Values]:
        """Indicators and volume of a group of agencies, by their places; one row each."""
        chosen = list(members)
        load, fte = self.load[chosen], self.fte[chosen]
        mean = _over(self.stocks["weight"][chosen].sum(axis=0), fte.sum())
        square = ((load - mean) ** 2 * fte[:, None]).sum(axis=0) / (fte.sum() or np.nan)
        spread = _over(np.sqrt(square), mean) if len(chosen) > 1 else np.full(self.told, np.nan)
        return {"load_variation": spread[None], "open": self.stocks["open"][chosen].sum(axis=0)[None]}


def board(answers: Mapping[str, pl.DataFrame], month: date, months: int = 1) -> Board:
    """The board of the last `months` months up to `month`, from the answers to `questions`."""
    told = depth(months)
    offices = answers["stock_0"]
    names = offices["agency"].to_list()
    place = {name: index for index, name in enumerate(names)}
    return Board(
        month,
        tuple(names),
        tuple(offices["region"].to_list()),
        _numbers(offices["fte"]),
        _flows(answers["months"], place, shift_months(month, 1 - told - YEAR), told + YEAR),
        _stocks(answers, place, told),
    )


def wilson_low(counts: Values, totals: Values, z: float = Z) -> Values:
    """Lower end of the Wilson score interval of a share (Wilson, 1927); not a number where nothing counts."""
    share = np.minimum(_over(counts, totals), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(share * (1 - share) / totals + z**2 / (4 * totals**2))
        return np.asarray((share + z**2 / (2 * totals) - z * root) / (1 + z**2 / totals))


def _flows(rows: pl.DataFrame, place: Mapping[str, int], first: date, width: int) -> dict[str, Values]:
    rows = rows.filter(pl.col("agency").is_in(list(place)))
    at = np.array([place[name] for name in rows["agency"]], dtype=np.intp)
    when = np.array([months_between(first, month) - 1 for month in rows["month"]], dtype=np.intp)
    found = {}
    for name in rows.columns[2:]:
        found[name] = np.zeros((len(place), width))
        found[name][at, when] = rows[name].fill_null(0).to_numpy()
    return found


def _stocks(answers: Mapping[str, pl.DataFrame], place: Mapping[str, int], told: int) -> dict[str, Values]:
    found = {name: np.full((len(place), told), np.nan) for name in ("open", "weight", "old")}
    for back in range(told):
        rows = answers.get(f"stock_{back}")
        if rows is not None:  # the same agencies in the same order, whatever the month
            for name, column in (("open", "open"), ("weight", "open_weight"), ("old", "old")):
                found[name][:, told - 1 - back] = _numbers(rows[column])
    return found


def _numbers(column: pl.Series) -> Values:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _over(above: Values, below: Values | float) -> Values:
    """A ratio, not a number where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(np.asarray(below) == 0, np.nan, above / below))
