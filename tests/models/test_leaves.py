"""The table of leaves answers as CatBoost does: raw log-odds, expected value and every SHAP value."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from catboost import CatBoostClassifier

from data.scoring import ScoringContract, preset, presets
from models import export, leaves
from models.features import matrix, served_features
from models.leaves import Leaves
from tests.made_up import applications, wide
from tests.trained import Floats, Learned, learn, model_words, pool

EXACT = 1e-9  # log-odds
WIDE = {"120 features": (96, 24), "two features": (1, 1)}


def contract_of(shape: str) -> ScoringContract:
    return wide(*WIDE[shape]) if shape in WIDE else preset(shape)


def published(learned: Learned, folder: Path) -> tuple[Leaves, CatBoostClassifier]:
    """What serves, and what CatBoost reads back of the file beside it."""
    words = model_words(learned.features)
    binary, trees = export.save(learned.model, pool(learned.built, words, learned.outcome), folder)
    model = CatBoostClassifier()
    model.load_model(str(binary))
    return leaves.read(trees.read_bytes(), len(learned.features)), model


def assert_equal(forest: Leaves, model: CatBoostClassifier, learned: Learned, built: Floats) -> None:
    """Everything the forest says of `built` is what CatBoost says, to 1e-9."""
    asked = learned.pool(built)
    native = np.asarray(model.get_feature_importance(asked, type="ShapValues"))
    raw, contributions = forest.answer(built)
    assert np.abs(raw - model.predict(asked, prediction_type="RawFormulaVal")).max() < EXACT
    assert np.abs(contributions - native[:, :-1]).max() < EXACT
    assert np.abs(forest.expected - native[:, -1]).max() < EXACT
    assert np.abs(forest.expected + contributions.sum(axis=1) - raw).max() < EXACT
    assert np.abs(forest.log_odds(built) - raw).max() < EXACT


def strange(built: Floats, learned: Learned, seed: int) -> Floats:
    """Columns shuffled apart, so that rows are like none in training; NaN, infinities, huge and new codes."""
    chance = np.random.default_rng(seed)
    mixed = np.column_stack([chance.permutation(column) for column in built.T])
    words = model_words(learned.features)
    numbers = [place for place in range(built.shape[1]) if place not in words]
    for place, value in enumerate((np.nan, np.inf, -np.inf, 1e300, -1e300, 5e-324)):
        mixed[place, numbers] = value
    for place in words:
        mixed[:6, place] = [-1, len(learned.categories[learned.features[place].name]), 250, 0, -1, 999]
    return mixed


@pytest.mark.parametrize("shape", [*presets(), *WIDE])
def test_scores_and_reasons_are_those_of_catboost_on_every_shape_of_table(shape: str, tmp_path: Path) -> None:
    contract = contract_of(shape)
    rows, features = applications(contract, 1_200), served_features(contract)
    learned = learn(rows, features, trees=80, depth=6)
    forest, model = published(learned, tmp_path)
    assert_equal(forest, model, learned, learned.built[:100])
    others = matrix(applications(contract, 100, seed=2), features, learned.categories)
    assert_equal(forest, model, learned, strange(others, learned, seed=3))


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 8, 10])
def test_scores_and_reasons_are_those_of_catboost_at_every_depth(depth: int, tmp_path: Path) -> None:
    contract = wide(6, 2)
    learned = learn(applications(contract, 700, seed=depth), served_features(contract), trees=12, depth=depth)
    forest, model = published(learned, tmp_path)
    assert_equal(forest, model, learned, strange(learned.built[:120], learned, seed=depth))


def test_trees_of_different_depths_and_of_one_leaf_are_answered_too(tmp_path: Path) -> None:
    contract = wide(4, 1)
    learned = learn(applications(contract, 500), served_features(contract), trees=12, depth=3)
    published(learned, tmp_path)
    exported = json.loads((tmp_path / "trees.json").read_bytes())
    for place, tree in enumerate(exported["oblivious_trees"]):
        kept = place % 4
        tree["splits"] = tree["splits"][:kept]
        for numbers in ("leaf_values", "leaf_weights"):
            tree[numbers] = tree[numbers][: 1 << kept]
    (tmp_path / "cut.json").write_text(json.dumps(exported))
    model = CatBoostClassifier()
    model.load_model(str(tmp_path / "cut.json"), format="json")
    forest = leaves.read((tmp_path / "cut.json").read_bytes(), len(learned.features))
    assert {4} == {forest.table.shape[1]}
    assert_equal(forest, model, learned, learned.built)


def test_scale_and_bias_count(tmp_path: Path) -> None:
    contract = wide(5, 1)
    learned = learn(applications(contract, 500), served_features(contract), trees=20, depth=3)
    learned.model.set_scale_and_bias(1, -1.25)
    forest, model = published(learned, tmp_path)
    assert forest.bias == -1.25
    assert_equal(forest, model, learned, learned.built[:200])
    learned.model.set_scale_and_bias(0.5, -1.25)  # for which CatBoost has no SHAP values
    forest, model = published(learned, tmp_path)
    raw, contributions = forest.answer(learned.built)
    native = model.predict(learned.pool(learned.built), prediction_type="RawFormulaVal")
    assert np.abs(raw - native).max() < EXACT
    assert np.abs(forest.expected + contributions.sum(axis=1) - raw).max() < EXACT


def test_reasons_depend_on_the_model_alone_not_on_who_else_is_asked_about(tmp_path: Path) -> None:
    contract = wide(6, 1)
    learned = learn(applications(contract, 800), served_features(contract), trees=60, depth=6)
    _, model = published(learned, tmp_path)
    asked = strange(learned.built, learned, seed=5)

    def reasons(of: CatBoostClassifier, rows: int) -> Floats:
        found = of.get_feature_importance(learned.pool(asked[:rows]), type="ShapValues")
        return np.asarray(found)[:10]

    assert np.array_equal(reasons(model, 10), reasons(model, 800))
    assert np.abs(reasons(learned.model, 10) - reasons(learned.model, 800)).max() > 1e-3  # as it was trained


@pytest.mark.parametrize("kind", ["number", "flag"])
def test_a_number_without_gaps_in_training_may_be_missing_later(kind: str, tmp_path: Path) -> None:
    contract = wide(3, 0)
    rows = applications(contract, 500).with_columns(pl.col("n0", "n1", "n2").fill_null(0.0))
    if kind == "flag":
        rows = rows.with_columns((pl.col("n0") > 0).cast(pl.Float64))
    learned = learn(rows, served_features(contract), trees=30, depth=4)
    forest, model = published(learned, tmp_path)
    asked = learned.built[:100].copy()
    asked[::2, 0] = np.nan
    assert_equal(forest, model, learned, asked)


@pytest.mark.parametrize("mode", ["Min", "Max"])
def test_a_missing_number_goes_where_the_model_was_told_to_put_it(mode: str, tmp_path: Path) -> None:
    contract = wide(5, 1)
    rows = applications(contract, 700)
    learned = learn(rows, served_features(contract), trees=40, depth=4, nan_mode=mode)
    forest, model = published(learned, tmp_path)
    assert set(forest.missing[:5].tolist()) == {-np.inf if mode == "Min" else np.inf}
    assert_equal(forest, model, learned, strange(learned.built, learned, seed=4)[:200])


def test_many_rows_get_the_bits_of_one(tmp_path: Path) -> None:
    contract = wide(8, 2)
    learned = learn(applications(contract, 700), served_features(contract), trees=40, depth=5)
    forest, _ = published(learned, tmp_path)
    raw, contributions = forest.answer(learned.built)
    for place in range(0, 700, 41):
        one, reasons = forest.answer(learned.built[place : place + 1])
        assert one[0] == raw[place]
        assert np.array_equal(reasons[0], contributions[place])
    empty, none = forest.answer(learned.built[:0])
    assert (empty.shape, none.shape) == ((0,), (0, len(learned.features)))


def test_the_trees_that_ask_about_a_feature_are_all_that_it_moves(tmp_path: Path) -> None:
    contract = wide(8, 1)
    learned = learn(applications(contract, 600), served_features(contract), trees=40, depth=3)
    forest, _ = published(learned, tmp_path)
    part = forest.asking([2, 5])
    assert 0 < len(part.column) < len(forest.column)
    moved = learned.built[:200].copy()
    moved[:, [2, 5]] = np.random.default_rng(0).permutation(moved[:, [2, 5]])
    for measured in (forest, part):
        change = measured.log_odds(moved) - measured.log_odds(learned.built[:200])
        if measured is forest:
            whole = change
    assert np.abs(change - whole).max() < 1e-12
    assert np.abs(whole).max() > 0.01


def with_counters(raw: Any) -> None:
    raw["oblivious_trees"][0]["splits"][0]["split_type"] = "OnlineCtr"


def with_a_leaf_less(raw: Any) -> None:
    raw["oblivious_trees"][0]["leaf_values"].pop()


def with_a_weight_less(raw: Any) -> None:
    raw["oblivious_trees"][0]["leaf_weights"] = [0.0] * 8


def with_two_codes_of_one_hash(raw: Any) -> None:
    known = raw["features_info"]["cat_features_hash"]
    known.append({**known[0], "value": "77"})


def with_a_code_of_no_hash(raw: Any) -> None:
    raw["features_info"]["cat_features_hash"] = []


DAMAGES = (
    with_counters, with_a_leaf_less, with_a_weight_less, with_two_codes_of_one_hash, with_a_code_of_no_hash,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_cannot_be_computed_exactly_is_refused(damage: Callable[[Any], None], tmp_path: Path) -> None:
    contract = wide(1, 2)
    learned = learn(applications(contract, 900), served_features(contract), trees=10, depth=3)
    published(learned, tmp_path)
    raw = json.loads((tmp_path / "trees.json").read_bytes())
    leaves.read(json.dumps(raw).encode(), 3)
    damage(raw)
    with pytest.raises((ValueError, KeyError)):
        leaves.read(json.dumps(raw).encode(), 3)


def test_a_model_as_it_was_trained_is_refused_where_constraints_filled_empty_leaves(tmp_path: Path) -> None:
    contract = wide(6, 0)
    learned = learn(applications(contract, 400), served_features(contract), trees=40, depth=6)
    learned.model.save_model(str(tmp_path / "raw.json"), format="json")
    with pytest.raises(ValueError, match="nobody reached"):
        leaves.read((tmp_path / "raw.json").read_bytes(), 6)
