"""Where a reader starts, and the addresses they gave a name to: pages they may open, and nothing else."""

from typing import Any
from urllib.parse import quote, unquote

from app import shell, user_menu
from app.accounts import SIGNED_IN, Forbidden, user
from app.services import services
from app.state import State
from data.saved_views import SavedView, ViewRefused
from data.store import JournalFailed

LAST = "vigie_last"  # the cookie that assets/vigie/91-way.js writes, with the reader's mark
LONGEST = 4_096  # characters of a cookie
NEVER = frozenset({"clients"})  # a client is opened for a purpose, never by where one was


def views() -> list[SavedView]:
    """The reader's views that lead to a page they may open now. Raises JournalFailed."""
    return [view for view in services().stores.saved.of(user().name) if address(view.address)]


def save(view: SavedView) -> None:
    """Keep it under its name. Raises ViewRefused, JournalFailed."""
    known = address(view.address)
    if known is None:
        raise ViewRefused("bad_address")
    services().stores.saved.save(user().name, SavedView(view.name, known, view.first))


def last_cookie() -> str:
    """The name of the cookie that says where this reader was last."""
    mark = user_menu.mark()
    return f"{LAST}-{mark}" if mark else LAST


def start(cookie: str | None) -> str:
    """Where `/` leads: the view to start with, else where the reader was last, else the first page there is.

    Raises Forbidden where there is no page for the reader.
    """
    if not shell.visible():
        raise Forbidden(SIGNED_IN)
    return _first_view() or _last(cookie) or origin()


def origin() -> str:
    """The first page the reader may open, as it opens for somebody who comes for the first time."""
    page, snapshot = shell.visible()[0], services().snapshot
    return _joined(page.PATH, page.home_query(snapshot) if snapshot else "")


def address(text: str) -> str | None:
    """The address of a page of ours that the reader may open, written as we write it; None for any other."""
    path, _, query = text.partition("?")
    page = shell.find(path, shell.visible())
    if page is None or page.NAME in NEVER:
        return None
    try:
        state = State.parse(query)
    except ValueError:
        return None
    name = unquote(path.removeprefix(page.PATH).removeprefix("/"))
    return _joined(f"{page.PATH}/{quote(name, safe='')}" if name else page.PATH, str(state))


def told(found: list[SavedView]) -> dict[str, Any]:
    """The views as the menu lists them, and the way back to the page as it first was."""
    listed = [{"name": view.name, "address": view.address, "first": view.first} for view in found]
    return {"views": listed, "origin": origin() if shell.visible() else "/"}


def _first_view() -> str | None:
    try:
        view = services().stores.saved.start(user().name)
    except JournalFailed:
        return None  # the page is what the reader came for
    return address(view.address) if view else None


def _last(cookie: str | None) -> str | None:
    return address(unquote(cookie)) if cookie and len(cookie) <= LONGEST else None


def _joined(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
