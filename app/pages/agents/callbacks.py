"""The page's one callback."""

from dash import Dash

from app import crossfilter
from app.filters import frame
from app.pages.agents.views import PAGE


def register(app: Dash) -> None:
    """Declare the update of the page's views."""
    crossfilter.register(app, PAGE, frame)
