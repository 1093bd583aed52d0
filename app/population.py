"""What is known of all clients: how they spread over features, and who is judged for like reasons."""

from __future__ import annotations

import threading
from collections import OrderedDict

import polars as pl

from app.accounts import user
from app.champion import State
from app.neighbours import Neighbours
from data.scoring import ScoringContract
from models.explain import Explanation
from queries import clients
from queries.engine import EVERYTHING
from queries.query import Query

KEPT = 512  # answers


class Population:
    """Every answer is that of the served snapshot, for the current user, and kept as long as it is served.

    All raise NoSnapshot, NoCredits, QueryTimeout. A feature that the contract does not know has no rows.
    """

    def __init__(self) -> None:
        self._state = State()
        self._neighbours = Neighbours()
        self._answers: OrderedDict[tuple[object, ...], pl.DataFrame] = OrderedDict()
        self._lock = threading.Lock()

    def variable(self, name: str) -> pl.DataFrame:
        """How the clients spread over a feature, by outcome."""
        return self._ask(clients.variable, feature=name)

    def cuts(self, name: str) -> pl.DataFrame:
        """The coarse bins of a feature, which `pair` counts by."""
        return self._ask(clients.cuts, feature=name)

    def pair(self, a: str, b: str) -> pl.DataFrame:
        """How the clients spread over two features together, in the coarse bins of `cuts`."""
        return self._ask(clients.pair, feature_a=a, feature_b=b)

    def quantiles(self, name: str) -> pl.DataFrame:
        """The percentiles 0 to 100 of a number."""
        return self._ask(clients.quantiles, feature=name)

    def box(self, number: str, category: str) -> pl.DataFrame:
        """The quartiles of a number by category and outcome."""
        return self._ask(clients.box, number=number, category=category)

    def sample(self) -> pl.DataFrame:
        """client_id, defaulted and every feature of up to 2,000 clients whose outcome is known."""
        return spread(self._ask(clients.sample), self._state.served()[2])

    def similar(self, explanation: Explanation, count: int = 50) -> pl.DataFrame | None:
        """The clients judged for the most similar reasons, the nearest first.

        client_id, defaulted, distance (log-odds), then the other columns of queries.clients.clients_by_id,
        its lists spread over the features. None where this snapshot has no scores by this model
        (`vigie score --all`).
        """
        state, scope = self._state, user().scope
        _, facts, contract = state.served()
        nearest = self._neighbours.nearest(state, explanation, count)
        if nearest is None:
            return None
        asked = {"client_ids": nearest["client_id"].to_list()}
        rows = spread(facts.run(clients.clients_by_id, EVERYTHING, scope, values=asked), contract)
        return nearest.join(rows.drop("defaulted"), on="client_id", maintain_order="left")

    def _ask(self, query: Query, **values: object) -> pl.DataFrame:
        state, scope = self._state, user().scope
        snapshot, facts, _ = state.served()
        key = (snapshot.id, query.id, str(scope), *values.values())
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        rows = facts.run(query, EVERYTHING, scope, values=values)
        with self._lock:
            self._answers[key] = rows
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return rows


def spread(rows: pl.DataFrame, contract: ScoringContract) -> pl.DataFrame:
    """The lists `numbers` and `words` as one column per feature, in the contract's order."""
    numbers = [pl.col("numbers").list.get(i).alias(f.name) for i, f in enumerate(contract.numbers)]
    words = [pl.col("words").list.get(i).alias(f.name) for i, f in enumerate(contract.words)]
    others = [name for name in rows.columns if name not in ("numbers", "words")]
    return rows.with_columns(*numbers, *words).select(*others, *contract.features)
