"""Selections: their text, what a click does, and the periods they compare with."""

import copy
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.selection import DIMENSIONS, Selection, month_end, shift_months

selections = st.builds(
    Selection,
    st.none() | st.dates(date(2020, 1, 1), date(2022, 1, 1)),
    st.none() | st.dates(date(2022, 1, 2), date(2026, 1, 1)),
    st.dictionaries(st.sampled_from(DIMENSIONS), st.lists(st.text(min_size=1), max_size=3).map(tuple)),
)


@given(selections)
def test_a_text_reads_back_as_the_same_selection(selection: Selection) -> None:
    assert Selection.parse(str(selection)) == selection
    assert hash(Selection.parse(str(selection))) == hash(selection)


@given(selections, st.sampled_from(DIMENSIONS), st.text(min_size=1))
def test_a_second_click_on_the_same_mark_clears_it(selection: Selection, dim: str, value: str) -> None:
    assert selection.without(dim).toggle(dim, value).toggle(dim, value) == selection.without(dim)


@given(selections, st.sampled_from(DIMENSIONS), st.text(min_size=1))
def test_adding_twice_changes_nothing(selection: Selection, dim: str, value: str) -> None:
    assert selection.toggle(dim, value, multi=True).toggle(dim, value, multi=True) == selection


def test_the_order_of_picks_does_not_matter() -> None:
    one = Selection().toggle("agency", "Lille").toggle("agency", "Bobigny", multi=True)
    other = Selection().toggle("agency", "Bobigny").toggle("agency", "Lille", multi=True)
    assert str(one) == str(other) == "agency=Bobigny&agency=Lille"


def test_a_click_on_one_of_several_keeps_that_one() -> None:
    both = Selection.parse("agency=Bobigny&agency=Lille")
    assert both.toggle("agency", "Lille") == Selection.parse("agency=Lille")


@pytest.mark.parametrize(
    ("before", "value", "multi", "after"),
    [
        ("", "2026-03", False, "since=2026-03-01&until=2026-03-31"),
        ("since=2026-03-01&until=2026-03-31", "2026-03", False, ""),
        ("since=2026-03-01&until=2026-03-31", "2026-05", True, "since=2026-03-01&until=2026-05-31"),
        ("since=2026-03-01&until=2026-03-31", "2026-05", False, "since=2026-05-01&until=2026-05-31"),
        ("agency=Lille", "2024-01..2024-02", False, "agency=Lille&since=2024-01-01&until=2024-02-29"),
    ],
)
def test_picking_months_sets_the_period(before: str, value: str, multi: bool, after: str) -> None:
    assert str(Selection.parse(before).toggle("month", value, multi=multi)) == after


@pytest.mark.parametrize(
    ("period", "previous"),
    [
        ("since=2026-03-01&until=2026-05-31", "since=2025-12-01&until=2026-02-28"),
        ("since=2025-11-01&until=2026-10-31", "since=2024-11-01&until=2025-10-31"),
        ("since=2026-03-05&until=2026-03-14", "since=2026-02-23&until=2026-03-04"),
    ],
)
def test_the_previous_period_has_as_many_months_or_days(period: str, previous: str) -> None:
    assert str(Selection.parse(period).previous()) == previous


def test_no_period_has_no_previous_one() -> None:
    assert Selection().previous() is None
    assert Selection.parse("since=2026-01-01").previous() is None


def test_a_year_before_ends_with_its_month() -> None:
    assert str(Selection.parse("since=2024-02-01&until=2024-02-29").year_before()) == (
        "since=2023-02-01&until=2023-02-28"
    )


@pytest.mark.parametrize(
    "text", ["colour=red", "since=31/02/2026", "since=2026-13-01", "since=2026-02-01&until=2026-01-01"]
)
def test_what_is_no_selection_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Selection.parse(text)


def test_a_hostile_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown dimension"):
        Selection(picks={"agency) OR (1=1": ("x",)})


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(-60, 60))
def test_months_shift_within_the_month(day: date, months: int) -> None:
    shifted = shift_months(day, months)
    assert (shifted.year * 12 + shifted.month) - (day.year * 12 + day.month) == months
    assert shifted.day == min(day.day, month_end(shifted).day)


@given(selections)
def test_a_selection_survives_the_way_to_another_process(selection: Selection) -> None:
    assert copy.deepcopy(selection) == selection
