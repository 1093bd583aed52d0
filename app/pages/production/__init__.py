"""Pilotage: where production stands."""

from app.filters import home_selection
from app.pages.production.callbacks import register
from app.pages.production.layout import layout
from app.pages.production.views import VIEWS
from data.snapshot import Snapshot
from queries.engine import Days

NAME = "production"
PATH = "/production"
MEMBERS = False
ICON = "speedometer2"
PERMISSION = "kpi.view"


def home_query(snapshot: Snapshot) -> str:
    """The selection the page opens with from `/`, as a query string."""
    if snapshot.first_day is None or snapshot.last_day is None:
        return ""
    return str(home_selection(Days(snapshot.first_day, snapshot.last_day)))


__all__ = ["ICON", "MEMBERS", "NAME", "PATH", "PERMISSION", "VIEWS", "home_query", "layout", "register"]
