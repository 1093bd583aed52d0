"""The page's callbacks: what is painted at once, and what comes after."""

from dash import Dash

from app import crossfilter
from app.filters import frame
from app.pages.agencies.views import PAGE


def register(app: Dash) -> None:
    """Declare the updates of the page's views."""
    crossfilter.register(app, PAGE, frame)
