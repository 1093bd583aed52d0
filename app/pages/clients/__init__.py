"""Client: one application's score, why it is what it is, and what is decided."""

from app.pages.clients.callbacks import register
from app.pages.clients.layout import layout
from data.snapshot import Snapshot

NAME = "clients"
PATH = "/clients"
MEMBERS = True  # /clients/<number> is an address of the page too
ICON = "person-vcard"
PERMISSION = "score.view"


def home_query(_snapshot: Snapshot) -> str:
    """The page opens with nobody chosen."""
    return ""


__all__ = ["ICON", "MEMBERS", "NAME", "PATH", "PERMISSION", "home_query", "layout", "register"]
