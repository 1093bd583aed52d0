"""What stays around every page: header, navigation, stores, the router."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from app import advice_callbacks, reserved, top_bar, user_menu
from app.accounts import SIGNED_IN, user
from app.declared import FAILURE, secured
from app.texts import SCOPED, catalogue, language, t
from app.widgets import data

PAGES: list[ModuleType] = []
LONGEST = 300  # characters of the last part of an address

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
            top_bar.header(visible(), PAGES),
            html.Main(id="page", tabIndex="-1"),
            *top_bar.bottom(visible(), PAGES),
        ],
        id="shell",
        **data(user=user_menu.mark()),
    )


def client_texts() -> dict[str, str]:
    """The texts that the scripts in assets use: the catalogue's section `client`."""
    keys = (key for key in catalogue(language()) if not key.endswith(SCOPED))
    return {key.removeprefix("client."): t(key) for key in keys if key.startswith("client.")}


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
        if closed := reserved.out_of_reach(page):
            return closed, None
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
    return 403 if _reserved(path) or not visible() else 404


def unknown_page(path: str) -> Component:
    """What stands where no page does, or none for this reader."""
    if not visible():
        return reserved.no_page()
    kept = _reserved(path)
    if kept:
        return reserved.page(kept, visible())
    near = next((page.NAME for page in PAGES if page.PLACED and path.startswith(f"{page.PATH}/")), None)
    kind = f"unknown_{near}" if near else "unknown"
    return html.Div(
        [
            html.H1(t(f"shell.{kind}_title")),
            html.P(t(f"shell.{kind}_text")),
            html.A(t("shell.unknown_back"), href=visible()[0].PATH, className="fb pri keeps"),
        ],
        className="page empty",
    )


def _reserved(path: str) -> ModuleType | None:
    """The page that the reader may not open and that stands there, or might."""
    kept = [page for page in PAGES if page not in visible()]
    return next((page for page in kept if path == page.PATH or path.startswith(f"{page.PATH}/")), None)
