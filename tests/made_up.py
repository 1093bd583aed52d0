"""Applications drawn for any scoring contract, with an outcome that depends on them; and wide contracts."""

import numpy as np
import numpy.typing as npt
import polars as pl

from data.scoring import FLAG, Feature, ScoringContract, parse

HEAD = """
name = "wide"
identity = []
label = { fr = "Large", en = "Wide" }
headers = { client_id = ["ID"] }
outcomes = { true = ["1"], false = ["0"] }
"""
MISSING = 0.12


def wide(numbers: int, words: int, derived: int = 0) -> ScoringContract:
    """A contract of that many features: the first three numbers monotone, the first two changeable."""
    text = [HEAD]
    for place in range(numbers):
        monotone = 1 if place < 2 else -1 if place == 2 else 0
        text.append(f'[features.n{place}]\nfr = "n"\nen = "n"\nmonotone = {monotone}\nlow = -4\nhigh = 4')
        if place < 2:
            text.append("changeable = true\nstep = 0.05")
    text += [f'[features.w{place}]\nfr = "w"\nen = "w"\nkind = "category"' for place in range(words)]
    text += [
        f'[features.d{place}]\nfr = "d"\nen = "d"\nmonotone = 1\nformula = "n{place} * exp(n{place + 1} / 3)"'
        for place in range(derived)
    ]
    return parse("\n".join(text))


def applications(contract: ScoringContract, rows: int, seed: int = 1) -> pl.DataFrame:
    """Keys and features, one value in eight missing, sentinels among the numbers, 5 to 25 % of defaults."""
    chance = np.random.default_rng(seed)
    drawn = {each.name: _drawn(each, rows, chance) for each in contract.loaded}
    table = contract.derive(pl.DataFrame(drawn)).select(list(contract.features))
    pull = np.zeros(rows)
    for feature in contract.served[:12]:
        pull += chance.normal() * _standing(table[feature.name], feature)
    pull += chance.gumbel(size=rows)
    return table.insert_column(0, pl.Series("client_id", np.arange(rows))).with_columns(
        pl.lit(None, dtype=pl.Date).alias("applied_on"),
        pl.Series("defaulted", pull > np.quantile(pull, 0.85)),
    )


def _drawn(feature: Feature, rows: int, chance: np.random.Generator) -> pl.Series:
    if feature.numeric:
        values = _numbers(feature, rows, chance)
        values[chance.random(rows) < MISSING] = np.nan
        return pl.Series(feature.name, values).fill_nan(None)
    codes = [*(feature.values or [f"c{number}" for number in range(9)])]
    picked = chance.choice(len(codes), size=rows, p=_uneven(len(codes)))
    words = [
        None if lacks else codes[at] for at, lacks in zip(picked, chance.random(rows) < MISSING, strict=True)
    ]
    return pl.Series(feature.name, words, dtype=pl.String)


def _numbers(feature: Feature, rows: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    if feature.kind == FLAG:
        return (chance.random(rows) < 0.3).astype(np.float64)
    low = -3.0 if feature.low is None else feature.low
    high = max(low + 1, 3.0) if feature.high is None else feature.high
    values = low + (high - low) * chance.beta(2, 5, size=rows)
    if feature.low is not None and feature.decimals == 0 and high - low > 10:
        values = np.round(values)
    for sentinel in feature.sentinels:
        values[chance.random(rows) < 0.05] = sentinel
    return values


def _uneven(count: int) -> npt.NDArray[np.float64]:
    weights = 1.0 / np.arange(1, count + 1)
    return np.asarray(weights / weights.sum())


def _standing(column: pl.Series, feature: Feature) -> npt.NDArray[np.float64]:
    """Each value's rank, 0 to 1; one half where it is missing."""
    ranks = column.rank(method="dense") if feature.numeric else column.hash(3).rank(method="dense")
    share = ranks.cast(pl.Float64) / (ranks.max() or 1)
    return share.fill_null(0.5).to_numpy()
