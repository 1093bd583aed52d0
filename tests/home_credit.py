"""A file shaped like Home Credit's application_train: its 122 columns and its traits, with a known truth.

Nobody's data: 8.1 % of defaults, 24 % of the cells missing and the building's together, DAYS_EMPLOYED 365243
on the 18 % without a job, external scores that correlate −.15, −.17 and −.17 with the default.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from data.simulation.draws import Draws, Flags, Floats, rounded, sigmoid, silent, to_step

NOT_EMPLOYED = 365_243.0
INTERCEPT = -2.64
FACTS = tomllib.loads(
    (Path(__file__).parent / "data" / "fixtures" / "home_credit.toml").read_text(encoding="utf-8")
)
Columns = dict[str, pl.Series]


@dataclass(frozen=True)
class Made:
    """The table as the file has it, and what it does not say: every row's true probability of default."""

    rows: pl.DataFrame
    probability: Floats


def write(file: Path, rows: int, seed: int = 7) -> Made:
    """Write that many applications to `file` as CSV."""
    made = applications(rows, seed)
    made.rows.write_csv(file)
    return made


def applications(rows: int, seed: int = 7) -> Made:
    """SK_ID_CURR from 100001 up, TARGET, then 120 features in the order of application_train."""
    draws = Draws(seed, 122, rows=rows)
    quality = draws.normal()
    columns = {
        **_loan(draws), **_person(draws, quality), **_contact(draws), **_work(draws, quality),
        **_scores(draws, quality), **_building(draws, quality), **_circle(draws, quality), **_requests(draws),
    }  # fmt: skip
    unemployed = columns["NAME_INCOME_TYPE"] == "Pensioner"
    for name, word in (("ORGANIZATION_TYPE", "XNA"), ("OCCUPATION_TYPE", None)):
        columns[name] = columns[name].set(unemployed, word)
    probability = _risk(columns)
    key = pl.Series("SK_ID_CURR", np.arange(100_001, 100_001 + rows))
    target = pl.Series("TARGET", draws.happens(probability).astype(np.int8))
    table = pl.DataFrame([key, target, *(values.alias(name) for name, values in columns.items())])
    return Made(table.select("SK_ID_CURR", "TARGET", *FACTS["columns"]), probability)


def _loan(draws: Draws) -> Columns:
    credit = to_step(np.exp(13.1 + draws.normal(0.7)).clip(45_000, 4_000_000), 4_500)
    price = to_step(credit * (0.82 + 0.18 * draws.share()), 4_500).clip(40_500)
    income = to_step(np.exp(11.95 + draws.normal(0.45)).clip(25_650, 9_000_000), 4_500)
    months = 10 + 35 * draws.part(2, 2.6)
    return {
        "NAME_CONTRACT_TYPE": _words(draws, "NAME_CONTRACT_TYPE"),
        "AMT_INCOME_TOTAL": _numbers(income),
        "AMT_CREDIT": _numbers(credit),
        "AMT_ANNUITY": _numbers(to_step(credit * 1.02 / months, 4.5), draws.happens(0.0005)),
        "AMT_GOODS_PRICE": _numbers(price, draws.happens(0.001)),
        "NAME_TYPE_SUITE": _words(draws, "NAME_TYPE_SUITE", draws.happens(0.0042)),
        "WEEKDAY_APPR_PROCESS_START": _words(draws, "WEEKDAY_APPR_PROCESS_START"),
        "HOUR_APPR_PROCESS_START": _numbers(np.clip(np.rint(12 + draws.normal(3.2)), 0, 23)),
    }


