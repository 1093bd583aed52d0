"""One client as one user sees it, what the journal is told of it, and a decision computed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from app.champion import Champion
from data.errors import DataError
from data.journal import Decision, Judged
from data.scoring import Value
from models.explain import Explanation

PURPOSES = ("application", "review", "complaint", "control")  # what a person may open a client for
API: Final = "api"  # programs
COMMAND: Final = "command"


class UnknownClient(DataError):
    """No client has that number, or not for this user: nobody is told which."""

    area = "scoring"


class UnknownDecision(DataError):
    """The journal holds no decision of that number."""

    area = "scoring"


class ConsultationOver(DataError):
    """This user has not opened that client (`not_opened`), or model or data changed since (`changed`)."""

    area = "scoring"


class DecisionRefused(DataError):
    """An unknown decision (`not_a_decision`), or one of one's own without a motive (`motive_required`)."""

    area = "scoring"


@dataclass(frozen=True)
class Consultation:
    """What the journal knows that this user has seen."""

    client_id: int
    applied_on: date | None
    defaulted: bool | None  # None: not known yet
    values: dict[str, Value]  # by feature of the contract, protected and derived ones included
    explanation: Explanation
    champion: Champion  # by which it was scored

    @property
    def card(self) -> str:
        """The SHA-256 of the model's card."""
        return self.champion.card

    @property
    def judged(self) -> Judged:
        """As the journal keeps it."""
        return judged(self.explanation, self.card)

    def decision(
        self, who: str, decided: str, motive: str, followed: bool, offer: Mapping[str, float] | None
    ) -> Decision:
        """With the exact values of every feature the model looked at, by which it is computed again."""
        score = self.explanation.score
        given = contributions(self.explanation)
        return Decision(
            who=who,
            client_id=self.client_id,
            proposed=score.decision,
            decided=decided,
            motive=motive,
            followed=followed,
            offer=dict(offer) if offer else None,
            features={name: self.values[name] for name in given},
            model_version=score.model_version,
            card=self.card,
            snapshot=score.snapshot,
            probability=score.default_probability,
            threshold=score.threshold,
            review=score.review,
            start=self.explanation.start,
            contributions=given,
        )


class Replay(NamedTuple):
    """A decision as recorded, and its score computed again by the model version it cites."""

    stored: Decision
    recomputed: Explanation

    @property
    def identical(self) -> bool:
        """Whether every number is the same to the last bit."""
        old, score = self.stored, self.recomputed.score
        again = (score.default_probability, score.threshold, score.review, self.recomputed.start)
        same = (old.probability, old.threshold, old.review, old.start) == again
        return same and old.contributions == contributions(self.recomputed)


def judged(explained: Explanation, card: str) -> Judged:
    """A score as the journal keeps it."""
    score = explained.score
    return Judged(score.model_version, card, score.default_probability, score.threshold, score.snapshot)


def contributions(explained: Explanation) -> dict[str, tuple[float, float]]:
    """Log-odds and points by feature."""
    return {each.feature: (each.log_odds, each.points) for each in explained.contributions}
