"""The page's skeleton; the views fill it."""

from dash import dcc, html
from dash.development.base_component import Component

from app import filters
from app.indicators import INDICATORS
from app.pages.production.cards import CARDS
from app.texts import t
from app.widgets import aria, card, data, definition, icon

READINGS = {
    "closed": ("treated",),
    "mean_delay": ("row_mean_delay",),
    "late_share": (),
    "return_rate": ("row_mean_return_rate", "returned_share"),
    "workload_per_fte": ("stock",),
}


def layout() -> Component:
    """Filter bar, five KPI cards, and the cards of the charts."""
    return html.Div(
        [
            dcc.Store(id="production-data"),
            filters.bar("production.title"),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            html.Div([kpi(name) for name in CARDS], className="kpis", id="production-kpis"),
            html.Div(
                [
                    _card("by-month", columns=8, height=300),
                    _card("recommendations", columns=4, height=300),
                    _card("by-agency", columns=5, height=360),
                    _card("quality", columns=4, height=360),
                    html.Div(
                        [_card("by-type", columns=12, height=170), _card("backlog", columns=12, height=120)],
                        className="c3 stacked",
                    ),
                ],
                className="grid",
            ),
        ],
        className="page",
    )


def _card(name: str, *, columns: int, height: int) -> Component:
    return card(
        f"production-{name}",
        t(f"production.{name.replace('-', '_')}"),
        t(f"production.{name.replace('-', '_')}_sub"),
        columns=columns,
        height=height,
        exported=name != "recommendations",
    )


def kpi(name: str) -> Component:
    """One KPI card: label, definition, value, delta, sparkline and reference line, drawn on the client."""
    indicator = INDICATORS[name]
    return html.Div(
        [
            html.Div(
                [html.H2(indicator.label, className="lab-t"), definition(_definition(name), indicator.label)],
                className="lab",
            ),
            html.Div([html.Span("…", className="v"), html.Small("")], className="val sk-val"),
            html.Div(
                [
                    html.Span([icon("arrow-right"), html.Span("")], className="delta"),
                    html.Div([html.Span(className="a"), html.Span(className="l")], className="spark"),
                ],
                className="row2",
            ),
            html.Div([html.Span("", className="tl"), html.Span("", className="st")], className="tgt"),
        ],
        className="card-x kpi",
        **data(kpi=name, raw=""),
    )


def _definition(name: str) -> list[Component]:
    """Formula, weighting and rows counted; beside them, the other readings of the same facts."""
    indicator = INDICATORS[name]
    readings = [
        html.P([INDICATORS[other].label + " : ", html.B("…", **data(kpi=other, raw=""))])
        for other in READINGS[name]
    ]
    rows = html.P([html.B("…", **data(kpi="rows", raw="")), " ", t("card.rows")], className="sub")
    return [html.H3(indicator.label), html.P(indicator.formula), html.P(indicator.weighting), *readings, rows]
