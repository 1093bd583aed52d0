"""LIME beside the exact reasons: the same features, the same client, another method."""

import polars as pl
import pytest

from data.scoring import Value
from models import artefact, surrogate
from models.scorer import Scorer
from tests.made_up import applications, wide
from tests.trained import described, publish

CONTRACT = wide(5, 2)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """Defaults come with n0 above all, then with n3."""
    drawn = applications(CONTRACT, 2_000)
    pull = 3 * pl.col("n0").fill_null(0) + 0.6 * pl.col("n3").fill_null(0)
    return drawn.with_columns(defaulted=pull > drawn.select(pull.quantile(0.8)).item())


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory, rows: pl.DataFrame) -> Scorer:
    home = tmp_path_factory.mktemp("lime") / "home"
    card = publish(home, *described(rows, CONTRACT, trees=60, depth=3), CONTRACT)
    return Scorer(artefact.verified(home, card.version))


@pytest.fixture(scope="module")
def others(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(list(CONTRACT.features))


def client(others: pl.DataFrame, place: int) -> dict[str, Value]:
    return others.row(place, named=True)


def test_lime_speaks_of_every_feature_and_agrees_on_what_matters_most(
    scorer: Scorer, others: pl.DataFrame
) -> None:
    high = others.with_row_index().filter(pl.col("n0") > 1)["index"].to_list()[:3]
    for place in high:
        values = client(others, place)
        found = surrogate.lime(scorer, values, others)
        assert {name for name, _ in found.weights} == set(scorer.card.features)
        sizes = [abs(weight) for _, weight in found.weights]
        assert sizes == sorted(sizes, reverse=True)
        exact = scorer.explain(values).contributions[0]
        assert (found.weights[0][0], exact.feature) == ("n0", "n0")
        assert found.weights[0][1] * exact.points > 0
        assert 0 < found.fit <= 1


def test_lime_says_the_same_twice_and_bears_what_is_missing(scorer: Scorer, others: pl.DataFrame) -> None:
    for values in (client(others, 0), dict.fromkeys(CONTRACT.features), {}):
        assert surrogate.lime(scorer, values, others) == surrogate.lime(scorer, values, others)
