"""The page's skeleton; the views fill it."""

from dash import dcc, html
from dash.development.base_component import Component

from app import filters
from app.cards import CARDS, kpi
from app.texts import t
from app.widgets import aria, card


def layout() -> Component:
    """Filter bar, five KPI cards, and the cards of the charts."""
    return html.Div(
        [
            *(dcc.Store(id=f"production-{name}") for name in ("data", "ask", "later")),
            filters.bar(t("production.title")),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            html.Div([kpi(name, "production") for name in CARDS], className="kpis", id="production-kpis"),
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
