"""Rows in, plain dicts out: what the client draws. Numbers travel raw, words already written."""

import polars as pl

from app import recommendations as advice
from app.asking import as_picked, when, year_before
from app.axes import span_ticks
from app.crossfilter import Answers, Payload
from app.texts import t
from queries import production as ask

QUALITY_ASKS = {
    "now": (ask.workload_and_returns_by_agency, as_picked),
    "year": (ask.workload_and_returns_by_agency, when("year", year_before)),
}


def quality_dots(answers: Answers) -> Payload:
    """Workload against return rate per agency; the area of a dot is its closed cases."""
    rows = answers["now"].drop_nulls(["workload", "return_rate"])
    stated = "received_on" in answers.absent or "fte" in answers.absent
    empty = rows.is_empty()
    return {
        "kind": "dots",
        "names": rows["agency"].to_list(),
        "x": rows["workload"].to_list(),
        "y": rows["return_rate"].to_list(),
        "size": rows["closed"].to_list(),
        "before": _year_before(answers, rows["agency"].to_list()),
        "limit": advice.RETURN_LIMIT,
        "x_label": t("production.stated_workload" if stated else "production.open_per_fte"),
        "x_ticks": [] if empty else _framing(rows["workload"]),
        "y_ticks": [] if empty else _framing(rows["return_rate"]),
        "empty": empty,
    }


def _year_before(answers: Answers, names: list[str]) -> Payload | None:
    """Where each agency stood a year earlier; None where that is not asked for or not known of any."""
    year = answers.get("year")
    rows = year.drop_nulls(["workload", "return_rate"]) if year is not None else None
    if rows is None or rows.is_empty():
        return None
    known = {name: at for name, *at in rows.select("agency", "workload", "return_rate").iter_rows()}
    at = [known.get(name, (None, None)) for name in names]
    return {"x": [_rounded(x) for x, _ in at], "y": [_rounded(y) for _, y in at]}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _framing(values: pl.Series) -> list[float]:
    numbers = values.to_numpy()
    return span_ticks(float(numbers.min()), float(numbers.max()))
