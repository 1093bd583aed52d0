"""The filter bar: periods by name, chips, freshness."""

from datetime import date

import pytest

from app.filters import chips, home_selection, member_label, period_label, period_words, presets
from app.texts import speaking
from queries.engine import Days
from queries.selection import Selection

DAYS = Days(date(2022, 11, 2), date(2026, 10, 28))


def test_presets_count_back_from_the_last_day_of_the_data() -> None:
    named = {label: (since, until) for label, since, until in presets(DAYS)}
    assert named["3 derniers mois"] == ("2026-08-01", "2026-10-31")
    assert named["2025"] == ("2025-01-01", "2025-12-31")
    assert named["Toute la période"] == ("", "")


def test_a_preset_longer_than_the_data_is_not_offered() -> None:
    labels = [label for label, *_ in presets(Days(date(2023, 1, 2), date(2023, 10, 25)))]
    assert "12 derniers mois" not in labels
    assert "6 derniers mois" in labels


def test_the_page_opens_with_twelve_months_or_with_all_when_the_data_are_shorter() -> None:
    assert str(home_selection(DAYS)) == "since=2025-11-01&until=2026-10-31"
    assert home_selection(Days(date(2023, 1, 2), date(2023, 10, 25))) == Selection()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("since=2026-03-01&until=2026-03-31", "mars 2026"),
        ("since=2026-03-01&until=2026-05-31", "mars 2026 – mai 2026"),
        ("since=2026-03-02&until=2026-03-31", "2 mars 2026 – 31 mars 2026"),
        ("since=2026-02-01", "depuis le 1ᵉʳ févr. 2026"),
        ("until=2026-02-03", "jusqu'au 3 févr. 2026"),
        ("", "Toute la période"),
    ],
)
def test_a_period_reads_as_people_say_it(text: str, words: str) -> None:
    assert period_words(Selection.parse(text)) == words


def test_a_period_that_is_a_preset_takes_its_name() -> None:
    assert period_label(Selection.parse("since=2025-11-01&until=2026-10-31"), DAYS) == "12 derniers mois"


def test_each_pick_is_a_chip_and_the_period_is_one() -> None:
    selection = Selection.parse(
        "agency=Lille&agency=Rouen&status=open&age=31%2B&since=2026-03-01&until=2026-03-31"
    )
    assert [label for _, _, label in chips(selection)] == [
        "mars 2026",
        "Lille",
        "Rouen",
        "En cours",
        "Plus de 30 j",
    ]


def test_a_member_nobody_knows_reads_as_it_was_written() -> None:
    assert member_label("status", "<b>") == "<b>"
    with speaking("en"):
        assert member_label("status", "open") == "Open"
