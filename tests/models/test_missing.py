"""Not saying is held neither for the worst answer nor for the best."""

import numpy as np
import pytest

from data.scoring import Feature
from models.missing import stand_ins

CHANCE = np.random.default_rng(6)
VALUE = CHANCE.random(40_000)
OUTCOME = CHANCE.random(40_000) < 0.1 + 0.4 * VALUE  # 0.1 at 0, 0.5 at 1


def found(column: np.ndarray[tuple[int], np.dtype[np.float64]], monotone: int) -> dict[str, float]:
    return stand_ins([Feature("x", "number", {}, monotone=monotone)], column[:, None], OUTCOME)


def test_missing_counts_as_the_value_whose_clients_default_as_often() -> None:
    hidden = np.where((VALUE > 0.65) & (VALUE < 0.75), np.nan, VALUE)
    assert found(hidden, 1)["x"] == pytest.approx(0.7, abs=0.08)


def test_where_nothing_is_missing_it_counts_as_average() -> None:
    assert found(VALUE, 1)["x"] == pytest.approx(0.5, abs=0.08)


def test_a_falling_risk_is_followed_as_well() -> None:
    hidden = np.where((VALUE > 0.65) & (VALUE < 0.75), np.nan, VALUE)
    assert found(-hidden, -1)["x"] == pytest.approx(-0.7, abs=0.08)


def test_a_feature_free_to_go_either_way_and_one_never_known_have_none() -> None:
    assert found(VALUE, 0) == {}
    assert found(np.full_like(VALUE, np.nan), 1) == {}
