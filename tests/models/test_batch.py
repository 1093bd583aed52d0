"""The compiled loop over a portfolio says, to the bit, what is said of one client."""

from pathlib import Path

import numpy as np
import pytest

from data.scoring import ScoringContract, preset, presets
from models import artefact
from models.batch import ROWS, Batch
from models.scorer import Scorer
from tests.made_up import applications, wide
from tests.trained import described, publish

SHAPES: dict[str, ScoringContract] = {**{name: preset(name) for name in presets()}, "wide": wide(96, 24)}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_portfolio_gets_the_bits_of_its_clients(shape: str, tmp_path: Path) -> None:
    contract = SHAPES[shape]
    rows = applications(contract, 3 * ROWS + 7)
    home = tmp_path / "home"
    card = publish(home, *described(rows, contract, trees=40, depth=5), contract)
    scorer = Scorer(artefact.verified(home, card.version))
    built = scorer.matrix(rows)
    raw, contributions = Batch(scorer.leaves).answer(built)
    alone, reasons = scorer.leaves.answer(built)
    assert np.array_equal(raw, alone)
    assert np.array_equal(contributions, reasons)
    values = rows.row(5, named=True)
    explained = scorer.explain({name: values[name] for name in contract.features})
    assert explained.score.default_probability == scorer.calibration.probability(raw)[5]
    found = {each.feature: each.log_odds for each in explained.contributions}
    assert [found[name] for name in scorer.card.features] == contributions[5].tolist()


@pytest.mark.parametrize("rows", [0, 1, ROWS, ROWS + 1])
def test_any_number_of_clients_is_answered(rows: int, tmp_path: Path) -> None:
    contract = wide(3, 1)
    card = publish(
        tmp_path / "home", *described(applications(contract, 300), contract, trees=10, depth=3), contract
    )
    scorer = Scorer(artefact.verified(tmp_path / "home", card.version))
    built = scorer.matrix(applications(contract, rows or 1))[:rows]
    raw, contributions = Batch(scorer.leaves).answer(built)
    assert (raw.shape, contributions.shape) == ((rows,), (rows, 4))
    assert np.array_equal(raw, scorer.leaves.answer(built)[0])
