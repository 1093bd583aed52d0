"""One client's risk and reasons: as the table of leaves says, and as CatBoost does, from plain values."""

import json
import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from catboost import CatBoostClassifier

from data.scoring import ScoringContract, Value, preset
from models import artefact
from models.artefact import CorruptModel
from models.explain import Explanation
from models.scorer import Scorer
from tests.faults.command import ROOT
from tests.made_up import applications, wide
from tests.trained import Learned, described, publish

CONTRACT = preset("simulated")
HEAVY = ("catboost", "lime", "mlflow", "numba", "pandas", "scipy", "shap", "sklearn", "xgboost")


def made(home: Path, contract: ScoringContract, rows: pl.DataFrame) -> tuple[Scorer, Learned]:
    """A published, verified model of those applications."""
    fields, learned = described(rows, contract, "s1", trees=60, depth=5)
    card = publish(home, fields, learned, contract)
    return Scorer(artefact.verified(home, card.version)), learned


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return applications(CONTRACT, 1_500)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scorer") / "home"


@pytest.fixture(scope="module")
def model(home: Path, rows: pl.DataFrame) -> tuple[Scorer, Learned]:
    return made(home, CONTRACT, rows)


@pytest.fixture(scope="module")
def scorer(model: tuple[Scorer, Learned]) -> Scorer:
    return model[0]


@pytest.fixture(scope="module")
def clients(rows: pl.DataFrame) -> list[dict[str, Value]]:
    return rows.select(list(CONTRACT.features)).to_dicts()


def by_feature(explained: Explanation) -> dict[str, float]:
    return {each.feature: each.log_odds for each in explained.contributions}


def test_risk_and_reasons_of_a_client_are_catboosts_own(
    model: tuple[Scorer, Learned], home: Path, clients: list[dict[str, Value]], rows: pl.DataFrame
) -> None:
    scorer, learned = model
    native = CatBoostClassifier()
    native.load_model(str(home / "models" / str(scorer.card.version) / "model.cbm"))
    asked = learned.pool(scorer.matrix(rows.head(60)))
    reasons = np.asarray(native.get_feature_importance(asked, type="ShapValues"))
    for values, said in zip(clients, reasons, strict=False):
        explained = scorer.explain(values)
        assert by_feature(explained) == pytest.approx(
            dict(zip(scorer.card.features, said, strict=False)), abs=1e-9
        )
        shown = scorer.card.slope * said.sum() + scorer.card.intercept
        assert explained.score.default_probability == pytest.approx(1 / (1 + math.exp(-shown)), abs=1e-12)


def test_start_and_points_make_the_shown_probability(scorer: Scorer, clients: list[dict[str, Value]]) -> None:
    for values in clients[:200]:
        explained = scorer.explain(values)
        total = explained.start + sum(each.points for each in explained.contributions)
        assert total == pytest.approx(explained.score.default_probability, abs=1e-12)
        assert all(each.points * each.log_odds >= 0 for each in explained.contributions)
        sizes = [abs(each.points) for each in explained.contributions]
        assert sizes == sorted(sizes, reverse=True)
        assert {each.feature for each in explained.contributions} == set(scorer.card.features)


def test_a_client_alone_and_in_the_table_get_the_same_bits(
    scorer: Scorer, clients: list[dict[str, Value]], rows: pl.DataFrame
) -> None:
    built = scorer.matrix(rows)
    risks, reasons = scorer.probability(built), scorer.contributions(built)
    for place in range(0, len(clients), 7):
        explained = scorer.explain(clients[place])
        assert explained.score.default_probability == risks[place]
        assert list(by_feature(explained).values()) == [
            reasons[place, scorer.card.features.index(name)] for name in by_feature(explained)
        ]
        assert np.array_equal(scorer.row(clients[place])[0], built[place], equal_nan=True)


def test_the_score_says_where_it_comes_from(scorer: Scorer, clients: list[dict[str, Value]]) -> None:
    explained = scorer.explain(clients[0], client_id=7, snapshot="s2")
    score, card = explained.score, scorer.card
    assert (score.client_id, score.snapshot, score.model_version) == (7, "s2", str(card.version))
    assert (score.threshold, score.review, explained.mean_risk) == (
        card.threshold,
        card.review,
        card.mean_risk,
    )
    values = {each.feature: each.value for each in explained.contributions}
    assert values == {name: clients[0][name] for name in card.features}
    assert scorer.explain(clients[1]).start == explained.start


