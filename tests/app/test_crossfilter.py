"""One event in, everything the page must draw out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.accounts import DEMONSTRATION, User, acting
from app.crossfilter import update, update_later
from app.pages.production import PAGE, VIEWS
from app.services import Services, serving
from app.state import State, reduce
from queries.selection import Selection
from tests.published import AGENCIES, publish, settings

IDS = {view.id for view in VIEWS if not view.later}
LATER = {view.id for view in VIEWS if view.later}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Services]:
    publish(tmp_path)
    service = Services(settings(tmp_path))
    with serving(service), acting(DEMONSTRATION):
        yield service
    service.close()


def move(held: dict[str, Any] | None, *moves: dict[str, Any], t: int = 1) -> dict[str, Any]:
    return update(PAGE, {"moves": list(moves), "t": t}, held, "")


def drawn(answer: dict[str, Any]) -> set[str]:
    """The views that were sent whole."""
    return {name for name, payload in answer["views"].items() if "kind" in payload}


def test_the_first_update_draws_every_view_from_the_address(page: Services) -> None:
    answer = update(PAGE, None, None, "?agency=Bobigny")
    assert answer["held"]["text"] == "agency=Bobigny"
    assert drawn(answer) == IDS


def test_a_chart_is_not_filtered_by_its_own_pick(page: Services) -> None:
    first = update(PAGE, None, None, "")
    answer = move(first["held"], {"dim": "agency", "value": "Bobigny", "multi": False})
    own = {"production-by-agency", "production-quality"}
    assert drawn(answer) == IDS - own
    assert all(answer["views"][name] == {"picked": ("Bobigny",)} for name in own)


def test_the_other_charts_are_filtered(page: Services) -> None:
    first = update(PAGE, None, None, "")
    answer = move(first["held"], {"dim": "agency", "value": "Bobigny", "multi": False})
    cards = {card["id"]: card["raw"] for card in answer["views"]["production-kpis"]["cards"]}
    assert cards["closed"] == sum(1 for i in range(900) if i % 5 and i % 3 == 0)


def test_what_may_wait_is_asked_for_once_the_rest_is_painted(page: Services) -> None:
    first = update(PAGE, None, None, "agency=Bobigny")
    assert first["later"]
    later = update_later(PAGE, first["held"], None)
    assert set(later["views"]) == LATER
    again = update_later(PAGE, first["held"], first["held"])
    assert again["views"]["production-quantiles"] == {"picked": ()}


def test_what_is_compared_with_is_held_and_redraws(page: Services) -> None:
    first = update(PAGE, None, None, "")
    assert first["held"]["compared"] == ["previous", "year"]
    answer = move(first["held"], {"compare": ["network"]})
    assert (answer["held"]["text"], answer["held"]["compared"]) == ("compare=network", ["network"])
    assert drawn(answer) == IDS


def test_moves_made_while_waiting_are_all_applied(page: Services) -> None:
    clicks = [{"dim": "agency", "value": name, "multi": True} for name in AGENCIES[:2]]
    answer = move(update(PAGE, None, None, "")["held"], *clicks)
    assert Selection.parse(answer["held"]["text"]).picked("agency") == AGENCIES[:2]


def test_an_event_already_applied_is_not_applied_again(page: Services) -> None:
    event = {"moves": [{"dim": "agency", "value": "Bobigny", "multi": False}], "t": 7}
    first = update(PAGE, event, None, "")
    assert update(PAGE, event, first["held"], "")["held"]["text"] == "agency=Bobigny"


def test_a_new_snapshot_redraws_everything(page: Services) -> None:
    first = update(PAGE, None, None, "")
    held = {**first["held"], "snapshot": "an older one"}
    assert drawn(move(held, {"clear": True})) == IDS


def test_a_user_without_scope_is_shown_no_figure(page: Services) -> None:
    with acting(User("someone", ("manager",), scope=None)):
        answer = update(PAGE, None, None, "")
    assert answer["views"]["production-kpis"]["empty"]
    assert answer["views"]["production-by-agency"]["names"] == []


@pytest.mark.parametrize(
    ("moves", "after"),
    [
        ([{"search": "?agency=Lille"}], "agency=Lille"),
        ([{"without": "agency", "value": "Lille"}], "case_type=Retraite"),
        ([{"without": "agency", "value": None}], "case_type=Retraite"),
        ([{"clear": True}], ""),
        (
            [{"since": "2026-01-01", "until": "2026-01-31"}],
            "agency=Lille&case_type=Retraite&since=2026-01-01&until=2026-01-31",
        ),
        ([{"since": "2026-01-01", "until": ""}, {"without": "period"}], "agency=Lille&case_type=Retraite"),
    ],
)
def test_each_move_has_its_effect(moves: list[dict[str, Any]], after: str) -> None:
    assert str(reduce(State.parse("agency=Lille&case_type=Retraite"), moves)) == after


@pytest.mark.parametrize(
    "move",
    [{}, {"dim": "agency"}, {"dim": 3, "value": "x"}, {"dim": "colour", "value": "red"}, {"search": "?x=1"},
     {"dim": "month", "value": "never"}, {"since": "soon", "until": ""}],
)  # fmt: skip
def test_a_move_that_is_none_is_refused(move: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        reduce(State(), [move])
