"""The pieces pages are built of: icons, menus, cards."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.accounts import user
from app.texts import t


def aria(**values: Any) -> dict[str, Any]:
    """`aria-…` attributes."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: Any) -> dict[str, Any]:
    """`data-…` attributes."""
    return {f"data-{name}": value for name, value in values.items()}


def icon(name: str) -> Component:
    """One of the vendored icons, silent to screen readers."""
    return html.I(className=f"i i-{name}", **aria(hidden="true"))


def menu(identifier: str, label: str, content: str) -> Component:
    """A filter menu: its label, the current value, and a panel filled on the client with `content`."""
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(label, className="k"),
                    html.B("…", id=f"{identifier}-value"),
                    icon("chevron-down"),
                ],
                className="fb",
            ),
            html.Div(className="panel", **data(menu=content)),
        ],
        className="menu",
        id=identifier,
    )


def definition(text: Sequence[str | Component], label: str) -> Component:
    """The ⓘ beside a label: a disclosure with the definition."""
    return html.Details(
        [
            html.Summary(icon("info-circle"), **aria(label=t("card.definition_of", name=label))),
            html.Div(list(text), className="panel"),
        ],
        className="menu info",
    )


def card(
    view: str, title: str, subtitle: str, *, columns: int, height: int, exported: bool = True
) -> Component:
    """A card: its `<h2>`, its ⋯ menu and the element its view is drawn in, a skeleton until then.

    `exported`: its table may be taken away, by who may export.
    """
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2(title, id=f"{view}-title"),
                            html.Div(subtitle, className="sub", id=f"{view}-sub"),
                        ],
                        className="grow",
                    ),
                    _card_menu(view, title, exported=exported and "export.aggregate" in user().permissions),
                ],
                className="card-h",
            ),
            html.Div(
                html.Div(className="sk", style={"height": f"{height}px"}),
                id=view,
                className="view",
                role="group",
                **aria(labelledby=f"{view}-title"),
            ),
        ],
        className=f"card-x c{columns}",
        id=f"{view}-card",
    )


def _card_menu(view: str, title: str, *, exported: bool) -> Component:
    entries = (("table", "table"), ("enlarge", "arrows-fullscreen"), ("define", "book"))
    buttons = [
        html.Button(
            [icon(symbol), t(f"card.{action}")],
            className="item",
            **data(action=action, view=view),
        )
        for action, symbol in entries
    ]
    export = html.A(
        [icon("download"), t("card.export")],
        href=f"/export/csv?view={view}",
        className="item",
        **data(export="csv", view=view),
    )
    return html.Details(
        [
            html.Summary(icon("three-dots"), className="icb", **aria(label=t("card.menu", name=title))),
            html.Div([*buttons, export] if exported else buttons, className="panel right"),
        ],
        className="menu card-menu",
    )
