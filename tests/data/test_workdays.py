"""The French working calendar."""

from datetime import date

import pytest

from data.workdays import is_worked, worked_after


@pytest.mark.parametrize(
    "day", ["2026-04-06", "2026-05-14", "2026-05-25", "2024-04-01", "2025-06-09", "2026-07-14"]
)
def test_holidays_that_move_with_easter_and_those_that_do_not_are_known(day: str) -> None:
    assert not is_worked(date.fromisoformat(day))


def test_the_days_around_them_are_worked() -> None:
    assert all(is_worked(date.fromisoformat(day)) for day in ("2026-04-07", "2026-05-15", "2026-07-15"))


def test_the_worked_days_after_a_day_leave_out_weekends_and_holidays() -> None:
    following = worked_after(date(2026, 11, 6), 4)  # a Friday; Wednesday the 11th is a holiday
    assert following == [date(2026, 11, day) for day in (9, 10, 12, 13)]
