"""Client: one application's score, why it is what it is, and what is decided."""

from app.pages.clients.callbacks import register
from app.pages.clients.layout import layout
from data.snapshot import Snapshot

NAME = "clients"
PATH = "/clients"
ALONE = True  # /clients is an address of the page
PLACED = False  # the page sees itself to who is shown
UNDER = "clients"  # the entry of the menu that it stands under
LONGEST_NUMBER = 18  # digits
ICON = "person-vcard"
PERMISSION = "score.view"


def member(name: str) -> bool:
    """Whether /clients/<name> is an address of the page too: a number, whoever bears it."""
    return name.isdecimal() and name.isascii() and len(name) <= LONGEST_NUMBER


def home_query(_snapshot: Snapshot) -> str:
    """The page opens with nobody chosen."""
    return ""


__all__ = [
    "ALONE", "ICON", "NAME", "PATH", "PERMISSION", "PLACED",
    "UNDER", "home_query", "layout", "member", "register",
]  # fmt: skip
