"""The model that serves and the data it serves on: verified and seen to fit, or refused with the reason."""

from __future__ import annotations

import time
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import DataError, NoSnapshot
from data.scoring import ScoringContract
from data.snapshot import Snapshot
from models import approvals, artefact, fit
from models.approvals import Approval
from models.artefact import CorruptModel, NoModel
from models.scorer import Scorer
from queries.duckdb_engine import DuckdbEngine

AGAIN = 60.0  # seconds until what did not verify is looked at again: the disk may have been at fault


class ModelDoesNotFit(DataError):
    """Model and data do not mean the same by a feature (`feature`): no number may come of it."""

    area = "scoring"


class NoCredits(DataError):
    """The served snapshot holds no credit applications."""

    area = "scoring"


@dataclass(frozen=True)
class Champion:
    """A verified model, who approved it, and the corrupt version or file that it stands in for."""

    scorer: Scorer
    approval: Approval  # version, sha256 of its card, approved_by, approved_at
    fallback_from: str | None

    @property
    def card(self) -> str:
        """The SHA-256 of its card."""
        return self.approval.sha256

    @property
    def version(self) -> str:
        """As scores cite it."""
        return str(self.approval.version)


@dataclass(frozen=True)
class State:
    """What answers now; replaced whole, so that one answer never mixes two."""

    named: bytes | None = None  # CHAMPION as last read
    champion: Champion | None = None
    trouble: DataError | None = None  # why there is no champion
    snapshot: Snapshot | None = None
    facts: DuckdbEngine | None = None
    misfit: DataError | None = None
    checked: float = field(default_factory=time.monotonic)

    @property
    def contract(self) -> ScoringContract | None:
        """What the served applications hold."""
        return self.snapshot.scoring if self.snapshot else None

    @property
    def refusal(self) -> DataError | None:
        """Why no client can be scored; None where one can."""
        try:
            self.served()
            self.serving()
        except DataError as error:
            return error
        return None

    @property
    def standing(self) -> tuple[str | None, str | None]:
        """The version that can score, and the version or file that was to and cannot."""
        if self.champion is None:
            missing = self.trouble is None or self.trouble.reason == "none"
            return None, None if missing else approvals.POINTER
        if self.misfit:
            return None, self.champion.version
        return self.champion.version, self.champion.fallback_from

    @property
    def doubtful(self) -> bool:
        """Whether what serves is not what CHAMPION names, and another look is due."""
        degraded = self.trouble or (self.champion and self.champion.fallback_from)
        return bool(degraded) and time.monotonic() - self.checked > AGAIN

    def served(self) -> tuple[Snapshot, DuckdbEngine, ScoringContract]:
        """Snapshot, engine and contract of the applications. Raises NoSnapshot, NoCredits."""
        if self.snapshot is None or self.facts is None:
            raise NoSnapshot("none")
        if self.contract is None:
            raise NoCredits("no_credits")
        return self.snapshot, self.facts, self.contract

    def serving(self) -> Champion:
        """The champion. Raises why there is none, or none that fits the data."""
        if error := self.trouble or self.misfit:
            raise copy(error)  # a new one each time: the trail of a raised error holds on to what it passed
        if self.champion is None:
            raise NoModel("none")
        return self.champion


def pointer(home: Path) -> bytes | None:
    """What CHAMPION holds, nothing verified; None where there is none."""
    try:
        return (home / "models" / approvals.POINTER).read_bytes()
    except OSError:
        return None


def look(home: Path, snapshot: Snapshot | None, facts: DuckdbEngine | None, before: State) -> State:
    """What answers on that snapshot now. The model of `before` stays where CHAMPION is as it was."""
    named = pointer(home)
    known = before.champion or before.trouble
    if known and named == before.named and not before.doubtful:
        champion, trouble, checked = before.champion, before.trouble, before.checked
    else:
        champion, trouble = _champion(home, before)
        checked = time.monotonic()
    if (champion, snapshot) == (before.champion, before.snapshot):
        misfit = before.misfit
    else:
        data = snapshot.scoring if snapshot else None
        misfit = _misfit(champion, data) if champion and data else None
    return State(named, champion, trouble, snapshot, facts, misfit, checked)


def _champion(home: Path, before: State) -> tuple[Champion | None, DataError | None]:
    try:
        found = artefact.champion(home)
        if before.champion and found.approval == before.champion.approval:
            return Champion(before.champion.scorer, found.approval, found.fallback_from), None
        serving = Champion(Scorer(found.artefact), found.approval, found.fallback_from)
    except (NoModel, CorruptModel) as error:
        return None, copy(error)
    return serving, None


def _misfit(champion: Champion, data: ScoringContract) -> ModelDoesNotFit | None:
    scorer = champion.scorer
    feature = fit.misfit(scorer.card, scorer.contract, data)
    if feature is None:
        return None
    told = {"feature": feature, "model": scorer.contract.name, "data": data.name}
    return ModelDoesNotFit("does_not_fit", version=champion.version, **told)
