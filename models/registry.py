"""Every training tracked and every version registered with MLflow, on a SQLite file of our own.

models/mlflow.db, models/mlartifacts   what `mlflow ui --backend-store-uri sqlite:///…/mlflow.db` shows
Runs and registered versions describe; models/CHAMPION decides what serves. Aliases follow it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")  # before mlflow reads them

from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

from data.errors import Busy
from data.lock import exclusive
from models import approvals, artefact
from models.card import Card, Family
from models.cost import Curve

EXPERIMENT = MODEL = "vigie-scoring"
CHAMPION, CHALLENGER = "champion", "challenger"
VERSION, INTERRUPTED = "vigie_version", "vigie_interrupted"
CURVE_STEP = 5  # thousandths
ADDRESSES = (
    ("experiments", "artifact_location"), ("runs", "artifact_uri"), ("model_versions", "source"),
    ("model_versions", "storage_location"),
)  # fmt: skip

for noisy in ("mlflow", "alembic"):
    logging.getLogger(noisy).setLevel(logging.WARNING)


class Registry:
    """The tracking store of one VIGIE_HOME, made where there is none. Raises sqlite3.Error."""

    def __init__(self, home: Path) -> None:
        self.home = home
        folder = (home / "models").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "mlflow.db"
        with closing(sqlite3.connect(file)) as opened:  # MLflow would try for minutes
            opened.execute("PRAGMA schema_version")
        self.client = MlflowClient(f"sqlite:///{file}")
        found = self.client.get_experiment_by_name(EXPERIMENT)
        if found:
            _follow(file, found.artifact_location.removesuffix("/mlartifacts"), folder.as_uri())
        self.experiment: str = (
            found.experiment_id
            if found
            else self.client.create_experiment(EXPERIMENT, (folder / "mlartifacts").as_uri())
        )
        with suppress(MlflowException):  # it is there
            self.client.create_registered_model(MODEL)

    @contextmanager
    def run(self, family: str, tags: Mapping[str, Any]) -> Iterator[str]:
        """A run under way inside the block, finished or failed after it; its id."""
        named = {name: str(value) for name, value in tags.items()}
        run = str(self.client.create_run(self.experiment, run_name=family, tags=named).info.run_id)
        try:
            yield run
        except BaseException:
            self.client.set_terminated(run, "FAILED")
            raise
        self.client.set_terminated(run)

    def write(self, run: str, family: Family) -> None:
        """What was measured and chosen."""
        measures = {name: value for name, value in asdict(family).items() if isinstance(value, float)}
        for name, value in family.parameters.items():
            self.client.log_param(run, name, value)
        self.client.log_batch(run, metrics=[_metric(name, value) for name, value in measures.items()])

    def register(self, run: str, card: Card, curve: Curve) -> None:
        """Keep a copy of the published version with its run, and give it a registered version."""
        metrics = [_metric(name, value) for name, value in card.metrics.items() if name not in _measured()]
        metrics += [
            _metric("cost_by_cut", float(curve.costs[step]), step)
            for step in range(0, len(curve.costs), CURVE_STEP)
        ]
        self.client.log_batch(run, metrics=metrics)
        for file in sorted((self.home / "models" / str(card.version)).iterdir()):
            self.client.log_artifact(run, str(file), "model")
        self.client.set_tag(run, VERSION, card.version)
        self.mirror()

    def mirror(self) -> None:
        """Register every published version that is not yet, and put the aliases where CHAMPION says."""
        cards = {card.version: card for card in artefact.versions(self.home)}
        registered = self._registered()
        for version in sorted(cards.keys() - registered.keys()):
            registered[version] = self._register(cards[version])
        serving = artefact.named(self.home)
        self._alias(CHAMPION, registered.get(serving) if serving else None)
        waiting = approvals.challenger(cards, serving)
        self._alias(CHALLENGER, registered.get(waiting) if waiting else None)

    def mark_interrupted(self) -> int:
        """End every run that is still under way; the caller knows that no training is."""
        left = self.client.search_runs([self.experiment], "attributes.status = 'RUNNING'")
        for run in left:
            self.client.set_tag(run.info.run_id, INTERRUPTED, "true")
            self.client.set_terminated(run.info.run_id, "KILLED")
        return len(left)

    def _registered(self) -> dict[int, str]:
        """Our version → MLflow's."""
        found = self.client.search_model_versions(f"name = '{MODEL}'")
        return {int(each.tags[VERSION]): str(each.version) for each in found if VERSION in each.tags}

    def _register(self, card: Card) -> str:
        runs = self.client.search_runs([self.experiment], f"tags.{VERSION} = '{card.version}'")
        source, run_id = (self.home / "models" / str(card.version)).resolve().as_uri(), None
        if runs:
            source, run_id = f"{runs[0].info.artifact_uri}/model", runs[0].info.run_id
        tags = {VERSION: str(card.version), "proposed_by": card.proposed_by, "snapshot": card.snapshot}
        return str(self.client.create_model_version(MODEL, source, run_id, tags=tags).version)

    def _alias(self, alias: str, version: str | None) -> None:
        held = self.client.get_registered_model(MODEL).aliases.get(alias)
        if version is not None and held != version:
            self.client.set_registered_model_alias(MODEL, alias, version)
        if version is None and held is not None:
            self.client.delete_registered_model_alias(MODEL, alias)


def _follow(file: Path, before: str, now: str) -> None:
    """MLflow keeps whole addresses: of a state folder restored elsewhere, make them those of here."""
    if before == now:
        return
    with closing(sqlite3.connect(file)) as opened, opened:
        for table, column in ADDRESSES:
            opened.execute(
                f"UPDATE {table} SET {column} = :now || substr({column}, length(:before) + 1)"  # noqa: S608
                f" WHERE substr({column}, 1, length(:before)) = :before",
                {"before": before, "now": now},
            )


def repair(home: Path) -> int:
    """Make the registry say what is: interrupted runs ended, versions registered, aliases at the champion.

    The number of runs found interrupted; 0 while a training is under way.
    """
    registry = Registry(home)
    registry.mirror()
    try:
        with exclusive(home / "models" / "training", "vigie models"):
            return registry.mark_interrupted()
    except Busy:
        return 0


def _measured() -> frozenset[str]:
    """What a family's line says already."""
    return frozenset(Family.__dataclass_fields__)


def _metric(name: str, value: float, step: int = 0) -> Metric:
    return Metric(name, value, 0, step)
