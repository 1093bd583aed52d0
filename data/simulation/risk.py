"""The truth behind simulated credits: every application's probability of default, which nothing publishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from data.scoring import preset
from data.simulation.days import first_day
from data.simulation.draws import Floats, sigmoid
from data.simulation.planted import DRIFTS
from data.simulation.world import credit_facts

CODES, WEIGHT = "categories", "log_odds"


def probability(rows: pl.DataFrame, until: date) -> Floats:
    """The true probability of default of published applications, in a world whose last day is `until`.

    It depends on nothing but the columns of `rows` (applied_on and every feature), so that no model can tell
    defaults from repaid credits better than it does: its own AUC over the outcomes, .78 with the default
    parameters, is the Bayes AUC. `rows` may be altered first, to ask what would have been.
    """
    facts = credit_facts()["risk"]
    log_odds = facts["intercept"] + facts["yearly"] * _years(rows, until)
    numbers = {name: _number(rows, name, until) for name in _numbers_read(facts)}
    for name, effect in facts["numbers"].items():
        known = np.interp(numbers[name], effect["at"], effect[WEIGHT])
        log_odds += np.where(np.isnan(numbers[name]), effect.get("missing", 0.0), known)
    for name, effects in facts[CODES].items():
        log_odds += rows[name].replace_strict(effects, default=0.0, return_dtype=pl.Float64).to_numpy()
    for pair in facts["together"]:
        log_odds += _together(pair, numbers, rows)
    return sigmoid(log_odds)


def _numbers_read(facts: Mapping[str, Any]) -> set[str]:
    features = preset("simulated").features
    paired = {name for pair in facts["together"] for name in pair if name != WEIGHT}
    return {*facts["numbers"], *(name for name in paired if features[name].numeric)}


def _years(rows: pl.DataFrame, until: date) -> Floats:
    """From the first simulated day."""
    return (rows["applied_on"] - first_day(until)).dt.total_days().to_numpy() / 365.25


def _number(rows: pl.DataFrame, name: str, until: date) -> Floats:
    """NaN where missing or where the number means words; a drift of the measure taken back."""
    values = rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    values = np.where(np.isin(values, list(preset("simulated").features[name].sentinels)), np.nan, values)
    if drift := DRIFTS.get(name):
        since = (rows["applied_on"] >= drift.starts_on(until)).to_numpy()
        values = np.where(since, values / drift.scale, values)
    return values


def _together(pair: Mapping[str, Any], numbers: Mapping[str, Floats], rows: pl.DataFrame) -> Floats:
    """What two features add when both are bad; nothing where either is missing."""
    shares = [
        _progress(numbers[name], ends) if name in numbers else _among(rows[name], ends)
        for name, ends in pair.items()
        if name != WEIGHT
    ]
    return np.asarray(pair[WEIGHT] * np.prod(shares, axis=0))


def _progress(values: Floats, ends: Sequence[float]) -> Floats:
    """0 up to the first end, 1 from the second on, 0 where missing."""
    start, end = ends
    return np.nan_to_num(np.clip((values - start) / (end - start), 0.0, 1.0), nan=0.0)


def _among(codes: pl.Series, counted: Sequence[str]) -> Floats:
    return codes.is_in(counted).fill_null(value=False).cast(pl.Float64).to_numpy()
