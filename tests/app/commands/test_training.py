"""`vigie train` and `vigie models` as their user meets them."""

import json
from pathlib import Path

import duckdb
import pytest

from data.pipeline import publish_tables
from models import artefact
from tests.credits import CONTRACT, fill_credits, publish_credits
from tests.faults.command import refused, vigie
from tests.trained import with_registry

FIELDS = {
    "name", "auc", "average_precision", "brier", "ece", "cost", "cost_at_half", "threshold", "fit_seconds",
    "champion",
}  # fmt: skip


@pytest.fixture
def small(home: Path) -> Path:
    """Small credits, no model."""
    publish_credits(home, 2_000)
    with_registry(home)
    return home


def test_json_is_all_there_is_on_stdout_with_one_object_a_model(small: Path) -> None:
    code, out, err = vigie(small, "train", "--quick", "--format", "json", "--by", "Karim")
    assert code == 0, err
    rows = json.loads(out)
    assert [row["name"] for row in rows] == ["catboost", "accept_all", "refuse_all"]
    assert all(row.keys() >= FIELDS for row in rows)
    assert "Version 1 serves from now on" in err
    code, out, _ = vigie(small, "models", "--format", "json")
    (row,) = json.loads(out)
    assert (code, row["version"], row["aliases"], row["proposed_by"]) == (0, 1, ["champion"], "Karim")
    assert row["auc"] == rows[0]["auc"]


def test_the_table_names_the_rules_and_says_how_the_version_comes_to_serve(small: Path) -> None:
    vigie(small, "train", "--quick", "--by", "Karim")
    code, out, err = vigie(small, "train", "--quick", "--by", "Karim")
    assert (code, err) == (0, "")
    assert "Refuse all" in out
    assert "vigie promote 2 --by NAME" in out
    code, out, _ = vigie(small, "models")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [["2", "challenger"], ["1", "champion"]]


def test_if_needed_trains_only_where_there_is_something_to_learn_and_nothing_serves(home: Path) -> None:
    assert vigie(home, "train", "--if-needed") == (0, "", "")
    publish_credits(home, 2_000)
    code, out, _ = vigie(home, "train", "--if-needed", "--quick")
    assert code == 0
    assert "CatBoost" in out
    assert vigie(home, "train", "--if-needed") == (0, "", "")
    assert [card.version for card in artefact.versions(home)] == [1]


def test_a_leak_is_refused_in_one_sentence_that_names_the_feature(home: Path) -> None:
    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        fill_credits(connection, 2_000)
        connection.execute("ALTER TABLE credits ADD COLUMN arrears DOUBLE")
        connection.execute("UPDATE credits SET arrears = defaulted::INT")

    contract = CONTRACT + '[features.arrears]\nfr = "Impayés"\nen = "Arrears"\n'
    publish_tables(home, fill, simulated=False, scoring=contract)
    assert "“arrears”" in refused(home, "train", "--quick")


def test_nothing_to_learn_from_is_said_in_one_sentence(home: Path) -> None:
    refused(home, "train")
    publish_credits(home, 120)
    assert "too few known outcomes" in refused(home, "train")


def test_wrong_usage_is_told_from_refusal(home: Path) -> None:
    assert vigie(home, "train", "--folds", "1")[0] == 2


def test_without_a_model_the_list_is_empty_and_nothing_is_made(home: Path) -> None:
    assert vigie(home, "models") == (0, "no version of the model\n", "")
    assert not (home / "models").exists()
