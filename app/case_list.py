"""The list of cases of a page: chips, grid (rows of HTML on narrow screens), and its files."""

from functools import cache
from pathlib import Path

from dash import html
from dash.development.base_component import Component

from app.accounts import user
from app.places import Place
from app.texts import t
from app.widgets import aria, data, icon
from queries.cases.listing import PARTS

ASSETS = Path(__file__).parent.parent / "assets"
GRID = "vendor/ag-grid/ag-grid-community.min.noStyle.js"


def section(page: str, place: Place) -> Component:
    """The card `<page>-cases-card`; assets/vigie/67-cases.js fills it for the selection shown.

    Empty for who may not see cases one by one.
    """
    if "case.view" not in user().permissions:
        return html.Div()
    view = f"{page}-cases"
    agent = place.dim == "agent"
    return html.Section(
        [
            _head(view),
            html.Div([_chips(), *_tools(view)], className="cases-bar"),
            html.Div(className="cases-body", id=view),
            html.Div(
                [
                    html.P(className="cases-said", **aria(live="polite")),
                    html.P(t("cases.keys"), className="cases-keys"),
                ],
                className="cases-foot",
            ),
        ],
        className="card-x c12 cases",
        id=f"{view}-card",
        **aria(labelledby=f"{view}-title"),
        **data(
            cases=page,
            grid=f"/assets/{GRID}?m={_version()}",
            agency=place.value if place.dim == "agency" else "",
            hides="agent agency" if agent else "agency",
            several=str(len(place.agencies) > 1).lower(),
        ),
    )


@cache
def _version() -> str:
    """Names the file's version in its address, so that browsers keep it for good."""
    return f"{(ASSETS / GRID).stat().st_mtime:.0f}"


def _head(view: str) -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.H2(t("cases.list_title"), id=f"{view}-title"),
                    html.Div(t("cases.list_sub"), className="sub", id=f"{view}-sub"),
                ],
                className="grow",
            ),
            _menu(view),
        ],
        className="card-h",
    )


def _menu(view: str) -> Component:
    entries: list[Component] = [
        html.Button([icon("table"), t("cases.copy")], className="item", **data(action="caseCopy")),
        html.Button(
            [icon("arrows-fullscreen"), t("card.enlarge")],
            className="item",
            **data(action="enlarge", view=view),
        ),
    ]
    if "case.export" in user().permissions:
        for kind, symbol in (("csv", "text"), ("parquet", "binary")):
            entries.append(
                html.A(
                    [icon(f"file-earmark-{symbol}"), t(f"cases.export_{kind}")],
                    href=f"/export/cases.{kind}",
                    className="item",
                    **data(casefile=kind),
                )
            )
    return html.Details(
        [
            html.Summary(
                icon("three-dots"), className="icb", **aria(label=t("card.menu", name=t("cases.list_title")))
            ),
            html.Div(entries, className="panel right"),
        ],
        className="menu card-menu",
    )


def _chips() -> Component:
    return html.Div(
        [
            html.Button(
                [html.Span(t(f"client.cases_{part}")), " ", html.B("…")],
                type="button",
                className="case-chip",
                title=t(f"client.cases_{part}_why"),
                **aria(pressed="false"),
                **data(action="caseList", list=part),
            )
            for part in PARTS
        ],
        className="case-chips",
        role="group",
        **aria(label=t("cases.chips")),
    )


def _tools(view: str) -> list[Component]:
    columns = html.Details(
        [
            html.Summary([icon("layout-three-columns"), t("cases.columns")], className="fb"),
            html.Div(className="panel right", **data(casecolumns=view)),
        ],
        className="menu cases-columns",
    )
    if "case.export" not in user().permissions:
        return [columns]
    export = html.A(
        [icon("download"), t("cases.export")],
        href="/export/cases.xlsx",
        className="fb",
        **data(casefile="xlsx"),
    )
    return [columns, export]
