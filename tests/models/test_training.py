"""What `vigie train` makes of published credits: small ones, and those of the reference file."""

import json
from itertools import pairwise
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pytest

from data import snapshot
from data.applications import batches
from data.pipeline import load_file, publish_tables
from models import artefact
from models.artefact import NoModel
from models.card import Card
from models.families import FAMILIES
from models.leakage import TrainingRefused
from models.scorer import Scorer
from models.training import Trained, train
from tests.credits import CONTRACT, fill_credits, publish_credits
from tests.trained import with_registry

CLIENTS = 2_000
REFERENCE = Path("credit") / "UCI_Credit_Card.csv"


def quickly(home: Path, *, seed: int = 42, with_protected: bool = False, by: str = "Karim") -> Trained:
    """CatBoost alone, nothing searched."""
    if not (home / "models").exists():
        with_registry(home)
    return train(home, families=("catboost",), candidates=1, seed=seed, with_protected=with_protected, by=by)


def kept(made: Trained) -> Card:
    assert made.card is not None
    return made.card


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trained]:
    """Small credits, and a training of all four families on them; for tests that only read."""
    home = tmp_path_factory.mktemp("small") / "home"
    publish_credits(home, CLIENTS)
    return home, train(home, candidates=2, by="Karim")


def test_the_four_families_and_the_two_rules_that_look_at_nobody_are_compared(
    small: tuple[Path, Trained],
) -> None:
    _, made = small
    assert [each.name for each in made.families] == [*FAMILIES, "accept_all", "refuse_all"]
    assert [each.name for each in made.families if each.champion] == ["catboost"]
    assert kept(made).families == made.families


def test_the_rules_that_look_at_nobody_cost_what_the_share_of_defaults_says(
    small: tuple[Path, Trained],
) -> None:
    _, made = small
    accept, refuse = made.families[-2:]
    share = kept(made).metrics["default_rate"]
    assert (accept.cost, refuse.cost) == pytest.approx((1000 * 10 * share, 1000 * (1 - share)))
    assert (accept.auc, accept.brier, refuse.brier) == pytest.approx((0.5, share, 1 - share))


def test_the_first_version_serves_at_once_and_the_next_waits_for_somebody_else(home: Path) -> None:
    publish_credits(home, CLIENTS)
    assert quickly(home).serves
    second = quickly(home)
    assert not second.serves
    assert artefact.champion(home).card.version == 1
    with pytest.raises(artefact.PromotionRefused):
        artefact.promote(home, kept(second).version, "karim")
    artefact.promote(home, kept(second).version, "Nadia")
    assert artefact.champion(home).card.version == 2


def test_a_version_serves_at_once_where_the_champion_cannot_look_at_the_data(home: Path) -> None:
    publish_credits(home, CLIENTS)
    quickly(home)
    other = CONTRACT.replace('formula = "amount / income"', 'formula = "amount / (income + 1)"')
    publish_tables(home, lambda it: fill_credits(it, CLIENTS), simulated=False, scoring=other)
    assert quickly(home).serves
    assert artefact.champion(home).card.version == 2


def test_with_protected_features_all_is_measured_and_nothing_may_serve(home: Path) -> None:
    publish_credits(home, CLIENTS)
    made = quickly(home, with_protected=True)
    assert made.families[0].auc > 0.6
    assert (made.card, made.serves) == (None, False)
    assert artefact.versions(home) == []
    with pytest.raises(NoModel):
        artefact.champion(home)


def test_the_same_seed_gives_the_same_trees(home: Path, tmp_path: Path) -> None:
    publish_credits(home, CLIENTS)
    publish_credits(tmp_path / "again", CLIENTS)
    first, again, other = quickly(home), quickly(tmp_path / "again"), quickly(home, seed=7)

    def trees(folder: Path, made: Trained) -> object:
        raw = json.loads((folder / "models" / str(kept(made).version) / "trees.json").read_bytes())
        return raw["oblivious_trees"], raw["scale_and_bias"]

    assert trees(home, first) == trees(tmp_path / "again", again)
    assert kept(first).metrics == kept(again).metrics
    assert trees(home, first) != trees(home, other)


def test_the_card_tells_of_what_the_served_trees_say_of_every_client(small: tuple[Path, Trained]) -> None:
    home, made = small
    scorer, card = Scorer(artefact.verified(home, 1)), kept(made)
    served = snapshot.current(home)
    probability = np.concatenate(
        [scorer.probability(scorer.matrix(rows)) for rows in batches(served, scorer.contract)]
    )
    assert len(probability) == CLIENTS
    assert card.mean_risk == pytest.approx(probability.mean(), rel=1e-9)
    assert list(card.counts) == np.histogram(probability, np.array(card.edges))[0].tolist()


def test_no_client_is_riskier_for_a_higher_income(small: tuple[Path, Trained]) -> None:
    scorer = Scorer(artefact.verified(small[0], 1))
    for amount in (20.0, 50.0, 90.0):
        risks = [
            scorer.explain(
                scorer.complete({"income": income, "amount": amount, "job": "1", "owner": 1.0})
                | {"ratio": 0.2}
            ).score.default_probability
            for income in np.linspace(0, 5_000, 40)
        ]
        assert all(later <= earlier for earlier, later in pairwise(risks))


def test_a_planted_leak_is_refused_by_its_name_and_nothing_is_kept(home: Path) -> None:
    contract = CONTRACT + '[features.recovered]\nfr = "Recouvré"\nen = "Recovered"\n'
    leaking = """
        ALTER TABLE credits ADD COLUMN recovered DOUBLE;
        UPDATE credits SET recovered = CASE WHEN defaulted THEN 100 + client_id % 7 ELSE client_id % 7 END"""

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        fill_credits(connection, CLIENTS)
        connection.execute(leaking)

    publish_tables(home, fill, simulated=False, scoring=contract)
    with pytest.raises(TrainingRefused) as caught:
        quickly(home)
    assert (caught.value.reason, caught.value.values["feature"]) == ("leak", "recovered")
    assert artefact.versions(home) == []


def test_credits_without_enough_outcomes_are_refused(home: Path) -> None:
    publish_credits(home, 150)
    with pytest.raises(TrainingRefused) as caught:
        quickly(home)
    assert caught.value.reason == "too_few"


@pytest.fixture(scope="module")
def reference(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the reference file of credit cards, by the shipped preset."""
    home = tmp_path_factory.mktemp("cards") / "home"
    load_file(home, "credits", reference_data / REFERENCE, preset="uci_card")
    return home


def test_on_the_reference_file_the_version_that_serves_is_as_good_as_promised(reference: Path) -> None:
    card = kept(quickly(reference))
    assert (card.validation, card.folds, card.measured_on) == ("out_of_fold", 5, 30_000)
    assert {"SEX", "AGE", "MARRIAGE"}.isdisjoint(card.features)
    assert card.metrics["auc"] >= 0.782
    assert card.metrics["cost"] <= 705
    assert card.metrics["ece"] <= 0.012
    assert card.metrics["auc_free"] - card.metrics["auc"] <= 0.002
    assert card.metrics["cost_refuse_all"] == pytest.approx(778.8)
    low, high = card.threshold_interval
    assert low < 1 / 11 < high


def test_on_the_reference_file_all_columns_together_reach_what_others_reach(reference: Path) -> None:
    found = [quickly(reference, seed=seed, with_protected=True).families[0] for seed in (42, 43, 44)]
    assert median(each.auc for each in found) >= 0.784
    assert max(each.cost for each in found) <= 705
