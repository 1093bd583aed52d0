"""The matrix that models take, from applications as they are published."""

import numpy as np
import polars as pl

from data.scoring import Feature
from models.features import MOST_CODES, codes, learned_range, matrix

DAYS = Feature("days", "number", {}, sentinels={365243.0: {"fr": "sans emploi", "en": "not employed"}})
JOB = Feature("job", "category", {})
ROWS = pl.DataFrame(
    {"days": [10.0, 365243.0, None, -3.0], "job": ["b", None, "a", "z"]},
    schema={"days": pl.Float64, "job": pl.String},
)


def test_numbers_stay_and_sentinels_and_blanks_are_missing() -> None:
    built = matrix(ROWS, [DAYS], {})
    np.testing.assert_array_equal(built[:, 0], [10.0, np.nan, np.nan, -3.0])


def test_a_category_is_the_position_of_its_code_and_minus_one_where_unknown_or_missing() -> None:
    built = matrix(ROWS, [JOB], {"job": ("a", "b")})
    assert built[:, 0].tolist() == [1.0, -1.0, 0.0, -1.0]


def test_a_stand_in_takes_the_place_of_a_missing_number() -> None:
    assert matrix(ROWS, [DAYS], {}, {"days": 7.0})[:, 0].tolist() == [10.0, 7.0, 7.0, -3.0]


def test_columns_come_in_the_order_of_the_features() -> None:
    built = matrix(ROWS, [JOB, DAYS], {"job": ("a", "b")})
    assert built[0].tolist() == [1.0, 10.0]


def test_the_rarest_codes_count_as_unknown_where_there_are_too_many() -> None:
    words = [f"c{number:04d}" for number in range(MOST_CODES + 5) for _ in range(1 + (number >= 5))]
    kept = codes(pl.DataFrame({"job": words}), [JOB])["job"]
    assert len(kept) == MOST_CODES
    assert kept[0] == "c0005"
    assert list(kept) == sorted(kept)


def test_the_learned_range_knows_neither_sentinels_nor_blanks() -> None:
    assert learned_range(matrix(ROWS, [DAYS], {}), [DAYS]) == {"days": (-3.0, 10.0)}
