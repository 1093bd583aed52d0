"""Accounts: who may come in, what they may do, which agencies they see; and the tokens of programs."""

from app.pages.accounts.callbacks import register
from app.pages.accounts.layout import layout
from data.snapshot import Snapshot

__all__ = ["layout", "register"]

NAME = "accounts"
PATH = "/accounts"
ALONE = True
PLACED = False
UNDER = "accounts"
ICON = "people"
PERMISSION = "user.view"


def member(_name: str) -> bool:
    """No address stands below the page's own."""
    return False


def home_query(_snapshot: Snapshot) -> str:
    """It opens without a query string."""
    return ""
