"""Which target holds where and when."""

from datetime import date

import pytest

from app.targets import Targets
from queries.engine import Days
from queries.selection import Selection

DAYS = Days(date(2026, 1, 1), date(2026, 6, 30))
HELD = Targets(
    {
        ("mean_delay", "", None): 20.0,
        ("mean_delay", "", date(2026, 3, 1)): 23.0,
        ("mean_delay", "Lille", None): 18.0,
        ("mean_delay", "Lille", date(2026, 3, 1)): 17.0,
        ("closed", "", None): 100.0,
        ("closed", "", date(2026, 2, 1)): 70.0,
        ("closed", "Lille", None): 10.0,
        ("closed", "Nancy", None): 6.0,
        ("late_share", "", date(2026, 2, 1)): 0.3,
    }
)


def target(indicator: str, selection: str) -> float | None:
    return HELD.values(Selection.parse(selection), DAYS).get(indicator)


@pytest.mark.parametrize(
    ("where", "month", "value"),
    [
        ("agency=Lille", "03", 17),
        ("agency=Lille", "02", 18),
        ("", "03", 23),
        ("", "02", 20),
        ("agency=Brest", "03", 23),
        ("agency=Lille&agency=Nancy", "02", 20),
        ("region=Nord", "02", 20),
    ],
)
def test_the_most_specific_target_wins(where: str, month: str, value: float) -> None:
    assert target("mean_delay", f"{where}&since=2026-{month}-01&until=2026-{month}-28") == value


def test_over_several_months_a_delay_is_their_mean_and_a_volume_their_sum() -> None:
    quarter = "since=2026-01-01&until=2026-03-31"
    assert target("mean_delay", quarter) == pytest.approx((20 + 20 + 23) / 3)
    assert target("closed", quarter) == 270
    assert target("closed", "") == 570


def test_the_volumes_of_agencies_are_added_and_never_the_networks() -> None:
    assert target("closed", "agency=Lille&agency=Nancy&since=2026-01-01&until=2026-01-31") == 16
    assert target("closed", "agency=Lille&agency=Brest&since=2026-01-01&until=2026-01-31") is None
    assert target("closed", "region=Nord&since=2026-01-01&until=2026-01-31") is None


def test_a_volume_is_not_aimed_at_for_a_part_of_the_cases() -> None:
    assert target("closed", "case_type=Retraite") is None
    assert target("mean_delay", "case_type=Retraite&since=2026-01-01&until=2026-01-31") == 20


def test_months_without_one_leave_no_target() -> None:
    assert target("late_share", "since=2026-02-01&until=2026-02-28") == 0.3
    assert target("late_share", "since=2026-01-01&until=2026-02-28") is None
