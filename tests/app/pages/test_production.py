"""What the production page draws from rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from app import axes, references
from app.cards import kpi_cards
from app.crossfilter import Answers
from app.pages.production import boards, figures
from app.pages.production.months import month_columns
from queries.engine import Days
from queries.production import RATIOS, SUMS
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
        values.get("compared", ()),
    )


def months(*closed: tuple[str, int]) -> pl.DataFrame:
    """Of each month so many cases, closed within 10 days but for a twentieth."""
    rows = [sums(n) | {"month": date.fromisoformat(f"{month}-01")} for month, n in closed]
    return pl.DataFrame(rows).select("month", *SUMS, *RATIOS)


def sums(closed: int, delay: float = 10.0, late: float = 0.05) -> dict[str, Any]:
    counts = dict.fromkeys(("rows", "treated", "closed", "delay_treated", "returns_treated"), closed)
    squares = closed * (delay**2 + 36)
    parts = {"late": int(closed * late), "returns": closed // 10, "returned_treated": closed // 10}
    ratios = {"mean_delay": delay if closed else None, "late_share": late, "return_rate": 0.1}
    return counts | parts | {"delay_sum": closed * delay, "delay_sq": squares} | ratios


def drawn(
    selection: str, days: Days = DAYS, compared: tuple[str, ...] = ("previous", "year")
) -> dict[str, Any]:
    rows = months(("2025-09", 8), ("2026-07", 3), ("2026-08", 4), ("2026-09", 10), ("2026-10", 20))
    asked = answers({"now": rows, "network": rows, "targets": None}, selection, days=days, compared=compared)
    return month_columns(asked)


def line(payload: dict[str, Any], name: str) -> list[float | None] | None:
    return next((each["values"] for each in payload["lines"] if each["of"] == name), None)


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
    year = line(drawn("since=2026-09-01&until=2026-10-31"), "year")
    assert year is not None
    assert year[-2:] == [8, None]


def test_the_period_before_is_drawn_over_the_period_month_by_month() -> None:
    payload = drawn("since=2026-09-01&until=2026-10-31")
    before = line(payload, "previous")
    assert before is not None
    assert before[-3:] == [None, 3, 4]


def test_no_line_is_drawn_of_what_is_not_compared_with() -> None:
    assert drawn("since=2026-09-01&until=2026-10-31", compared=())["lines"] == []
    assert line(drawn("since=2025-11-01&until=2026-10-31"), "previous") is None


def test_the_target_of_each_month_is_a_line() -> None:
    rows = months(("2026-09", 10), ("2026-10", 20))
    held = pl.DataFrame(
        {"indicator": ["closed"] * 2, "agency": [""] * 2, "region": [""] * 2,
         "month": [None, date(2026, 10, 1)], "target": [12.0, 18.0]}
    )  # fmt: skip
    asked = answers({"now": rows, "network": rows, "targets": held}, "", compared=("target",))
    aimed = line(month_columns(asked), "target")
    assert aimed is not None
    assert aimed[-2:] == [12, 18]


def test_a_month_whose_delay_drifts_is_annotated() -> None:
    usual = [(f"{2025 + at // 12}-{at % 12 + 1:02}", 1000) for at in range(20)]
    rows = months(*usual).with_columns(
        mean_delay=pl.Series([14.0 if at == 19 else 10 + at % 2 / 10 for at in range(20)])
    )
    payload = month_columns(answers({"now": rows, "network": rows, "targets": None}))
    words = {payload["months"][int(at)]: words for at, words in payload["drift"].items()}
    assert list(words) == ["2026-08"]
    assert words["2026-08"].startswith("dérive\u00a0: 14,0\u00a0j, au-delà de ")


def test_a_partial_last_month_is_marked() -> None:
    assert drawn("")["partial"] is None
    assert drawn("", Days(date(2026, 1, 1), date(2026, 10, 28)))["partial"] == "2026-10"


def test_a_selection_lost_in_the_network_is_drawn_on_its_own_scale() -> None:
    rows = {"now": months(("2026-10", 10)), "network": months(("2026-10", 1000)), "targets": None}
    small = month_columns(answers(rows, "agency=Lille"))
    assert small["share"] == pytest.approx(0.01)
    assert max(small["ticks"]) < 20
    rows["now"] = months(("2026-10", 500))
    assert month_columns(answers(rows, "agency=Lille"))["share"] is None


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


STOCK = pl.DataFrame({"month": [date(2026, 9, 1)], "inflow": [5], "outflow": [2], "weight_change": [3.0]})
UNASKED = dict.fromkeys(references.ASKS)


def cards(now: dict[str, Any], selection: str = "", **values: Any) -> dict[str, dict[str, Any]]:
    asked = {"now": pl.DataFrame([now]), "months": months(("2026-09", 10), ("2026-10", 20)), "stock": STOCK}
    rows = UNASKED | asked | values.pop("rows", {})
    return {card["id"]: card for card in kpi_cards(answers(rows, selection, **values))["cards"]}


def test_a_card_without_its_column_says_which() -> None:
    card = cards(KPIS, absent=("received_on", "fte"))["workload_per_fte"]
    assert card["raw"] is None
    assert "absente" in card["reason"]


def test_without_anything_to_compare_with_a_card_has_no_line() -> None:
    assert all(not card.get("lines") for card in cards(KPIS).values())
    assert all(not card.get("lines") for card in cards(KPIS, compared=("previous", "year")).values())


def test_few_cases_are_greyed_but_keep_their_value() -> None:
    card = cards({**KPIS, "rows": 3, "treated": 9, "closed": 9})["mean_delay"]
    assert card["few"]
    assert card["raw"] == 22.6


def test_the_norm_is_compared_in_days() -> None:
    assert cards(KPIS)["mean_delay"]["reference"] == ("Norme 20 j", "2,6 j de trop", "bad")


AGES = {"age": pl.String, "stock": pl.Int64}


def test_the_stock_cannot_be_aged_without_dates_of_receipt() -> None:
    rows = {"now": pl.DataFrame(schema=AGES), "previous": None, "year": None}
    assert "reason" in boards.age_stack(answers(rows, absent=("received_on",)))
    assert boards.age_stack(answers(rows))["empty"]


def test_the_ages_of_an_earlier_stock_stand_beside_those_of_today() -> None:
    stocks = ([900, 100], [600, 400])
    now, year = (pl.DataFrame({"age": ["0-10", "31+"], "stock": counts}) for counts in stocks)
    payload = boards.age_stack(answers({"now": now, "previous": None, "year": year}, compared=("year",)))
    (before,) = payload["lines"]
    assert (before["of"], before["values"]) == ("year", [0.6, 0, 0, 0.4])
    assert before["sure"] == [True, False, False, True]


def board(*rows: tuple[str, int, float]) -> pl.DataFrame:
    found = [sums(closed, delay) | {"agency": name} for name, closed, delay in rows]
    return pl.DataFrame(found).select("agency", *SUMS, *RATIOS)


def agencies(**values: pl.DataFrame) -> dict[str, Any]:
    rows = {name: values.get(name) for name in ("now", "previous", "year", "network", "targets")}
    return boards.agency_rows(answers(rows, compared=("previous", "year", "network", "target")))


def test_a_change_that_is_noise_is_known_as_such() -> None:
    now = board(("Lille", 900, 14), ("Évry", 900, 12.1), ("Brest", 9, 12))
    year = board(("Lille", 900, 12), ("Évry", 900, 12), ("Brest", 9, 10))
    payload = agencies(now=now, year=year)
    assert payload["lines"][payload["against"]["line"]]["of"] == "year"
    assert payload["against"]["sure"] == [True, False, False]


def test_agencies_stand_beside_every_reference_and_move_against_the_first() -> None:
    now, year = board(("Lille", 900, 14), ("Évry", 900, 12)), board(("Lille", 900, 12))
    network = pl.DataFrame([sums(1800, 13)])
    payload = agencies(now=now, previous=year, network=network)
    lines = {each["of"]: each["values"] for each in payload["lines"]}
    assert lines == {"previous": [12, None], "network": [13, 13]}
    alone = agencies(now=now, network=network)
    assert alone["against"] == {"line": 0, "sure": [True, True]}


def test_a_picked_agency_has_its_dot_of_the_year_before() -> None:
    schema = ("agency", "treated", "closed", "workload", "return_rate")
    now = pl.DataFrame([("Lille", 9, 9, 20.0, 0.1), ("Évry", 9, 9, 15.0, 0.05)], schema=schema, orient="row")
    year = pl.DataFrame([("Lille", 9, 9, 18.0, 0.08)], schema=schema, orient="row")
    payload = figures.quality_dots(answers({"now": now, "year": year}, compared=("year",)))
    assert payload["before"] == {"x": [18.0, None], "y": [0.08, None]}
    assert figures.quality_dots(answers({"now": now, "year": None}))["before"] is None
