"""The header of every page and the bar at the foot of narrow screens: one's own pages, and the tools."""

from collections.abc import Sequence
from types import ModuleType

from dash import html
from dash.development.base_component import Component

from app.accounts import user
from app.consultation import PURPOSES
from app.services import services
from app.texts import LANGUAGES, language, t
from app.user_menu import user_menu
from app.widgets import aria, data, icon

# What the search dialog finds, and who for.
SOUGHT = {"agency": "kpi.view", "agent": "agent.view", "case": "case.view", "client": "score.view"}

Pages = Sequence[ModuleType]


def header(own: Pages, pages: Pages) -> Component:
    """Brand, the pages of the reader's `own`, search, theme, help, language, and who is signed in."""
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
                    html.Ul([html.Li(link) for link in _links(own, pages)], className="nav-main"),
                    **aria(label=t("shell.navigation")),
                ),
                html.Span(className="grow"),
                *_search(),
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
                *user_menu(),
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


def bottom(own: Pages, pages: Pages) -> list[Component]:
    """The bar of narrow screens, where there is a choice of pages."""
    links = _links(own, pages, with_icons=True)
    bar = html.Nav(links, className="bottom-nav", **aria(label=t("shell.navigation_small")))
    return [bar] if len(links) > 1 else []


def _opening(page: ModuleType) -> str:
    """The query string a page opens with; once it was open, its link keeps what was picked there."""
    snapshot = services().snapshot
    query = page.home_query(snapshot) if snapshot else ""
    return f"?{query}" if query else ""


def _links(own: Pages, pages: Pages, *, with_icons: bool = False) -> list[Component]:
    return [
        html.A(
            [icon(page.ICON), t(f"{page.NAME}.title")] if with_icons else t(f"{page.NAME}.title"),
            href=page.PATH + _opening(page),
            id=f"{'tab' if with_icons else 'nav'}-{page.NAME}",
            className="nav-link-x",
            **data(under=" ".join(each.PATH for each in pages if page.NAME == each.UNDER)),
        )
        for page in own
        if page.UNDER == page.NAME
    ]
