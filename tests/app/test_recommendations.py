"""Rules that fired, in words, each with what following it would change."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from app import recommendations, rule_words
from app.services import Services, serving
from app.texts import speaking
from queries import rules
from queries.rules import Measured, Recommendation
from queries.rules.measures import Measure
from queries.selection import Selection
from tests import drawn, published

ALL = Selection()
FIELDS = ["rule", "text", "value", "limit", "rows", "evidence", "effect", "place"]


@pytest.fixture
def on_reference(reference_home: Path) -> Iterator[None]:
    """Answers come from the reference file."""
    services = Services(published.settings(reference_home))
    with serving(services):
        yield
    services.close()


def made(rule_id: str, measure: Measure, **figures: float) -> Recommendation:
    """A recommendation for Lille, past every limit by as much as its first value."""
    rule = rules.rule(rule_id)
    values = [measure.value, *(each.limit * 2 for each in rule.conditions[1:])]
    pairs = list(zip(rule.conditions, values, strict=True))
    told = {each.indicator: value for each, value in pairs}
    return Recommendation(
        rule,
        measure,
        ALL,
        "selection",
        date(2026, 10, 1),
        "Lille",
        "agency",
        tuple(Measured(each.indicator, value, each.condition, each.limit) for each, value in pairs),
        MappingProxyType(told | figures),
    )


@pytest.mark.usefixtures("on_reference")
def test_the_item_of_the_reference_file() -> None:
    (item,) = recommendations.items(ALL, ALL)
    assert item["title"] == "Renforcer les équipes"
    assert item["text"] == (
        "Délai moyen des lignes, tous statuts\u00a0: 22,7\u00a0j, pour une limite de 20\u00a0j."
    )
    assert (item["badge"], item["link"], item["evidence"]) == (
        "Réseau",
        "Voir les 2\u202f805\u00a0dossiers",
        "",
    )
    assert (item["place"], item["dim"], item["effect"], item["decides"]) == ("", "", None, True)
    with speaking("en"):
        (item,) = recommendations.items(ALL, ALL)
    assert item["text"] == "Mean delay of the rows, all statuses: 22.7\u00a0d, against a limit of 20\u00a0d."


@pytest.mark.usefixtures("on_reference")
def test_under_a_pick_the_item_says_selection_and_its_link_keeps_the_pick() -> None:
    (item,) = recommendations.items(Selection.parse("agency=Bobigny"), ALL)
    assert (item["badge"], item["evidence"]) == ("Sélection", "agency=Bobigny")


@pytest.mark.usefixtures("on_reference")
def test_a_reader_without_a_scope_is_told_nothing() -> None:
    assert recommendations.items(ALL, None) == []
    assert recommendations.items(ALL, ALL, limit=0) == []


def test_nothing_published_recommends_nothing(home: Path) -> None:
    services = Services(published.settings(home))
    with serving(services):
        assert recommendations.items(ALL, ALL) == []
    services.close()


def test_old_stock_says_cases_and_what_each_agent_must_clear() -> None:
    measure = Measure(0.1564, 5781, 5781, 867, 0.69)
    found = made("old_stock", measure, old_share_low=0.1512)
    found = replace(found, measures=(found.measures[0], replace(found.measures[1], value=0.1512)))
    assert rule_words.sentence(found) == (
        "15,6\u00a0% du stock a plus de 30 jours (867\u00a0dossiers), au moins 15,1\u00a0% hasard compris, "
        "pour une limite de 15\u00a0%. Pour le vider en 4 semaines\u00a0: "
        "0,7\u00a0dossier par agent et par semaine."
    )
    unknown = replace(found, measure=replace(measure, weekly=None))
    assert rule_words.sentence(unknown).endswith("pour une limite de 15\u00a0%.")


def test_reinforce_names_the_agency_its_delay_and_its_load_with_their_limits() -> None:
    found = made("reinforce", Measure(25.16, 300, 300, 300))
    assert rule_words.title(found) == "Renforcer Lille"
    assert rule_words.sentence(found) == (
        "Délai 25,2\u00a0j (limite 20\u00a0j) et charge 2,50 fois la moyenne (limite 1,25), depuis 2 mois."
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(22.7267, "22,7\u00a0j"), (20.04, "20,04\u00a0j"), (20.0002, "20,0002\u00a0j")],
)
def test_a_value_just_past_its_limit_never_reads_like_the_limit(value: float, text: str) -> None:
    assert rule_words.written_apart("row_mean_delay", value, 20) == (text, "20\u00a0j")


def test_every_rule_can_be_said_in_both_languages() -> None:
    for rule in rules.rules():
        for code in ("fr", "en"):
            with speaking(code):
                for weekly in (None, 1.5):
                    found = made(rule.id, Measure(rule.limit * 2, 300, 300, 300, weekly), **FIGURES)
                    assert "{" not in rule_words.sentence(found)
                    assert rule_words.title(found)
                    assert [each["label"] for each in rule_words.compared(found)]


FIGURES = {"return_rate": 0.2, "old_share": 0.2, "mean_delay": 25.0, "usual_delay": 18.0, "load": 12.0}


def test_two_make_a_plural_in_french() -> None:
    assert rule_words.cases(1) == "1 dossier"
    assert rule_words.cases(1.9, 1) == "1,9\u00a0dossier"
    assert rule_words.cases(2.0, 1) == "2,0\u00a0dossiers"
    assert rule_words.cases(0) == "0\u00a0dossiers"


def vigie(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "recommend", *words],
        env={"VIGIE_HOME": str(home), "PATH": ""},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_gives_what_scripts_rely_on(reference_home: Path) -> None:
    (row,) = json.loads(vigie(reference_home, "--format", "json").stdout)
    assert list(row) == FIELDS
    assert row["rule"] == "reinforce_reference"
    assert row["value"] == pytest.approx(22.7267, abs=5e-5)
    assert (row["limit"], row["rows"], row["evidence"], row["effect"], row["place"]) == (
        20,
        300,
        "",
        None,
        "",
    )


def test_the_command_takes_a_selection_and_refuses_what_is_none(reference_home: Path) -> None:
    answer = vigie(reference_home, "--select", "agency=Nanterre&since=2023-02-01", "--format", "json")
    assert [row["evidence"] for row in json.loads(answer.stdout)] == ["agency=Nanterre&since=2023-02-01"]
    refused = vigie(reference_home, "--select", "colour=red")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert "colour" in refused.stderr


def test_the_command_says_when_nothing_is_published(tmp_path: Path) -> None:
    refused = vigie(tmp_path)
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1


def test_the_table_says_where_why_and_with_what_effect(home: Path) -> None:
    old = "2026-01-05 | 2025-11-05 | - | open | 20"
    table = (
        f"day | received_on | closed_on | status | treated\n{old}\n2026-01-31 | 2026-01-31 | - | open | 20"
    )
    drawn.published(home, drawn.cases(table), fte=2)
    lines = vigie(home).stdout.splitlines()
    assert lines[0] == "Vider le vieux stock de Lille (old_stock, Lille)"
    assert lines[2].startswith("  Effet\u00a0: 2,5\u00a0dossiers par agent et par semaine")
    assert lines[3] == "  Dossiers\u00a0: agency=Lille&age=31%2B&until=2026-01-31"
