"""The cards of cases that may pass their norm: what they say, and to whom."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from app.accounts import DEMONSTRATION, User, acting
from app.crossfilter import Answers
from app.pages.agencies import risk
from app.pages.agencies.risk import calibration, day_rows, risk_rows
from app.texts import NBSP, speaking
from queries import risk as ask
from queries.engine import Days
from queries.selection import Selection

LAST = date(2026, 10, 31)  # a Saturday; Wednesday 11 November is a holiday
DAYS = Days(date(2022, 11, 1), LAST)
CASE: dict[str, Any] = {
    "case_id": "R-1", "case_type": "Réversion", "received_on": LAST - timedelta(18), "age_days": 18,
    "norm_days": 20.0, "chance": 0.86, "returns": 0, "return_reason": None, "documents": 5, "agent": "A1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    with acting(DEMONSTRATION):
        yield


def case(**values: Any) -> dict[str, Any]:
    return CASE | values


def answers(
    *cases: dict[str, Any],
    ahead: tuple[tuple[date, int, float], ...] = ((date(2026, 11, 3), 10, 4.4),),
    told: int | None = None,
    at_risk: int | None = None,
    until: date | None = None,
    absent: tuple[str, ...] = (),
) -> Answers:
    coming = [
        (
            due,
            count,
            count if told is None else told,
            len(cases) if at_risk is None and not at else at_risk or 0,
            count,
            misses,
        )
        for at, (due, count, misses) in enumerate(ahead)
    ]
    rows = {
        "ahead": pl.DataFrame(coming, schema=ask.days_ahead.columns, orient="row"),
        "rows": pl.DataFrame(list(cases), schema=ask.at_risk.columns),
        "checks": checks((7, 100, 75, 74)),
    }
    return Answers(rows, Selection(None, until), (), DAYS, absent, Selection())


def checks(*bands: tuple[int, int, float, int]) -> pl.DataFrame:
    asked = (LAST - timedelta(364), LAST - timedelta(26))
    rows = [(band, *asked, cases, announced, observed) for band, cases, announced, observed in bands]
    return pl.DataFrame(rows, schema=ask.calibration.columns, orient="row")


def plain(text: str) -> str:
    return text.replace(NBSP, " ").replace("\u202f", " ")


def test_a_case_tells_its_days_its_chance_in_a_word_and_what_stands_out() -> None:
    (row,) = risk_rows(answers(case()))["rows"]
    assert (row["id"], row["type"], row["elapsed"]) == ("R-1", "Réversion", 0.9)
    assert plain(row["days"]) == "18 sur 20 j"
    assert (plain(row["percent"]), row["word"], row["likely"]) == ("86 %", "très probable", True)
    assert row["sign"] == "5 pièces"


@pytest.mark.parametrize(
    ("chance", "percent", "word"),
    [
        (0.51, "51 %", "probable"), (0.744, "74 %", "probable"), (0.745001, "75 %", "très probable"),
        (0.994, "99 %", "très probable"), (0.999, "> 99 %", "très probable"),
    ],
)  # fmt: skip
def test_the_word_goes_with_the_per_cent_that_is_read(chance: float, percent: str, word: str) -> None:
    (row,) = risk_rows(answers(case(chance=chance)))["rows"]
    assert (plain(row["percent"]), row["word"]) == (percent, word)


@pytest.mark.parametrize(
    ("values", "sign"),
    [
        ({"returns": 1, "return_reason": "pièce manquante"}, "Retourné : pièce manquante"),
        ({"returns": 2}, "Retourné"),
        ({"documents": 1}, "1 pièce"),
        ({"documents": None, "returns": None}, "–"),
    ],
)
def test_the_first_sign_is_a_return_else_the_documents(values: dict[str, Any], sign: str) -> None:
    (row,) = risk_rows(answers(case(**values)))["rows"]
    assert plain(row["sign"]) == sign


def test_the_card_counts_those_at_risk_among_those_within_their_norm() -> None:
    many = [case(case_id=f"R-{n}") for n in range(20)]
    drawn = risk_rows(answers(*many, ahead=((date(2026, 11, 3), 60, 30.0),)))
    assert len(drawn["rows"]) == 8
    assert plain(drawn["sub"]).startswith("20 dossiers sur 60 encore dans leur norme")
    assert plain(drawn["all"]) == "Voir les 20 dossiers"


def test_one_case_at_risk_and_none_are_said_as_one_says_them() -> None:
    assert plain(risk_rows(answers(case()))["sub"]).startswith("1 dossier sur 10 ")
    none = risk_rows(answers())
    assert plain(none["sub"]).startswith("Aucun des 10 dossiers")
    assert (none["rows"], none["all"], none["empty"]) == ([], "", False)


def test_without_any_open_case_within_its_norm_the_cards_are_empty() -> None:
    nothing = answers(ahead=())
    assert risk_rows(nothing)["empty"]
    assert day_rows(nothing)["empty"]


def test_a_period_that_ends_before_the_last_day_is_told_which_day_it_is() -> None:
    earlier = answers(case(), until=date(2026, 9, 30))
    assert plain(risk_rows(earlier)["sub"]).startswith("Au 31 oct. 2026 : ")
    assert plain(day_rows(earlier)["sub"]).startswith("Au 31 oct. 2026 : ")
    assert not plain(risk_rows(answers(case(), until=LAST))["sub"]).startswith("Au")


def test_who_may_not_see_cases_sees_none() -> None:
    with acting(User("manager", ("manager",), Selection())):
        assert set(risk_rows(answers(case()))) == {"kind", "reason"}
        assert day_rows(answers(case()))["cases"][1] == 10


@pytest.mark.parametrize("draw", [risk_rows, day_rows])
def test_where_chances_cannot_be_told_the_reason_is(draw: Any) -> None:
    assert "moins de 30" in plain(draw(answers(case(), told=0))["reason"])
    assert draw(answers(case(), absent=("received_on",)))["reason"]


def test_the_next_seven_worked_days_leave_out_weekends_and_holidays() -> None:
    drawn = day_rows(answers(case(), ahead=((date(2026, 11, 9), 5, 2.0),)))
    assert [plain(name) for name in drawn["names"]] == [
        "lundi 2 nov.", "mardi 3 nov.", "mercredi 4 nov.", "jeudi 5 nov.", "vendredi 6 nov.", "lundi 9 nov.",
        "mardi 10 nov.",
    ]  # fmt: skip
    assert drawn["cases"] == [0, 0, 0, 0, 0, 5, 0]


def test_a_norm_that_ends_on_a_day_off_falls_on_the_worked_day_before() -> None:
    ahead = tuple((LAST + timedelta(days), 10**at, 0.0) for at, days in enumerate((1, 2, 7, 8, 11, 12)))
    drawn = day_rows(answers(case(), ahead=ahead))
    assert drawn["cases"] == [11, 0, 0, 0, 1100, 0, 10_000]  # the 12th is beyond, the 11th a holiday


def test_the_sentence_adds_up_what_the_rows_show() -> None:
    ahead = tuple((date(2026, 11, day), 9, 4.4) for day in (2, 3, 4, 5, 6, 9, 10))
    drawn = day_rows(answers(case(), ahead=ahead))
    assert drawn["misses"] == [4] * 7
    assert plain(drawn["texts"][0]) == "4 sur 9"
    expected = "28 dossiers devraient passer la norme d'ici au 10 nov. 2026 : 4 par jour ouvré."
    assert plain(drawn["sentence"]) == expected


@pytest.mark.parametrize(("misses", "start"), [(0.4, "Aucun dossier"), (1.2, "1 dossier devrait")])
def test_few_misses_are_said_as_one_says_them(misses: float, start: str) -> None:
    drawn = day_rows(answers(case(), ahead=((date(2026, 11, 3), 3, misses),)))
    assert plain(drawn["sentence"]).startswith(start)


@pytest.mark.parametrize(
    ("bands", "announced", "verdict"),
    [
        ([(7, 100, 75, 74)], "70 à 80 %, observé 74 %", "les chances sont calibrées"),
        ([(2, 900, 225, 230), (7, 29, 21.8, 22)], "20 à 30 %, observé 26 %", "les chances sont calibrées"),
        ([(7, 100, 75, 69)], "75 %, observé 69 %", "les chances sont calibrées à peu de chose près"),
        (
            [(3, 2000, 700, 960)],
            "35 % en moyenne, observé 48 %",
            "les chances annoncées étaient trop basses",
        ),
        (
            [(3, 2000, 700, 500)],
            "35 % en moyenne, observé 25 %",
            "les chances annoncées étaient trop hautes",
        ),
    ],
)
def test_calibration_is_said_as_it_is(
    bands: list[tuple[int, int, float, int]], announced: str, verdict: str
) -> None:
    assert plain(calibration(checks(*bands))) == f"Annoncé {announced} sur 12 mois : {verdict}."


@pytest.mark.parametrize("bands", [[], [(7, 29, 21, 21)]])
def test_too_few_checked_cases_prove_nothing(bands: list[tuple[int, int, float, int]]) -> None:
    assert plain(calibration(checks(*bands))).startswith("Pas encore assez de recul")


def test_bands_that_err_both_ways_do_not_make_up_for_one_another() -> None:
    both = checks((2, 2000, 500, 800), (7, 2000, 1500, 1200))
    assert "calibrées" not in calibration(both)


def test_an_export_of_the_cards_shows_no_case() -> None:
    first = [next(iter(view.asks.values()))[0] for view in risk.VIEWS]
    assert first == [ask.days_ahead, ask.days_ahead]


def test_the_cards_speak_english_too() -> None:
    with speaking("en"):
        drawn = risk_rows(answers(case()))
        assert drawn["rows"][0]["word"] == "very likely"
        assert day_rows(answers(case()))["names"][0] == "Monday 2 Nov"
