"""The nearest accepted offer is accepted, near, and in steps; a granted one knows how far it may go."""

from itertools import product
from pathlib import Path

import polars as pl
import pytest

from data.scoring import Value, parse
from models import artefact, offers
from models.scorer import Scorer
from tests.made_up import applications, wide
from tests.trained import described, publish

CONTRACT = wide(5, 1, derived=1)  # n0 and n1 may change, in steps of 0.05; d0 is computed from both
STEP = 0.05


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """Defaults come with n0 and n1, and with what is computed from them."""
    drawn = applications(CONTRACT, 3_000)
    pull = pl.col("n0").fill_null(-1) + pl.col("n1").fill_null(-1) + 0.4 * pl.col("n3").fill_null(0)
    return drawn.with_columns(defaulted=pull > drawn.select(pull.quantile(0.8)).item())


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory, rows: pl.DataFrame) -> Scorer:
    home = tmp_path_factory.mktemp("offers") / "home"
    fields, learned = described(rows, CONTRACT, trees=80, depth=4)
    card = publish(home, {**fields, "stand_ins": {"n1": 0.4, "d0": 0.9}}, learned, CONTRACT)
    return Scorer(artefact.verified(home, card.version))


@pytest.fixture(scope="module")
def clients(rows: pl.DataFrame) -> list[dict[str, Value]]:
    return rows.select(list(CONTRACT.features)).to_dicts()


def refused(scorer: Scorer, clients: list[dict[str, Value]]) -> list[dict[str, Value]]:
    return [values for values in clients if not scorer.explain(values).score.granted]


def risk(scorer: Scorer, values: dict[str, Value]) -> float:
    return scorer.explain(scorer.complete(values)).score.default_probability


def steps_of(scorer: Scorer, name: str) -> list[float]:
    """Every value it may be offered at: multiples of the step that training saw and the contract allows."""
    low, high = scorer.card.learned[name]
    return [value for n in range(-80, 81) if low <= (value := round(n * STEP, 9)) <= high]


def cost(scorer: Scorer, values: dict[str, Value], changes: dict[str, float]) -> float:
    """The share of its range that each change goes."""
    total = 0.0
    for name, value in changes.items():
        here, steps = values[name], steps_of(scorer, name)
        assert isinstance(here, float)
        total += abs(value - here) / (steps[-1] - steps[0])
    return total


def test_an_offer_is_granted_and_its_risk_is_the_scorers(
    scorer: Scorer, clients: list[dict[str, Value]]
) -> None:
    made = [(values, offers.nearest(scorer, values)) for values in refused(scorer, clients)[:80]]
    found = [(values, offer) for values, offer in made if offer]
    assert len(found) > 40
    assert {len(offer.changes) for _, offer in found} == {1, 2}
    for values, offer in found:
        assert offer.probability == risk(scorer, {**values, **offer.changes}) < scorer.card.threshold
        assert all(value in steps_of(scorer, name) for name, value in offer.changes.items())


def test_no_single_change_that_is_granted_is_smaller(scorer: Scorer, clients: list[dict[str, Value]]) -> None:
    single = 0
    for values in refused(scorer, clients)[:25]:
        known = [name for name in ("n0", "n1") if values[name] is not None]
        granted = [
            cost(scorer, values, {name: value})
            for name in known
            for value in steps_of(scorer, name)
            if risk(scorer, {**values, name: value}) < scorer.card.threshold
        ]
        offer = offers.nearest(scorer, values)
        if granted:
            assert offer is not None
            assert len(offer.changes) == 1
            assert cost(scorer, values, dict(offer.changes)) == pytest.approx(min(granted))
            single += 1
        else:
            assert offer is None or len(offer.changes) == 2
    assert single > 5


def test_two_changes_are_near_the_smallest_that_would_do(
    scorer: Scorer, clients: list[dict[str, Value]], rows: pl.DataFrame
) -> None:
    asked = [place for place, values in enumerate(clients) if not scorer.explain(values).score.granted][:150]
    made = [(place, offers.nearest(scorer, clients[place])) for place in asked]
    double = [(place, offer) for place, offer in made if offer and len(offer.changes) == 2][:6]
    assert len(double) == 6
    for place, offer in double:
        values = clients[place]
        everywhere = list(product(steps_of(scorer, "n0"), steps_of(scorer, "n1")))
        moved = pl.DataFrame(everywhere, schema={"n0": pl.Float64, "n1": pl.Float64}, orient="row")
        client = rows.filter(pl.col("client_id") == place).drop("n0", "n1")
        frame = client.join(moved, how="cross")
        risks = scorer.probability(scorer.matrix(CONTRACT.derive(frame)))
        granted = [
            cost(scorer, values, {"n0": one, "n1": two})
            for (one, two), each in zip(everywhere, risks, strict=True)
            if each < scorer.card.threshold
        ]
        assert cost(scorer, values, dict(offer.changes)) <= 1.25 * min(granted)


