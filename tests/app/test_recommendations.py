"""Rules that fired, in words."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from app import recommendations
from app.texts import speaking
from data.snapshot import current
from queries import rules
from queries.engine import Days
from queries.polars_engine import PolarsEngine
from queries.rules import Recommendation
from queries.rules.measures import Measure
from queries.selection import Selection
from tests import drawn

ALL = Selection()


@dataclass(frozen=True)
class Asked:
    rows: Mapping[str, pl.DataFrame]
    selection: Selection

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.rows[name]


def asked(home: Path, selection: Selection = ALL) -> Asked:
    snapshot = current(home)
    engine = PolarsEngine(snapshot)
    assert snapshot.first_day
    assert snapshot.last_day
    days = Days(snapshot.first_day, snapshot.last_day)
    rows = {
        name: engine.run(query, shape(selection, days), ALL)
        for name, (query, shape) in recommendations.ASKS.items()
    }
    return Asked(rows, selection)


def made(rule_id: str, measure: Measure) -> Recommendation:
    rule = next(rule for rule in rules.rules() if rule.id == rule_id)
    return Recommendation(rule, measure, ALL, "selection")


def test_the_card_of_the_reference_file(reference_home: Path) -> None:
    drawn_card = recommendations.cards(asked(reference_home))
    (item,) = drawn_card["items"]
    assert item["title"] == "Renforcer les équipes"
    assert item["text"] == "Délai moyen des lignes, tous statuts : 22,7\u00a0j, pour une limite de 20\u00a0j."
    assert (item["badge"], item["link"], item["evidence"]) == (
        "Réseau",
        "Voir les 2\u202f805\u00a0dossiers",
        "",
    )
    with speaking("en"):
        (item,) = recommendations.cards(asked(reference_home))["items"]
    assert item["text"] == "Mean delay of the rows, all statuses: 22.7\u00a0d, against a limit of 20\u00a0d."


def test_under_a_pick_the_card_says_selection_and_its_link_keeps_the_pick(reference_home: Path) -> None:
    selection = Selection.parse("agency=Bobigny")
    (item,) = recommendations.cards(asked(reference_home, selection))["items"]
    assert (item["badge"], item["evidence"]) == ("Sélection", "agency=Bobigny")


def test_nothing_fired_is_an_empty_card(home: Path) -> None:
    drawn.published(home, drawn.cases("treated | delay_days\n20 | 5"))
    assert recommendations.cards(asked(home)) == {"items": [], "empty": True}


def test_old_stock_says_cases_and_what_each_agent_must_clear() -> None:
    found = made("old_stock", Measure(0.1564, 5781, 5781, 867, 0.69))
    assert recommendations.sentence(found) == (
        "15,6\u00a0% du stock a plus de 30 jours (867\u00a0dossiers), pour une limite de 15\u00a0%. "
        "Pour le vider en 4 semaines : 0,7\u00a0dossiers par agent et par semaine."
    )
    unknown = replace(found, measure=replace(found.measure, weekly=None))
    assert recommendations.sentence(unknown).endswith("pour une limite de 15\u00a0%.")


@pytest.mark.parametrize(
    ("value", "text"),
    [(22.7267, "22,7\u00a0j"), (20.04, "20,04\u00a0j"), (20.0002, "20,0002\u00a0j")],
)
def test_a_value_just_past_its_limit_never_reads_like_the_limit(value: float, text: str) -> None:
    found = made("reinforce_reference", Measure(value, 300, 2805, 2805))
    assert (
        recommendations.sentence(found)
        == f"Délai moyen des lignes, tous statuts : {text}, pour une limite de 20\u00a0j."
    )


def test_every_rule_can_be_said_in_both_languages() -> None:
    for rule in rules.rules():
        for code in ("fr", "en"):
            with speaking(code):
                for weekly in (None, 1.5):
                    said = recommendations.sentence(
                        made(rule.id, Measure(rule.limit * 2, 300, 300, 300, weekly))
                    )
                    assert said
                    assert "{" not in said


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
    assert list(row) == ["rule", "text", "value", "limit", "rows", "evidence", "effect"]
    assert row["rule"] == "reinforce_reference"
    assert row["value"] == pytest.approx(22.7267, abs=5e-5)
    assert (row["limit"], row["rows"], row["evidence"], row["effect"]) == (20, 300, "", None)


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
