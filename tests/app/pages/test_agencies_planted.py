"""The page of an agency finds what the simulated world hides: who is slow, since when, and why."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from app.accounts import DEMONSTRATION, acting
from app.crossfilter import update, update_later
from app.pages.agencies import PAGE
from app.services import Services, serving
from app.texts import NBSP
from data.simulate import UNTIL, simulate
from data.simulation.planted import PLANTED
from models.control import levels, weeks
from queries import agencies, places
from queries.selection import Selection
from tests.published import settings

YEAR = "since=2025-11-01&until=2026-10-31"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home = tmp_path_factory.mktemp("planted") / "home"
    simulate(home)
    found = Services(settings(home))
    with serving(found), acting(DEMONSTRATION):
        yield found
    found.close()


def views(world: Services, agency: str, search: str = YEAR) -> dict[str, Any]:
    offices = world.run(places.offices, Selection(picks={"agency": (agency,)}), Selection())
    answer = update(PAGE, None, None, search, f"/agencies/{offices['agency_id'].item()}")
    return {**answer["views"], **update_later(PAGE, answer["held"], None)["views"]}


def days(text: str) -> float:
    return float(text.replace("\u2212", "-").replace(",", ".").rstrip("j" + NBSP))


def heads(view: dict[str, Any]) -> tuple[float, float]:
    """Mix effect and own effect, as shown."""
    mix, own = (days(row["text"]) for row in view["rows"] if row["kind"] == "head")
    return mix, own


@pytest.mark.parametrize("agency", ["Lille", "Nancy"])
def test_a_slowdown_is_dated_to_its_week(world: Services, agency: str) -> None:
    planted = PLANTED[agency].starts_on(UNTIL)
    assert planted is not None
    (shift,) = views(world, agency)["agencies-weeks"]["shifts"]
    assert abs((date.fromisoformat(shift["since"]) - planted).days) < 7
    assert shift["lasting"]


@pytest.mark.parametrize(("agency", "noted"), [("Lille", True), ("Nancy", True), ("Toulon", False)])
def test_the_months_that_drift_are_noted_on_the_weeks(world: Services, agency: str, noted: bool) -> None:
    planted = PLANTED[agency].starts_on(UNTIL)
    drawn = views(world, agency)["agencies-weeks"]
    assert bool(drawn["notes"]) == noted
    for note in drawn["notes"]:
        assert planted
        assert date.fromisoformat(drawn["weeks"][note["at"]]) >= planted - timedelta(7)


def test_the_slowdown_of_lille_is_told_with_its_size(world: Services) -> None:
    before, now = views(world, "Lille")["agencies-weeks"]["levels"]
    assert now["mean"] / before["mean"] == pytest.approx(PLANTED["Lille"].slowdown, rel=0.05)


def test_the_delay_of_lille_is_its_own(world: Services) -> None:
    mix, own = heads(views(world, "Lille")["agencies-gap"])
    assert abs(mix) < 0.5
    assert own > 4


def test_the_delay_of_toulon_comes_from_its_case_types(world: Services) -> None:
    mix, own = heads(views(world, "Toulon", "")["agencies-gap"])
    assert mix > 2
    assert abs(own) < 0.5


def test_no_agent_explains_the_delay_of_lille(world: Services) -> None:
    people = views(world, "Lille")["agencies-people"]
    outside = sum(dot["out"] for dot in people["dots"])
    assert outside / len(people["dots"]) < 0.12
    assert "l'écart est celui de l'agence" in people["said"][1]


def test_the_sentence_answers_why_and_since_when(world: Services) -> None:
    pieces = views(world, "Lille")["agencies-sentence"]["pieces"]
    text = "".join(piece for piece, _ in pieces).replace(NBSP, " ")
    assert "de plus que le réseau" in text
    assert "Les types de dossiers reçus n'y sont pour rien." in text
    assert "Depuis la semaine du 2 mars 2026" in text


def test_few_ordinary_agencies_are_said_to_have_changed(world: Services) -> None:
    period = Selection.parse(YEAR)
    offices = world.run(places.offices, Selection(), Selection())["agency"].to_list()
    ordinary = [agency for agency in offices if agency not in PLANTED]
    changed = [agency for agency in ordinary if _shifted(world, period.toggle("agency", agency))]
    assert len(changed) / len(ordinary) < 0.15


def _shifted(world: Services, asked: Selection) -> bool:
    rows = world.run(agencies.delay_by_week, asked, Selection())
    found = rows.select("week", "delay_treated", "delay_sum").iter_rows()
    return len(levels(weeks(found, date(2025, 11, 1), UNTIL, 11))) > 1
