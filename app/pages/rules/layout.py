"""The page's skeleton; what it shows comes with it, and again after a decision is taken back."""

from dash import dcc, html
from dash.development.base_component import Component

from app.breadcrumbs import crumbs
from app.filters import freshness
from app.pages.rules.payload import page
from app.services import services
from app.texts import t
from app.widgets import aria, card, data, icon
from queries.engine import Days

KPIS = ("fired", "retained", "dismissed", "effect")
STEPS = ("page", "ask", "data", "try", "tried", "ready")


def layout() -> Component:
    """Head, four counts, and the cards that one rule fills."""
    left = html.Div([_card("list", 300), _card("why", 140)], className="c4 stacked")
    right = html.Div([_card("detail", 240), _card("effects", 260)], className="c8 stacked")
    return html.Div(
        [
            *(dcc.Store(id=f"rules-{step}", data=page() if step == "page" else None) for step in STEPS),
            _head(),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            html.Div([_kpi(name) for name in KPIS], className="kpis four", id="rules-kpis"),
            html.Div([left, right, _card("history", 300, columns=12)], className="grid"),
        ],
        className="page rules",
    )


def _head() -> Component:
    way = crumbs([(t("production.title"), "/production"), (t("rules.title"), None)])
    title = html.Div(
        [html.H1(t("rules.title")), html.Div(t("rules.sub"), className="sub", id="place-sub")],
        className="named",
    )
    share = html.Button(
        [icon("link-45deg"), html.Span(t("filter.share"), className="hide-s")],
        className="fb",
        **aria(label=t("filter.share")),
        **data(action="share"),
    )
    tools = html.Div([html.Div(_fresh(), id="rules-fresh", className="fresh"), share], className="tools")
    return html.Div(
        [html.Div([way, title], className="named-place"), html.Span(className="grow"), tools],
        className="head",
    )


def _fresh() -> list[Component]:
    snapshot = services().snapshot
    days = Days.of(snapshot) if snapshot else None
    if days is None:
        return []
    told = freshness(days)
    return [html.Span(className="dot late" if told["late"] else "dot"), html.Span(told["text"])]


def _kpi(name: str) -> Component:
    return html.Div(
        [
            html.H2(t(f"rules.kpi_{name}"), className="lab-t"),
            html.Div([html.Span("…", className="v"), html.Small("")], className="val"),
            html.Div("", className="sub"),
        ],
        className="card-x kpi",
        **data(count=name, raw=""),
    )


def _card(name: str, height: int, *, columns: int = 12) -> Component:
    titles = {"list": "five", "why": "why_dismissed", "detail": "title"}
    key = titles.get(name, name)
    sub = t(f"rules.{key}_sub") if name in ("list", "effects", "history") else ""
    return card(f"rules-{name}", t(f"rules.{key}"), sub, columns=columns, height=height, exported=False)
