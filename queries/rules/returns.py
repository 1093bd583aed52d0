"""Why cases come back: their reasons, and how much of a gap comes from the types of case."""

from dataclasses import dataclass

import polars as pl

from queries.query import Query

INT, TEXT = pl.Int64(), pl.String()

returns_by_type = Query(
    "queries.rules",
    "returns_by_type",
    source="cases",
    columns=pl.Schema({"case_type": TEXT} | dict.fromkeys(("treated", "returns", "returns_treated"), INT)),
)
reasons = Query(
    "queries.rules",
    "reasons",
    source="sent_back",
    columns=pl.Schema({"return_reason": TEXT, "returned": INT}),
)
cases_to_audit = Query(
    "queries.rules",
    "cases_to_audit",
    source="sent_back",
    columns=pl.Schema(
        {
            "case_id": TEXT,
            "case_type": TEXT,
            "return_reason": TEXT,
            "returns": INT,
            "delay_days": pl.Float64(),
        }
    ),
)


@dataclass(frozen=True)
class Gap:
    """The gap between an agency's return rate and the network's, in two parts that add up to it.

    `mix`: what the agency's types of case explain, at the network's rates; `own`: the rest, type by type at
    the agency's own mix (Kitagawa, 1955). `adjusted` is the rate it would have with the network's mix gone:
    the network's rate plus its own part.
    """

    rate: float
    network: float
    mix: float
    own: float

    @property
    def adjusted(self) -> float:
        return self.network + self.own


def gap(here: pl.DataFrame, network: pl.DataFrame) -> Gap | None:
    """The two parts, from `returns_by_type` of an agency and of the network; None where either has no rate.

    A type of case without a rate in the network is expected to come back as often as all of them together.
    """
    whole, rate = _rate(network), _rate(here)
    if whole is None or rate is None:
        return None
    usual = dict(
        network.filter(pl.col("returns_treated") > 0)
        .select("case_type", pl.col("returns") / pl.col("returns_treated"))
        .iter_rows()
    )
    mine = here.select("case_type", "returns_treated").rows()
    expected = sum(count * usual.get(kind, whole) for kind, count in mine) / sum(count for _, count in mine)
    return Gap(rate, whole, expected - whole, rate - expected)


def _rate(rows: pl.DataFrame) -> float | None:
    treated = int(rows["returns_treated"].sum())
    return int(rows["returns"].sum()) / treated if treated else None
