"""A person's delay at equal types: what is theirs, once the types of case they were given are set apart."""

from dataclasses import dataclass
from math import sqrt

import polars as pl

LEAST = 30  # closed cases below which no rate and no delay of a person is shown
WITHIN = 1.96  # standard deviations that hold 95 %


@dataclass(frozen=True)
class Equal:
    """Days. `office`: mean of the agency; `usual`: what its own pace would give on the person's types.

    `spread` is the standard deviation of one case within its type in the agency, as in the funnel of the
    agency's page: a person is told from the others when their gap is past 1.96 spread / √cases.
    """

    cases: int
    mean: float
    office: float
    usual: float
    spread: float

    @property
    def delay(self) -> float:
        """The agency's mean plus the mean gap between the person's cases and those of the same type there."""
        return self.office + self.mean - self.usual

    def noise(self, gap: float, cases: float | None = None) -> bool:
        """Whether chance alone puts 95 % of the means of so many cases at least as near."""
        return abs(gap) <= self.half(cases or self.cases)

    def half(self, cases: float) -> float:
        """How far from the usual chance alone puts 95 % of the means of so many cases."""
        return WITHIN * self.spread / sqrt(cases)


def equal(person: pl.DataFrame, office: pl.DataFrame) -> Equal | None:
    """From `production.sums_by_type` of both; None where the person has no delay known."""
    own = person.filter(pl.col("delay_treated") > 0)
    wide = office.filter(pl.col("delay_treated") > 0)
    cases = int(own["delay_treated"].sum())
    if not cases or wide.is_empty():
        return None
    all_cases = float(wide["delay_treated"].sum())
    within = (pl.col("delay_sq") - pl.col("delay_sum") ** 2 / pl.col("delay_treated")).sum()
    return Equal(
        cases=cases,
        mean=float(own["delay_sum"].sum()) / cases,
        office=float(wide["delay_sum"].sum()) / all_cases,
        usual=at_types(wide, own),
        spread=sqrt(max(0.0, float(wide.select(within).item())) / all_cases),
    )


def at_types(means: pl.DataFrame, weights: pl.DataFrame) -> float:
    """Mean delay of `means` on the types of `weights`, weighed by its cases; unknown types are left out."""
    known = (
        weights.filter(pl.col("delay_treated") > 0)
        .select("case_type", weight="delay_treated")
        .join(means.filter(pl.col("delay_treated") > 0), on="case_type")
    )
    total = known.select((pl.col("delay_sum") / pl.col("delay_treated") * pl.col("weight")).sum()).item()
    return float(total) / (float(known["weight"].sum()) or 1.0)
