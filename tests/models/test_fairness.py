"""How groups fare, on a table small enough to work out by hand."""

import numpy as np
import polars as pl

from data.scoring import Feature, Group
from models.fairness import fairness

SEX = Feature("sex", "category", {}, protected=True, values={"1": {"fr": "homme", "en": "man"}})
AGE = Feature(
    "age",
    "number",
    {},
    protected=True,
    groups=(
        Group({"fr": "moins de 30", "en": "under 30"}, high=30),
        Group({"fr": "30 +", "en": "30 +"}, low=30),
    ),
)
ROWS = pl.DataFrame(
    {"sex": ["1", "1", "1", "1", "2", "2", None], "age": [20.0, 29.0, 30.0, 40.0, 50.0, None, 60.0]}
)
PROBABILITY = np.array([0.01, 0.02, 0.50, 0.60, 0.01, 0.02, 0.9])
OUTCOME = np.array([False, True, False, True, False, False, True])


def test_shares_of_each_group_are_as_counted_by_hand() -> None:
    men, women = fairness(ROWS, [SEX], PROBABILITY, OUTCOME, 0.1)
    assert (men.group, men.labels["en"], women.group) == ("homme", "man", "2")
    assert (men.clients, women.clients) == (4, 2)
    assert (men.accepted, women.accepted) == (0.5, 1.0)
    assert (men.ratio, women.ratio) == (0.5, 1.0)
    assert men.wrongly_refused == 0.5  # of the two who repaid, one was refused
    assert men.granted_defaults == 0.5  # of the two granted, one defaulted
    assert np.isclose(men.calibration_gap, (0.01 + 0.02 + 0.5 + 0.6) / 4 - 0.5)


def test_groups_of_numbers_go_from_low_up_to_high_excluded_and_leave_out_the_unknown() -> None:
    young, old = fairness(ROWS, [AGE], PROBABILITY, OUTCOME, 0.1)
    assert (young.clients, old.clients) == (2, 4)


def test_a_group_without_clients_is_not_shown() -> None:
    assert fairness(ROWS.filter(pl.col("age") < 30), [AGE], PROBABILITY[:2], OUTCOME[:2], 0.1)[0].clients == 2
    assert len(fairness(ROWS.filter(pl.col("age") < 30), [AGE], PROBABILITY[:2], OUTCOME[:2], 0.1)) == 1


def test_where_nobody_is_accepted_no_group_is_behind() -> None:
    assert {each.ratio for each in fairness(ROWS, [SEX, AGE], PROBABILITY, OUTCOME, 0.0)} == {1.0}
