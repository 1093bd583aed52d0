"""What the page shows: each visual, what it asks, and the dimension it picks."""

from dataclasses import replace

from app import advice_cards, cards, peers, places
from app.asking import Asking, as_picked, network, whole_time
from app.crossfilter import Page, View
from app.pages.agencies import figures, people, risk, sentence, waterfall
from app.places import Place
from queries import agencies as ask
from queries import production
from queries.selection import Selection


def place(name: str) -> Place:
    """The agency with that id, and the three most like it. Raises UnknownPlace."""
    found = places.agency(name)
    return replace(found, peers=peers.nearest(found.value, peers.profiles()))


def in_sight(asking: Asking) -> Selection:
    """The selection of the chart of weeks."""
    return figures.in_sight(asking.selection, asking.days)


GAP = {"now": (production.sums_by_type, as_picked), "wide": (production.sums_by_type, network)}
WEEKS = (ask.delay_by_week, in_sight)

VIEWS = (
    View(
        "agencies-sentence",
        sentence.sentence,
        {**cards.ASKS, "types": GAP["now"], "wide": GAP["wide"], "weeks": WEEKS},
    ),
    View("agencies-kpis", cards.kpi_cards, cards.ASKS),
    View("agencies-quantiles", cards.quantile_line, cards.QUANTILE_ASKS, later=True),
    View(
        "agencies-delays",
        figures.delay_columns,
        {
            "now": (production.delay_histogram, as_picked),
            "network": (production.delay_histogram, network),
            "marks": (production.quantiles, as_picked),
        },
        later=True,  # the network's delays, over a period that is not whole months, are read from the facts
    ),
    View(
        "agencies-weeks",
        figures.week_chart,
        {
            "now": WEEKS,
            "period": (production.kpis, as_picked),
            "months": (production.cases_by_month, whole_time),
        },
    ),
    View("agencies-gap", waterfall.gap_rows, GAP, own="case_type"),
    View(
        "agencies-people",
        people.funnel,
        # What an export of the card would give comes first, and names nobody.
        {"now": (production.sums_by_type, as_picked), "people": (ask.people, as_picked), "wide": GAP["wide"]},
        later=True,
    ),
    View("agencies-recommendations", advice_cards.draw, advice_cards.ASKS, later=True),
    *risk.VIEWS,
)

PAGE = Page("agencies", VIEWS, "kpi.view", compared=("year", "network", "peers"), place=place)
