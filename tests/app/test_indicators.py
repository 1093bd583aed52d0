"""Definitions, units, deltas and the reasons of a null."""

import pytest

from app.indicators import (
    INDICATORS,
    column_label,
    definition,
    delta_text,
    in_line,
    is_small,
    unavailable_text,
    value_text,
)
from app.texts import LANGUAGES, catalogue, speaking
from queries.catalogue import QUERIES
from queries.production import kpis

ROW: dict[str, float | None] = dict.fromkeys(kpis.columns.names())
FULL = ROW | {"rows": 300, "treated": 2805, "closed": 943, "return_rate": 0.056, "mean_delay": 22.6}
OF_THE_DOMAIN = [
    "treated",
    "closed",
    "mean_delay",
    "median_delay",
    "p90_delay",
    "late_share",
    "return_rate",
    "returned_share",
    "row_mean_delay",
    "row_mean_return_rate",
    "stock",
    "workload_per_fte",
    "backlog_age",
]


def test_every_indicator_of_the_domain_is_defined_in_both_languages() -> None:
    assert list(INDICATORS) == OF_THE_DOMAIN
    for code in LANGUAGES:
        with speaking(code):
            for name, indicator in INDICATORS.items():
                assert all(definition(name, FULL))
                assert all((indicator.label, indicator.short, indicator.unit, indicator.unit_word))


def test_both_catalogues_say_the_same_things() -> None:
    for section in ("indicator.", "column.", "rule.", "export."):
        said = [{key for key in catalogue(code) if key.startswith(section)} for code in LANGUAGES]
        assert said[0] == said[1]


def test_every_column_of_every_question_has_a_heading() -> None:
    for code in LANGUAGES:
        with speaking(code):
            for query in QUERIES.values():
                assert all(column_label(name) for name in query.columns.names()), query.id


def test_the_columns_it_needs_have_a_name() -> None:
    for indicator in INDICATORS.values():
        assert all(f"column.{name}" in catalogue("fr") for name in indicator.needs)


@pytest.mark.parametrize(
    ("name", "value", "text", "unit", "line"),
    [
        ("closed", 110861, "110\u202f861", "dossiers", "110\u202f861\u00a0dossiers"),
        ("mean_delay", 22.6246, "22,6", "jours", "22,6\u00a0j"),
        ("late_share", 0.62142, "62,1", "%", "62,1\u00a0%"),
        ("workload_per_fte", 18.35, "18,4", "dossiers", "18,4\u00a0dossiers"),
        ("stock", None, "—", "", "—"),
    ],
)
def test_a_value_is_written_with_its_unit(
    name: str, value: float | None, text: str, unit: str, line: str
) -> None:
    assert value_text(name, value) == (text, unit)
    assert in_line(name, value) == line


@pytest.mark.parametrize(
    ("name", "now", "before", "text", "way", "tone"),
    [
        ("closed", 1045, 1000, "+4,5\u00a0%", "up", "good"),
        ("closed", 955, 1000, "\u22124,5\u00a0%", "down", "bad"),
        ("mean_delay", 18.4, 18.8, "\u22120,4\u00a0j", "down", "good"),
        ("mean_delay", 20, 18.8, "+1,2\u00a0j", "up", "bad"),
        ("late_share", 0.377, 0.396, "\u22121,9\u00a0pt", "down", "good"),
        ("workload_per_fte", 18.4, 18.0, "+2,2\u00a0%", "up", "bad"),
        ("return_rate", 0.08104, 0.081, "stable", "flat", "flat"),
        ("mean_delay", 18.04, 18.0, "stable", "flat", "flat"),
        ("closed", 1000, 1000, "stable", "flat", "flat"),
    ],
)
def test_a_delta_says_which_way_and_whether_that_is_good(
    name: str, now: float, before: float, text: str, way: str, tone: str
) -> None:
    delta = delta_text(name, now, before)
    assert delta is not None
    assert (delta.text, delta.way, delta.tone) == (text, way, tone)


def test_a_delta_is_said_in_words_for_those_who_do_not_see_the_arrow() -> None:
    cases = [("mean_delay", 18.4, 18.8), ("late_share", 0.4, 0.38), ("closed", 90, 100)]
    words = [delta.words for name, now, before in cases if (delta := delta_text(name, now, before))]
    assert words == ["0,4\u00a0j plus rapide", "2,0\u00a0pt de plus", "10,0\u00a0% de moins"]


@pytest.mark.parametrize(("now", "before"), [(None, 1), (1, None), (10, 0)])
def test_there_is_no_delta_without_something_to_compare_with(now: float | None, before: float | None) -> None:
    assert delta_text("closed", now, before) is None


def test_a_mean_over_fewer_than_11_cases_is_small() -> None:
    assert is_small("mean_delay", FULL | {"closed": 10})
    assert not is_small("mean_delay", FULL | {"closed": 11})
    assert not is_small("closed", FULL | {"closed": 3})
    assert not is_small("mean_delay", FULL | {"closed": 0, "mean_delay": None})


@pytest.mark.parametrize(
    ("name", "row", "absent", "text"),
    [
        (
            "stock",
            FULL,
            ("received_on",),
            "non disponible\u00a0: colonne «\u00a0Date de réception\u00a0» absente",
        ),
        (
            "workload_per_fte",
            FULL,
            ("received_on",),
            "non disponible\u00a0: colonne «\u00a0Date de réception\u00a0» absente",
        ),
        (
            "workload_per_fte",
            FULL,
            ("received_on", "fte"),
            "non disponible\u00a0: colonnes Date de réception et ETP absentes",
        ),
        ("stock", FULL, (), "non disponible\u00a0: colonne «\u00a0Date de réception\u00a0» incomplète"),
        (
            "workload_per_fte",
            FULL | {"stock": 4},
            (),
            "non disponible\u00a0: colonne «\u00a0ETP\u00a0» incomplète",
        ),
        ("returned_share", FULL, (), "non disponible\u00a0: une ligne du fichier compte plusieurs dossiers"),
        ("mean_delay", FULL | {"rows": 0}, (), "aucun dossier pour ces filtres"),
        ("mean_delay", FULL, (), "aucun dossier concerné pour ces filtres"),
    ],
)
def test_a_null_says_why(name: str, row: dict[str, float], absent: tuple[str, ...], text: str) -> None:
    assert unavailable_text(name, row, absent) == text


def test_the_load_of_one_agent_is_not_told() -> None:
    text = unavailable_text("workload_per_fte", FULL | {"stock": 4}, (), one_agent=True)
    assert text == "non disponible pour un agent\u00a0: l'ETP est connu par agence"


def test_english_readers_read_english() -> None:
    with speaking("en"):
        assert in_line("mean_delay", 22.6246) == "22.6\u00a0d"
        assert definition("mean_delay", FULL)[2] == "Worked out on 943 closed cases (300 rows read)."
