"""What the simulated world then does: the same cases, had an agency had more hands or had cases moved.

An agency closes per day what it closes in the untouched world, its capacity; cases go in the order in which
they are finished there. More hands multiply the capacity for some weeks, so that every later case is closed
earlier; a transfer takes cases out of one agency's order and puts them into another's. Capacity that finds no
case to close is lost. A case still waits for its documents (those of the untouched world) and is closed
LEAST_DAYS after its receipt at the earliest, unless it was quicker in the untouched world.

Simplifications: the slowdown of a wait for documents counts as the agency's own; who works on a case, and
whether it comes back or is rejected, stays as it was; beyond the last day nothing is known, so that a case
that is still open there goes after all others.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from data.simulation.planted import PLANTED, Truth
from data.simulation.world import sql, world

LEAST_DAYS = 5  # from receipt to closing: the quickest hundredth of cases in an ordinary agency
HANDOVER = 2  # days in which a case that changes agency is not worked on
NEVER = np.iinfo(np.int64).max

Days = NDArray[np.int64]  # since 1 January 1970


@dataclass(frozen=True)
class Move:
    """Cases, by id, that change agency. `pace`: how long one takes there, as a multiple of the giver's."""

    giver: str
    receiver: str
    cases: Collection[str]
    pace: float = 1.0


def course(connection: duckdb.DuckDBPyConnection, agency: str) -> pl.DataFrame:
    """The cases of an agency in the world that `fill` has made on this connection, as they are finished.

    case_id, case_type, received_on, finished_on (null: after the last day), status, held_until (or null).
    """
    known, truth = world(), PLANTED.get(agency, Truth())
    values = {name: known[name] for name in ("wait_share_returned", "wait_sigma", "longest_delay")}
    values |= {
        "waits": truth.waits or known["wait_share"],
        "wait_median": truth.wait_median or known["wait_median"],
        "agency": agency,
    }
    found: pl.DataFrame = connection.sql(sql("held"), params=values).pl()
    return found


def reinforced(cases: pl.DataFrame, first: date, weeks: int, factor: float) -> pl.DataFrame:
    """The same cases, their agency's capacity multiplied by `factor` for `weeks` weeks from `first` on."""
    per_day, start = _capacity(cases, first)
    stretched = per_day.astype(np.float64)
    stretched[: 7 * weeks] *= factor
    return _served(cases, np.diff(np.floor(np.cumsum(stretched) + 1e-9), prepend=0).astype(np.int64), start)


def transferred(
    places: Mapping[str, pl.DataFrame], moves: Sequence[Move], first: date
) -> dict[str, pl.DataFrame]:
    """The cases of each agency once those of `moves`, open on the eve of `first`, have gone over on `first`.

    A moved case stands in the receiver's order where it would have stood, had it come there with the same
    luck. Raises ValueError where a case is not the giver's, not there yet or finished.
    """
    after = dict(places)
    for move in moves:
        goes = pl.col("case_id").is_in(list(move.cases))
        leaving = after[move.giver].filter(goes)
        open_then = leaving["finished_on"].fill_null(date.max) >= first
        if leaving.height != len(set(move.cases)) or not ((leaving["received_on"] < first) & open_then).all():
            raise ValueError("only open cases of the giver can be transferred")
        after[move.giver] = after[move.giver].filter(~goes)
        after[move.receiver] = pl.concat([after[move.receiver], _arriving(leaving, move.pace, first)])
    return {name: _served(cases, *_capacity(places[name], first)) for name, cases in after.items()}


def _arriving(leaving: pl.DataFrame, pace: float, first: date) -> pl.DataFrame:
    """The cases as they stand in the receiver's order: never worked on before they are handed over."""
    handed = pl.lit(first + timedelta(days=HANDOVER))
    days = ((pl.col("finished_on") - pl.col("received_on")).dt.total_days() * pace).ceil()
    due = pl.max_horizontal(handed, pl.col("received_on") + pl.duration(days=days))
    return leaving.with_columns(
        finished_on=pl.when(pl.col("finished_on").is_not_null()).then(due),
        held_until=pl.max_horizontal(handed, "held_until"),
    )


def _capacity(cases: pl.DataFrame, first: date) -> tuple[Days, int]:
    """Cases finished on each day from `first` to the last day known, and `first` as a number."""
    start = (first - date(1970, 1, 1)).days
    finished = _days(cases["finished_on"].drop_nulls()) - start
    return np.bincount(finished[finished >= 0]).astype(np.int64), start


def _served(cases: pl.DataFrame, capacity: Days, start: int) -> pl.DataFrame:
    """The cases with the day on which their turn comes, in the new order; null after the last day known."""
    due, earliest = _due(cases), _earliest(cases)
    finished = due.copy()
    turn = _turns(due, earliest, capacity, start)
    finished[due >= start] = turn[due >= start]
    days = pl.Series(np.where(finished == NEVER, 0, finished)).cast(pl.Int32).cast(pl.Date)
    told = cases.with_columns(finished_on=pl.when(pl.Series(finished != NEVER)).then(days))
    return told.sort("finished_on", "case_id", nulls_last=True)


def _turns(due: Days, earliest: Days, capacity: Sequence[int] | Days, start: int) -> Days:
    """Day by day as many of the cases that can be closed as there are hands, those due first first."""
    turn = np.full(len(due), NEVER, dtype=np.int64)
    coming = [int(i) for i in np.argsort(earliest, kind="stable") if due[i] >= start]
    ready: list[tuple[int, int]] = []
    following = 0
    for day, hands in enumerate(capacity, start=start):
        while following < len(coming) and earliest[coming[following]] <= day:
            heapq.heappush(ready, (int(due[coming[following]]), coming[following]))
            following += 1
        for _ in range(min(int(hands), len(ready))):
            turn[heapq.heappop(ready)[1]] = day
    return turn


def _due(cases: pl.DataFrame) -> Days:
    return _days(cases["finished_on"], NEVER)


def _earliest(cases: pl.DataFrame) -> Days:
    received = _days(cases["received_on"])
    held = _days(cases["held_until"], 0)
    return np.minimum(np.maximum(received + LEAST_DAYS, held), _due(cases))


def _days(column: pl.Series, unknown: int = 0) -> Days:
    numbers = column.cast(pl.Date).cast(pl.Int32).cast(pl.Int64).fill_null(unknown)
    return numbers.to_numpy().astype(np.int64)
