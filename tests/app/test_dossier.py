from datetime import date
from typing import Any

import pytest

from app.case_record import Case
from app.dossier import chance_words, ordinal, told
from app.texts import speaking

LAST = date(2026, 10, 31)
ROW: dict[str, Any] = {
    "case_id": "D1",
    "day": date(2026, 10, 13),
    "received_on": date(2026, 10, 13),
    "closed_on": None,
    "region": "Nord",
    "agency": "Lille",
    "agent": "A1",
    "case_type": "Réversion",
    "status": "open",
    "treated": 1,
    "delay_days": None,
    "documents": 3,
    "returns": 0,
    "return_reason": None,
    "norm_days": 20.0,
    "age_days": 18,
    "chance": 0.863,
    "expected_low": 19,
    "expected": 25,
    "expected_high": 35,
}


def case(network: float | None = 0.444, of_type: float | None = 0.718, **values: Any) -> Case:
    return Case({**ROW, **values}, LAST, network, of_type)


def closed(**values: Any) -> Case:
    done = {"status": "closed", "closed_on": date(2026, 11, 20), "delay_days": 38.0, "age_days": None}
    return case(None, None, **{**done, "chance": None, **values})


@pytest.mark.parametrize(
    ("network", "of_type", "chance"), [(0.444, 0.718, 0.863), (0.995, 0.004, 0.5), (0.335, 0.335, 0.335)]
)
def test_the_points_add_up_to_the_chance_that_is_shown(network: float, of_type: float, chance: float) -> None:
    panel = told(case(network, of_type, chance=chance))
    steps = [row["points"] for row in panel["why"]["rows"]]
    assert panel["why"]["start_raw"] + sum(steps) == int(panel["chance"]["percent"])


def test_what_is_neither_sure_nor_out_of_the_question_is_not_written_so() -> None:
    assert told(case(chance=0.9999))["chance"]["percent"] == "99"
    assert told(case(chance=0.0001))["chance"]["percent"] == "1"


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.75, "Très probable"),
        (0.749, "Probable"),
        (0.5, "Probable"),
        (0.25, "Possible"),
        (0.2, "Peu probable"),
    ],
)
def test_a_chance_has_its_word(chance: float, words: str) -> None:
    assert chance_words(chance) == words


def test_the_bar_is_one_scale_with_the_marks_in_the_order_of_their_days() -> None:
    course = told(case())["course"]
    low, middle, high = course["expected"]
    assert 0 < course["done"] < low < course["norm"] < middle < high < 1
    assert course["norm"] / course["done"] == pytest.approx(20 / 18)
    assert (course["done_text"], course["norm_text"]) == ("Aujourd'hui, 18ᵉ jour", "Norme 20 j, 2 nov.")
    assert course["expected_text"] == "clôture attendue au 25ᵉ jour, 7 nov. (19 à 35)"


def test_the_days_expected_share_their_month_where_they_can() -> None:
    assert told(case())["events"][-1]["text"] == "Entre le 1ᵉʳ et le 17 nov., 8 fois sur 10."
    over = told(case(expected_low=15, expected_high=49))["events"][-1]["text"]
    assert over == "Entre le 28 oct. et le 1ᵉʳ déc., 8 fois sur 10."


def test_a_case_that_is_closed_has_no_chance_and_expects_nothing() -> None:
    panel = told(closed())
    assert (panel["chance"], panel["why"], panel["course"]["expected"]) == (None, None, None)
    assert [event["title"] for event in panel["events"]] == ["Reçu", "Clos"]
    assert panel["course"]["late"]
    assert panel["spent"] == "38 jours pour une norme de 20"


def test_a_return_has_its_reason_and_says_that_its_day_is_not_known() -> None:
    sent_back = told(closed(returns=2, return_reason="pièce manquante"))["events"][1]
    assert sent_back["title"] == "Retourné 2 fois"
    assert sent_back["text"] == "Dernier motif\u00a0: pièce manquante."
    assert sent_back["day"] == "date non connue"


def test_an_open_case_that_came_back_says_both() -> None:
    facts = {
        fact["label"]: fact["text"] for fact in told(case(returns=1, return_reason="saisie erronée"))["facts"]
    }
    assert facts["État"] == "Retourné, en cours"
    assert facts["Dernier motif"] == "saisie erronée"


def test_what_the_data_cannot_tell_is_not_shown() -> None:
    nothing = dict.fromkeys(
        ("received_on", "documents", "returns", "agent", "age_days", "chance", "expected_low"), None
    )
    panel = told(case(None, None, **nothing))
    assert [fact["label"] for fact in panel["facts"]] == ["État"]
    assert (panel["course"], panel["chance"], panel["events"], panel["spent"]) == (None, None, [], "")
    assert "agent" not in panel["sub"]


def test_a_batch_says_how_many_cases_it_is() -> None:
    assert "lot de 12 dossiers identiques" in told(case(treated=12))["sub"]


@pytest.mark.parametrize(
    ("rank", "french", "english"),
    [(1, "1ᵉʳ", "1st"), (2, "2ᵉ", "2nd"), (12, "12ᵉ", "12th"), (23, "23ᵉ", "23rd")],
)
def test_a_rank_is_written_as_the_language_does(rank: int, french: str, english: str) -> None:
    assert ordinal(rank) == french
    with speaking("en"):
        assert ordinal(rank) == english
