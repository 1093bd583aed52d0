"""How the published credits spread, counted once: small tables that answer a page without reading the rows.

credit_bins       narrow bins of one feature, or its values where they are few
credit_cuts       its coarse bins, by round numbers
credit_pairs      clients by the coarse bins of two features
credit_quantiles  the value of a number at each hundredth of the clients
credit_boxes      a number within each code of a category, by outcome
credit_sample     some clients with a known outcome

A bin has low ≤ value < high; the first and the last also have all that lies beyond, a bin of one value has it
as both. Bin -1 are the clients without a value; -2 and below those with a number that means words.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import duckdb
import numpy as np
import polars as pl

from data.child import Progress
from data.scoring import CATEGORY, NUMBER, ScoringContract
from data.sources import quoted
from data.spread import RANKS, Bins, Bytes, Number, Places, boxes, counts, of_category, of_number

AT_ONCE = 32_768  # clients counted in pairs together, so that they stay in the processor's cache
BIN = "bin BIGINT, low DOUBLE, high DOUBLE, code VARCHAR"
COUNTS = "clients BIGINT, known BIGINT, defaults BIGINT"
SCHEMA = {
    "credit_bins": f"feature VARCHAR, {BIN}, {COUNTS}",
    "credit_cuts": f"feature VARCHAR, {BIN}",
    "credit_pairs": f"feature_a VARCHAR, bin_a BIGINT, feature_b VARCHAR, bin_b BIGINT, {COUNTS}",
    "credit_quantiles": "feature VARCHAR, rank BIGINT, value DOUBLE",
    "credit_boxes": "number VARCHAR, category VARCHAR, code VARCHAR, defaulted BOOLEAN, clients BIGINT, "
    "p10 DOUBLE, p25 DOUBLE, p50 DOUBLE, p75 DOUBLE, p90 DOUBLE",
}
SAMPLE = """
CREATE OR REPLACE TABLE credit_sample AS
SELECT client_id, defaulted, numbers, words FROM applications WHERE defaulted IS NOT NULL
ORDER BY hash(client_id), client_id LIMIT 2000
"""
TABLES = (*SCHEMA, "credit_sample")


def build(connection: duckdb.DuckDBPyConnection, scoring: ScoringContract, progress: Progress) -> None:
    """Make the tables from credits and the view applications. In memory: two bytes a client and feature."""
    for table, columns in SCHEMA.items():
        connection.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
    outcome = _outcomes(connection)
    coarse: dict[str, Bins] = {}
    for feature in (*scoring.words, *scoring.numbers):  # a number is boxed by the categories
        progress("profile", len(coarse) / len(scoring.features) / 2)
        coarse[feature.name] = _feature(connection, scoring, feature.name, (coarse, outcome))
    ordered = {name: coarse[name] for name in scoring.features}
    _keep(connection, "credit_pairs", _pairs(ordered, outcome, progress))
    connection.execute(SAMPLE)
    progress("profile", 1.0)


def _outcomes(connection: duckdb.DuckDBPyConnection) -> Bytes:
    seen = _column(connection, "CASE WHEN defaulted THEN 2 WHEN NOT defaulted THEN 1 ELSE 0 END")
    return seen.cast(pl.UInt8).to_numpy()


def _column(connection: duckdb.DuckDBPyConnection, expression: str) -> pl.Series:
    """All its values, in the order of the table."""
    rows: pl.DataFrame = connection.sql(f"SELECT {expression} AS seen FROM credits").pl()  # noqa: S608  quoted
    return rows["seen"]


def _feature(
    connection: duckdb.DuckDBPyConnection,
    scoring: ScoringContract,
    name: str,
    known: tuple[Mapping[str, Bins], Bytes],
) -> Bins:
    """Write what is told of one feature; its coarse bins. `known`: those of categories, and the outcomes."""
    feature, (coarse, outcome) = scoring.features[name], known
    column = _column(connection, quoted(name))
    spread = (
        of_category(column, tuple(feature.values))
        if feature.kind == CATEGORY
        else of_number(column.to_numpy(), tuple(feature.sentinels))
    )
    said = pl.lit(name).alias("feature")
    _keep(connection, "credit_bins", spread.narrow.counted(outcome).with_columns(said))
    _keep(connection, "credit_cuts", spread.coarse.frame().with_columns(said))
    if isinstance(spread, Number):
        value = spread.quantiles()
        rank = np.arange(len(RANKS))[: len(value)]
        _keep(connection, "credit_quantiles", pl.DataFrame({"rank": rank, "value": value}).with_columns(said))
        if feature.kind == NUMBER:
            categories = {word.name: coarse[word.name] for word in scoring.words}
            _keep(connection, "credit_boxes", _boxes(name, spread, categories, outcome))
    return spread.coarse


def _boxes(name: str, number: Number, categories: Mapping[str, Bins], outcome: Bytes) -> pl.DataFrame:
    rows = [
        (name, category, code, defaulted, clients, *map(float, quantiles))
        for category, bins in categories.items()
        for code, defaulted, clients, quantiles in boxes(number, bins, outcome)
    ]
    names = ["number", "category", "code", "defaulted", "clients", "p10", "p25", "p50", "p75", "p90"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _pairs(coarse: Mapping[str, Bins], outcome: Bytes, progress: Progress) -> pl.DataFrame:
    """Clients of every pair of features, in the order of the contract, by their coarse bins."""
    pairs = np.array(list(combinations(range(len(coarse)), 2)), dtype=np.int64).reshape(-1, 2)
    width = max(len(bins.numbers) for bins in coarse.values())
    found = np.zeros((len(pairs), width * width * 3), dtype=np.int64)
    for start in range(0, len(outcome), AT_ONCE):
        progress("profile", 0.5 + start / len(outcome) / 2)
        parts = [bins.places[start : start + AT_ONCE].astype(np.int64) for bins in coarse.values()]
        firsts = [part * (width * 3) for part in parts]
        seconds = [part * 3 + outcome[start : start + AT_ONCE] for part in parts]
        for place, (a, b) in enumerate(pairs):
            found[place] += np.bincount(firsts[a] + seconds[b], minlength=found.shape[1])
    return _told(coarse, pairs, found.reshape(len(pairs), width, width, 3))


def _told(coarse: Mapping[str, Bins], pairs: Places, found: Places) -> pl.DataFrame:
    """The counts as rows, those without a client left out."""
    pair, first, second = np.nonzero(found.sum(axis=3))
    numbers = np.zeros((len(coarse), found.shape[1]), dtype=np.int64)
    for place, bins in enumerate(coarse.values()):
        numbers[place, : len(bins.numbers)] = bins.numbers
    names = pl.Series(list(coarse), dtype=pl.String)
    a, b = pairs[pair].T
    return pl.DataFrame(
        {
            "feature_a": names[a],
            "bin_a": numbers[a, first],
            "feature_b": names[b],
            "bin_b": numbers[b, second],
        }
    ).with_columns(*counts(found[pair, first, second]))


def _keep(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    if rows.height:
        connection.register("rows_seen", rows)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_seen")  # noqa: S608  our tables
        connection.unregister("rows_seen")