def _person(draws: Draws, quality: Floats) -> Columns:
    children = np.minimum(draws.count(0.42), 10)
    car = draws.happens(0.34)
    rating = np.clip(np.rint(2.05 - 0.1 * quality + draws.normal(0.45)), 1, 3)
    return {
        "CODE_GENDER": _words(draws, "CODE_GENDER"),
        "FLAG_OWN_CAR": _yes(car),
        "FLAG_OWN_REALTY": _yes(draws.happens(0.69)),
        "CNT_CHILDREN": _numbers(children),
        "CNT_FAM_MEMBERS": _numbers(children + 1 + draws.happens(0.74)),
        "OWN_CAR_AGE": _numbers(np.rint(draws.part(1.2, 4.5) * 60), ~car),
        "NAME_EDUCATION_TYPE": _words(draws, "NAME_EDUCATION_TYPE"),
        "NAME_FAMILY_STATUS": _words(draws, "NAME_FAMILY_STATUS"),
        "NAME_HOUSING_TYPE": _words(draws, "NAME_HOUSING_TYPE"),
        "REGION_POPULATION_RELATIVE": _numbers(rounded(0.0725 * draws.part(1.1, 2.8), 6)),
        "REGION_RATING_CLIENT": _numbers(rating),
        "REGION_RATING_CLIENT_W_CITY": _numbers(np.where(draws.happens(0.96), rating, 2)),
        "DAYS_REGISTRATION": _numbers(-np.rint(draws.part(1.1, 3.4) * 20_000)),
        "DAYS_ID_PUBLISH": _numbers(-np.rint(draws.part(2, 2) * 6_000)),
        "DAYS_LAST_PHONE_CHANGE": _numbers(-np.rint(draws.part(0.9, 2.8) * 4_000)),
    }


def _contact(draws: Draws) -> Columns:
    flags = {f"FLAG_DOCUMENT_{n}": 0.0005 for n in range(2, 22)} | FACTS["flags"]
    return {name: _numbers(draws.happens(share).astype(np.float64)) for name, share in flags.items()}


def _work(draws: Draws, quality: Floats) -> Columns:
    age = 21 + 48 * draws.part(1.6, 1.9)
    pensioner = draws.happens(sigmoid((age - 55.5) / 3.2))
    worked = np.maximum((age - 19) * draws.part(0.9, 2.6) + 0.1 * np.maximum(quality, 0), 0.05)
    usual = draws.choice(*np.log([0.63, 0.284, 0.086])[:, None])
    kind = pl.Series(["Working", "Commercial associate", "State servant", "Pensioner"])
    return {
        "DAYS_BIRTH": _numbers(-np.rint(age * 365.25)),
        "DAYS_EMPLOYED": _numbers(np.where(pensioner, NOT_EMPLOYED, -np.rint(worked * 365.25))),
        "NAME_INCOME_TYPE": kind.gather(np.where(pensioner, 3, usual)),
        "OCCUPATION_TYPE": _words(draws, "OCCUPATION_TYPE", draws.happens(0.163)),
        "ORGANIZATION_TYPE": _words(draws, "ORGANIZATION_TYPE"),
    }


def _scores(draws: Draws, quality: Floats) -> Columns:
    one, two, three = (
        rounded(sigmoid(middle + 0.95 * (share * quality + draws.normal(np.sqrt(1 - share**2)))), 9)
        for middle, share in ((0.0, 0.56), (0.1, 0.38), (0.05, 0.36))
    )
    return {
        "EXT_SOURCE_1": _numbers(one, draws.happens(sigmoid(0.26 - 0.1 * quality))),
        "EXT_SOURCE_2": _numbers(two, draws.happens(0.0021)),
        "EXT_SOURCE_3": _numbers(three, draws.happens(0.198)),
    }


def _building(draws: Draws, quality: Floats) -> Columns:
    """What is known of the home, in three readings that hardly differ, and its state."""
    known = np.clip(draws.share() + 0.02 * quality, 0, 1)
    size = draws.normal()
    columns = {}
    for name, absent in FACTS["building"].items():
        value = sigmoid(-1.8 + 0.5 * size + draws.normal(0.5))
        for reading in ("AVG", "MODE", "MEDI"):
            read = rounded(np.clip(value + draws.normal(0.004), 0, 1), 4)
            columns[f"{name}_{reading}"] = _numbers(read, known < absent)
    for name, absent in FACTS["state"].items():
        area = _numbers(rounded(sigmoid(-2.2 + 0.6 * size), 4), known < absent)
        columns[name] = _words(draws, name, known < absent) if name in FACTS["words"] else area
    return columns


