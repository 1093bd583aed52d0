"""Scores, reasons and decisions: by the verified champion, on the served data, in the journal first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from pathlib import Path

from app.accounts import user
from app.champion import Champion, State, look
from app.consultation import (
    API,
    COMMAND,
    PURPOSES,
    Consultation,
    ConsultationOver,
    DecisionRefused,
    Replay,
    UnknownClient,
    UnknownDecision,
    judged,
)
from app.population import Population
from data.errors import DataError
from data.journal import VIEWED, Journal
from data.scoring import ScoringContract, Value
from data.snapshot import Snapshot
from models import artefact, offers
from models.explain import ACCEPT, REFUSE, REVIEW, Explanation
from models.scorer import Scorer
from queries import clients
from queries.duckdb_engine import DuckdbEngine
from queries.engine import EVERYTHING

DECISIONS = (ACCEPT, REVIEW, REFUSE)
UNDER_WAY = timedelta(hours=12)  # as long as a session at most
IDS = range(-(2**63), 2**63)


class ScoreFailed(DataError):
    """What the model answers is no probability."""

    area = "scoring"


class Scoring(Population):
    """What pages, commands and the API ask, for the current user; safe to share between threads."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home, self.journal = home, Journal(home)

    @property
    def champion(self) -> Champion | None:
        """The model that serves: None where there is none, or none that verifies."""
        return self._state.champion

    @property
    def contract(self) -> ScoringContract | None:
        """What the served applications hold; None without any."""
        return self._state.contract

    @property
    def problem(self) -> DataError | None:
        """Why no client can be scored, for `app.problems.sentence`; None where one can."""
        return self._state.refusal

    def standing(self) -> tuple[str | None, str | None]:
        """The version that can score, and the version or file that was to and cannot."""
        return self._state.standing

    def serving(self) -> Champion:
        """The champion. Raises NoModel, CorruptModel or ModelDoesNotFit where no number may be shown."""
        return self._state.serving()

    def refresh(self, snapshot: Snapshot | None, facts: DuckdbEngine | None) -> None:
        """Serve that snapshot with the champion that models/CHAMPION names now. One thread at a time."""
        self._state = look(self.home, snapshot, facts, self._state)

    def close(self) -> None:
        """Let go of snapshot, model and journal."""
        self._state = State()
        self._neighbours.forget()
        self.journal.close()

    def consult(self, client_id: int, purpose: str, action: str = VIEWED) -> Consultation:
        """Open a client: the journal first, then the number; `action` is what it is opened by.

        Raises ValueError for a purpose that is none, UnknownClient, NoSnapshot, NoCredits, NoModel,
        CorruptModel, ModelDoesNotFit, ScoreFailed, JournalFailed, QueryTimeout.
        """
        if purpose not in (*PURPOSES, API, COMMAND):
            raise ValueError(f"no purpose is called {purpose}")
        found = self._opened(client_id)
        self.journal.consulted(user().name, found.client_id, purpose, found.judged, action)
        return found

    def again(self, client_id: int) -> Consultation:
        """What this user opened within 12 hours, for what follows from it (what-if, decision): no new line.

        Raises ConsultationOver where the journal has no such line, or where its last one cites another
        model, snapshot or probability; else as `consult`.
        """
        found = self._opened(client_id)
        since = datetime.now(UTC) - UNDER_WAY
        seen = self.journal.last_consulted(user().name, found.client_id, since)
        if seen is None:
            raise ConsultationOver("not_opened")
        if seen != found.judged:
            raise ConsultationOver("changed")
        return found

    def assess(
        self,
        values: Mapping[str, Value],
        *,
        like: Mapping[str, Value] | None = None,
        purpose: str | None = None,
        champion: Champion | None = None,
    ) -> Explanation:
        """The score of an application as given, derived features computed anew; what is not given is missing.

        `like` is a client's values, which hold where `values` is silent (what-if). With a `purpose` the
        journal is told, of nobody in the table. `champion` is the model that `values` were read for.
        Raises as `consult`, less what concerns the client.
        """
        state = self._state
        champion = champion or state.serving()
        complete = champion.scorer.complete({**(like or {}), **values})
        explained = _explained(champion, complete, None, state.snapshot)
        if purpose is not None:
            self.journal.consulted(user().name, None, purpose, judged(explained, champion.card))
        return explained

    def offer(self, values: Mapping[str, Value], champion: Champion | None = None) -> offers.Offer | None:
        """The smallest change that would be granted; None where no change of one or two values is."""
        return offers.nearest((champion or self.serving()).scorer, values)

    def ceiling(self, values: Mapping[str, Value]) -> Mapping[str, float]:
        """How far each changeable feature of a granted application may go, alone, and stay granted."""
        return offers.ceiling(self.serving().scorer, values)

    def decide(
        self,
        seen: Consultation,
        decision: str,
        motive: str = "",
        *,
        followed: bool,
        offer: Mapping[str, float] | None = None,
    ) -> int:
        """Record what the officer decides, with all that a replay needs; its number.

        Raises DecisionRefused, JournalFailed.
        """
        if decision not in DECISIONS or followed != (decision == seen.explanation.score.decision):
            raise DecisionRefused("not_a_decision")
        if not followed and not motive.strip():
            raise DecisionRefused("motive_required")
        return self.journal.decided(seen.decision(user().name, decision, motive.strip(), followed, offer))

    def replay(self, number: int, purpose: str = COMMAND) -> Replay:
        """A decision and its score, computed again from what it recorded. The journal is told first.

        Raises UnknownDecision, JournalFailed, NoModel or CorruptModel where its model version is gone.
        """
        stored = self.journal.decision(number)
        if stored is None:
            raise UnknownDecision("unknown_decision", id=number)
        found = artefact.verified(self.home, int(stored.model_version))
        if found.seal != stored.card:
            raise artefact.CorruptModel("corrupt", file=f"{stored.model_version}/{artefact.CARD}")
        scorer = Scorer(found)
        explained = scorer.explain(stored.features, client_id=stored.client_id, snapshot=stored.snapshot)
        self.journal.consulted(user().name, stored.client_id, purpose, judged(explained, stored.card))
        return Replay(stored, explained)

    def _opened(self, client_id: int) -> Consultation:
        """A client and its score, of which nobody is told yet."""
        if client_id not in IDS:
            raise UnknownClient("unknown_client", client_id=client_id)
        state, scope = self._state, user().scope
        snapshot, facts, contract = state.served()
        champion = state.serving()
        rows = facts.run(clients.client_by_id, EVERYTHING, scope, values={"client_id": client_id})
        if rows.is_empty():
            raise UnknownClient("unknown_client", client_id=client_id)
        row = rows.row(0, named=True)
        values = contract.of_lists(row["numbers"], row["words"])
        explained = _explained(champion, values, client_id, snapshot)
        return Consultation(client_id, row["applied_on"], row["defaulted"], values, explained, champion)


def _explained(
    champion: Champion, values: Mapping[str, Value], client_id: int | None, snapshot: Snapshot | None
) -> Explanation:
    named = snapshot.id if snapshot else None
    found = champion.scorer.explain(values, client_id=client_id, snapshot=named)
    if not isfinite(found.score.default_probability):
        raise ScoreFailed("not_finite", version=champion.version)
    return found
