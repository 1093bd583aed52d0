"""What a page's figures stand against: each reference asked for, its indicators and the sums behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from app.asking import (
    Asking,
    Shape,
    as_picked,
    everything,
    network,
    peers,
    previous,
    when,
    whole_time,
    year_before,
)  # fmt: skip
from app.crossfilter import Answers
from app.significance import Sums
from app.targets import Targets
from app.texts import t
from queries import production as ask
from queries import targets as ask_targets
from queries.query import Query
from queries.selection import Selection, month_end

ORDER = ("target", "network", "peers", "previous", "year")
PERIODS: Mapping[str, Shape] = {"previous": previous, "year": year_before}
PLACES = ("network", "peers")


@dataclass(frozen=True)
class Reference:
    """One of app.state.REFERENCES: its value per indicator id, None where it cannot tell.

    `sums` is what a test is worked out from, None for a target. Of peers, `closed` is the mean of one agency.
    `whole` is whether the data cover it all.
    """

    name: str
    values: Mapping[str, float | None]
    sums: Sums | None = None
    whole: bool = True

    @property
    def label(self) -> str:
        """As it stands before a value: « Un an avant »."""
        return t(f"compare.{self.name}_short")


def whole_months(selection: Selection) -> bool:
    """Whether it is read from sums by month."""
    since, until = selection.since, selection.until
    return (since is None or since.day == 1) and (until is None or until == month_end(until))


def apart(shape: Shape) -> Shape:
    """No question where it would be the one on the selection itself."""

    def asked(asking: Asking) -> Selection | None:
        shaped = shape(asking)
        return None if shaped == asking.selection else shaped

    return asked


def in_days(shape: Shape) -> Shape:
    """Only where the period is not whole months: else the sums by month tell."""

    def asked(asking: Asking) -> Selection | None:
        shaped = shape(asking)
        return None if shaped is None or whole_months(shaped) else shaped

    return asked


def by_month(shape: Shape) -> Shape:
    """All its days, to be told by month, where the period is whole months."""

    def asked(asking: Asking) -> Selection | None:
        shaped = shape(asking)
        return shaped.during(None, None) if shaped is not None and whole_months(shaped) else None

    return asked


# What a view asks so that `references` can tell. Whole months cost no question: their sums are added up.
ASKS: Mapping[str, tuple[Query, Shape]] = {
    "months": (ask.sums_by_month, whole_time),
    "stock": (ask.stock_by_month, whole_time),
    "sums": (ask.sums, in_days(as_picked)),
    **{name: (ask.kpis, when(name, in_days(shape))) for name, shape in PERIODS.items()},
    **{f"{name}_sums": (ask.sums, when(name, in_days(shape))) for name, shape in PERIODS.items()},
    "network": (ask.kpis, when("network", apart(network))),
    "network_months": (ask.sums_by_month, when("network", by_month(apart(network)))),
    "network_sums": (ask.sums, when("network", in_days(apart(network)))),
    "peers": (ask.kpis, when("peers", peers)),
    "peers_months": (ask.sums_by_month, when("peers", by_month(peers))),
    "peers_sums": (ask.sums, when("peers", in_days(peers))),
    "targets": (ask_targets.targets, when("target", everything)),
}


def here(answers: Answers) -> Sums:
    """The sums behind the selection itself."""
    return _sums(answers, "", answers.selection)


def references(answers: Answers) -> list[Reference]:
    """Those asked for that have a meaning here, in reading order; a period is not told twice."""
    found = [_reference(name, answers) for name in ORDER if name in answers.compared]
    return [each for each in found if each is not None]


def period(name: str, selection: Selection) -> Selection | None:
    """The selection over the period of `previous` or `year`, None without one."""
    if not (selection.since and selection.until):
        return None
    return selection.previous() if name == "previous" else selection.year_before()


def distinct(compared: tuple[str, ...], selection: Selection) -> tuple[str, ...]:
    """The references without `previous` where it is the period of `year`, as over the last 12 months."""
    past = period("previous", selection)
    if {"previous", "year"} <= set(compared) and past is not None and past == period("year", selection):
        return tuple(name for name in compared if name != "previous")
    return compared


def _reference(name: str, answers: Answers) -> Reference | None:
    if name not in distinct(answers.compared, answers.selection):
        return None
    if name == "target":
        return _target(answers)
    if name in PLACES:
        return _elsewhere(name, answers)
    past = period(name, answers.selection)
    return _earlier(name, past, answers) if past else None


def _target(answers: Answers) -> Reference | None:
    rows = answers.get("targets")
    if rows is None or rows.is_empty():
        return None
    return Reference("target", Targets.of(rows).values(answers.selection, answers.days))


def _elsewhere(name: str, answers: Answers) -> Reference | None:
    rows = answers.get(name)
    if rows is None:
        return None
    values = rows.row(0, named=True)
    if name == "peers":
        values |= {key: values[key] / len(answers.peers) for key in ("closed", "treated")}
    return Reference(name, values, _sums(answers, name, answers.selection))


def _earlier(name: str, past: Selection, answers: Answers) -> Reference:
    sums = _sums(answers, name, past)
    rows = answers.get(name)
    values = rows.row(0, named=True) if rows is not None else _indicators(sums, past, answers)
    covered = past.since is not None and past.since >= answers.days.first.replace(day=1)
    return Reference(name, values, sums, whole=covered)


def _indicators(sums: Sums, past: Selection, answers: Answers) -> dict[str, float | None]:
    """What `production.kpis` would answer, from sums by month."""
    means = {name: sums.indicator(name) for name in ("mean_delay", "late_share", "return_rate")}
    counts = {"rows": sums.rows, "treated": sums.treated, "closed": sums.closed}
    return counts | means | _standing(past, answers)


def _standing(past: Selection, answers: Answers) -> dict[str, float | None]:
    """Stock and workload at the end of the period; the agents are today's, as in `production.kpis`."""
    now = answers["now"].row(0, named=True)["workload_per_fte"]
    last = past.until or answers.days.last
    flows = answers["stock"].rows()
    stock = sum(inflow - outflow for month, inflow, outflow, _ in flows if month <= last)
    then = sum(change for month, *_, change in flows if month <= last)
    today = sum(change for month, *_, change in flows if month <= answers.days.as_of(answers.selection))
    return {"stock": stock, "workload_per_fte": then / (today / now) if now and today else None}


def _sums(answers: Answers, name: str, selection: Selection) -> Sums:
    """Of the selection (`name` empty) or of a reference: from its months where the period is whole months."""
    prefix = f"{name}_" if name else ""
    asked = answers.get(f"{prefix}sums")
    if asked is not None:
        return Sums.of(asked.row(0, named=True))
    months = answers["months" if name in ("", *PERIODS) else f"{prefix}months"]
    return added(months, selection)


def added(months: pl.DataFrame, selection: Selection) -> Sums:
    """The sums of a period's months. In Python: so small a frame costs more to open than to add up."""
    since, until = selection.since or date.min, selection.until or date.max
    inside = [sums for month, *sums in months.select("month", *ask.SUMS).rows() if since <= month <= until]
    totals = map(sum, zip(*inside, strict=True))
    return Sums(**dict(zip(ask.SUMS, totals, strict=True))) if inside else Sums()
