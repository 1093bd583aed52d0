"""A value in the reader's words: its unit, its label, or what a number stands for."""

import pytest

from app.feature_words import value_words
from app.texts import speaking
from data import scoring
from data.scoring import Value


@pytest.mark.parametrize(
    ("preset", "feature", "value", "words"),
    [
        ("uci_card", "PAY_0", -1.0, "soldé"),
        ("uci_card", "PAY_0", 0.0, "à temps"),
        ("uci_card", "PAY_0", 2.0, "2 mois"),
        ("uci_card", "PAY_0", None, "non renseigné"),
        ("simulated", "housing", "tenant", "Locataire"),
        ("simulated", "housing", "a code of another day", "a code of another day"),
    ],
)
def test_a_value_reads_as_a_person_says_it(preset: str, feature: str, value: Value, words: str) -> None:
    assert value_words(scoring.preset(preset).features[feature], value) == words


def test_a_number_with_a_label_is_said_in_the_readers_language() -> None:
    with speaking("en"):
        assert value_words(scoring.preset("uci_card").features["PAY_6"], -2.0) == "no use"