def test_what_is_not_given_is_missing_as_it_was_in_training(
    scorer: Scorer, clients: list[dict[str, Value]]
) -> None:
    nothing = scorer.explain({})
    assert nothing.missing == scorer.card.features
    assert nothing.out_of_domain == ()
    assert nothing == scorer.explain(dict.fromkeys(scorer.card.features))
    absent = {**clients[0], "annual_income": float("nan"), "employment": None}
    assert {"annual_income", "employment"} <= set(scorer.explain(absent).missing)


def test_a_missing_number_counts_as_its_stand_in_for_one_client_and_for_many(
    tmp_path: Path, rows: pl.DataFrame, clients: list[dict[str, Value]]
) -> None:
    fields, learned = described(rows, CONTRACT, trees=30, depth=4)
    card = publish(tmp_path / "home", {**fields, "stand_ins": {"instalment": 321.0}}, learned, CONTRACT)
    scorer = Scorer(artefact.verified(tmp_path / "home", card.version))
    lacking = [values for values in clients if values["instalment"] is None][:20]
    assert lacking
    for values in lacking:
        explained = scorer.explain(values)
        assert by_feature(explained) == by_feature(scorer.explain({**values, "instalment": 321.0}))
        assert by_feature(explained) != by_feature(scorer.explain({**values, "instalment": 9e9}))
        assert "instalment" in explained.missing
    built = scorer.matrix(rows)
    assert np.array_equal(np.concatenate([scorer.row(values) for values in clients]), built, equal_nan=True)


def test_a_number_that_means_words_is_no_number_and_not_missing(
    scorer: Scorer, clients: list[dict[str, Value]]
) -> None:
    given = scorer.explain({**clients[0], "employment_years": 365243.0})
    lacking = scorer.explain({**clients[0], "employment_years": None})
    assert by_feature(given) == by_feature(lacking)
    assert "employment_years" not in (*given.missing, *given.out_of_domain)
    assert "employment_years" in lacking.missing


def test_what_training_did_not_see_is_flagged_and_scored(
    scorer: Scorer, clients: list[dict[str, Value]]
) -> None:
    low, high = scorer.card.learned["annual_income"]
    values = clients[0]
    inside = scorer.explain({**values, "annual_income": high}).out_of_domain
    assert "annual_income" not in inside
    for outside in (low - 1, high + 1):
        assert "annual_income" in scorer.explain({**values, "annual_income": outside}).out_of_domain
    unheard = scorer.explain({**values, "employment": "astronaut"})
    assert "employment" in unheard.out_of_domain
    assert by_feature(unheard) == by_feature(scorer.explain({**values, "employment": None}))
    assert 0 < unheard.score.default_probability < 1


def test_derived_features_are_computed_anew_and_to_the_bit(
    scorer: Scorer, clients: list[dict[str, Value]], rows: pl.DataFrame
) -> None:
    for values in clients[:60]:
        assert scorer.complete({**values, "instalment": 1.0, "debt_ratio": None}) == values
    raised = scorer.complete({**clients[0], "requested_amount": 40_000.0, "duration_months": 12})
    assert raised["instalment"] != clients[0]["instalment"]
    assert raised["duration_months"] == 12.0
    assert set(scorer.complete({})) == set(CONTRACT.features)
    with pytest.raises(ValueError, match="could not convert"):
        scorer.complete({"requested_amount": "a lot"})


def test_trees_that_are_none_are_a_corrupt_model(scorer: Scorer, home: Path) -> None:
    sound = artefact.verified(home, scorer.card.version)
    trees = json.loads(sound.trees)
    trees["oblivious_trees"][0]["leaf_values"].pop()
    for content in (b"", b"{}", json.dumps(trees).encode()):
        with pytest.raises(CorruptModel) as refusal:
            Scorer(replace(sound, trees=content))
        assert refusal.value.reason == "unsound"


@pytest.mark.parametrize("shape", [(1, 0), (0, 1)])
def test_a_model_of_one_feature_scores_too(tmp_path: Path, shape: tuple[int, int]) -> None:
    contract = wide(*shape)
    scorer, _ = made(tmp_path / "home", contract, applications(contract, 300))
    (name,) = scorer.card.features
    value: Mapping[str, Value] = {name: 0.5 if shape[0] else "c1"}
    assert len(scorer.explain(value).contributions) == 1


def test_what_serves_needs_none_of_the_libraries_that_learn() -> None:
    asked = "import sys, app.main, app.scoring, models.scorer, models.offers; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in ended.stdout.split()}
    assert "numpy" in loaded
    assert loaded & set(HEAVY) == set()
