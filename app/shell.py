"""What stays around every page: header, navigation, stores, the router."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from app.accounts import SIGNED_IN, user
from app.consultation import PURPOSES
from app.declared import FAILURE, secured
from app.services import services
from app.texts import LANGUAGES, catalogue, language, t
from app.widgets import aria, data, icon

PAGES: list[ModuleType] = []
LONGEST_NUMBER = 18  # digits

INDEX = """<!DOCTYPE html>
<html lang="__LANGUAGE__">
<head>
{%metas%}
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{%title%}</title>
{%favicon%}
{%css%}
<script src="__THEME__"></script>
</head>
<body>
{%app_entry%}
<div class="dash-end">{%config%}{%scripts%}{%renderer%}</div>
</body>
</html>"""


def index() -> str:
    """The page's frame in the reader's language, with the theme set before the first paint."""
    return INDEX.replace("__LANGUAGE__", language())


def layout() -> Component:
    """Header, page container and stores, in the reader's language."""
    return html.Div(
        [
            html.A(t("shell.skip"), href="#page", className="skip"),
            dcc.Location(id="place"),
            dcc.Store(id="event"),
            dcc.Store(id="held"),
            dcc.Store(id=FAILURE),
            dcc.Store(id="texts", data=client_texts()),
            dcc.Store(id="shown"),
            _header(),
            html.Main(id="page", tabIndex="-1"),
            *_bottom_navigation(),
        ],
        id="shell",
    )


def client_texts() -> dict[str, str]:
    """The texts that the scripts in assets use: the catalogue's section `client`."""
    return {
        key.removeprefix("client."): text
        for key, text in catalogue(language()).items()
        if key.startswith("client.")
    }


def register(app: Dash, pages: tuple[ModuleType, ...]) -> None:
    """Declare the router, the pages' callbacks and the error state."""
    PAGES[:] = pages
    app.index_string = INDEX.replace("__THEME__", app.get_asset_url("vigie/theme.js"))
    app.clientside_callback(
        ClientsideFunction("vigie", "fail"), Input(FAILURE, "data"), State("texts", "data")
    )  # type: ignore[no-untyped-call]
    app.clientside_callback(ClientsideFunction("vigie", "navigate"), Input("place", "pathname"))  # type: ignore[no-untyped-call]
    for page in pages:
        page.register(app)

    @secured(
        SIGNED_IN,
        Output("page", "children"),
        Output("shown", "data"),
        Input("place", "pathname"),
        State("shown", "data"),
    )
    def show_page(pathname: str | None, shown: str | None) -> tuple[Any, Any]:
        page = find(pathname or "", visible())
        if page and shown == page.NAME:
            return no_update, no_update  # it moves within the page, which sees to it
        return (page.layout(), page.NAME) if page else (unknown_page(), None)


def find(path: str, pages: Iterable[ModuleType]) -> ModuleType | None:
    """The page at that address: its own, or `/<page>/<number>` where it has members."""
    return next((page for page in pages if path == page.PATH or (page.MEMBERS and _member(path, page))), None)


def _member(path: str, page: ModuleType) -> bool:
    number = path.removeprefix(f"{page.PATH}/")
    return number != path and number.isdecimal() and number.isascii() and len(number) <= LONGEST_NUMBER


def visible() -> list[ModuleType]:
    """The pages the reader may open, in menu order."""
    return [page for page in PAGES if page.PERMISSION in user().permissions]


def unknown_page() -> Component:
    """No page stands at this address."""
    home = visible()[0].PATH if visible() else "/"
    return html.Div(
        [
            html.H1(t("shell.unknown_title")),
            html.P(t("shell.unknown_text")),
            dcc.Link(t("shell.unknown_back"), href=home, className="fb pri"),
        ],
        className="page empty",
    )


def _header() -> Component:
    other = next(code for code in LANGUAGES if code != language())
    return html.Header(
        html.Div(
            [
                html.A(
                    [html.Span(className="logo", **aria(hidden="true")), t("app.name")],
                    href="/",
                    className="brand",
                ),
                html.Nav(
                    html.Ul([html.Li(link) for link in _links()], className="nav-main"),
                    **aria(label=t("shell.navigation")),
                ),
                html.Span(className="grow"),
                *_search(),
                html.Span(t("shell.demonstration"), className="demo", title=t("shell.demonstration_why")),
                html.Button(
                    html.Span(other.upper(), className="lang"),
                    className="icb",
                    lang=other,
                    **aria(label=t("shell.other_language")),
                    **data(action="language", code=other),
                ),
                html.Button(
                    icon("circle-half"),
                    className="icb",
                    **aria(label=t("shell.theme")),
                    **data(action="theme"),
                ),
            ],
            className="top-in",
        ),
        className="top",
    )


def _search() -> list[Component]:
    """The button of the search dialog, for those who may open what it finds."""
    if "score.view" not in user().permissions:
        return []
    words = [html.Span(t("shell.search"), className="hide-s"), html.Kbd("Ctrl K", className="kbd hide-s")]
    return [
        html.Button(
            [icon("search"), *words],
            className="search",
            id="search",
            **aria(label=t("shell.search_label"), haspopup="dialog", keyshortcuts="Control+K Meta+K"),
            **data(action="search", purposes=" ".join(PURPOSES)),
        )
    ]


def _bottom_navigation() -> list[Component]:
    """The bar of narrow screens, where there is a choice of pages."""
    links = _links(with_icons=True)
    bar = html.Nav(links, className="bottom-nav", **aria(label=t("shell.navigation_small")))
    return [bar] if len(links) > 1 else []


def _opening(page: ModuleType) -> str:
    """The query string a page opens with; once it was open, its link keeps what was picked there."""
    snapshot = services().snapshot
    query = page.home_query(snapshot) if snapshot else ""
    return f"?{query}" if query else ""


def _links(*, with_icons: bool = False) -> list[Component]:
    return [
        dcc.Link(
            [icon(page.ICON), t(f"{page.NAME}.title")] if with_icons else t(f"{page.NAME}.title"),
            href=page.PATH + _opening(page),
            id=f"{'tab' if with_icons else 'nav'}-{page.NAME}",
            className="nav-link-x",
        )
        for page in visible()
    ]
