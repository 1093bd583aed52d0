"""The page of an agent: what is said of a person, and what is kept silent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app import identity
from app.accounts import DEMONSTRATION, User, acting
from app.crossfilter import update
from app.pages.agencies.people import shape
from app.pages.agents import PAGE, layout
from app.pages.agents.equal import equal
from app.places import UnknownPlace
from app.services import Services, serving
from data.pipeline import publish_tables
from data.workshop import sql
from queries import agencies as agency_questions
from queries import production
from queries.selection import Selection
from tests.published import app_on, settings, visit

# Two agencies, two types of case; `slow` takes ten days more on the same types, `plain` as long as the mean,
# `hard` has the hard type alone, `rare` closed 20 cases in all.
ROOM = """
INSERT INTO cases BY NAME
SELECT 'c' || i AS case_id, DATE '2025-01-06' + (i % 358)::INTEGER AS day, day - 30 AS received_on,
       CASE WHEN i % 50 > 0 THEN day END AS closed_on,
       CASE WHEN i % 5 = 4 THEN 'Rouen' ELSE 'Lille' END AS agency, 'Nord' AS region,
       CASE WHEN agency = 'Rouen' THEN 'far' ELSE ['slow', 'usual', 'hard', 'plain'][1 + i % 5] END AS agent,
       CASE WHEN agent = 'hard' OR (i // 5) % 2 = 0 THEN 'Invalidité' ELSE 'Réversion' END AS case_type,
       CASE WHEN i % 50 > 0 THEN 'closed' ELSE 'open' END AS status, 1::BIGINT AS treated,
       CASE WHEN i % 50 > 0 THEN
           10.0 + CASE case_type WHEN 'Invalidité' THEN 12 ELSE 0 END
           + CASE agent WHEN 'slow' THEN 10 WHEN 'plain' THEN 3.9 ELSE 0 END + (i * 7) % 9 END AS delay_days,
       3::BIGINT AS documents, (i % 10 = 3)::BIGINT AS returns, 20.0 AS norm_days, 1.0 AS weight
FROM range(6000) AS r(i)
UNION ALL BY NAME
SELECT 'r' || i AS case_id, DATE '2025-03-03' + (i % 20)::INTEGER AS day, day - 30 AS received_on,
       day AS closed_on, 'Lille' AS agency, 'Nord' AS region, 'rare' AS agent, 'Réversion' AS case_type,
       'closed' AS status, 1::BIGINT AS treated, 12.0 AS delay_days, 3::BIGINT AS documents,
       0::BIGINT AS returns, 20.0 AS norm_days, 1.0 AS weight
FROM range(20) AS r(i)
"""
PLACES = """
INSERT INTO agencies BY NAME
SELECT lower(agency) AS agency_id, agency, any_value(region) AS region, 10.0 AS fte
FROM cases GROUP BY agency;
INSERT INTO agents BY NAME
SELECT DISTINCT agent AS agent_id, 'Invalidité,Réversion' AS skills, 1.0 AS fte FROM cases;
INSERT INTO agent_agencies BY NAME
SELECT DISTINCT agent AS agent_id, lower(agency) AS agency_id FROM cases
"""


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    for text in (sql("schema"), ROOM, PLACES):
        connection.execute(text)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agents") / "home"
    publish_tables(folder, fill, simulated=False)
    return folder


@pytest.fixture(scope="module")
def service(home: Path) -> Iterator[Services]:
    found = Services(settings(home))
    yield found
    found.close()


@contextmanager
def reading(service: Services, user: User = DEMONSTRATION) -> Iterator[None]:
    with serving(service), acting(user):
        yield


def views(service: Services, agent: str, search: str = "") -> dict[str, Any]:
    with reading(service):
        found: dict[str, Any] = update(PAGE, None, None, search, f"/agents/{agent}")["views"]
    return found


def cards(service: Services, agent: str, search: str = "") -> dict[str, dict[str, Any]]:
    return {card["id"]: card for card in views(service, agent, search)["agents-kpis"]["cards"]}


def line(card: dict[str, Any], label: str) -> dict[str, Any]:
    return next(each for each in card["lines"] if each["label"].startswith(label))


def test_a_delay_at_equal_types_sets_the_hard_cases_apart(service: Services) -> None:
    hard, slow = cards(service, "hard")["equal_delay"], cards(service, "slow")["equal_delay"]
    assert (
        line(hard, "Lille")["words"] != "dans le hasard"
    )  # faster than the mean of Lille, which `slow` weighs on
    assert line(hard, "Lille")["tone"] == "good"
    assert line(slow, "Lille")["tone"] == "bad"
    assert slow["raw"] - hard["raw"] == pytest.approx(10, abs=1.2)


def test_who_is_like_the_others_is_within_chance(service: Services) -> None:
    found = cards(service, "plain", "since=2025-03-01&until=2025-03-31")["equal_delay"]
    assert (line(found, "Lille")["words"], line(found, "Lille")["tone"]) == ("dans le hasard", "flat")


def test_the_delay_is_the_dot_of_the_agencys_page(service: Services) -> None:
    lille, slow = (
        Selection(picks={"agency": ("Lille",)}),
        Selection(picks={"agency": ("Lille",), "agent": ("slow",)}),
    )
    types = (service.run(production.sums_by_type, each, Selection()) for each in (slow, lille))
    found = equal(*types)

    funnel = shape(service.run(agency_questions.people, lille, Selection()))
    assert found
    assert funnel
    dot = next(dot for dot in funnel.dots if dot.agent == "slow")
    assert found.delay == pytest.approx(dot.delay, rel=1e-12)
    assert found.half(100) == pytest.approx(funnel.half(100), rel=1e-12)


def test_under_thirty_closed_cases_no_rate_and_no_delay_of_a_person_is_told(service: Services) -> None:
    shown = views(service, "rare")
    found = {card["id"]: card for card in shown["agents-kpis"]["cards"]}
    assert found["closed"]["raw"] == 20
    assert (found["equal_delay"]["raw"], found["return_rate"]["raw"]) == (None, None)
    assert found["equal_delay"]["lines"] == found["return_rate"]["lines"] == []
    assert "Moins de 30 dossiers" in shown["agents-pace"]["reason"]


def test_a_period_that_leaves_under_thirty_hides_them_too(service: Services) -> None:
    assert cards(service, "slow", "since=2025-03-03&until=2025-03-09")["equal_delay"]["raw"] is None


def test_volumes_stand_beside_the_part_of_the_agency_and_are_neither_good_nor_bad(service: Services) -> None:
    found = cards(service, "slow")
    part = line(found["closed"], "Lille, pour 1,0")
    assert part["raw"] == pytest.approx((4 * 1200 - 4 * 24 + 20) / 5, rel=0.02)
    assert part["tone"] == line(found["stock"], "Lille")["tone"] == "flat"


def test_an_earlier_period_is_told_where_the_data_hold_it(service: Services) -> None:
    december = "since=2025-12-01&until=2025-12-31"
    before = cards(service, "slow", f"compare=previous&{december}")["closed"]["lines"][1:]
    november = cards(service, "slow", "since=2025-11-01&until=2025-11-30")["closed"]
    assert [(each["label"], each["raw"]) for each in before] == [("Période préc.", november["raw"])]
    assert len(cards(service, "slow", f"compare=year&{december}")["closed"]["lines"]) == 1


def test_the_network_is_left_out_when_not_compared_with(service: Services) -> None:
    labels = [each["label"] for each in cards(service, "slow", "compare=none")["return_rate"]["lines"]]
    assert labels == ["Lille"]


def test_the_band_is_narrower_where_there_are_more_cases(service: Services) -> None:
    drawn = views(service, "slow")["agents-pace"]
    wide = [high - low for low, high in zip(drawn["low"], drawn["high"], strict=True)]
    fewest, most = (drawn["closed"].index(pick(drawn["closed"])) for pick in (min, max))
    assert wide[fewest] > wide[most]
    assert all(low < drawn["mean"] < high for low, high in zip(drawn["low"], drawn["high"], strict=True))


def test_a_person_out_of_the_ordinary_has_their_weeks_outside(service: Services) -> None:
    slow, usual = (views(service, agent)["agents-pace"] for agent in ("slow", "plain"))
    assert slow["grain"] == "week"
    assert sum(slow["out"]) > len(slow["out"]) / 2
    assert sum(usual["out"]) <= len(usual["out"]) / 4


def test_months_are_drawn_where_a_week_has_few_cases(service: Services) -> None:
    drawn = views(service, "hard", "case_type=R%C3%A9version")["agents-pace"]
    assert drawn["reason"]
    drawn = views(service, "slow", "returned=1")["agents-pace"]
    assert drawn.get("reason") or drawn["grain"] == "month"


def test_the_head_says_where_and_what_the_person_works_on(service: Services) -> None:
    with reading(service):
        text = str(layout("slow"))
    assert "Lille. Compétent sur 2 types sur 2. 1,0 ETP" in text
    assert "/agencies/lille" in text


def test_an_unknown_agent_and_one_out_of_scope_are_told_alike(service: Services) -> None:
    rouen = User("reader", ("analyst",), Selection(picks={"agency": ("Rouen",)}))
    for agent in ("nobody", "slow"):
        with reading(service, rouen), pytest.raises(UnknownPlace):
            update(PAGE, None, None, "", f"/agents/{agent}")


def test_people_are_for_the_roles_that_may_see_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = app_on(home)
    monkeypatch.setattr(identity, "DEMONSTRATION", User("reader", ("manager",), Selection()))
    body = {
        "output": "agents-data.data",
        "outputs": {"id": "agents-data", "property": "data"},
        "inputs": [{"id": "event", "property": "data", "value": None}],
        "changedPropIds": [],
        "state": [
            {"id": "held", "property": "data", "value": None},
            {"id": "place", "property": "search", "value": ""},
            {"id": "place", "property": "pathname", "value": "/agents/slow"},
        ],
    }
    with visit(server) as place:
        assert place.post("/_dash-update-component", json=body).status_code == 403