def _circle(draws: Draws, quality: Floats) -> Columns:
    unknown = draws.happens(0.0033)
    seen = draws.count(np.exp(draws.normal(0.9)) * 0.95)
    failed = draws.count_of(seen, sigmoid(-2.5 - 0.3 * quality))
    return {
        "OBS_30_CNT_SOCIAL_CIRCLE": _numbers(seen, unknown),
        "DEF_30_CNT_SOCIAL_CIRCLE": _numbers(failed, unknown),
        "OBS_60_CNT_SOCIAL_CIRCLE": _numbers(seen, unknown),
        "DEF_60_CNT_SOCIAL_CIRCLE": _numbers(draws.count_of(failed, 0.7), unknown),
    }


def _requests(draws: Draws) -> Columns:
    unknown = draws.happens(0.135)
    return {
        f"AMT_REQ_CREDIT_BUREAU_{span}": _numbers(draws.count(mean), unknown)
        for span, mean in FACTS["requests"].items()
    }


def _risk(columns: Mapping[str, pl.Series]) -> Floats:
    """Sums of steps and slopes over what the file shows, missing or not, and two interactions."""
    shown = {name: values.to_numpy() for name, values in columns.items() if values.dtype == pl.Float64}
    scores = [np.nan_to_num(shown[f"EXT_SOURCE_{n}"], nan=0.45) for n in (1, 2, 3)]
    employed = np.where(shown["DAYS_EMPLOYED"] > 0, 12.0, shown["DAYS_EMPLOYED"] / -365.25)
    share = np.nan_to_num(shown["AMT_ANNUITY"], nan=27_000) / shown["AMT_INCOME_TOTAL"]
    price = np.nan_to_num(shown["AMT_GOODS_PRICE"], nan=450_000) / shown["AMT_CREDIT"]
    weak = np.clip(0.5 - scores[1], 0, 0.4) * np.clip(0.5 - scores[2], 0, 0.4)
    told = columns["OCCUPATION_TYPE"].is_null().to_numpy()
    higher = columns["NAME_EDUCATION_TYPE"].str.starts_with("Higher").to_numpy()
    men = (columns["CODE_GENDER"] == "M").to_numpy()
    return sigmoid(
        INTERCEPT - 1.8 * (scores[0] - 0.45) - 2.3 * (scores[1] - 0.5) - 2.3 * (scores[2] - 0.5) + 6 * weak
        - 0.065 * np.minimum(employed, 12) + 3.0 * np.clip(share - 0.15, 0, 0.3) - 2.5 * (price - 0.9)
        + 0.25 * np.minimum(np.nan_to_num(shown["DEF_30_CNT_SOCIAL_CIRCLE"]), 3) + 0.1 * told
        + 0.3 * men - 0.3 * higher + 0.25 * (shown["REGION_RATING_CLIENT"] - 2)
    )  # fmt: skip


def _numbers(values: Floats, where: Flags | None = None) -> pl.Series:
    shown = values if where is None else silent(values, where)
    return pl.Series(shown, dtype=pl.Float64, nan_to_null=True)


def _words(draws: Draws, name: str, where: Flags | None = None) -> pl.Series:
    weights = FACTS["words"][name]
    places = draws.choice(*np.log(list(weights.values())))
    chosen = pl.Series(list(weights)).gather(places)
    return chosen if where is None else chosen.set(pl.Series(where), None)


def _yes(flags: Flags) -> pl.Series:
    return pl.Series(["N", "Y"]).gather(flags.astype(int))
