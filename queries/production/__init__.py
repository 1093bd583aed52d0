"""How production stands: cases treated, delays, returns, workload, backlog."""

import polars as pl

from queries.query import Query

INT, FLOAT, TEXT = pl.Int64(), pl.Float64(), pl.String()
RATIOS: dict[str, pl.DataType] = dict.fromkeys(("mean_delay", "late_share", "return_rate"), FLOAT)
SUMS: dict[str, pl.DataType] = {
    **dict.fromkeys(("rows", "treated", "closed", "delay_treated"), INT),
    **dict.fromkeys(("delay_sum", "delay_sq"), FLOAT),
    **dict.fromkeys(("late", "returns", "returns_treated", "returned_treated"), INT),
}

kpis = Query(
    __name__,
    "kpis",
    source="cases",
    also=("flows", "offices", "known"),
    columns=pl.Schema(
        {
            "rows": INT,
            "treated": INT,
            "closed": INT,
            "mean_delay": FLOAT,
            "late_share": FLOAT,
            "return_rate": FLOAT,
            "returned_share": FLOAT,
            "row_mean_delay": FLOAT,
            "row_mean_return_rate": FLOAT,
            "stock": INT,
            "workload_per_fte": FLOAT,
        }
    ),
)
cases_by_month = Query(
    __name__,
    "cases_by_month",
    source="cases",
    columns=pl.Schema({"month": pl.Date(), "treated": INT, "closed": INT, "mean_delay": FLOAT}),
)
shares_by_month = Query(
    __name__,
    "shares_by_month",
    source="cases",
    columns=pl.Schema({"month": pl.Date(), "late_share": FLOAT, "return_rate": FLOAT}),
)
stock_by_month = Query(
    __name__,
    "stock_by_month",
    source="flows",
    columns=pl.Schema({"month": pl.Date(), "inflow": INT, "outflow": INT, "weight_change": FLOAT}),
)
delay_by_agency = Query(
    __name__,
    "delay_by_agency",
    source="cases",
    columns=pl.Schema({"agency": TEXT, "closed": INT, "mean_delay": FLOAT, "return_rate": FLOAT}),
)
workload_and_returns_by_agency = Query(
    __name__,
    "workload_and_returns_by_agency",
    source="cases",
    also=("flows", "offices", "known"),
    columns=pl.Schema(
        {"agency": TEXT, "treated": INT, "closed": INT, "workload": FLOAT, "return_rate": FLOAT}
    ),
)
cases_by_type = Query(
    __name__,
    "cases_by_type",
    source="cases",
    columns=pl.Schema({"case_type": TEXT, "treated": INT, "closed": INT, "mean_delay": FLOAT}),
)
backlog_by_age = Query(
    __name__,
    "backlog_by_age",
    source="open_cases",
    columns=pl.Schema({"age": TEXT, "stock": INT}),
)
treated_by_agency = Query(
    __name__,
    "treated_by_agency",
    source="cases",
    columns=pl.Schema({"agency": TEXT, "treated": INT}),
)
detail = Query(
    __name__,
    "detail",
    source="cases",
    columns=pl.Schema(
        {"month": pl.Date(), "region": TEXT, "agency": TEXT, "case_type": TEXT, "status": TEXT}
        | dict.fromkeys(("rows", "treated", "closed", "delay_treated"), INT)
        | {"delay_sum": FLOAT}
        | dict.fromkeys(("late", "returns", "returns_treated", "returned_treated", "delay_rows"), INT)
        | {"delay_row_sum": FLOAT, "rate_rows": INT, "rate_sum": FLOAT}
    ),
)
delay_histogram = Query(
    __name__,
    "delay_histogram",
    source="delays",
    columns=pl.Schema({"delay": INT, "closed": INT, "late": INT}),
)
quantiles = Query(
    __name__,
    "quantiles",
    source="delays",
    columns=pl.Schema({"closed": INT, "median_delay": INT, "p90_delay": INT}),
)
sums = Query(
    __name__,
    "sums",
    source="cases",
    columns=pl.Schema(SUMS),
)
sums_by_month = Query(
    __name__, "sums_by_month", source="cases", columns=pl.Schema({"month": pl.Date(), **SUMS, **RATIOS})
)
sums_by_agency = Query(
    __name__, "sums_by_agency", source="cases", columns=pl.Schema({"agency": TEXT, **SUMS, **RATIOS})
)
sums_by_type = Query(
    __name__, "sums_by_type", source="cases", columns=pl.Schema({"case_type": TEXT, **SUMS, **RATIOS})
)

QUERIES = (
    kpis,
    cases_by_month,
    shares_by_month,
    stock_by_month,
    delay_by_agency,
    workload_and_returns_by_agency,
    cases_by_type,
    backlog_by_age,
    treated_by_agency,
    detail,
    delay_histogram,
    quantiles,
    sums,
    sums_by_month,
    sums_by_agency,
    sums_by_type,
)
