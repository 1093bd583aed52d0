"""The page's skeleton: nobody chosen yet, and the cards that one client fills."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from app.pages.clients.callbacks import STEPS
from app.pages.clients.refusals import problem
from app.pages.clients.summary import line
from app.services import services
from app.texts import t
from app.widgets import aria, card, data, icon

ROWS = (
    (("decision", 4, 380), ("reasons", 5, 380), ("tries", 3, 380)),
    (("a", 4, 230), ("b", 4, 230), ("pair", 4, 230)),
)


def layout() -> Component:
    """Head, the choice of a client, and the cards, hidden until one is open."""
    return html.Div(
        [
            dcc.Store(id="clients-page", data=state()),
            dcc.Store(id="clients-ready"),
            *(dcc.Store(id=f"clients-{step}{end}") for step in STEPS for end in ("", "-answer")),
            _head(),
            html.Div(id="notices", className="notices", **aria(live="polite")),
            html.Div(id="clients-choice"),
            html.Div(_sheet(), id="clients-sheet", hidden=True),
        ],
        className="page clients",
    )


def state() -> dict[str, Any]:
    """What holds for all clients: the model that serves, and why there is no score where there is none."""
    champion, trouble = services().scoring.champion, problem()
    fallback = champion.fallback_from if champion else None
    stands_in = t("clients.fallback", version=fallback) if fallback else None
    served = line(champion) if champion and not trouble else t("clients.no_model_line")
    return {"problem": trouble, "model": served, "late": bool(trouble or fallback), "banner": stands_in}


def _head() -> Component:
    crumbs = html.Nav(
        html.Ol(
            [
                html.Li([dcc.Link(t("clients.all"), href="/clients"), icon("chevron-right")]),
                html.Li("", id="clients-crumb", **aria(current="page")),
            ],
            className="crumbs",
        ),
        id="clients-crumbs",
        hidden=True,
        **aria(label=t("clients.crumbs")),
    )
    share = html.Button(
        [icon("link-45deg"), html.Span(t("filter.share"), className="hide-s")],
        className="fb",
        id="clients-share",
        hidden=True,
        **aria(label=t("filter.share")),
        **data(action="share"),
    )
    fresh = html.Div(id="freshness", className="fresh")
    tools = html.Div([fresh, share], className="tools")
    return html.Div(
        [html.H1(t("clients.title")), crumbs, html.Span(className="grow"), tools], className="head"
    )


def _sheet() -> list[Component]:
    first, second = ([_card(*each) for each in row] for row in ROWS)
    return [
        html.Section(id="clients-identity", className="card-x idbar", **aria(label=t("clients.identity"))),
        html.Div(first, className="grid"),
        _section("variables", ("swap", "arrow-left-right")),
        html.Div(second, className="grid"),
        html.Div([_card("peers", 12, 220)], className="grid spaced"),
        html.Div([_card("model", 12, 300)], className="grid spaced"),
    ]


def _card(name: str, columns: int, height: int) -> Component:
    """A card of the page; those of the two variables show a menu where the others have their title."""
    made = card(
        f"clients-{name}",
        t(f"clients.{name}"),
        t(f"clients.{name}_sub"),
        columns=columns,
        height=height,
        exported=False,
    )
    return html.Div(made, className=f"c{columns} variable") if name in ("a", "b") else made


def _section(name: str, button: tuple[str, str]) -> Component:
    action, symbol = button
    return html.Div(
        [
            html.H2(t(f"clients.{name}"), className="sec-t"),
            html.Span(t(f"clients.{name}_sub"), className="sub grow"),
            html.Button(
                [icon(symbol), t(f"clients.{action}")], className="fb", **data(action=f"clients-{action}")
            ),
        ],
        className="secbar",
    )
