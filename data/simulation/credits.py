"""Simulated credit applications and their clients, in groups of a fixed size: memory stays bounded."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl

from data.child import Progress, silent
from data.scoring import KEYS, preset
from data.simulation import days
from data.simulation.applicants import Applicants, applicants
from data.simulation.draws import Draws, Floats, Ints
from data.simulation.histories import histories
from data.simulation.planted import DRIFTS
from data.simulation.requests import requests
from data.simulation.risk import probability
from data.simulation.world import credit_facts
from data.workdays import holidays

CLIENTS = 100_000
GROUP = 20_000  # clients drawn together; another size draws other clients
EPOCH = date(1970, 1, 1)
STREAM = 3  # of the seed, apart from those of the network and its people


def fill_credits(
    connection: duckdb.DuckDBPyConnection,
    *,
    clients: int = CLIENTS,
    seed: int,
    until: date,
    progress: Progress = silent,
) -> None:
    """Create `credits` and `clients`, ordered by client_id: one application a client, as many as asked.

    Of the features, `credits` holds those that a file would bring; the others are derived when it is sealed.
    The outcome is null where the contract's horizon has not passed on `until`. Same arguments, same rows to
    the last value whatever the threads, and fewer clients are the first of more.
    """
    loaded = [feature.name for feature in preset("simulated").loaded]
    for number, rows in enumerate(groups(clients, seed, until)):
        _append(connection, "credits", rows.select(*KEYS, *loaded), fresh=number == 0)
        _append(connection, "clients", _clients(rows), fresh=number == 0)
        progress("credits", min((number + 1) * GROUP / clients, 1.0))


def groups(clients: int, seed: int, until: date) -> Iterator[pl.DataFrame]:
    """The applications, group by group: the columns of `credits`, then since and left_on of the client."""
    for start in range(0, clients, GROUP):
        yield _group(start, seed, until).head(clients - start)


def _group(start: int, seed: int, until: date) -> pl.DataFrame:
    draws = Draws(seed, STREAM, start // GROUP, rows=GROUP)
    applied = _applied(draws, until)
    found = _shown(_drawn(draws, applied, until), start, applied, until)
    contract = preset("simulated")
    rows = contract.derive(_frame(found, start, applied))
    defaulted = pl.Series("defaulted", draws.happens(probability(rows, until)))
    known = pl.col("applied_on").dt.offset_by(f"{contract.horizon_months}mo") <= until
    since, left_on = _relation(found, draws, applied, until)
    return rows.with_columns(pl.when(known).then(defaulted).alias("defaulted"), since, left_on).select(
        "client_id", "applied_on", "defaulted", *contract.features, "since", "left_on"
    )


def _drawn(draws: Draws, applied: Ints, until: date) -> Applicants:
    first = days.first_day(until)
    elapsed = (applied - (first - EPOCH).days) / 365.25
    middle = elapsed - (until - first).days / 365.25 / 2
    found = applicants(draws, middle)
    histories(found, draws)
    requests(found, draws, middle, elapsed, _mix(applied, until))
    score, drift = "external_score_3", DRIFTS["external_score_3"]
    drifted = applied >= (drift.starts_on(until) - EPOCH).days
    measured = np.where(drifted, np.round(found.numbers[score] * drift.scale, 4), found.numbers[score])
    found.numbers[score] = np.where(drifted & draws.happens(drift.missing), np.nan, measured)
    return found


def _mix(applied: Ints, until: date) -> Floats:
    """What the planted drift adds to the log-odds of the purposes, one row a purpose."""
    drift, codes = DRIFTS["loan_purpose"], preset("simulated").features["loan_purpose"].values
    since = applied >= (drift.starts_on(until) - EPOCH).days
    return np.stack([np.where(since, drift.mix.get(code, 0.0), 0.0) for code in codes])


def _applied(draws: Draws, until: date) -> Ints:
    """The day of each application, counted from 1970: more on Mondays, fewer in August."""
    first = days.first_day(until)
    marks = np.cumsum([_busyness(first + timedelta(i)) for i in range((until - first).days + 1)])
    places = np.searchsorted(marks, draws.share() * marks[-1], side="right")
    return np.asarray(places + (first - EPOCH).days, dtype=np.int64)


def _busyness(day: date) -> float:
    facts = credit_facts()["calendar"]
    usual = float(facts["weekdays"][day.weekday()] * facts["months"][day.month - 1])
    growth = (1 + float(credit_facts()["yearly_growth"])) ** ((day - date(2000, 1, 1)).days / 365.25)
    return float(usual * growth * (facts["holiday"] if day in holidays(day.year) else 1.0))


def _shown(found: Applicants, start: int, applied: Ints, until: date) -> Applicants:
    """The clients whom the demonstration shows, in the place of those drawn."""
    features = preset("simulated").features
    for client in credit_facts()["shown"]:
        place = client["client_id"] - credit_facts()["first_client"] - start
        if not 0 <= place < GROUP:
            continue
        applied[place] = (until - EPOCH).days - client["days_before_end"]
        for name in (each.name for each in preset("simulated").loaded):
            value = client["values"].get(name)
            if features[name].numeric:
                found.numbers[name][place] = np.nan if value is None else value
            else:
                found.codes[name][place] = -1 if value is None else list(features[name].values).index(value)
    return found


def _frame(found: Applicants, start: int, applied: Ints) -> pl.DataFrame:
    """The loaded features as the contract has them, codes in words, behind the key and the date."""
    first = int(credit_facts()["first_client"]) + start
    columns = [
        pl.Series("client_id", np.arange(first, first + GROUP), dtype=pl.Int64),
        pl.Series("applied_on", applied.astype(np.int32)).cast(pl.Date),
    ]
    for feature in preset("simulated").loaded:
        if feature.numeric:
            columns.append(pl.Series(feature.name, found.numbers[feature.name], nan_to_null=True))
        else:
            words = pl.Series([*feature.values, None], dtype=pl.String)
            places = found.codes[feature.name] % len(words)
            columns.append(words.gather(places).alias(feature.name))
    return pl.DataFrame(columns)


def _relation(found: Applicants, draws: Draws, applied: Ints, until: date) -> tuple[pl.Series, pl.Series]:
    """From when to when each is a client: with the account, or else with the application."""
    years = np.nan_to_num(found.numbers["account_years"])
    left = applied + 200 + np.floor(900 * draws.share())
    gone = draws.happens(credit_facts()["closed_share"] * 3) & (left <= (until - EPOCH).days)
    since = pl.Series("since", (applied - np.rint(years * 365.25)).astype(np.int32)).cast(pl.Date)
    ends = pl.Series("left_on", np.where(gone, left, np.nan), nan_to_null=True)
    return since, ends.cast(pl.Int32).cast(pl.Date)


def _clients(rows: pl.DataFrame) -> pl.DataFrame:
    """The table `clients`: since, until (null for those who still are), age and segment."""
    told = tomllib.loads(preset("simulated").text)["clients"]
    return rows.select(
        "client_id",
        "since",
        pl.col("left_on").alias("until"),
        age=pl.sql_expr(told["age"]),
        segment=pl.sql_expr(told["segment"]),
    )


def _append(connection: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame, *, fresh: bool) -> None:
    connection.register("rows_seen", rows)
    verb = f"CREATE OR REPLACE TABLE {name} AS" if fresh else f"INSERT INTO {name} BY NAME"
    connection.execute(f"{verb} SELECT * FROM rows_seen")  # noqa: S608
    connection.unregister("rows_seen")
