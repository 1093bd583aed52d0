"""What the page shows: each visual and what it asks, of the person, their agencies and the network."""

from app import places
from app.asking import Asking, as_picked, network, when
from app.crossfilter import Page, View
from app.pages.agents import figures, pace
from queries import agents, production
from queries import places as people
from queries.selection import Selection


def offices(asking: Asking) -> Selection:
    """Everyone's work in the agencies of the person, under the same period and the other picks."""
    return asking.selection.without("agent")


def so_far(asking: Asking) -> Selection:
    """The person's work up to the end of the period, from which every earlier one is read too."""
    return asking.selection.during(None, asking.selection.until)


def workplaces(asking: Asking) -> Selection:
    """The agencies of the person, whatever the period and the other picks."""
    return Selection(picks={"agency": asking.selection.picked("agency")})


OWN = {"work": (agents.work, so_far), "office": (production.sums_by_type, offices)}

VIEWS = (
    View(
        "agents-kpis",
        figures.cards,
        {
            **OWN,
            "network": (production.sums_by_type, when("network", network)),
            "stock": (production.backlog_by_age, as_picked),
            "office_stock": (production.backlog_by_age, offices),
            "people": (people.people, workplaces),
        },
    ),
    View("agents-pace", pace.chart, OWN),
)

PAGE = Page("agents", VIEWS, "agent.view", compared=("year", "network"), place=places.agent)
