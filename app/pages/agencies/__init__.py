"""Agence: why one agency is slow or fast, since when, against whom."""

from app import places
from app.pages.agencies.callbacks import register
from app.pages.agencies.layout import layout
from app.pages.agencies.views import PAGE, VIEWS
from data.snapshot import Snapshot

NAME = "agencies"
PATH = "/agencies"
ALONE = False  # it speaks of one agency, by its id
PLACED = True
UNDER = "production"
ICON = "speedometer2"
PERMISSION = "kpi.view"


def member(name: str) -> bool:
    """Whether an agency that the reader may see has that id."""
    return places.known(places.agency, name)


def home_query(_snapshot: Snapshot) -> str:
    """Nothing: whoever comes from another page brings the selection along."""
    return ""


__all__ = [
    "ALONE", "ICON", "NAME", "PAGE", "PATH", "PERMISSION", "PLACED",
    "UNDER", "VIEWS", "home_query", "layout", "member", "register",
]  # fmt: skip
