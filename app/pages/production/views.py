"""What the page shows: each visual, what it asks, and the dimension it picks."""

from app import recommendations
from app.crossfilter import View, as_picked, network, previous, whole_time, year_before
from app.pages.production import cards, figures
from queries import production as ask

VIEWS = (
    View(
        "production-kpis",
        cards.kpi_cards,
        {
            "now": (ask.kpis, as_picked),
            "before": (ask.kpis, previous),
            "months": (ask.cases_by_month, whole_time),
            "shares": (ask.shares_by_month, whole_time),
            "stock": (ask.stock_by_month, whole_time),
        },
    ),
    View(
        "production-by-month",
        figures.month_columns,
        {"now": (ask.cases_by_month, whole_time), "network": (ask.cases_by_month, network)},
        own="month",
    ),
    View("production-recommendations", figures.recommendations, recommendations.ASKS),
    View(
        "production-by-agency",
        figures.agency_rows,
        {"now": (ask.delay_by_agency, as_picked), "year": (ask.delay_by_agency, year_before)},
        own="agency",
    ),
    View(
        "production-quality",
        figures.quality_dots,
        {"now": (ask.workload_and_returns_by_agency, as_picked)},
        own="agency",
    ),
    View("production-by-type", figures.type_rows, {"now": (ask.cases_by_type, as_picked)}, own="case_type"),
    View("production-backlog", figures.age_stack, {"now": (ask.backlog_by_age, as_picked)}, own="age"),
)
