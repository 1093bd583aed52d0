"""Learn from the published credits: compare the families, keep CatBoost's as a version that may serve."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import snapshot
from data.applications import with_outcome
from data.child import Progress, silent
from data.lock import exclusive
from models import artefact, families, leakage
from models.card import Card, Family
from models.closing import Closing, Table, close, curve_json
from models.families import CATBOOST, FAMILIES
from models.features import codes, matrix, served_features
from models.fit import answered
from models.leakage import TrainingRefused
from models.measuring import Measured, Problem, baselines, measure
from models.registry import Registry
from models.validation import plan

MOST_CELLS = 40_000_000  # learned from at once: 320 MB; of more applications a part is drawn
ITSELF = "vigie train"  # approves a version where none serves that could


@dataclass(frozen=True)
class Trained:
    """What a training made. `card` is None where nothing was kept that may serve."""

    families: tuple[Family, ...]  # baselines last
    card: Card | None
    serves: bool  # at once
    idle: tuple[str, ...]  # features that say nothing: always missing, or of one value


def train(  # noqa: PLR0913  a training has its settings
    home: Path,
    *,
    folds: int = 5,
    seed: int = 42,
    families: Sequence[str] = FAMILIES,
    candidates: int = 3,
    with_protected: bool = False,
    by: str = "",
    progress: Progress = silent,
) -> Trained:
    """Compare `families`, each searched over at most `candidates`; keep CatBoost's as a new version.

    It serves at once only where nothing serves that fits the data. With protected features all is measured,
    nothing kept. Raises TrainingRefused, NoSnapshot, CorruptSnapshot, Busy.
    """
    with exclusive(home / "models" / "training", "vigie train"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a solver that would go on for another digit, said to nobody
        table = read(home, with_protected=with_protected, progress=progress)
        validation = plan(table.rows["applied_on"], table.outcome, folds, seed)
        problem = Problem(table.built, table.outcome, validation, table.contract.costs)
        registry = Registry(home)
        registry.mark_interrupted()
        session = _Session(home, table, problem, registry, candidates, by, progress)
        return session.run([name for name in FAMILIES if name in families], keep=not with_protected)


def read(home: Path, *, with_protected: bool = False, progress: Progress = silent) -> Table:
    """What there is to learn from, guarded. Raises TrainingRefused, NoSnapshot, CorruptSnapshot."""
    progress("read_credits", 0.0)
    served = snapshot.current(home)
    contract = served.scoring
    if contract is None or not served.tables.get("credits"):
        raise TrainingRefused("no_credits")
    features = served_features(contract, with_protected=with_protected)
    rows = with_outcome(served, contract, MOST_CELLS // max(len(features), 1))
    outcome = rows["defaulted"].to_numpy().astype(bool)
    leakage.enough(outcome)
    categories = codes(rows, features)
    built = matrix(rows, features, categories)
    leakage.refuse_leaks(contract, features, built, outcome)
    progress("read_credits", 1.0)
    return Table(served, contract, features, categories, rows, built, outcome)


@dataclass(frozen=True)
class _Session:
    home: Path
    table: Table
    problem: Problem
    registry: Registry
    candidates: int
    by: str
    progress: Progress

    def run(self, names: Sequence[str], *, keep: bool) -> Trained:
        lines: list[Family] = []
        card: Card | None = None
        serves = False
        for name in names:
            with self.registry.run(name, self._tags(keep)) as run:
                measured = self._measure(name)
                lines.append(measured.family)
                if name == CATBOOST and keep:
                    card, serves, lines[-1] = self._keep(run, measured, lines[:-1])
                self.registry.write(run, lines[-1])
        idle = leakage.idle(self.table.features, self.table.built)
        return Trained((*lines, *baselines(self.problem)), card, serves, idle)

    def _keep(self, run: str, measured: Measured, others: Sequence[Family]) -> tuple[Card, bool, Family]:
        """The published version, whether it serves, and its line."""
        tell = self._telling("closing")
        closing = close(self.table, self.problem, measured, self.candidates, tell)
        card = self._publish(closing, (*others, closing.family))
        serves = self._serve(card)
        self.registry.register(run, card, closing.curve)
        self.progress("register", 1.0)
        return card, serves, closing.family

    def _measure(self, name: str) -> Measured:
        seed = self.problem.validation.seed
        recipe = families.recipe(name, self.table.features, seed, self.candidates)
        return measure(recipe, self.problem, self._telling(name))

    def _publish(self, closing: Closing, lines: Sequence[Family]) -> Card:
        self.progress("register", 0.0)
        fields = {
            **closing.fields,
            "proposed_by": self.by,
            "families": (*lines, *baselines(self.problem)),
        }
        with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
            last = self.problem.validation.last
            model, trees = closing.estimator.save(
                Path(folder), self.problem.built[last], self.problem.outcome[last]
            )
            extras = {"cost_curve.json": curve_json(closing.curve)}
            return artefact.publish(self.home, fields, model, trees, self.table.contract, extras)

    def _serve(self, card: Card) -> bool:
        if answered(self.home, self.table.contract):
            return False
        artefact.promote(self.home, card.version, ITSELF)
        return True

    def _telling(self, stage: str) -> Any:
        self.progress(stage, 0.0)
        return lambda share: self.progress(stage, share)

    def _tags(self, keep: bool) -> dict[str, Any]:
        return {
            "snapshot": self.table.snapshot.id,
            "contract": self.table.contract.name,
            "validation": self.problem.validation.kind,
            "seed": self.problem.validation.seed,
            "proposed_by": self.by,
            "may_serve": keep,
        }
