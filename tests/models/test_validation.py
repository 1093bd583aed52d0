"""Which applications judge a model: never those it learned from."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models import calibration
from models.validation import CALIBRATED, LEARNED, MEASURED, OUT_OF_FOLD, TEMPORAL, plan

CHANCE = np.random.default_rng(4)
OUTCOME = CHANCE.random(3_000) < 0.3
DATED = pl.Series([date(2024, 1, 1) + timedelta(days=place // 40) for place in range(3_000)])
UNDATED = pl.Series([None] * 3_000, dtype=pl.Date)


def test_dated_applications_are_judged_by_later_ones() -> None:
    found = plan(DATED, OUTCOME, folds=5, seed=1)
    assert found.kind == TEMPORAL
    days = DATED.to_numpy()
    assert days[found.part == LEARNED].max() < days[found.part == CALIBRATED].min()
    assert days[found.part == CALIBRATED].max() < days[found.part == MEASURED].min()
    assert np.bincount(found.part) / 3_000 == pytest.approx([0.6, 0.2, 0.2], abs=0.02)


def test_the_rows_measured_are_calibrated_by_the_slice_before() -> None:
    found = plan(DATED, OUTCOME, folds=5, seed=1)
    log_odds = CHANCE.normal(size=3_000) + OUTCOME
    between = found.part == CALIBRATED
    expected = calibration.fit(log_odds[between], OUTCOME[between])(log_odds[found.part == MEASURED])
    np.testing.assert_array_equal(found.probabilities(log_odds, OUTCOME), expected)


def test_the_version_that_serves_learns_up_to_the_last_slice() -> None:
    found = plan(DATED, OUTCOME, folds=5, seed=1)
    assert set(found.last) == set(np.flatnonzero(found.part != MEASURED))


def test_undated_applications_are_left_out_in_turn_each_once() -> None:
    found = plan(UNDATED, OUTCOME, folds=5, seed=42)
    assert found.kind == OUT_OF_FOLD
    held = np.concatenate([held for _, held in found.rounds])
    assert sorted(held) == list(range(3_000))
    assert all(not set(learn) & set(held) for learn, held in found.rounds)
    shares = [OUTCOME[held].mean() for _, held in found.rounds]
    assert shares == pytest.approx([OUTCOME.mean()] * 5, abs=0.002)


def test_a_slice_without_defaults_is_no_judge() -> None:
    late = OUTCOME & (np.arange(3_000) < 2_000)
    assert plan(DATED, late, folds=5, seed=1).kind == OUT_OF_FOLD


def test_candidates_are_judged_on_rows_they_were_not_tried_on() -> None:
    for applied_on in (DATED, UNDATED):
        found = plan(applied_on, OUTCOME, folds=5, seed=1)
        learn, _ = found.rounds[0]
        tried, judged = found.inner(learn)
        assert not set(tried) & set(judged)
        assert max(*tried, *judged) < len(learn)
    assert tried.tolist() != sorted(range(len(tried)))


def test_the_same_seed_gives_the_same_folds() -> None:
    first, again, other = (plan(UNDATED, OUTCOME, folds=5, seed=seed).part for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()
