"""Which cases to move between the agencies of a region, as a mixed-integer linear programme.

Cases go from agencies above the region's mean load (weighted open cases per full-time agent) to agencies
below it, only young ones that nobody has begun, only where at least one agent masters their type, and only
while the receiver stays at or under the mean load and its delay at or under its norm. The programme takes as
much as it can off the variance of the load, to first order (each case bridges the gap between two loads), in
at most MOST transfers of at least LEAST cases each; an agency that would gain less than WORTH days gives
nothing. As nobody crosses the mean load, the variance falls with every case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.workplace import Workplace

MOST = 5  # transfers of a plan: more are not carried out
LEAST = 5  # cases of a transfer
WORTH = 0.5  # days that an agency that gives must gain
TOLL = 1.0  # weighted cases × gap of loads: what one more transfer must be worth
KEPT = 60  # ways weighed against one another, those that could take most off: more cost time, change nothing

Reason = Literal["skill", "room", "gain"]


@dataclass(frozen=True)
class Office:
    """An agency as transfers see it. `workload`: weighted open cases. `movable`: young cases by type.

    `delays`: closed cases per whole day of delay, over the weeks of `place`.
    """

    name: str
    place: Workplace
    workload: float
    movable: Mapping[str, int]
    skills: Collection[str]
    delays: Mapping[int, int]

    @property
    def load(self) -> float:
        """Weighted open cases per full-time agent."""
        return self.workload / self.place.fte


@dataclass(frozen=True, order=True)
class Transfer:
    """`cases` of one type from one agency to another."""

    giver: str
    receiver: str
    case_type: str
    cases: int


@dataclass(frozen=True)
class Refusal:
    """Why nothing of a type goes that way: nobody there masters it, no room, or too little gain."""

    giver: str
    receiver: str
    case_type: str
    reason: Reason


@dataclass(frozen=True)
class Rebalancing:
    """The transfers, the largest first, and what is refused. `spread`: of the load, before and after.

    Spread is the coefficient of variation of the load, every full-time agent counting once.
    """

    transfers: tuple[Transfer, ...]
    refused: tuple[Refusal, ...]
    mean_load: float
    spread: tuple[float, float]


@dataclass(frozen=True)
class Way:
    """Cases of one type that could go from one agency to another, at most `most` of them alone."""

    giver: Office
    receiver: Office
    case_type: str
    weight: float
    most: int

    @property
    def worth(self) -> float:
        """What one case takes off the variance of the load, to first order: weight × gap of loads."""
        return self.weight * (self.giver.load - self.receiver.load)


def rebalance(
    offices: Sequence[Office], weights: Mapping[str, float], givers: Collection[str] | None = None
) -> Rebalancing:
    """The best transfers among the agencies of one region; `givers`: only these may give (None: any may)."""
    if not offices:
        return Rebalancing((), (), 0.0, (0.0, 0.0))
    mean = sum(office.workload for office in offices) / sum(office.place.fte for office in offices)
    ways, refused = _ways(offices, weights, mean, givers)
    transfers = _best(sorted(ways, key=lambda way: -way.worth * way.most)[:KEPT], mean) if ways else ()
    return Rebalancing(
        tuple(sorted(transfers, key=lambda each: (-each.cases, each))),
        tuple(refused),
        mean,
        (spread(offices, (), weights), spread(offices, transfers, weights)),
    )


def spread(offices: Sequence[Office], transfers: Collection[Transfer], weights: Mapping[str, float]) -> float:
    """Coefficient of variation of the load, weighted by fte, once these transfers are made."""
    moved = {office.name: 0.0 for office in offices}
    for each in transfers:
        moved[each.giver] -= each.cases * weights.get(each.case_type, 1.0)
        moved[each.receiver] += each.cases * weights.get(each.case_type, 1.0)
    fte = np.array([office.place.fte for office in offices])
    loads = np.array([office.workload + moved[office.name] for office in offices]) / fte
    mean = float(loads @ fte / fte.sum())
    return float(np.sqrt((loads - mean) ** 2 @ fte / fte.sum())) / mean if mean > 0 else 0.0


def room(office: Office, mean_load: float) -> tuple[float, int]:
    """What an agency can take: weighted cases up to the mean load, cases up to the norm of its delay."""
    spare = max((mean_load - office.load) * office.place.fte, 0.0)
    days = max(office.place.norm - office.place.delay, 0.0)
    return spare, int(days * office.place.finished + 1e-9)


def above(office: Office, mean_load: float) -> float:
    """What an agency can give: weighted cases down to the mean load."""
    return max((office.load - mean_load) * office.place.fte, 0.0)


def _ways(
    offices: Sequence[Office], weights: Mapping[str, float], mean: float, givers: Collection[str] | None
) -> tuple[list[Way], list[Refusal]]:
    ways: list[Way] = []
    refused: list[Refusal] = []
    for giver in offices:
        if giver.load <= mean or (givers is not None and giver.name not in givers):
            continue
        for receiver in (each for each in offices if each.load <= mean and each is not giver):
            for case_type, there in sorted(giver.movable.items()):
                weight = weights.get(case_type, 1.0)
                way = Way(giver, receiver, case_type, weight, _most(giver, receiver, there, weight, mean))
                reason = _reason(way, mean, weights)
                if there >= LEAST and reason:
                    refused.append(Refusal(giver.name, receiver.name, case_type, reason))
                elif there >= LEAST:
                    ways.append(way)
    return ways, refused


def _most(giver: Office, receiver: Office, there: int, weight: float, mean: float) -> int:
    spare, cases = room(receiver, mean)
    return min(there, cases, int(min(spare, above(giver, mean)) / weight + 1e-9))


def _reason(way: Way, mean: float, weights: Mapping[str, float]) -> Reason | None:
    if way.case_type not in way.receiver.skills:
        return "skill"
    spare, cases = room(way.receiver, mean)
    if min(spare / way.weight, cases) < LEAST:
        return "room"
    giver = way.giver
    lightest = min(weights.get(name, 1.0) for name in giver.movable)
    gives = min(sum(giver.movable.values()), above(giver, mean) / lightest)
    return "gain" if way.most < LEAST or gives < WORTH * giver.place.finished else None


def _best(ways: Sequence[Way], mean: float) -> tuple[Transfer, ...]:
    from models.programme import best  # noqa: PLC0415  the solver is loaded where something is to be solved

    found = zip(ways, best(ways, mean), strict=True)
    return tuple(
        Transfer(way.giver.name, way.receiver.name, way.case_type, cases) for way, cases in found if cases
    )
