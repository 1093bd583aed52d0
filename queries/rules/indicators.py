"""The indicators that rules may compare: of what each tells, how it is written, which picks it bears."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Per = Literal["selection", "agency", "region"]
Kind = Literal["days", "share", "times", "spread", "deviations", "cases", "load"]

YEAR = 12  # months
BY_TYPE = frozenset({"case_type"})
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Indicator:
    """`bears` are the dimensions whose picks leave it its meaning: a load is not that of one type of case.

    `volume` names the cases behind it; `window` is the number of months it is measured over.
    """

    per: Per
    kind: Kind
    volume: str = "treated"
    bears: frozenset[str] = NOTHING
    window: int = 1


INDICATORS: Mapping[str, Indicator] = {
    "row_mean_delay": Indicator("selection", "days"),
    "row_mean_return_rate": Indicator("selection", "share"),
    "treated_spread": Indicator("selection", "cases"),
    # Of the month's closed cases.
    "mean_delay": Indicator("agency", "days", "closed", BY_TYPE),
    # Open cases, weighted, per full-time agent over the same of the network, at the end of the month.
    "load_ratio": Indicator("agency", "times", "open"),
    # Standard deviations above the mean of the twelve months before; and how far above it, as a share.
    "delay_deviations": Indicator("agency", "deviations", "closed", BY_TYPE),
    "delay_rise": Indicator("agency", "share", "closed", BY_TYPE),
    # Returns per case treated over twelve months; the lower Wilson bound of the same.
    "return_rate": Indicator("agency", "share", "treated_year", BY_TYPE, YEAR),
    "return_rate_low": Indicator("agency", "share", "treated_year", BY_TYPE, YEAR),
    # Share of open cases received more than 30 days ago; the lower Wilson bound of the same.
    "old_share": Indicator("agency", "share", "open", BY_TYPE),
    "old_share_low": Indicator("agency", "share", "open", BY_TYPE),
    # Coefficient of variation of the load between agencies, each counted as often as it has agents.
    "load_variation": Indicator("region", "spread", "open"),
}
