"""The programme that chooses transfers, solved by HiGHS: it alone loads the solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np

from models.transfers import LEAST, MOST, TOLL, WORTH, Way, above, room

SECONDS = 2.0  # at most; met only by regions larger than any known
GAP = 0.01  # of the best plan: near enough


def best(ways: Sequence[Way], mean_load: float) -> list[int]:
    """Cases for each way, 0 where it is not used.

    Variables: x cases of each way; y whether it is used; z whether each agency gives. Most off the variance
    of the load, Σ worth·x − TOLL·Σ y, subject to LEAST·y ≤ x ≤ most·y, Σ y ≤ MOST, and per agency: no more
    given than is movable of each type and is above the mean; WORTH days gained where z, nothing given where
    not; no more received than there is room.
    """
    count = len(ways)
    givers = list({way.giver.name: way.giver for way in ways}.values())
    model = _Model([-way.worth for way in ways] + [TOLL] * count + [0.0] * len(givers))
    for i, way in enumerate(ways):
        model.row(-np.inf, 0, {i: 1, count + i: -way.most})
        model.row(0, np.inf, {i: 1, count + i: -LEAST})
    model.row(0, MOST, {count + i: 1 for i in range(count)})
    for place, giver in enumerate(givers):
        mine = [i for i, way in enumerate(ways) if way.giver is giver]
        gives = 2 * count + place
        model.row(0, above(giver, mean_load), {i: ways[i].weight for i in mine})
        model.row(0, np.inf, {**dict.fromkeys(mine, 1), gives: -WORTH * giver.place.finished})
        model.row(-np.inf, 0, {**{count + i: 1 for i in mine}, gives: -MOST})
        for case_type in {ways[i].case_type for i in mine}:
            same = [i for i in mine if ways[i].case_type == case_type]
            model.row(0, giver.movable[case_type], dict.fromkeys(same, 1))
    for receiver in {way.receiver.name: way.receiver for way in ways}.values():
        theirs = [i for i, way in enumerate(ways) if way.receiver is receiver]
        spare, cases = room(receiver, mean_load)
        model.row(0, spare, {i: ways[i].weight for i in theirs})
        model.row(0, cases, dict.fromkeys(theirs, 1))
    return model.solved([way.most for way in ways] + [1] * (count + len(givers)))[:count]


class _Model:
    """Whole numbers from 0, the sum of their costs to be as small as can be."""

    def __init__(self, costs: Sequence[float]) -> None:
        self._costs = costs
        self._rows: list[tuple[float, float, Mapping[int, float]]] = []

    def row(self, low: float, high: float, terms: Mapping[int, float]) -> None:
        """A weighted sum of some of them, between two bounds."""
        self._rows.append((low, high, terms))

    def solved(self, most: Sequence[float]) -> list[int]:
        """Their values, none over its `most`; all 0 where nothing better was found in time."""
        solver = highspy.Highs()
        options = {"output_flag": False, "threads": 1, "time_limit": SECONDS, "mip_rel_gap": GAP}
        for name, value in options.items():
            solver.setOptionValue(name, value)
        for column, (cost, bound) in enumerate(zip(self._costs, most, strict=True)):
            solver.addVar(0.0, float(bound))
            solver.changeColCost(column, float(cost))
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        for low, high, terms in self._rows:
            columns = np.fromiter(terms.keys(), dtype=np.int32)
            solver.addRow(low, high, len(terms), columns, np.fromiter(terms.values(), dtype=np.float64))
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return [0] * len(self._costs)
        return [round(value) for value in solver.getSolution().col_value]
