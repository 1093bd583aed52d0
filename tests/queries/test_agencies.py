"""What explains an agency's delay, against figures worked out by hand, the same on every engine."""

from datetime import date
from pathlib import Path

import pytest

from queries import agencies as ask
from queries.selection import Selection
from tests.engines.engines import Engines, drawn

DRAWN = """
    day        | agency | agent | case_type | status   | treated | delay_days
    2026-03-01 | Lille  | A1    | Retraite  | closed   |       1 |         10
    2026-03-02 | Lille  | A1    | Retraite  | closed   |       2 |         20
    2026-03-08 | Lille  | A2    | Réversion | closed   |       1 |         40
    2026-03-08 | Lille  | A2    | Réversion | rejected |       5 |         90
    2026-03-09 | Lille  | -     | Retraite  | closed   |       1 |          -
    2026-03-09 | Rouen  | A3    | Retraite  | closed   |       4 |          5"""


@pytest.fixture
def engines(home: Path) -> Engines:
    return drawn(home, DRAWN)


def test_a_week_goes_from_monday_to_sunday(engines: Engines) -> None:
    assert engines.run(ask.delay_by_week, "agency=Lille").rows() == [
        (date(2026, 2, 23), 1, 1, 10.0, 100.0),
        (date(2026, 3, 2), 3, 3, 80.0, 2 * 400.0 + 1600.0),
        (date(2026, 3, 9), 1, 0, 0.0, 0.0),
    ]


def test_a_period_cuts_a_week(engines: Engines) -> None:
    found = engines.run(ask.delay_by_week, "agency=Lille&since=2026-03-03&until=2026-03-31")
    assert found["delay_sum"].to_list() == [40.0, 0.0]


def test_a_profile_counts_closed_cases_per_agency_and_type(engines: Engines) -> None:
    assert engines.run(ask.profile).rows() == [
        ("Lille", "Retraite", 4),
        ("Lille", "Réversion", 1),
        ("Rouen", "Retraite", 4),
    ]


def test_people_have_the_sums_of_their_own_cases(engines: Engines) -> None:
    assert engines.run(ask.people, "agency=Lille").filter(agent="A1").rows() == [
        ("A1", "Retraite", 2, 3, 3, 3, 50.0, 900.0)
    ]


def test_cases_of_nobody_come_last(engines: Engines) -> None:
    assert engines.run(ask.people, "agency=Lille").rows()[-1] == (None, "Retraite", 1, 1, 1, 0, 0.0, 0.0)


def test_people_of_another_agency_are_out_of_scope(engines: Engines) -> None:
    scope = Selection(picks={"agency": ("Rouen",)})
    assert engines.run(ask.people, "", scope)["agent"].to_list() == ["A3"]
