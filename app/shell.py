"""What stays around every page: header, navigation, stores, the router."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from app import advice_callbacks
from app.accounts import SIGNED_IN, user
from app.consultation import PURPOSES
from app.declared import FAILURE, secured
from app.services import services
from app.texts import LANGUAGES, catalogue, language, t
from app.widgets import aria, data, icon

PAGES: list[ModuleType] = []
LONGEST = 300  # characters of the last part of an address
# What the search dialog finds, and who for.
SOUGHT = {"agency": "kpi.view", "agent": "agent.view", "case": "case.view", "client": "score.view"}

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
            *advice_callbacks.stores(),
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
    advice_callbacks.register(app)
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
        path = pathname or ""
        page = find(path, visible())
        if page is None:
            return unknown_page(path), None
        here = path if page.PLACED else page.NAME
        if shown == here:
            return no_update, no_update  # it moves within the page, which sees to it
        return (page.layout(unquote(path.rpartition("/")[2])) if page.PLACED else page.layout()), here


def find(path: str, pages: Iterable[ModuleType]) -> ModuleType | None:
    """The page at that address: its own where it has one, or one below it that the page knows."""
    return next((page for page in pages if _leads(path, page)), None)


def _leads(path: str, page: ModuleType) -> bool:
    if path == page.PATH:
        return bool(page.ALONE)
    name = path.removeprefix(f"{page.PATH}/")
    return name != path and "/" not in name and len(name) <= LONGEST and bool(page.member(unquote(name)))


def visible() -> list[ModuleType]:
    """The pages the reader may open, in menu order."""
    return [page for page in PAGES if page.PERMISSION in user().permissions]


def status(path: str) -> int:
    """What the server answers at that address: 404 where nothing stands, 403 where the reader may not look.

    Of what stands below a page that is not the reader's, nothing is told.
    """
    if find(path, visible()):
        return 200
    return 403 if _reserved(path) else 404


def unknown_page(path: str) -> Component:
    """No page stands at this address, or none for this reader."""
    near = next((page.NAME for page in PAGES if page.PLACED and path.startswith(f"{page.PATH}/")), None)
    kind = "reserved" if _reserved(path) else f"unknown_{near}" if near else "unknown"
    home = visible()[0].PATH if visible() else "/"
    return html.Div(
        [
            html.H1(t(f"shell.{kind}_title")),
            html.P(t(f"shell.{kind}_text")),
            html.A(t("shell.unknown_back"), href=home, className="fb pri keeps"),
        ],
        className="page empty",
    )


def _reserved(path: str) -> bool:
    """Whether a page that the reader may not open stands there, or might."""
    kept = [page for page in PAGES if page not in visible()]
    return any(path == page.PATH or path.startswith(f"{page.PATH}/") for page in kept)


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
                    icon("question-circle"),
                    className="icb",
                    **aria(label=t("shell.help"), haspopup="dialog", keyshortcuts="?"),
                    **data(action="help"),
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
    may = user().permissions
    if may.isdisjoint(("kpi.view", "score.view")):
        return []
    kinds = [t(f"find.some_{kind}") for kind, permission in SOUGHT.items() if permission in may]
    words = t("find.words", kinds=", ".join(kinds))
    words = words[:1].upper() + words[1:]
    return [
        html.Button(
            [
                icon("search"),
                html.Span(words, className="hide-s"),
                html.Kbd("Ctrl K", className="kbd hide-s"),
            ],
            className="search",
            id="search",
            **aria(
                label=t("shell.search_label", words=words), haspopup="dialog", keyshortcuts="Control+K Meta+K"
            ),
            **data(action="search", words=words, purposes=" ".join(PURPOSES) if "score.view" in may else ""),
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
        html.A(
            [icon(page.ICON), t(f"{page.NAME}.title")] if with_icons else t(f"{page.NAME}.title"),
            href=page.PATH + _opening(page),
            id=f"{'tab' if with_icons else 'nav'}-{page.NAME}",
            className="nav-link-x",
            **data(under=" ".join(each.PATH for each in PAGES if page.NAME == each.UNDER)),
        )
        for page in visible()
        if page.UNDER == page.NAME
    ]
