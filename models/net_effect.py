"""The net effect of something done at one place, told against places where it was not done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.effects import SURE, Change, Sums, measured

NOTHING = Sums(0.0, 0.0, 0.0)


class Pair(NamedTuple):
    """The values of one place before and after."""

    before: Sums
    after: Sums

    @property
    def change(self) -> float:
        return self.after.mean - self.before.mean

    @property
    def error(self) -> float:
        """Variance of the change that its cases alone would give."""
        return self.before.error + self.after.error


def net_effect(own: Pair, compared: Sequence[Pair], usual: Sequence[Pair]) -> Change | None:
    """The difference in differences of `own` against `compared` taken together, with its interval of 95 %.

    Places change by more than the chance of their cases: how much more is told from `usual`, places where
    nothing was done (DerSimonian & Laird 1986: the variance of their changes less that of their cases), and
    widens the interval, once for `own` and once for the mean of those compared. None as `measured`.
    """
    found = measured(*own, *_together(compared))
    if found is None:
        return None
    between = _between(usual) * (1 + 1 / len(compared))
    half = SURE * (((found.high - found.middle) / SURE) ** 2 + between) ** 0.5
    return Change(found.middle, found.middle - half, found.middle + half)


def _together(pairs: Sequence[Pair]) -> Pair:
    return Pair(*(Sums(*map(sum, zip(NOTHING, *side, strict=True))) for side in _sides(pairs)))


def _sides(pairs: Sequence[Pair]) -> tuple[list[Sums], list[Sums]]:
    return [each.before for each in pairs], [each.after for each in pairs]


def _between(pairs: Sequence[Pair]) -> float:
    """The variance of the changes beyond that of the cases; 0 where it is less, or under three places."""
    known = [each for each in pairs if min(each.before.n, each.after.n) >= 2]
    if len(known) < 3:
        return 0.0
    changes = [each.change for each in known]
    weights = [1 / each.error if each.error else 0.0 for each in known]
    total = sum(weights)
    if not total:
        return 0.0
    mean = sum(w * change for w, change in zip(weights, changes, strict=True)) / total
    spread = sum(w * (change - mean) ** 2 for w, change in zip(weights, changes, strict=True))
    scale = total - sum(w * w for w in weights) / total
    return max(0.0, (spread - (sum(w > 0 for w in weights) - 1)) / scale) if scale > 0 else 0.0
