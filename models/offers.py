"""What a client could ask for instead: the nearest accepted offer, and how far an accepted one may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl

from data.scoring import Feature, Value
from models.features import matrix
from models.scorer import Scorer

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WAYS = 4  # combined two by two: those that lower the risk most
POINTS = 12  # tried on each way of a pair, at a time
ROUNDS = 4  # each between the last point that was tried and the best one
DIGITS = 9  # a multiple of a step, without the noise of its last bits


@dataclass(frozen=True)
class Offer:
    """The values to change, and the risk with them, which is granted."""

    changes: Mapping[str, float]
    probability: float


def nearest(scorer: Scorer, values: Mapping[str, Value]) -> Offer | None:
    """The smallest change of one changeable feature that is granted, else of two; None where there is none.

    Values are multiples of the feature's step within what the contract allows and training saw; a change
    counts by its share of that range. With two features, the smallest of a grid that is made finer around
    its best point. For an application that is granted already: None.
    """
    around = _Around(scorer, values)
    if around.granted:
        return None
    ways = around.ways()
    return around.confirmed(_one(ways, around.limit)) or around.confirmed(_two(around, ways))


def ceiling(scorer: Scorer, values: Mapping[str, Value]) -> dict[str, float]:
    """Of a granted application: how far each changeable feature may go alone, step by step, and stay granted.

    Upwards, or downwards where the risk falls with the feature; left out where it cannot move.
    """
    around = _Around(scorer, values)
    found: dict[str, float] = {}
    for way in around.ways() if around.granted else ():
        steps = int((np.append(way.risks, np.inf) >= around.limit).argmax())
        feature = around.changeable[way.at]
        if steps and way.upwards == (feature.monotone >= 0):
            found[feature.name] = float(way.values[steps - 1])
    return found


@dataclass(frozen=True)
class _Way:
    """The values of one changeable feature on one side of where it stands, the nearest first."""

    at: int  # among the changeable features
    upwards: bool
    values: Doubles
    costs: Doubles  # of moving there
    risks: Doubles


Candidate = tuple[float, dict[int, float]]  # what it costs; the changeable feature → its value


class _Around:
    """An application and its variations: only what varies is computed anew."""

    def __init__(self, scorer: Scorer, values: Mapping[str, Value]) -> None:
        self.scorer, self.limit = scorer, scorer.card.threshold
        self.given = scorer.complete(values)
        self.granted = scorer.explain(self.given).score.granted
        contract = scorer.contract
        possible = {each.name: self._within(each) for each in contract.loaded if each.changeable}
        self.changeable = [contract.features[name] for name, steps in possible.items() if len(steps)]
        self.names = [each.name for each in self.changeable]
        self._steps = [possible[name] for name in self.names]
        self._here = np.array([self.given[name] for name in self.names], dtype=np.float64)
        varying = {*self.names, *(each.name for each in contract.derived)}
        self._places = [at for at, each in enumerate(scorer.features) if each.name in varying]
        self._row = scorer.row(self.given)
        self._leaves = scorer.leaves.asking(self._places)
        self._still = float((scorer.leaves.log_odds(self._row) - self._leaves.log_odds(self._row))[0])
        kinds = {each.name: pl.Float64 if each.numeric else pl.String for each in contract.loaded}
        still = {name: [self.given[name]] for name in kinds if name not in self.names}
        self._frame = pl.DataFrame(still, schema={name: kinds[name] for name in still})

    def risks(self, variations: Doubles) -> Doubles:
        """Probabilities with the values of the changeable features, shape (variations, changeable)."""
        moved = pl.DataFrame(variations, schema=dict.fromkeys(self.names, pl.Float64), orient="row")
        rows = self.scorer.contract.derive(moved.join(self._frame, how="cross", maintain_order="left_right"))
        built = np.repeat(self._row, len(variations), axis=0)
        moving = [self.scorer.features[at] for at in self._places]
        built[:, self._places] = matrix(rows, moving, {}, self.scorer.card.stand_ins)
        risks = self.scorer.calibration.probability(self._leaves.log_odds(built) + self._still)
        return np.where(self._sensible(rows), risks, np.inf)

    def _sensible(self, rows: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """Where each changeable feature stays under the one it must: no down payment above the amount."""
        sensible = np.ones(rows.height, dtype=np.bool_)
        for feature in self.changeable:
            if feature.below:
                sensible &= ~(rows[feature.name] >= rows[feature.below]).fill_null(False).to_numpy()
        return sensible

    def along(self, places: Sequence[tuple[int, Doubles]]) -> Doubles:
        """Variations that differ at the given features alone, whose values are as many each."""
        variations = np.tile(self._here, (len(places[0][1]), 1))
        for at, values in places:
            variations[:, at] = values
        return variations

    def ways(self) -> list[_Way]:
        """Down and up from where each changeable feature stands; what has no value there is left out."""
        if not self.names:
            return []
        grids = [self.along([(at, steps)]) for at, steps in enumerate(self._steps)]
        risks = np.split(self.risks(np.concatenate(grids)), np.cumsum([len(grid) for grid in grids])[:-1])
        found = []
        for at, (steps, risk) in enumerate(zip(self._steps, risks, strict=True)):
            costs = np.abs(steps - self._here[at]) / (np.ptp(steps) or 1.0)
            for upwards in (False, True):
                side = np.flatnonzero(steps > self._here[at] if upwards else steps < self._here[at])
                side = side if upwards else side[::-1]
                found.append(_Way(at, upwards, steps[side], costs[side], risk[side]))
        return [way for way in found if len(way.values)]

    def confirmed(self, candidates: Sequence[Candidate]) -> Offer | None:
        """The cheapest that the scorer itself grants."""
        for _, moved in sorted(candidates, key=lambda each: each[0]):
            changes = {self.names[at]: value for at, value in moved.items()}
            score = self.scorer.explain(self.scorer.complete({**self.given, **changes})).score
            if score.granted:
                return Offer(changes, score.default_probability)
        return None

    def _within(self, feature: Feature) -> Doubles:
        """The values it may take; none where it has no value now, or no bounds."""
        low, high = self.scorer.card.learned.get(feature.name, (-np.inf, np.inf))
        low = max(low, -np.inf if feature.low is None else feature.low)
        high = min(high, np.inf if feature.high is None else feature.high)
        here = self.given[feature.name]
        known = isinstance(here, float) and here not in feature.sentinels
        if not (feature.step and known and np.isfinite(high - low)):
            return np.empty(0)
        first, last = np.ceil(low / feature.step), np.floor(high / feature.step)
        return np.round(np.arange(first, last + 1) * feature.step, DIGITS)


def _one(ways: Sequence[_Way], limit: float) -> list[Candidate]:
    """The cheapest granted change on each way."""
    granted = [(way, int((way.risks < limit).argmax())) for way in ways if (way.risks < limit).any()]
    return [(float(way.costs[at]), {way.at: float(way.values[at])}) for way, at in granted]


def _two(around: _Around, ways: Sequence[_Way]) -> list[Candidate]:
    """The cheapest change on two ways, among the pairs of those that lower the risk most."""
    leading = sorted(ways, key=lambda way: float(way.risks.min()))[:WAYS]
    boxes = [_Box(*pair) for pair in combinations(leading, 2) if pair[0].at != pair[1].at]
    best: list[Candidate] = []
    for _ in range(ROUNDS):
        found = _cheapest(around, boxes) if boxes else None
        if found is None or (best and found[0][0] >= best[0][0]):
            break
        best, boxes = [found[0]], [found[1]]
    return best


@dataclass(frozen=True)
class _Box:
    """Part of the plane of two ways: from place 0, or after `inner`, to `outer`; None: to the end of both."""

    first: _Way
    second: _Way
    inner: tuple[int, int] = (-1, -1)
    outer: tuple[int, int] | None = None

    def points(self) -> tuple[Ints, Ints]:
        """Places on the first and on the second way: at distances that grow, or evenly in a finer box."""
        if self.outer is None:
            axes = [
                _rounded(np.geomspace(1, len(way.values), POINTS) - 1) for way in (self.first, self.second)
            ]
        else:
            ends = zip(self.inner, self.outer, strict=True)
            axes = [_rounded(np.linspace(low + 1, high, POINTS)) for low, high in ends]
        one, two = np.meshgrid(*axes, indexing="ij")
        return one.ravel(), two.ravel()

    def below(self, one: Ints, two: Ints, at: int) -> _Box:
        """The box from the points tried just before point `at`, to it."""
        best = (int(one[at]), int(two[at]))
        before = tuple(
            int(each[each < to].max(initial=-1)) for each, to in zip((one, two), best, strict=True)
        )
        return _Box(self.first, self.second, (before[0], before[1]), best)


def _cheapest(around: _Around, boxes: Sequence[_Box]) -> tuple[Candidate, _Box] | None:
    """The cheapest granted point of all boxes, and the box below it; None where nothing is granted."""
    points = [box.points() for box in boxes]
    values = [
        [(box.first.at, box.first.values[one]), (box.second.at, box.second.values[two])]
        for box, (one, two) in zip(boxes, points, strict=True)
    ]
    risks = around.risks(np.concatenate([around.along(each) for each in values]))
    parts = np.split(risks, np.cumsum([len(one) for one, _ in points])[:-1])
    found: tuple[Candidate, _Box] | None = None
    for box, (one, two), moved, risk in zip(boxes, points, values, parts, strict=True):
        costs = np.where(risk < around.limit, box.first.costs[one] + box.second.costs[two], np.inf)
        at = int(costs.argmin())
        if costs[at] < (found[0][0] if found else np.inf):
            changes = {feature: float(each[at]) for feature, each in moved}
            found = (float(costs[at]), changes), box.below(one, two, at)
    return found


def _rounded(places: Doubles) -> Ints:
    return np.unique(np.round(places).astype(np.int64))
