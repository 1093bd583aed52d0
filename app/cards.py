"""The five KPI cards: value, sparkline, and what the value stands against."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import references
from app.asking import Shape, as_picked
from app.crossfilter import Answers, Payload
from app.indicators import INDICATORS, in_line, is_small, unavailable_text, value_text
from app.references import here
from app.texts import number, percent, t
from app.verdicts import line
from app.widgets import data, definition
from data.contract import norm_of
from queries import production as ask
from queries.query import Query
from queries.selection import shift_months

CARDS = ("closed", "mean_delay", "late_share", "return_rate", "workload_per_fte")
READINGS = {
    "closed": ("treated",),
    "mean_delay": ("row_mean_delay",),
    "late_share": (),
    "return_rate": ("row_mean_return_rate", "returned_share"),
    "workload_per_fte": ("stock",),
}
ALSO = ("rows", "treated", "returned_share", "row_mean_delay", "row_mean_return_rate", "stock")
QUANTILES = ("median_delay", "p90_delay")
TRENDS = ("closed", "mean_delay", "late_share", "return_rate")
SPARK_MONTHS = 12
# What a page's view has to ask so that `kpi_cards` can draw; and `quantile_line`, once the rest is painted.
ASKS: Mapping[str, tuple[Query, Shape]] = {"now": (ask.kpis, as_picked), **references.ASKS}
QUANTILE_ASKS: Mapping[str, tuple[Query, Shape]] = {"now": (ask.quantiles, as_picked)}


def kpi_cards(answers: Answers) -> Payload:
    """The five cards: value, 12-month sparkline, a line per reference, and the norm or another reading."""
    now = answers["now"].row(0, named=True)
    sums, found, trend = here(answers), references.references(answers), _trend(answers)
    cards = [_card(name, now, trend.get(name, []), answers) for name in CARDS]
    for card in cards:
        if card["raw"] is not None:
            card["lines"] = [line(card["id"], now, sums, each, answers) for each in found]
    also = {name: {"raw": now[name], "text": _written(name, now)} for name in ALSO}
    return {"kind": "kpis", "cards": cards, "also": also, "empty": not now["rows"]}


def quantile_line(answers: Answers) -> Payload:
    """« Médiane 18 j · P90 36 j », in whole days begun; nothing where no case is closed."""
    row = answers["now"].row(0, named=True)
    texts = {name: {"raw": row[name], "text": in_line(name, row[name])} for name in QUANTILES}
    return {"kind": "quantiles", "values": texts, "few": is_small("median_delay", row)}


def _card(name: str, now: dict[str, Any], trend: Sequence[float | None], answers: Answers) -> Payload:
    value = now[name]
    if value is None:
        return {"id": name, "raw": None, "text": "—", "unit": "", "reason": _unavailable(name, now, answers)}
    text, unit = value_text(name, value)
    reference = _reference(name, now)
    return {
        "id": name,
        "raw": value,
        "text": text,
        "unit": unit,
        "lines": [],
        "spark": _spark(trend),
        "over": reference[2] == "bad",
        "reference": reference,
        "few": is_small(name, now),
    }


def _written(name: str, now: dict[str, Any]) -> str:
    return number(now[name]) if name == "rows" else in_line(name, now[name])


def _unavailable(name: str, now: dict[str, Any], answers: Answers) -> str:
    one_agent = bool(answers.selection.picked("agent"))
    return unavailable_text(name, now, answers.absent, one_agent=one_agent)


def _reference(name: str, now: dict[str, Any]) -> tuple[str, str, str]:
    """The line under a card: what it stands against, the verdict, its tone."""
    if name == "mean_delay" and now["mean_delay"] is not None:
        norm = norm_of(None)
        gap = norm - now["mean_delay"]
        words = t("production.margin" if gap >= 0 else "production.excess", gap=number(abs(gap), 1))
        return t("production.norm", days=number(norm)), words, "good" if gap >= 0 else "bad"
    if name == "late_share":
        return t("production.norm_by_type"), "", "flat"
    also = {
        "closed": ("treated", number(now["treated"])),
        "return_rate": (
            ("returned_share", percent(now["returned_share"]))
            if now["row_mean_return_rate"] is None
            else ("mean_of_rates", percent(now["row_mean_return_rate"]))
        ),
        "workload_per_fte": ("open_now", number(now["stock"])),
    }
    label, words = also.get(name, ("", "—"))
    return (t(f"production.{label}"), words, "flat") if words != "—" else ("", "", "flat")


def _trend(answers: Answers) -> dict[str, Sequence[float | None]]:
    """Per card, the values of the last months up to the end of the period, as far back as the data go."""
    last = answers.days.as_of(answers.selection).replace(day=1)
    past = [shift_months(last, -back) for back in range(SPARK_MONTHS - 1, -1, -1)]
    months = [month for month in past if month >= answers.days.first.replace(day=1)] or [last]
    told = answers["months"].select("month", *TRENDS).rows()
    known = {month: values for month, *values in told}
    each = [known.get(month, (0, None, None, None)) for month in months]
    flows = answers["stock"].select("month", "weight_change").rows()
    weights = [sum(change for at, change in flows if at <= month) for month in months]
    return dict(zip(TRENDS, zip(*each, strict=True), strict=True)) | {"workload_per_fte": weights}


def _spark(values: Sequence[float | None]) -> list[int] | None:
    """Heights 0 to 100 of the known points, lowest to highest; None below two points."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    return [round((value - low) / ((high - low) or 1) * 100) for value in known]


def kpi(name: str, page: str = "production") -> Component:
    """One KPI card, drawn on the client: label, definition, value, sparkline, a line per reference, the norm.

    That of the mean delay holds the view `<page>-quantiles`.
    """
    indicator = INDICATORS[name]
    quantiles = [_quantiles(page)] if name == "mean_delay" else []
    return html.Div(
        [
            html.Div(
                [html.H2(indicator.label, className="lab-t"), definition(_definition(name), indicator.label)],
                className="lab",
            ),
            html.Div(
                [
                    html.Div([html.Span("…", className="v"), html.Small("")], className="val sk-val"),
                    html.Div([html.Span(className="a"), html.Span(className="l")], className="spark"),
                ],
                className="top-row",
            ),
            html.Div(className="refs"),
            *quantiles,
            html.Div([html.Span("", className="tl"), html.Span("", className="st")], className="tgt"),
        ],
        className="card-x kpi",
        **data(kpi=name, raw=""),
    )


def _quantiles(page: str) -> Component:
    parts = [
        html.Span([INDICATORS[name].short, " ", html.B("…", **data(kpi=name, raw=""))]) for name in QUANTILES
    ]
    return html.Div(parts, id=f"{page}-quantiles", className="quantiles")


def _definition(name: str) -> list[Component]:
    """Formula, weighting and rows counted; beside them, the other readings of the same facts."""
    indicator = INDICATORS[name]
    readings = [
        html.P([INDICATORS[other].label + " : ", html.B("…", **data(kpi=other, raw=""))])
        for other in READINGS[name]
    ]
    rows = html.P([html.B("…", **data(kpi="rows", raw="")), " ", t("card.rows")], className="sub")
    return [html.H3(indicator.label), html.P(indicator.formula), html.P(indicator.weighting), *readings, rows]
