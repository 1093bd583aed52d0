"""Agencies, case types and the ages of the stock as rows, each beside what it is compared with."""

from collections.abc import Iterator

import polars as pl

from app.asking import Shape, as_picked, everything, network, previous, when, year_before
from app.crossfilter import Answers, Payload
from app.indicators import SMALL, unavailable_text
from app.noise import means_apart
from app.references import apart, distinct
from app.significance import Sums, share_difference
from app.targets import Targets
from app.texts import t
from data.contract import norm_of
from queries import production as ask
from queries import targets as ask_targets
from queries.query import Query
from queries.selection import AGES

FIRST = ("year", "previous", "network", "target")  # what the column of changes speaks of, the first there is
PERIODS = ("previous", "year")
Values = list[float | None]


def asks(query: Query) -> dict[str, tuple[Query, Shape]]:
    """A question on the selection and on each period asked for."""
    return {
        "now": (query, as_picked),
        "previous": (query, when("previous", previous)),
        "year": (query, when("year", year_before)),
    }


AGENCY_ASKS = asks(ask.sums_by_agency) | {
    "network": (ask.sums, when("network", network)),
    "targets": (ask_targets.targets, when("target", everything)),
}
TYPE_ASKS = asks(ask.sums_by_type) | {"network": (ask.sums_by_type, when("network", apart(network)))}
AGE_ASKS = asks(ask.backlog_by_age)


def agency_rows(answers: Answers) -> Payload:
    """Mean delay per agency, the slowest first, beside the norm and each reference."""
    rows = answers["now"]
    names = rows["agency"].to_list()
    lines = list(_periods(answers, "agency", names))
    lines += [*_network_mean(answers, len(names)), *_targets(answers, names)]
    return {
        "kind": "agencies",
        "names": names,
        "delay": rows["mean_delay"].to_list(),
        "closed": rows["closed"].to_list(),
        "returns": rows["return_rate"].to_list(),
        "lines": lines,
        "against": _against(answers, lines, "agency"),
        "norm": norm_of(None),
        "few": SMALL,
        "empty": rows.is_empty(),
    }


def type_rows(answers: Answers) -> Payload:
    """Closed cases and mean delay per case type, against the type's norm and each reference."""
    rows = answers["now"]
    names = rows["case_type"].to_list()
    lines = list(_periods(answers, "case_type", names))
    if answers.get("network") is not None:
        lines.append(_line("network", _by_name(answers["network"], "case_type", names)))
    return {
        "kind": "types",
        "names": names,
        "closed": rows["closed"].to_list(),
        "delay": rows["mean_delay"].to_list(),
        "norms": [norm_of(name) for name in names],
        "lines": lines,
        "against": _against(answers, lines, "case_type"),
        "few": SMALL,
        "empty": rows.is_empty(),
    }


def age_stack(answers: Answers) -> Payload:
    """Open cases by days since receipt, as one stacked bar and its rows, and the shares of earlier stocks."""
    if "received_on" in answers.absent:
        return {"kind": "ages", "reason": unavailable_text("backlog_age", {"rows": 1}, answers.absent)}
    stock = _stock(answers["now"])
    return {
        "kind": "ages",
        "ages": list(AGES),
        "labels": [t(f"age.{index}") for index in range(len(AGES))],
        "stock": stock,
        "lines": [
            _earlier_stock(name, stock, answers[name])
            for name in _told(answers)
            if sum(_stock(answers[name]))
        ],
        "empty": not sum(stock),
    }


def _told(answers: Answers) -> list[str]:
    """The periods to be shown, a period told twice once."""
    named = distinct(answers.compared, answers.selection)
    return [name for name in PERIODS if name in named and answers.get(name) is not None]


def _periods(answers: Answers, key: str, names: list[str]) -> Iterator[Payload]:
    for name in _told(answers):
        values = _by_name(answers[name], key, names)
        if any(value is not None for value in values):
            yield _line(name, values)


def _network_mean(answers: Answers, count: int) -> Iterator[Payload]:
    rows = answers.get("network")
    mean = Sums.of(rows.row(0, named=True)).indicator("mean_delay") if rows is not None else None
    if mean is not None:
        yield _line("network", [mean] * count)


def _targets(answers: Answers, names: list[str]) -> Iterator[Payload]:
    rows = answers.get("targets")
    if rows is None:
        return
    held, months = Targets.of(rows), answers.selection
    within = Targets.months(months, answers.days)
    values = [
        held.over("mean_delay", months.without("agency").toggle("agency", name), within) for name in names
    ]
    if any(value is not None for value in values):
        yield _line("target", values)


def _line(name: str, values: Values) -> Payload:
    rounded = [None if value is None else round(value, 3) for value in values]
    return {"of": name, "label": t(f"compare.{name}_short"), "values": rounded}


def _against(answers: Answers, lines: list[Payload], key: str) -> Payload | None:
    """What the changes speak of, and which of them are more than noise: a target is met or not."""
    known = {line["of"]: at for at, line in enumerate(lines)}
    name = next((name for name in FIRST if name in known), None)
    if name is None:
        return None
    then = _rest(answers, key) if name == "network" else answers.get(name) if name in PERIODS else None
    sure = means_apart(answers["now"], then, key) if then is not None else {}
    members = answers["now"][key].to_list()
    return {"line": known[name], "sure": [sure.get(member, name == "target") for member in members]}


def _rest(answers: Answers, key: str) -> pl.DataFrame:
    """The network without the member itself, so that a part is not tested against itself."""
    now, whole = answers["now"], answers["network"]
    names = list(ask.SUMS)
    if key == "agency":
        every = whole.row(0, named=True)
        return now.select(key, *((pl.lit(every[name]) - pl.col(name)).alias(name) for name in names))
    both = whole.join(now, on=key, how="left", suffix="_here")
    return both.select(key, *(pl.col(name) - pl.col(f"{name}_here").fill_null(0) for name in names))


def _by_name(rows: pl.DataFrame, key: str, names: list[str]) -> Values:
    found = dict(zip(rows[key].to_list(), rows["mean_delay"].to_list(), strict=True))
    return [found.get(name) for name in names]


def _stock(rows: pl.DataFrame) -> list[int]:
    counts = dict(rows.iter_rows())
    return [counts.get(age, 0) for age in AGES]


def _earlier_stock(name: str, stock: list[int], rows: pl.DataFrame) -> Payload:
    """The shares of each age in an earlier stock, and whether those of today differ by more than noise."""
    before = _stock(rows)
    tests = [
        share_difference(now, sum(stock), then, sum(before)) for now, then in zip(stock, before, strict=True)
    ]
    shares: Values = [then / sum(before) for then in before]
    return _line(name, shares) | {"sure": [bool(found and found.more_than_noise) for found in tests]}
