"""Agent: one person's cases, beside their agency and the network, without any ranking."""

from app import places
from app.pages.agents.callbacks import register
from app.pages.agents.layout import layout
from app.pages.agents.views import PAGE, VIEWS
from data.snapshot import Snapshot

NAME = "agents"
PATH = "/agents"
ALONE = False  # it speaks of one agent, by their id
PLACED = True
UNDER = "production"
ICON = "people"
PERMISSION = "agent.view"


def member(name: str) -> bool:
    """Whether an agent that the reader may see has that id."""
    return places.known(places.agent, name)


def home_query(_snapshot: Snapshot) -> str:
    """Nothing: whoever comes from another page brings the selection along."""
    return ""


__all__ = [
    "ALONE", "ICON", "NAME", "PAGE", "PATH", "PERMISSION", "PLACED",
    "UNDER", "VIEWS", "home_query", "layout", "member", "register",
]  # fmt: skip
