"""What MLflow's own interface reads of our trainings, and how the registry follows CHAMPION."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from data.lock import exclusive
from models import artefact
from models.registry import EXPERIMENT, INTERRUPTED, MODEL, VERSION, Registry, repair
from models.training import train
from tests.credits import publish_credits
from tests.trained import quick_model


def learn(home: Path) -> None:
    """A version, CatBoost's alone, nothing searched."""
    train(home, families=("catboost",), candidates=1, by="Karim")


def read(home: Path) -> MlflowClient:
    """As anybody would open it, knowing only where the file is."""
    return MlflowClient(f"sqlite:///{home / 'models' / 'mlflow.db'}")


def runs(home: Path, condition: str = "") -> list[Run]:
    client = read(home)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id], condition))


def aliases(home: Path) -> dict[str, int]:
    """Our version by alias."""
    client = read(home)
    held = client.get_registered_model(MODEL).aliases
    return {alias: int(client.get_model_version(MODEL, held[alias]).tags[VERSION]) for alias in held}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small credits and version 1, which serves; for tests that only read."""
    home = tmp_path_factory.mktemp("once") / "home"
    publish_credits(home, 2_000)
    learn(home)
    return home


@pytest.fixture
def learned(once: Path, home: Path) -> Path:
    """A copy of it to change."""
    return shutil.copytree(once, home)


def test_a_training_is_a_finished_run_with_its_measures_and_its_files(once: Path) -> None:
    (run,) = runs(once)
    card = artefact.verified(once, 1).card
    assert (run.info.run_name, run.info.status) == ("catboost", "FINISHED")
    assert run.data.metrics["auc"] == card.metrics["auc"]
    assert run.data.metrics["auc_free"] == card.metrics["auc_free"]
    assert run.data.params["depth"] == str(card.families[0].parameters["depth"])
    assert run.data.tags["snapshot"] == card.snapshot
    names = {file.path for file in read(once).list_artifacts(run.info.run_id, "model")}
    assert {"model/model.cbm", "model/card.json", "model/scoring.toml"} <= names
    curve = read(once).get_metric_history(run.info.run_id, "cost_by_cut")
    assert min(curve, key=lambda each: each.value).step / 1000 == pytest.approx(
        card.metrics["best_cut"], abs=0.05
    )


def test_versions_have_our_numbers_and_aliases_say_what_serves_and_what_waits(learned: Path) -> None:
    assert aliases(learned) == {"champion": 1}
    learn(learned)
    assert aliases(learned) == {"champion": 1, "challenger": 2}
    numbers = {int(each.version): int(each.tags[VERSION]) for each in read(learned).search_model_versions()}
    assert numbers == {1: 1, 2: 2}


def test_aliases_follow_a_promotion_at_the_next_operation(learned: Path) -> None:
    learn(learned)
    artefact.promote(learned, 2, "Nadia")
    repair(learned)
    assert aliases(learned) == {"champion": 2}


def test_aliases_that_were_moved_by_hand_are_put_back(learned: Path) -> None:
    learn(learned)
    read(learned).set_registered_model_alias(MODEL, "champion", "2")
    repair(learned)
    assert aliases(learned) == {"champion": 1, "challenger": 2}
    assert artefact.champion(learned).card.version == 1


def test_a_version_whose_registration_was_cut_off_is_registered_later(learned: Path) -> None:
    quick_model(learned, promoted=False)
    assert aliases(learned) == {"champion": 1}
    repair(learned)
    assert aliases(learned) == {"champion": 1, "challenger": 2}


def test_a_run_left_under_way_is_marked_interrupted_once_nobody_trains(learned: Path) -> None:
    registry = Registry(learned)
    left = registry.client.create_run(registry.experiment, run_name="xgboost").info.run_id
    with exclusive(learned / "models" / "training", "vigie train"):
        assert repair(learned) == 0
        assert read(learned).get_run(left).info.status == "RUNNING"
    assert repair(learned) == 1
    found = read(learned).get_run(left)
    assert (found.info.status, found.data.tags[INTERRUPTED]) == ("KILLED", "true")
    assert repair(learned) == 0


def test_a_training_that_fails_is_a_failed_run(home: Path) -> None:
    publish_credits(home, 2_000)
    with pytest.raises(RuntimeError, match="cut"), Registry(home).run("catboost", {}):
        raise RuntimeError("cut")
    assert [run.info.status for run in runs(home)] == ["FAILED"]


def test_no_training_opens_a_connection(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    publish_credits(home, 2_000)
    learn(home)
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_state_folder_restored_elsewhere_keeps_its_files_in_itself(learned: Path) -> None:
    Registry(learned)
    client, here = read(learned), (learned / "models").resolve().as_uri()
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment is not None
    found = [str(run.info.artifact_uri) for run in runs(learned)]
    found += [str(each.source) for each in client.search_model_versions(f"name = '{MODEL}'")]
    assert len(found) > 1
    assert [each for each in [*found, experiment.artifact_location] if not each.startswith(f"{here}/")] == []
    (run,) = runs(learned, f"tags.{VERSION} = '1'")
    assert client.list_artifacts(run.info.run_id, "model")