def test_what_is_granted_needs_no_offer_and_what_is_hopeless_gets_none(
    scorer: Scorer, clients: list[dict[str, Value]]
) -> None:
    granted = next(values for values in clients if scorer.explain(values).score.granted)
    assert offers.nearest(scorer, granted) is None
    hopeless = {**refused(scorer, clients)[0], "n0": None, "n1": None}
    if not scorer.explain(scorer.complete(hopeless)).score.granted:
        assert offers.nearest(scorer, hopeless) is None
    assert offers.ceiling(scorer, refused(scorer, clients)[0]) == {}


def test_a_missing_value_is_not_changed(scorer: Scorer, clients: list[dict[str, Value]]) -> None:
    asked = [values for values in refused(scorer, clients) if values["n0"] is None][:20]
    assert asked
    for values in asked:
        offer = offers.nearest(scorer, values)
        assert offer is None or set(offer.changes) == {"n1"}


def test_a_ceiling_is_granted_and_the_next_step_is_not(
    scorer: Scorer, clients: list[dict[str, Value]]
) -> None:
    granted = [values for values in clients if scorer.explain(values).score.granted][:60]
    stopped = 0
    for values in granted:
        for name, limit in offers.ceiling(scorer, values).items():
            here = values[name]
            assert isinstance(here, float)
            assert limit > here
            on_the_way = [value for value in steps_of(scorer, name) if here < value <= limit]
            assert all(risk(scorer, {**values, name: v}) < scorer.card.threshold for v in on_the_way)
            beyond = [value for value in steps_of(scorer, name) if value > limit]
            if beyond:
                stopped += 1
                assert risk(scorer, {**values, name: beyond[0]}) >= scorer.card.threshold
    assert stopped > 10


def test_where_the_risk_falls_with_a_value_the_ceiling_is_a_floor(tmp_path: Path) -> None:
    text = CONTRACT.text.replace("monotone = 1\n", "monotone = -1\n")
    contract = parse(text)
    rows = applications(contract, 2_000)
    good = pl.col("n0").fill_null(0) + pl.col("n1").fill_null(0)
    rows = rows.with_columns(defaulted=good < rows.select(good.quantile(0.2)).item())
    card = publish(tmp_path / "home", *described(rows, contract, trees=60, depth=3), contract)
    scorer = Scorer(artefact.verified(tmp_path / "home", card.version))
    floors = [
        (values["n0"], limits["n0"])
        for values in rows.select(list(contract.features)).head(300).to_dicts()
        if "n0" in (limits := offers.ceiling(scorer, values))
    ]
    assert len(floors) > 50
    assert all(limit < here for here, limit in floors)


def test_a_model_whose_features_nobody_can_change_offers_nothing(tmp_path: Path) -> None:
    contract = parse(wide(3, 1).text.replace("changeable = true", ""))
    rows = applications(contract, 500)
    card = publish(tmp_path / "home", *described(rows, contract, trees=20, depth=3), contract)
    scorer = Scorer(artefact.verified(tmp_path / "home", card.version))
    found = {
        offers.nearest(scorer, values)
        for values in rows.drop("client_id", "applied_on", "defaulted").to_dicts()
    }
    assert found == {None}


def test_no_offer_takes_a_value_to_the_one_it_stays_below(
    tmp_path: Path, rows: pl.DataFrame, clients: list[dict[str, Value]]
) -> None:
    text = CONTRACT.text.replace("[features.n0]", '[features.n0]\nbelow = "n1"')
    bound = parse(text)
    fields, learned = described(rows, bound, trees=80, depth=4)
    card = publish(tmp_path / "home", {**fields, "stand_ins": {}}, learned, bound)
    scorer = Scorer(artefact.verified(tmp_path / "home", card.version))
    made = [(values, offers.nearest(scorer, values)) for values in refused(scorer, clients)[:60]]
    offered = [{**values, **offer.changes} for values, offer in made if offer]
    known = [(v["n0"], v["n1"]) for v in offered if isinstance(v["n0"], float) and isinstance(v["n1"], float)]
    assert len(known) > 10
    assert all(n0 < n1 for n0, n1 in known)
