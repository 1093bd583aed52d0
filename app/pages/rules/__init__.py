"""Rules: what Vigie advises, why, what was answered, and what came of it."""

from app.pages.rules.callbacks import register
from app.pages.rules.layout import layout
from data.snapshot import Snapshot

NAME = "rules"
PATH = "/rules"
ALONE = True
PLACED = False
UNDER = "production"  # the entry of the menu that it stands under
ICON = "journal-check"
PERMISSION = "kpi.view"


def member(_name: str) -> bool:
    """No address stands below the page's own."""
    return False


def home_query(_snapshot: Snapshot) -> str:
    """It opens without a query string."""
    return ""


__all__ = [
    "ALONE", "ICON", "NAME", "PATH", "PERMISSION", "PLACED", "UNDER",
    "home_query", "layout", "member", "register",
]  # fmt: skip
