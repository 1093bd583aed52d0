"""What the page shows: each visual, what it asks, and the dimension it picks."""

from app import advice_cards, cards
from app.crossfilter import Page, View
from app.pages.production import boards, figures, months
from queries import production as ask

VIEWS = (
    View("production-kpis", cards.kpi_cards, cards.ASKS),
    View("production-by-month", months.month_columns, months.ASKS, own="month", table=ask.cases_by_month),
    View(
        "production-by-agency",
        boards.agency_rows,
        boards.AGENCY_ASKS,
        own="agency",
        table=ask.delay_by_agency,
    ),
    View("production-quality", figures.quality_dots, figures.QUALITY_ASKS, own="agency"),
    View("production-by-type", boards.type_rows, boards.TYPE_ASKS, own="case_type", table=ask.cases_by_type),
    View("production-backlog", boards.age_stack, boards.AGE_ASKS, own="age"),
    View("production-quantiles", cards.quantile_line, cards.QUANTILE_ASKS, later=True),
    View("production-recommendations", advice_cards.draw, advice_cards.ASKS, later=True),
)

PAGE = Page("production", VIEWS, "kpi.view", compared=("previous", "year"))
