"""Answering recommendations: through the page's callbacks, and what the cards then say."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from app import advice_cards, advised, outcomes
from app.accounts import DEMONSTRATION, User, acting
from app.advised import Given
from app.declared import callbacks
from app.services import Services, serving
from data.advised import Answer, AnswerRefused, JournalFailed
from queries.selection import Selection
from tests.app.advice_world import publish
from tests.published import app_on, settings, visit

UPDATE = "/_dash-update-component"
JUNE, LILLE = "reinforce:Lille:2026-06-01", Selection.parse("agency=Lille")
TOMORROW = str(date.today() + timedelta(days=1))
MOTIVE = "Absences d'été, retour en septembre."


@pytest.fixture(scope="module")
def june(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("june")
    publish(home, date(2026, 6, 30))
    return home


@pytest.fixture
def home(june: Path, tmp_path: Path) -> Path:
    return copytree(june, tmp_path / "home")


@pytest.fixture
def place(home: Path) -> Iterator[TestClient]:
    with visit(app_on(home)) as client:
        yield client


@pytest.fixture
def world(home: Path) -> Iterator[Services]:
    found = Services(settings(home))
    with serving(found), acting(DEMONSTRATION):
        yield found
    found.close()


def deciding(answer: str = "retained", **other: Any) -> dict[str, Any]:
    blank = {"reason": "", "motive": "", "until": "", "plan": None, "seen": 0, "number": 0, "t": 7}
    shown = {"view": "agencies-recommendations", "size": "cards", "selection": "agency=Lille"}
    return {"id": JUNE, "answer": answer, **blank, **shown, **other}


def ask(place: TestClient, asked: str, answered: str, value: object) -> Any:
    body = {
        "output": f"{answered}.data",
        "outputs": {"id": answered, "property": "data"},
        "inputs": [{"id": asked, "property": "data", "value": value}],
        "changedPropIds": [f"{asked}.data"],
    }
    answer = place.post(UPDATE, content=orjson.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    return answer.json()["response"][answered]["data"] if answer.content else None


def decide(place: TestClient, answer: str = "retained", **other: Any) -> Any:
    return ask(place, "advice-decide", "advice-decided", deciding(answer, **other))


def lines(home: Path) -> list[tuple[Any, ...]]:
    if not (home / "journal.sqlite").exists():
        return []
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection:
        text = "SELECT who, rule, place, month, answer FROM advised ORDER BY id"
        return connection.execute(text).fetchall()


def shown(selection: Selection = LILLE, size: str = advice_cards.CARDS) -> dict[str, Any]:
    return {item["rule"]: item for item in advice_cards.payload(selection, size)["items"]}


def item(rule: str = "reinforce", selection: Selection = LILLE) -> dict[str, Any]:
    return next(each for each in advice_cards.current(selection) if each["rule"] == rule)


def test_what_is_retained_is_recorded_and_the_card_says_by_whom(place: TestClient, home: Path) -> None:
    answer = decide(place)
    assert lines(home) == [("demonstration", "reinforce", "Lille", "2026-06", "retained")]
    assert (answer["t"], answer["number"], answer["told"]) == (7, 1, "Retenue\u00a0: Renforcer Lille")
    card = next(each for each in answer["payload"]["items"] if each["id"] == JUNE)
    assert answer["view"] == "agencies-recommendations"
    assert card["answer"]["status"] == "retained"
    assert card["answer"]["text"].startswith("Retenue le ")
    assert "par demonstration" in card["answer"]["text"]
    assert not card["urgent"]


def test_the_plan_shown_is_the_one_recorded_for_the_same_month(place: TestClient, home: Path) -> None:
    plan = {"agents": 1, "weeks": 8, "transfers": None}
    tried = ask(place, "advice-try", "advice-tried", {"id": JUNE, "plan": plan, "selection": "", "t": 3})
    assert tried["item"]["record"] == "1 agent pendant 8 semaines"
    card = decide(place, plan=plan)["payload"]["items"][-1]
    assert "plan\u00a0: 1 agent pendant 8 semaines" in card["answer"]["text"]
    assert lines(home) == [("demonstration", "reinforce", "Lille", "2026-06", "retained")]


def test_a_plan_that_cannot_be_is_refused(place: TestClient, home: Path) -> None:
    plan = {"agents": 999, "weeks": 6, "transfers": None}
    assert "ne peut pas être simulé" in decide(place, plan=plan)["refused"]
    assert "ne peut pas être simulé" in decide(place, plan=plan | {"transfers": []})["refused"]
    assert lines(home) == []


def test_what_is_taken_back_is_asked_again(place: TestClient, home: Path) -> None:
    number = decide(place)["number"]
    answer = decide(place, "withdrawn", number=number)
    assert "refused" not in answer
    assert answer["payload"]["items"][0]["answer"] is None
    assert [line[4] for line in lines(home)] == ["retained", "withdrawn"]
    assert "refused" in decide(place, "withdrawn", number=number)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"id": "reinforce:Nowhere:2026-06-01"}, "n'est plus proposée"),
        ({"selection": "agency=Lyon"}, "n'est plus proposée"),
        ({"selection": "colour=red"}, "n'est plus proposée"),
        ({"answer": "dismissed", "reason": "other", "motive": "  "}, "avec son motif"),
        ({"answer": "dismissed", "motive": MOTIVE}, "avec sa raison"),
        ({"answer": "dismissed", "reason": "a whim", "motive": MOTIVE}, "pas une décision"),
        ({"answer": "snoozed"}, "une date à venir"),
        ({"answer": "snoozed", "until": "2026-13-45"}, "une date à venir"),
        ({"answer": "snoozed", "until": str(date.today())}, "une date à venir"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_words(
    place: TestClient, home: Path, asked: dict[str, Any], words: str
) -> None:
    assert words in decide(place, **asked)["refused"]
    assert lines(home) == []


def test_somebody_elses_answer_in_between_is_told_and_kept(place: TestClient, home: Path) -> None:
    decide(place)
    refused = decide(place, "dismissed", reason="other", motive=MOTIVE)["refused"]
    assert refused.startswith("Demonstration a déjà répondu")
    assert [line[4] for line in lines(home)] == ["retained"]


def test_an_answer_may_replace_the_one_that_was_seen(place: TestClient, home: Path) -> None:
    number = decide(place)["number"]
    assert "refused" not in decide(place, "dismissed", reason="other", motive=MOTIVE, seen=number)
    assert [line[4] for line in lines(home)] == ["retained", "dismissed"]


def test_a_journal_that_cannot_be_written_is_told_and_nothing_is_said_to_be_done(
    place: TestClient, home: Path
) -> None:
    (home / "journal.sqlite").mkdir()
    answer = decide(place)
    assert "le journal n'a pas pu être" in answer["refused"].lower()
    assert "told" not in answer


def test_deciding_and_trying_ask_for_their_permissions(place: TestClient) -> None:
    held = callbacks(place.app.state.dash)  # type: ignore[attr-defined]
    assert held["advice-decided.data"] == "recommendation.decide"
    assert held["advice-tried.data"] == "kpi.view"


def test_who_may_not_decide_sees_what_is_proposed_and_no_buttons(world: Services) -> None:
    with acting(User("anne", ("executive",), Selection())):
        payload = advice_cards.payload(LILLE, advice_cards.CARDS)
    assert payload["decide"] is False
    assert payload["items"]


def test_a_dismissed_one_leaves_the_list_and_comes_back_when_the_rule_fires_on_a_later_month(
    world: Services, home: Path
) -> None:
    advised.record(item(), Given("dismissed", "passing_cause", MOTIVE))
    payload = advice_cards.payload(Selection(), advice_cards.LIST)
    assert "reinforce" not in {each["rule"] for each in payload["items"]}
    assert payload["hidden"] == "Masquées\u00a0: 1 écartée"
    publish(home, date(2026, 7, 31))
    world.refresh()
    assert shown()["reinforce"]["answer"] is None


_kept = Answer.holds


def _holds(answer: Answer, month: str, day: str) -> bool:
    return _kept(answer, month, date.fromisoformat(day))


def test_a_snoozed_one_comes_back_on_its_date(world: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    advised.record(item(), Given("snoozed", until=TOMORROW))
    assert "reinforce" not in shown()

    monkeypatch.setattr(Answer, "holds", lambda answer, month, _: _holds(answer, month, TOMORROW))
    assert shown()["reinforce"]["answer"] is None


def test_the_badge_counts_what_still_waits(world: Services) -> None:
    before = advice_cards.payload(LILLE, advice_cards.CARDS)
    assert (before["badge"], before["urgent"]) == ("1 urgente", True)
    advised.record(item(), Given("retained"))
    after = advice_cards.payload(LILLE, advice_cards.CARDS)
    assert (after["badge"], after["urgent"]) == ("", False)


def test_the_list_shows_the_first_five_and_leads_to_all_of_them(
    world: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = advice_cards.current(LILLE)[0]
    many = [one | {"id": str(n), "place": f"place {n}"} for n in range(7)]
    monkeypatch.setattr(advice_cards, "current", lambda _selection: many)
    payload = advice_cards.payload(Selection(), advice_cards.LIST)
    assert [each["id"] for each in payload["items"]] == ["0", "1", "2", "3", "4"]
    assert payload["all"] == "Toutes les recommandations (7)"
    assert len(advice_cards.payload(LILLE, advice_cards.CARDS)["items"]) == 7


@pytest.mark.usefixtures("world")
class TestScope:
    def test_an_agency_out_of_scope_is_neither_shown_nor_answered(self) -> None:
        number = advised.record(item(), Given("retained"))
        with acting(User("paul", ("manager",), Selection.parse("agency=Lyon"))):
            assert advice_cards.current(LILLE) == []
            with pytest.raises(AnswerRefused):
                advised.withdraw(number)
        with acting(User("jeanne", ("manager",), LILLE)):
            assert advised.withdraw(number).place == "Lille"

    def test_what_is_worked_out_on_a_selection_is_answered_for_that_selection_alone(self) -> None:
        advised.record(item("reinforce_reference"), Given("dismissed", "other", MOTIVE))
        assert "reinforce_reference" not in shown()
        assert "reinforce_reference" in shown(Selection.parse("agency=Lille&case_type=pension"))

    def test_what_is_worked_out_within_a_scope_is_not_answered_for_the_network(self) -> None:
        with acting(User("jeanne", ("manager",), LILLE)):
            found = item("reinforce_reference", Selection())
            number = advised.record(found, Given("dismissed", "other", MOTIVE))
            assert "reinforce_reference" not in shown(Selection())
        assert "reinforce_reference" in shown(Selection())
        with acting(User("paul", ("manager",), Selection.parse("agency=Lyon"))), pytest.raises(AnswerRefused):
            advised.withdraw(number)


@pytest.mark.usefixtures("world")
class TestOutcome:
    """Retained on June's data with a plan of six weeks, so until 11 August; measured from 6 October on."""

    @pytest.fixture
    def retained(self, world: Services) -> int:
        assert world.snapshot
        found = item() | {
            "effect": {
                "plan": {"agents": 4, "weeks": 6},
                "change": [-12.0, -9.0, -6.0],
                "text": "",
            }
        }
        return advised.record(found, Given("retained"))

    @pytest.mark.usefixtures("retained")
    def test_before_its_time_the_card_says_when_it_will_be_measured(self) -> None:
        answer = shown()["reinforce"]["answer"]
        assert answer["result"] is None
        assert "plan\u00a0: 4 agents pendant 6 semaines" in answer["text"]
        assert answer["text"].endswith("Mesure à partir du 6 oct. 2026.")

    def test_once_time_has_passed_it_shows_before_after_and_the_net_effect(
        self, world: Services, home: Path, retained: int
    ) -> None:
        publish(home, date(2026, 10, 31), helped=date(2026, 7, 15))
        world.refresh()
        card = shown()["reinforce"]
        assert card["answer"]["id"] == retained
        assert card["answer"]["result"]["text"] == "30,4\u00a0j → 20,5\u00a0j"
        assert card["answer"]["result"]["net"].startswith("effet net −10,0\u00a0j (−10,3 à −9,7,")
        assert card["answer"]["result"]["note"].endswith("Comparaison, pas preuve d'effet.")

    @pytest.mark.usefixtures("retained")
    def test_what_changed_everywhere_is_no_effect(self, world: Services) -> None:
        answer = world.stores.advised.standing()[0]
        moved = replace(answer, measured={"as_of": "2025-12-31"}, until="2026-02-11", id=9)
        outcome = outcomes.measured([moved])[9]
        assert outcome.net == pytest.approx(0, abs=0.3)
        assert outcome.low is not None
        assert outcome.high is not None
        assert outcome.low <= 0 <= outcome.high

    @pytest.mark.usefixtures("retained")
    def test_agencies_where_the_same_was_dismissed_are_the_comparison(
        self, world: Services, home: Path
    ) -> None:
        for name in ("Lyon", "Nice"):
            advised.record(item() | {"place": name}, Given("dismissed", "other", MOTIVE))
        publish(home, date(2026, 10, 31), helped=date(2026, 7, 15))
        world.refresh()
        result = shown()["reinforce"]["answer"]["result"]
        assert result["note"].startswith("Comparée à 2 agences où la même recommandation a été écartée.")

    def test_a_plan_that_outlives_its_month_still_answers_the_rule(
        self, world: Services, home: Path, retained: int
    ) -> None:
        publish(home, date(2026, 7, 31))
        world.refresh()
        assert shown()["reinforce"]["answer"]["id"] == retained
        publish(home, date(2026, 9, 30))
        world.refresh()
        assert shown()["reinforce"]["answer"] is None


def test_an_unreadable_journal_fails_rather_than_forgetting_answers(world: Services, home: Path) -> None:
    (home / "journal.sqlite").mkdir()
    with pytest.raises(JournalFailed):
        advice_cards.payload(LILLE, advice_cards.CARDS)
