"""Fault 3: kill -9 while a model is learned, and between any two steps of a promotion."""

import os
import random
import signal
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from mlflow import MlflowClient

from models import artefact
from models.registry import EXPERIMENT, INTERRUPTED
from tests.counts import count
from tests.credits import publish_credits
from tests.faults.command import start, vigie
from tests.faults.steps import killed_at
from tests.trained import quick_model, with_registry

TRAININGS, PROMOTIONS = count(ci=10, soak=50), count(ci=10, soak=50)
STEPS = ("sync", "fsync", "replace", "open")  # of a promotion
WORDS = ("train", "--quick", "--by", "Karim")


def statuses(home: Path) -> dict[str, list[bool]]:
    """By status of the runs that MLflow knows, whether each says that it was interrupted."""
    client = MlflowClient(f"sqlite:///{home / 'models' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(EXPERIMENT)
    found: dict[str, list[bool]] = {}
    for run in client.search_runs([experiment.experiment_id]) if experiment else []:
        found.setdefault(run.info.status, []).append(INTERRUPTED in run.data.tags)
    return found


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_a_training_killed_at_any_moment_leaves_the_champion_and_is_marked(home: Path) -> None:
    publish_credits(home, 2_000)
    with_registry(home)
    quick_model(home)
    champion = artefact.champion(home).approval
    began = time.monotonic()
    assert vigie(home, *WORDS)[0] == 0
    length = time.monotonic() - began
    chance = random.Random(23)
    for _ in range(TRAININGS):
        with start(home, *WORDS) as process:
            time.sleep(chance.uniform(0.1, 1.0) * length)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        served = artefact.champion(home)
        assert (served.approval, served.fallback_from) == (champion, None)
        assert all(artefact.verified(home, card.version) for card in artefact.versions(home))
    _killed_under_way(home)
    assert statuses(home)["RUNNING"]
    code, out, err = vigie(home, "models")
    assert code == 0, err
    assert "interrupted trainings" in err
    found = statuses(home)
    assert "RUNNING" not in found
    assert all(found["KILLED"])
    assert not any(found["FINISHED"])
    assert len(out.splitlines()) == len(artefact.versions(home))
    assert vigie(home, *WORDS)[0] == 0


def _killed_under_way(home: Path) -> None:
    """A training killed once its run has begun: the command alone, whose child must end with it."""
    with start(home, *WORDS) as process:
        while "RUNNING" not in statuses(home):
            time.sleep(0.02)
        command = psutil.Process(process.pid)
        learners = command.children(recursive=True)
        command.kill()
        _, alive = psutil.wait_procs(learners, timeout=10)
        process.communicate()
    assert alive == []


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_a_promotion_killed_between_any_two_steps_leaves_one_champion_or_the_other(home: Path) -> None:
    publish_credits(home, 2_000)
    quick_model(home)
    quick_model(home, promoted=False, seed=8)
    steps = killed_at(artefact.promote, home, 2, "Nadia", fatal=0, among=STEPS)
    assert steps is not None
    assert steps > 5
    served = {1: 0, 2: 0}
    for kill in range(PROMOTIONS):
        if artefact.champion(home).card.version == 2:
            artefact.promote(home, 1, "Nadia")
        assert (
            killed_at(
                artefact.promote, home, 2, "Nadia", fatal=steps - kill * steps // PROMOTIONS, among=STEPS
            )
            is None
        )
        found = artefact.champion(home)
        assert found.fallback_from is None
        served[found.card.version] += 1
    assert min(served.values()) > 0, "the kills fell on one side of the switch only"
