"""Pilotage: where production stands."""

from app.filters import home_selection
from app.pages.production.callbacks import register
from app.pages.production.layout import layout
from app.pages.production.views import PAGE, VIEWS
from data.snapshot import Snapshot
from queries.engine import Days

NAME = "production"
PATH = "/production"
ALONE = True  # /production is an address of the page
PLACED = False
UNDER = "production"  # the entry of the menu that it stands under
ICON = "speedometer2"
PERMISSION = "kpi.view"


def member(_name: str) -> bool:
    """No address stands below the page's own."""
    return False


def home_query(snapshot: Snapshot) -> str:
    """The selection the page opens with from `/`, as a query string."""
    if snapshot.first_day is None or snapshot.last_day is None:
        return ""
    return str(home_selection(Days(snapshot.first_day, snapshot.last_day)))


__all__ = [
    "ALONE", "ICON", "NAME", "PAGE", "PATH", "PERMISSION", "PLACED",
    "UNDER", "VIEWS", "home_query", "layout", "member", "register",
]  # fmt: skip
