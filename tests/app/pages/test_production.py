"""What the production page draws from rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from app import axes
from app.crossfilter import Answers
from app.pages.production import figures
from app.pages.production.cards import kpi_cards
from queries.engine import Days
from queries.selection import Selection

DAYS = Days(date(2024, 1, 3), date(2026, 10, 31))


def answers(rows: Mapping[str, pl.DataFrame | None], selection: str = "", **values: Any) -> Answers:
    return Answers(
        rows,
        Selection.parse(selection),
        values.get("picked", ()),
        values.get("days", DAYS),
        values.get("absent", ()),
        Selection(),
    )


def months(*closed: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "month": [date.fromisoformat(f"{month}-01") for month, _ in closed],
            "treated": [n for _, n in closed],
            "closed": [n for _, n in closed],
            "mean_delay": [1.5 for _ in closed],
        }
    )


def drawn(selection: str, days: Days = DAYS) -> dict[str, Any]:
    rows = months(("2025-09", 8), ("2026-09", 10), ("2026-10", 20))
    return figures.month_columns(answers({"now": rows, "network": rows}, selection, days=days))


def test_months_outside_the_period_stay_and_are_dimmed() -> None:
    payload = drawn("since=2026-09-01&until=2026-09-30")
    assert len(payload["months"]) == 34
    inside = zip(payload["months"], payload["inside"], strict=True)
    assert [month for month, kept in inside if kept] == ["2026-09"]


@pytest.mark.parametrize(
    ("selection", "exact", "least", "fit"),
    [
        ("", 34, 34, 34),
        ("since=2025-11-01&until=2026-10-31", 12, 12, 12),
        ("since=2024-11-01&until=2026-10-31", 24, 24, 24),
        ("since=2026-05-01&until=2026-05-31", None, 6, 12),
        ("since=2025-11-01&until=2026-03-31", None, 12, 12),
        ("since=2025-10-01&until=2026-10-31", None, 13, 24),
        ("since=2024-02-01&until=2024-02-29", None, 33, 34),
        ("since=2027-01-01&until=2027-01-31", None, 1, 12),
    ],
)
def test_a_preset_says_how_many_months_are_in_sight_and_any_other_period_how_many_it_needs(
    selection: str, exact: int | None, least: int, fit: int
) -> None:
    assert drawn(selection)["sight"] == {"exact": exact, "least": least, "fit": fit}


def test_the_year_before_is_the_same_month_a_year_earlier() -> None:
    payload = drawn("since=2026-09-01&until=2026-10-31")
    assert payload["year"][-2:] == [8, None]


def test_a_partial_last_month_is_marked() -> None:
    assert drawn("")["partial"] is None
    assert drawn("", Days(date(2026, 1, 1), date(2026, 10, 28)))["partial"] == "2026-10"


def test_a_selection_lost_in_the_network_is_drawn_on_its_own_scale() -> None:
    rows = {"now": months(("2026-10", 10)), "network": months(("2026-10", 1000))}
    small = figures.month_columns(answers(rows, "agency=Lille"))
    assert small["share"] == pytest.approx(0.01)
    assert max(small["ticks"]) < 20
    rows["now"] = months(("2026-10", 500))
    assert figures.month_columns(answers(rows, "agency=Lille"))["share"] is None


@pytest.mark.parametrize(
    ("top", "last", "count"), [(10, 10, 3), (27_900, 30_000, 4), (1, 1, 3), (943, 1000, 3)]
)
def test_ticks_are_round_and_hold_the_highest(top: float, last: float, count: int) -> None:
    marks = axes.ticks(top)
    assert marks[0] == 0
    assert marks[-1] == pytest.approx(last)
    assert len(marks) == count


KPIS = {
    "rows": 300, "treated": 2805, "closed": 943, "mean_delay": 22.6, "late_share": 0.62, "return_rate": 0.056,
    "returned_share": None, "row_mean_delay": 22.7, "row_mean_return_rate": 0.098, "stock": None,
    "workload_per_fte": None,
}  # fmt: skip


def cards(
    now: dict[str, Any], before: dict[str, Any] | None = None, **values: Any
) -> dict[str, dict[str, Any]]:
    shares = pl.DataFrame({"month": [date(2026, 9, 1)], "late_share": [0.5], "return_rate": [0.1]})
    stock = pl.DataFrame({"month": [date(2026, 9, 1)], "inflow": [5], "outflow": [2], "weight_change": [3.0]})
    rows = {
        "now": pl.DataFrame([now]),
        "before": pl.DataFrame([before]) if before else None,
        "months": months(("2026-09", 10), ("2026-10", 20)),
        "shares": shares,
        "stock": stock,
    }
    return {card["id"]: card for card in kpi_cards(answers(rows, **values))["cards"]}


def test_a_card_without_its_column_says_which() -> None:
    card = cards(KPIS, absent=("received_on", "fte"))["workload_per_fte"]
    assert card["raw"] is None
    assert "absente" in card["reason"]


def test_a_card_compares_with_the_previous_period_in_its_own_unit() -> None:
    card = cards(KPIS, {**KPIS, "mean_delay": 23.0})["mean_delay"]
    assert card["delta"]["text"] == "−0,4\u00a0j"
    assert card["delta"]["tone"] == "good"


def test_a_comparison_names_the_period_it_is_made_with() -> None:
    card = cards(KPIS, {**KPIS, "mean_delay": 23.0}, selection="since=2026-03-01&until=2026-03-31")[
        "mean_delay"
    ]
    assert card["delta"]["words"].endswith("contre févr. 2026")


def test_without_a_previous_period_no_comparison_is_shown() -> None:
    assert all(card.get("delta") is None for card in cards(KPIS).values())


def test_few_cases_are_greyed_but_keep_their_value() -> None:
    card = cards({**KPIS, "rows": 3, "treated": 9, "closed": 9})["mean_delay"]
    assert card["few"]
    assert card["raw"] == 22.6


def test_the_norm_is_compared_in_days() -> None:
    assert cards(KPIS)["mean_delay"]["reference"] == ("Norme 20 j", "2,6 j de trop", "bad")


def test_the_stock_cannot_be_aged_without_dates_of_receipt() -> None:
    empty = pl.DataFrame({"age": [], "stock": []}, schema={"age": pl.String, "stock": pl.Int64})
    assert "reason" in figures.age_stack(answers({"now": empty}, absent=("received_on",)))
    assert figures.age_stack(answers({"now": empty}))["empty"]
