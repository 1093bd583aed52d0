"""The page's skeleton: the address says what is looked for, so that the browser asks for it."""

from dash import dcc, html
from dash.development.base_component import Component

from app.texts import t
from app.widgets import aria, card, data, icon

KPIS = ("views", "other", "refused")
STEPS = ("page", "ask", "data", "verify", "verified", "answer", "answered", "ready")
MENUS = ("period", "who", "purposes", "actions")


def layout() -> Component:
    """Head with its filters, alerts, the chain and three counts, three charts, the lines."""
    return html.Div(
        [
            *(
                dcc.Store(id=f"audit-{step}", data={"ask": True} if step == "page" else None)
                for step in STEPS
            ),
            _head(),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            html.Div(id="audit-alerts", className="audit-alerts"),
            html.Div([_chain(), *(_kpi(name) for name in KPIS)], className="audit-top"),
            html.Div(
                [
                    _card("days", 4, 220),
                    _card("people", 4, 220),
                    _card("purposes", 4, 220),
                    _card("lines", 12, 420),
                ],
                className="grid",
            ),
        ],
        className="page audit",
    )


def _head() -> Component:
    filters = html.Div([_menu(name) for name in MENUS], className="fbar", id="audit-filters")
    files = html.Details(
        [
            html.Summary(
                [icon("download"), html.Span(t("filter.export"), className="hide-s")],
                className="fb",
                **aria(label=t("filter.export")),
            ),
            html.Div(
                [
                    html.A(
                        [icon(symbol), t(f"audit.{kind}")],
                        className="item",
                        href=f"/export/audit/{kind}",
                        **data(kind=kind),
                    )
                    for kind, symbol in (("xlsx", "file-earmark-spreadsheet"), ("csv", "file-earmark-text"))
                ],
                className="panel right",
            ),
        ],
        className="menu",
        id="audit-export",
    )
    tools = html.Div(
        [html.Div([html.Span(className="dot"), html.Span("", id="audit-last")], className="fresh"), files],
        className="tools",
    )
    return html.Div([html.H1(t("audit.title")), filters, tools], className="head")


def _menu(name: str) -> Component:
    """A filter; its panel is filled in the browser."""
    return html.Details(
        [
            html.Summary(
                [html.Span(t(f"audit.filter_{name}"), className="k"), html.B("…"), icon("chevron-down")],
                className="fb",
            ),
            html.Div(className="panel"),
        ],
        className="menu",
        **data(filter=name),
    )


def _chain() -> Component:
    return html.Section(
        [
            html.H2(t("audit.chain"), className="vh", id="audit-chain-title"),
            html.Div(id="audit-chain", className="view"),
        ],
        className="card-x chain-card",
        **aria(labelledby="audit-chain-title"),
    )


def _kpi(name: str) -> Component:
    return html.Div(
        [
            html.H2(t(f"audit.kpi_{name}_title"), className="lab-t"),
            html.Div([html.Span("…", className="v"), html.Small("")], className="val"),
            html.Div("", className="sub"),
        ],
        className="card-x kpi",
        **data(count=name, raw=""),
    )


def _card(name: str, columns: int, height: int) -> Component:
    return card(f"audit-{name}", t(f"audit.{name}"), "", columns=columns, height=height, exported=False)
