"""Who the clients are: their applications, how a feature spreads. Not for all: in no public catalogue."""

import polars as pl

from queries.query import Query

INT, FLOAT, TEXT, DAY, KNOWN = pl.Int64(), pl.Float64(), pl.String(), pl.Date(), pl.Boolean()
Kinds = dict[str, pl.DataType]
NUMBERS, WORDS = pl.List(pl.Float64()), pl.List(pl.String())
APPLICATION = pl.Schema(
    {"client_id": INT, "applied_on": DAY, "defaulted": KNOWN, "numbers": NUMBERS, "words": WORDS}
)
COUNTS: Kinds = {"clients": INT, "known": INT, "defaults": INT}
BIN: Kinds = {"bin": INT, "low": FLOAT, "high": FLOAT, "code": TEXT}

client_by_id = Query(__name__, "client_by_id", source="applications", columns=APPLICATION)
clients_by_id = Query(__name__, "clients_by_id", source="applications", columns=APPLICATION)
variable = Query(__name__, "variable", source="credit_bins", columns=pl.Schema(BIN | COUNTS))
cuts = Query(__name__, "cuts", source="credit_cuts", columns=pl.Schema(BIN))
pair = Query(
    __name__, "pair", source="credit_pairs", columns=pl.Schema({"bin_a": INT, "bin_b": INT, **COUNTS})
)
quantiles = Query(
    __name__, "quantiles", source="credit_quantiles", columns=pl.Schema({"rank": INT, "value": FLOAT})
)
box = Query(
    __name__,
    "box",
    source="credit_boxes",
    columns=pl.Schema(
        {"code": TEXT, "defaulted": KNOWN, "clients": INT}
        | {"p10": FLOAT, "p25": FLOAT, "p50": FLOAT, "p75": FLOAT, "p90": FLOAT}
    ),
)
sample = Query(
    __name__,
    "sample",
    source="credit_sample",
    columns=pl.Schema({"client_id": INT, "defaulted": KNOWN, "numbers": NUMBERS, "words": WORDS}),
)
scored_sample = Query(
    __name__,
    "scored_sample",
    source="scores",
    columns=pl.Schema(
        {"client_id": INT, "defaulted": KNOWN, "model_version": TEXT, "contributions": NUMBERS}
    ),
)

QUERIES = (client_by_id, clients_by_id, variable, cuts, pair, quantiles, box, sample, scored_sample)
