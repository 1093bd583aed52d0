"""How long cases stay open: Kaplan–Meier curves of cases followed over a window of days.

A case is followed at an age (whole days since receipt) when it reached that age, still open, on a day of the
window: those open at its start come in late, those open at its end are censored. Without a window that moves,
the cases of years ago would speak as loudly as those of last month, and the open ones not at all.

lifelines and statsmodels have the same estimate (the tests compare), but bring pandas, which the serving path
does without; on counts per age it is one cumulative product.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDING = 1e-12


@dataclass(frozen=True)
class Curves:
    """One curve per row, one column per age in days.

    `open` is the share of cases that stay open past the end of that age, S(t) = Π(1 − d/n); `followed` the
    cases n at risk at it; `ends` the finished cases behind the whole curve.
    """

    open: Counts
    followed: Counts
    ends: Counts

    def chance(self, rows: Ints, ages: Ints, norms: Ints) -> Counts:
        """That a case open at the end of its age passes its norm (days): S(norm) / S(age), 1 past it."""
        now = self.open[rows, np.minimum(ages, norms)]
        return self.open[rows, norms] / np.where(now > 0, now, 1.0)

    def finished_by(self, rows: Ints, ages: Ints, share: float) -> Counts:
        """The age by whose end that share of the cases open at `ages` is finished; NaN past the last."""
        finished = 1 - (1 - share) * self.open[rows, ages] - ROUNDING
        found = np.empty(len(rows))
        for row in np.unique(rows):
            asked = rows == row
            found[asked] = np.searchsorted(1 - self.open[row], finished[asked])
        return np.where(found < self.open.shape[1], found, np.nan)


def fitted(arrivals: Counts, before: Counts, ended: Counts, after: Counts) -> Curves:
    """The curves of groups, from the cases of a window of days.

    `arrivals` (groups): received in it. The others (groups, ages): open at the end of the day before it,
    finished in it, and open at the end of its last day, each by age at that moment.
    """
    coming = np.concatenate((arrivals[:, None], before[:, :-1]), axis=1)
    going = ended + after
    followed = np.cumsum(coming, axis=1) - np.cumsum(going, axis=1) + going
    still = np.cumprod(1 - ended / np.maximum(followed, 1), axis=1)
    return Curves(np.asarray(still, dtype=np.float64), followed, ended.sum(axis=1))
