"""Where the gap to the network comes from: the case types received (mix), and the delay at equal type (own).

With w the share of a type among closed cases and d its mean delay, of the agency (a) and the network (n), and
D the mean of all: mix effect Σ (w_a − w_n)(d_n − D_n), own effect Σ w_a (d_a − d_n). They add up to D_a − D_n
(Oaxaca 1973, Blinder 1973, with the network as reference).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from math import floor
from typing import NamedTuple

import polars as pl

TENTH = Decimal("0.1")


class Sums(NamedTuple):
    """Closed cases of one type that have a delay, and the sum of their delays in days."""

    treated: int
    total: float

    @property
    def mean(self) -> float | None:
        return self.total / self.treated if self.treated else None


NONE = Sums(0, 0.0)


@dataclass(frozen=True)
class Part:
    """What one case type adds to the gap: exactly, in days, and as shown, in tenths of a day."""

    case_type: str
    here: Sums
    wide: Sums
    share: float  # of the agency's closed cases
    wide_share: float
    mix: float
    own: float
    mix_tenths: int = 0
    own_tenths: int = 0


@dataclass(frozen=True)
class Gap:
    """The mean delays of agency and network in days, and the parts of their gap, type by type.

    What is shown adds up to the tenth: the network's mean, the parts and the agency's mean as written.
    """

    mean: float
    wide_mean: float
    closed: int
    parts: tuple[Part, ...]

    @property
    def tenths(self) -> int:
        """The gap as shown: the difference of the means as written."""
        return tenths(self.mean) - tenths(self.wide_mean)

    @property
    def mix_tenths(self) -> int:
        return sum(part.mix_tenths for part in self.parts)

    @property
    def own_tenths(self) -> int:
        return sum(part.own_tenths for part in self.parts)

    @property
    def own(self) -> float:
        """The own effect, exactly."""
        return sum(part.own for part in self.parts)


def tenths(value: float) -> int:
    """A number of days in tenths, rounded as it is written."""
    return int(Decimal(str(value)).quantize(TENTH, ROUND_HALF_EVEN) * 10)


def gap(here: pl.DataFrame, wide: pl.DataFrame) -> Gap | None:
    """The gap between an agency and the network, from their rows of `production.sums_by_type`.

    None where one of them closed no case with a delay. A type that the network does not have is compared with
    the network's mean.
    """
    ours, theirs = _by_type(here), _by_type(wide)
    whole, wide_whole = _whole(ours), _whole(theirs)
    if not whole.treated or not wide_whole.treated:
        return None
    mean, wide_mean = whole.total / whole.treated, wide_whole.total / wide_whole.treated
    parts = []
    for case_type in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(case_type, NONE), theirs.get(case_type, NONE)
        share, wide_share = mine.treated / whole.treated, other.treated / wide_whole.treated
        expected = wide_mean if other.mean is None else other.mean
        own = 0.0 if mine.mean is None else share * (mine.mean - expected)
        mix = (share - wide_share) * (expected - wide_mean)
        parts.append(Part(case_type, mine, other, share, wide_share, mix, own))
    return _rounded(Gap(mean, wide_mean, whole.treated, tuple(parts)))


def _by_type(rows: pl.DataFrame) -> dict[str, Sums]:
    wanted = rows.select("case_type", "delay_treated", "delay_sum").iter_rows()
    return {case_type: Sums(treated, total) for case_type, treated, total in wanted if treated}


def _whole(sums: dict[str, Sums]) -> Sums:
    return Sums(sum(each.treated for each in sums.values()), sum(each.total for each in sums.values()))


def _rounded(found: Gap) -> Gap:
    exact = [part.mix for part in found.parts] + [part.own for part in found.parts]
    shown = apportioned([value * 10 for value in exact], found.tenths)
    count = len(found.parts)
    parts = tuple(
        replace(part, mix_tenths=mix, own_tenths=own)
        for part, mix, own in zip(found.parts, shown[:count], shown[count:], strict=True)
    )
    return replace(found, parts=parts)


def apportioned(values: Sequence[float], total: int) -> list[int]:
    """Whole numbers near `values` that add up to `total`: the largest remainders are rounded up.

    `total` is the sum of `values` but for rounding.
    """
    shown = [floor(value) for value in values]
    lacking = total - sum(shown)
    order = sorted(range(len(values)), key=lambda index: shown[index] - values[index])
    if lacking < 0:
        order.reverse()
    for index in order[: abs(lacking)]:
        shown[index] += 1 if lacking > 0 else -1
    return shown
