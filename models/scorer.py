"""The verified model at work: risk and exact reasons of one client, or of many. NumPy and Polars only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np
import numpy.typing as npt
import polars as pl

from data.scoring import Feature, ScoringContract, Value
from models import leaves
from models.artefact import Artefact, CorruptModel
from models.card import Card
from models.explain import Calibration, Contribution, Explanation, Score
from models.features import UNKNOWN, matrix

Doubles = npt.NDArray[np.float64]


class Scorer:
    """Answers for one verified version; safe to share between threads."""

    def __init__(self, artefact: Artefact) -> None:
        """Builds the table of leaves. Raises CorruptModel for trees that cannot be computed exactly."""
        self.card: Card = artefact.card
        self.contract: ScoringContract = artefact.contract
        self.calibration = Calibration(self.card.slope, self.card.intercept)
        try:
            self.features = tuple(self.contract.features[name] for name in self.card.features)
            self.leaves = leaves.read(artefact.trees, len(self.features))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise CorruptModel("unsound", version=self.card.version, detail=str(error)) from None
        self._domain = _Domain(self.card, self.features)
        start = self.calibration.probability(np.array([self.leaves.expected]))
        self._start = float(start[0])

    def explain(
        self, values: Mapping[str, Value], *, client_id: int | None = None, snapshot: str | None = None
    ) -> Explanation:
        """The risk and every reason; a feature without a value is missing, as it was in training."""
        given = [values.get(name) for name in self.card.features]
        row = self._domain.row(given)
        raw, contributions = self.leaves.answer(row)
        points = self.calibration.points(self.leaves.expected, contributions)[0]
        order = np.argsort(-np.abs(points), kind="stable").tolist()
        parts = (contributions[0].tolist(), points.tolist())
        return Explanation(
            score=Score(
                client_id=client_id,
                default_probability=float(self.calibration.probability(raw)[0]),
                threshold=self.card.threshold,
                review=self.card.review,
                model_version=str(self.card.version),
                snapshot=snapshot,
            ),
            start=self._start,
            mean_risk=self.card.mean_risk,
            contributions=tuple(
                [Contribution(self.card.features[at], given[at], parts[0][at], parts[1][at]) for at in order]
            ),
            missing=self._domain.missing(given),
            out_of_domain=self._domain.outside(row[0], given),
        )

    def row(self, values: Mapping[str, Value]) -> Doubles:
        """What the model sees of one application, shape (1, features)."""
        return self._domain.row([values.get(name) for name in self.card.features])

    def matrix(self, rows: pl.DataFrame) -> Doubles:
        """What the model sees of a table with every feature, shape (rows, features)."""
        return matrix(rows, self.features, self.card.categories, self.card.stand_ins)

    def probability(self, built: Doubles) -> Doubles:
        """Calibrated, shape (rows,), of rows as `matrix` builds them."""
        return self.calibration.probability(self.leaves.answer(built)[0])

    def contributions(self, built: Doubles) -> Doubles:
        """SHAP values in log-odds, shape (rows, features)."""
        return self.leaves.answer(built)[1]

    def complete(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """All features of the contract: those given, None for the others, the derived ones computed anew."""
        columns = [_column(each, values.get(each.name)) for each in self.contract.loaded]
        completed = self.contract.derive(pl.DataFrame(columns)).row(0, named=True)
        return {name: completed[name] for name in self.contract.features}


class _Domain:
    """What training saw: where the values of an application stand against it."""

    def __init__(self, card: Card, features: Sequence[Feature]) -> None:
        self.names = card.features
        nowhere = (np.inf, -np.inf)
        ranges = [card.learned.get(each.name, nowhere) if each.numeric else None for each in features]
        self.low, self.high = np.array([each or (-np.inf, np.inf) for each in ranges]).reshape(-1, 2).T
        self.sentinels = [(at, each.sentinels) for at, each in enumerate(features) if each.sentinels]
        self.stand_ins = np.array([card.stand_ins.get(each.name, np.nan) for each in features])
        self.positions: list[tuple[int, dict[Value, float]]] = [
            (at, {code: float(place) for place, code in enumerate(card.categories[each.name])})
            for at, each in enumerate(features)
            if not each.numeric
        ]

    def row(self, given: Sequence[Value]) -> Doubles:
        """Shape (1, features); as features.matrix builds it."""
        cells = list(given)
        for at, positions in self.positions:
            cells[at] = positions.get(cells[at], UNKNOWN)
        for at, sentinels in self.sentinels:
            if cells[at] in sentinels:
                cells[at] = None
        row = np.array([cells], dtype=np.float64)
        return np.where(np.isnan(row), self.stand_ins, row)

    def missing(self, given: Sequence[Value]) -> tuple[str, ...]:
        return tuple([name for name, value in zip(self.names, given, strict=True) if _nothing(value)])

    def outside(self, row: Doubles, given: Sequence[Value]) -> tuple[str, ...]:
        """Numbers beyond the least or greatest of training, codes it did not know."""
        beyond = (row < self.low) | (row > self.high)
        for at, _ in self.positions:
            beyond[at] = row[at] == UNKNOWN and not _nothing(given[at])
        return tuple([self.names[at] for at in beyond.nonzero()[0].tolist()])


def _nothing(value: Value) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _column(feature: Feature, value: Value) -> pl.Series:
    if not feature.numeric:
        return pl.Series(feature.name, [value], dtype=pl.String)
    return pl.Series(
        feature.name, [None if value is None or _nothing(value) else float(value)], dtype=pl.Float64
    )
