"""Audit: who did what, whether the journal is whole, who looks at more than usual."""

from app.pages.audit.callbacks import register
from app.pages.audit.layout import layout
from data.snapshot import Snapshot

__all__ = ["layout", "register"]

NAME = "audit"
PATH = "/audit"
ALONE = True
PLACED = False
UNDER = "audit"
ICON = "shield-lock"
PERMISSION = "audit.view"


def member(_name: str) -> bool:
    """No address stands below the page's own."""
    return False


def home_query(_snapshot: Snapshot) -> str:
    """It opens without a query string."""
    return ""
