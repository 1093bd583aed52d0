"""The clients whom the model judges for the same reasons: nearest by contributions."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from app.champion import State
from models.explain import Explanation
from queries import clients
from queries.engine import EVERYTHING

SHORTLIST = 4  # times the count asked for, measured again in full precision


@dataclass(frozen=True)
class Crowd:
    """Scored clients of one snapshot by one model: row i of `reasons` (clients, features) is of ids[i]."""

    snapshot: str
    card: str
    ids: npt.NDArray[np.int64]
    defaulted: pl.Series
    reasons: npt.NDArray[np.float32]  # log-odds
    lengths: npt.NDArray[np.float32]  # squared


class Neighbours:
    """Keeps the crowd of one snapshot and model in memory; safe to share between threads."""

    def __init__(self) -> None:
        self._crowd: Crowd | None = None
        self._lock = threading.Lock()

    def nearest(self, state: State, explanation: Explanation, count: int) -> pl.DataFrame | None:
        """client_id, defaulted, distance in log-odds: the nearest first, the client itself left out.

        None where this snapshot has no scores of this model.
        """
        crowd = self._of(state)
        champion = state.champion
        if crowd is None or champion is None or explanation.score.model_version != champion.version:
            return None
        given = {each.feature: each.log_odds for each in explanation.contributions}
        here = np.array([given[name] for name in champion.scorer.card.features])
        near = _shortlist(crowd, here.astype(np.float32), SHORTLIST * (count + 1))
        near = near[crowd.ids[near] != (explanation.score.client_id or -1)]
        distance = np.sqrt(((crowd.reasons[near].astype(np.float64) - here) ** 2).sum(axis=1))
        order = np.lexsort((crowd.ids[near], distance))[:count]
        chosen = near[order]
        return pl.DataFrame(
            {
                "client_id": crowd.ids[chosen],
                "defaulted": crowd.defaulted[chosen],
                "distance": distance[order],
            }
        )

    def forget(self) -> None:
        """Let go of the memory."""
        with self._lock:
            self._crowd = None

    def _of(self, state: State) -> Crowd | None:
        """The crowd of that state, read at its first use."""
        if state.snapshot is None or state.facts is None or state.champion is None:
            return None
        wanted = state.snapshot.id, state.champion.card
        with self._lock:
            if self._crowd is None or (self._crowd.snapshot, self._crowd.card) != wanted:
                rows = state.facts.run(clients.scored_sample, EVERYTHING, EVERYTHING)
                rows = rows.filter(pl.col("model_version") == state.champion.version)
                self._crowd = _crowd(*wanted, rows, len(state.champion.scorer.card.features))
            return self._crowd if self._crowd.ids.size else None


def _crowd(snapshot: str, card: str, rows: pl.DataFrame, features: int) -> Crowd:
    flat = rows["contributions"].explode(empty_as_null=False).to_numpy()
    reasons = flat.astype(np.float32).reshape(rows.height, features)
    lengths = np.einsum("ij,ij->i", reasons, reasons)
    return Crowd(snapshot, card, rows["client_id"].to_numpy(), rows["defaulted"], reasons, lengths)


def _shortlist(crowd: Crowd, here: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.intp]:
    """Rows of the smallest |x|² − 2 x·here, in no order: one product of the matrix, no copy of it."""
    far = crowd.lengths - 2 * (crowd.reasons @ here)
    return np.argpartition(far, count)[:count] if count < far.size else np.arange(far.size)
