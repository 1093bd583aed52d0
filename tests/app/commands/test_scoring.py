import json
import random
from getpass import getuser
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from app.cli import command_line, run
from data import snapshot
from data.journal import Journal
from models import artefact
from tests.app.test_services import flip_a_bit
from tests.counts import count
from tests.published import app_on, publish, visit
from tests.scored import CLIENTS, FIRST, consultations, publish_world, scored_home, scoring_on
from tests.trained import quick_model

CHANCE = random.Random(11)


@pytest.fixture
def home(home: Path) -> Path:
    return scored_home(home)


def vigie(*words: str) -> int:
    """The exit code of the command, run in this process."""
    return run(lambda: command_line()(list(words), standalone_mode=True))


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What the command says in JSON, and nothing else."""
    assert vigie(*words, "--format", "json") == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line it says, and not a word on stdout."""
    assert vigie(*words) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err[:7]) == ("", 1, "vigie: ")
    return err


def test_the_command_says_what_the_api_says_to_the_last_bit(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with visit(app_on(home)) as place:
        for client in CHANCE.sample(range(FIRST, FIRST + CLIENTS), count(ci=20, soak=200)):
            for command, path in (("score", "score"), ("explain", "explanation")):
                answer = place.get(f"/api/v1/clients/{client}/{path}").json()
                assert told(capsys, command, str(client)) == answer


def test_a_score_by_command_is_in_the_journal_under_the_name_of_who_ran_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vigie("score", "999") == vigie("explain", "999") == 0
    lines = consultations(home)
    assert [(line["who"], line["purpose"]) for line in lines] == [(getuser(), "command")] * 2


def test_a_score_is_a_sentence_with_model_and_data(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vigie("score", "999") == 0
    out = capsys.readouterr().out
    assert "client 999" in out
    assert "version 1" in out
    assert str(snapshot.pointer(home)) in out


def test_an_explanation_lists_every_feature_from_start_to_total(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vigie("explain", "999") == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines]
    assert set(names) >= {"income", "amount", "job", "owner", "ratio"}
    assert "point de départ" in lines[2]
    assert "risque de ce client" in lines[-1]


def test_lime_gives_a_second_opinion_and_the_score_stays(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, other = told(capsys, "explain", "999"), told(capsys, "explain", "999", "--lime")
    lime = other.pop("lime")
    assert other == plain
    assert set(lime["weights"]) == {each["feature"] for each in plain["reasons"]}
    assert 0 <= lime["fit"] <= 1
    first = max(lime["weights"], key=lambda name: abs(lime["weights"][name]))
    assert first == plain["reasons"][0]["feature"]  # on data this simple they agree
    assert vigie("explain", "993", "--lime") == 0  # no income
    assert "LIME" in capsys.readouterr().out


def test_refusals_are_one_line_and_no_number(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("score", "explain"):
        assert "12" in refused(capsys, command, "12")
    (home / "journal.sqlite").mkdir()
    for command in ("score", "explain"):
        assert "journal" in refused(capsys, command, "999")


def test_a_client_or_all_and_not_both(home: Path) -> None:
    assert vigie("score") == vigie("score", "999", "--all") == vigie("score", "abc") == 2


def test_without_model_credits_or_data_there_is_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    publishing: list[Any] = [None, publish, publish_world]
    for publisher in publishing:
        if publisher:
            publisher(tmp_path)
        for words in (("score", "999"), ("explain", "999"), ("score", "--all")):
            refused(capsys, *words)


def test_a_stand_in_is_named_on_stderr(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick_model(home, seed=8)
    flip_a_bit(home / "models" / "2" / "trees.json")
    assert vigie("score", "999", "--format", "json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["model_version"] == "1"
    assert "version 2" in err


def test_all_clients_are_scored_in_a_new_snapshot_and_the_decisions_cite_theirs(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot.current(home)
    with scoring_on(home) as scoring:
        seen = scoring.consult(999, "application")
        number = scoring.decide(seen, seen.explanation.score.decision, followed=True)
    assert vigie("score", "--all") == 0
    out = capsys.readouterr().out
    after = snapshot.current(home)
    assert after.id in out
    assert after.id != before.id
    assert after.tables["scores"] == CLIENTS
    assert {name: rows for name, rows in after.tables.items() if name != "scores"} == {
        name: rows for name, rows in before.tables.items() if name != "scores"
    }
    with scoring_on(home) as scoring:
        assert scoring.journal.decisions(999)[0].snapshot == before.id
        assert scoring.replay(number).identical


def test_the_stored_scores_and_reasons_are_those_of_each_client(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "score", "--all")
    assert found["clients"] == sum(found["decisions"].values()) == CLIENTS
    with duckdb.connect(str(snapshot.current(home).facts), read_only=True) as connection:
        stored = connection.sql("SELECT * FROM scores ORDER BY client_id").pl()
    with scoring_on(home) as scoring:
        order = scoring.serving().scorer.card.features
        for row in stored.head(200).iter_rows(named=True):
            explained = scoring.consult(row["client_id"], "review").explanation
            reasons = {each.feature: each.log_odds for each in explained.contributions}
            assert row["probability"] == explained.score.default_probability
            assert row["contributions"] == [reasons[name] for name in order]
            assert (row["decision"], row["model_version"]) == (explained.score.decision, "1")


def test_scoring_all_again_replaces_the_scores(home: Path) -> None:
    assert vigie("score", "--all") == 0
    quick_model(home, seed=8)
    assert vigie("score", "--all") == 0
    served = snapshot.current(home)
    assert served.tables["scores"] == CLIENTS
    with duckdb.connect(str(served.facts), read_only=True) as connection:
        assert connection.sql("SELECT DISTINCT model_version FROM scores").fetchall() == [("2",)]


def test_similar_clients_are_the_nearest_by_reasons(home: Path) -> None:
    assert vigie("score", "--all") == 0
    with scoring_on(home) as scoring:
        order = scoring.serving().scorer.card.features

        def reasons(client: int) -> Any:
            explained = scoring.consult(client, "review").explanation
            given = {each.feature: each.log_odds for each in explained.contributions}
            return np.array([given[name] for name in order])

        everyone = {client: reasons(client) for client in range(FIRST, FIRST + CLIENTS)}
        found = scoring.similar(scoring.consult(999, "review").explanation, 50)
        assert found is not None
        away = {c: float(np.linalg.norm(r - everyone[999])) for c, r in everyone.items() if c != 999}
        assert found["client_id"].n_unique() == found.height == 50
        assert 999 not in found["client_id"]
        distances = found["distance"].to_list()
        assert distances == sorted(distances)
        assert distances == pytest.approx(sorted(away.values())[:50], abs=1e-5)
        assert {"defaulted", "applied_on", "income", "age"} <= set(found.columns)
        new = scoring.similar(scoring.assess({"amount": 50.0, "income": 1_000.0, "job": "1"}), 5)
        assert new is not None
        assert new.height == 5
        more = scoring.similar(scoring.consult(999, "review").explanation, 10_000)
        assert more is not None
        assert more.height == CLIENTS - 1


def test_scores_of_another_model_make_nobody_similar(home: Path) -> None:
    assert vigie("score", "--all") == 0
    quick_model(home, seed=8)
    with scoring_on(home) as scoring:
        assert scoring.similar(scoring.consult(999, "review").explanation) is None


def test_a_version_serves_once_another_person_approves(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick_model(home, promoted=False, seed=8)
    assert "ada a proposé" in refused(capsys, "promote", "2", "--by", "ada")
    assert artefact.named(home) == 1
    assert vigie("promote", "2", "--by", "Zoé") == 0
    assert artefact.champion(home).approval.approved_by == "Zoé"
    assert "Zoé" in capsys.readouterr().out
    refused(capsys, "promote", "2", "--by", "Zoé")
    refused(capsys, "promote", "77", "--by", "Zoé")
    assert vigie("promote", "2") == 2


def test_a_registry_that_cannot_be_written_does_not_keep_a_model_from_serving(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_model(home, promoted=False, seed=8)
    (home / "models" / "mlflow.db").mkdir()
    assert vigie("promote", "2", "--by", "Zoé") == 0
    err = capsys.readouterr().err
    assert "MLflow" in err
    assert artefact.named(home) == 2


def test_decisions_are_listed_without_numbers_and_replayed_with_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vigie("decisions") == 0
    assert "aucune décision" in capsys.readouterr().out
    with scoring_on(home) as scoring:
        for client in (998, 999):
            seen = scoring.consult(client, "application")
            other = "refuse" if seen.explanation.score.decision != "refuse" else "accept"
            scoring.decide(seen, other, "Ressources confirmées", followed=False, offer={"amount": 9.0})
    everyone, one = told(capsys, "decisions"), told(capsys, "decisions", "999")
    assert [each["client_id"] for each in everyone] == [999, 998]
    assert one == everyone[:1]
    assert (one[0]["motive"], one[0]["offer"]) == ("Ressources confirmées", {"amount": 9.0})
    assert not {"probability", "features", "contributions"} & one[0].keys()
    assert vigie("decisions") == 0
    assert "Ressources confirmées" in capsys.readouterr().out
    before = len(consultations(home))
    replay = told(capsys, "decisions", "--replay", "1")
    assert replay["identical"]
    assert replay["stored"] == replay["recomputed"]
    assert replay["features"]["job"] in ("1", "2")
    assert len(consultations(home)) == before + 1
    assert vigie("decisions", "--replay", "1") == 0
    assert "identique" in capsys.readouterr().out
    refused(capsys, "decisions", "--replay", "3")


def test_a_decision_that_does_not_come_out_the_same_is_exit_code_1(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with scoring_on(home) as scoring:
        seen = scoring.consult(999, "application")
        decision = seen.decision("anne", seen.explanation.score.decision, "", True, None)
    journal = Journal(home)
    forged = decision.__class__(**{**decision.__dict__, "features": {**decision.features, "amount": 51.0}})
    number = journal.decided(forged)
    journal.close()
    assert vigie("decisions", "--replay", str(number), "--format", "json") == 1
    out, err = capsys.readouterr()
    assert not json.loads(out)["identical"]
    assert err.count("\n") == 1
