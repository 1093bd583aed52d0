"""The page's skeleton; what it shows comes with it, and again after each act."""

from dash import dcc, html
from dash.development.base_component import Component

from app.accounts import user
from app.pages.accounts.payload import page
from app.texts import t
from app.widgets import aria, card, data, icon

KPIS = ("active", "waiting", "sessions", "tokens")
STEPS = ("page", "ask", "data", "act", "done", "ready")


def layout() -> Component:
    """Head, four counts, the people, the tokens and what each role opens."""
    cards = [
        _card("users", 12, 360),
        _card("tokens", 12, 160),
        _card("roles", 12, 160),
    ]
    return html.Div(
        [
            *(dcc.Store(id=f"accounts-{step}", data=page() if step == "page" else None) for step in STEPS),
            _head(),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            html.Div([_kpi(name) for name in KPIS], className="kpis four"),
            html.Div(cards, className="grid"),
        ],
        className="page accounts",
    )


def _head() -> Component:
    title = html.Div(
        [html.H1(t("accounts.title")), html.Div(t("accounts.sub"), className="sub")], className="named"
    )
    buttons = [
        _button("accountsAddToken", "key", "add_token", "fb"),
        _button("accountsAdd", "person-plus", "add_user", "fb pri"),
    ]
    tools = html.Div(buttons if "user.write" in user().permissions else [], className="tools")
    return html.Div([title, html.Span(className="grow"), tools], className="head")


def _button(action: str, symbol: str, key: str, look: str) -> Component:
    return html.Button(
        [icon(symbol), html.Span(t(f"accounts.{key}"))],
        className=look,
        **aria(haspopup="dialog"),
        **data(action=action),
    )


def _kpi(name: str) -> Component:
    return html.Div(
        [
            html.H2(t(f"accounts.kpi_{name}"), className="lab-t"),
            html.Div([html.Span("…", className="v")], className="val"),
            html.Div("", className="sub"),
        ],
        className="card-x kpi",
        **data(count=name, raw=""),
    )


def _card(name: str, columns: int, height: int) -> Component:
    return card(
        f"accounts-{name}",
        t(f"accounts.{name}"),
        t(f"accounts.{name}_sub"),
        columns=columns,
        height=height,
        exported=False,
    )
