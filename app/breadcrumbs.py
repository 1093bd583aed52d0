"""The breadcrumb: where a page stands below the network, and the way back up."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.texts import t
from app.widgets import aria, icon


def crumbs(steps: Sequence[tuple[str, str | None]]) -> Component:
    """The steps from the widest to the page itself as (label, path); that of the last is not looked at.

    The links take the present selection along (`keeps`: assets/vigie/91-way.js sees to it at every draw), and
    a case that is open on the page gets a step of its own, `#crumb-case`.
    """
    *above, (here, _) = steps
    return html.Nav(
        html.Ol(
            [
                *(
                    html.Li([html.A(label, href=path, className="keeps"), icon("chevron-right")])
                    for label, path in above
                ),
                html.Li(html.Span(here, id="crumb-here"), **aria(current="page")),
                html.Li(id="crumb-case", hidden=True),
            ],
            className="crumbs",
        ),
        **aria(label=t("way.crumbs")),
    )
