"""The simulated credits: reproducible, plausible, with the traits and the truth they are said to have."""

import inspect
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from app.commands.data import simulate as command
from data import simulate
from data.scoring import Feature, preset
from data.simulate import DRIFTS, UNTIL, fill_credits
from data.simulation.credits import groups
from data.simulation.draws import Floats
from data.simulation.risk import probability
from data.simulation.world import credit_facts

CONTRACT = preset("simulated")
CLIENTS = 100_000
NOT_EMPLOYED = 365_243
TOGETHER = (
    {"home_area", "home_age", "home_price"},
    {"average_balance", "lowest_balance", "income_regularity"},
)


@cache
def world() -> pl.DataFrame:
    """The credits of the default command, derived features included. Only to be read."""
    return pl.concat(list(groups(CLIENTS, simulate.SEED, UNTIL)))


def known() -> pl.DataFrame:
    return world().filter(pl.col("defaulted").is_not_null())


def outcome() -> Floats:
    return known()["defaulted"].cast(pl.Float64).to_numpy()


def mean(values: pl.Series) -> float:
    return float(values.drop_nulls().cast(pl.Float64).to_numpy().mean())


def missing(*names: str) -> float:
    return float(np.mean([world()[name].null_count() / CLIENTS for name in names]))


def area_under_curve(scores: Floats, defaulted: Floats) -> float:
    ranks = pl.Series(scores).rank().to_numpy()
    bad = defaulted.sum()
    return float((ranks[defaulted == 1].sum() - bad * (bad + 1) / 2) / (bad * (len(defaulted) - bad)))


def tables(clients: int, seed: int = 7, threads: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Credits and clients as they lie in the database."""
    with duckdb.connect(config={"threads": threads}) as connection:
        fill_credits(connection, clients=clients, seed=seed, until=UNTIL)
        return connection.sql("FROM credits").pl(), connection.sql("FROM clients").pl()


def test_same_seed_gives_the_same_rows_in_the_same_order_whatever_the_threads() -> None:
    ours, others = tables(30_000), tables(30_000, threads=1)
    assert all(mine.equals(other) for mine, other in zip(ours, others, strict=True))


def test_another_seed_gives_other_clients_but_for_those_shown() -> None:
    ours, others = (groups(20_000, seed, UNTIL) for seed in (7, 8))
    same = next(ours)["external_score_2"] == next(others)["external_score_2"]
    assert 0 < same.sum() < 20


def test_fewer_clients_are_the_first_of_more() -> None:
    (few, few_clients), (more, more_clients) = tables(700), tables(20_001)
    assert few.equals(more.head(700))
    assert few_clients.equals(more_clients.head(700))
    assert more["client_id"].to_list() == list(range(100_001, 120_002))


def test_a_version_is_published_with_as_many_clients_as_asked(tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    snapshot = simulate.simulate(
        tmp_path, cases=300, clients=600, progress=lambda stage, share: heard.append((stage, share))
    )
    assert (snapshot.tables["cases"], snapshot.tables["credits"], snapshot.tables["clients"]) == (
        300,
        600,
        600,
    )
    assert {"credits", "clients"} <= set(snapshot.simulated_tables)
    assert ("credits", 1.0) in heard
    assert snapshot.scoring == CONTRACT


def test_without_clients_there_are_no_credits(tmp_path: Path) -> None:
    snapshot = simulate.simulate(tmp_path, cases=300)
    assert not snapshot.tables.get("credits")
    assert snapshot.scoring is None


def test_the_command_makes_a_hundred_thousand_clients_unless_told() -> None:
    assert inspect.signature(command).parameters["clients"].default == simulate.CLIENTS == 100_000


def test_every_value_is_one_that_the_contract_admits() -> None:
    assert world().columns[3:-2] == list(CONTRACT.features)
    for feature in CONTRACT.loaded:
        values = world()[feature.name].drop_nulls()
        if feature.numeric:
            low, high = (-np.inf if feature.low is None else feature.low), feature.high or np.inf
            assert values.is_between(low, high).all(), feature.name
        else:
            assert set(values) == set(feature.values), feature.name


def test_one_client_is_derived_to_the_same_bits_as_a_table() -> None:
    loaded = world().head(200).select(each.name for each in CONTRACT.loaded)
    derived = [each.name for each in CONTRACT.derived]
    one_by_one = pl.concat([CONTRACT.derive(loaded[row]) for row in range(200)])
    assert one_by_one.select(derived).equals(world().head(200).select(derived))


def test_the_client_of_the_demonstration_is_there() -> None:
    client = world().row(by_predicate=pl.col("client_id") == 100_482, named=True)
    assert (client["age"], client["annual_income"], client["requested_amount"]) == (41, 28_400, 12_500)
    assert round(client["instalment"]) == 297
    assert client["instalment_share"] == pytest.approx(0.125, abs=0.001)
    assert [each.name for each in CONTRACT.loaded if client[each.name] is None] == [
        "external_score_1", "home_price",
    ]  # fmt: skip
    assert client["defaulted"] is None


def test_one_in_twelve_defaults_and_the_truth_says_so() -> None:
    truth, seen = probability(known(), UNTIL), outcome()
    assert seen.mean() == pytest.approx(0.081, abs=0.003)
    for tenth in np.array_split(np.argsort(truth), 10):
        spread = np.sqrt((truth[tenth] * (1 - truth[tenth])).sum())
        assert abs(seen[tenth].sum() - truth[tenth].sum()) < 4 * spread


def test_no_model_can_tell_better_than_the_truth_and_it_tells_about_78() -> None:
    assert area_under_curve(probability(known(), UNTIL), outcome()) == pytest.approx(0.781, abs=0.01)


def test_a_quarter_of_the_cells_are_missing_in_patterns_that_tell() -> None:
    assert missing(*(each.name for each in CONTRACT.loaded)) == pytest.approx(0.24, abs=0.01)
    assert missing("external_score_1") == pytest.approx(0.56, abs=0.015)
    assert missing("external_score_3") == pytest.approx(0.20, abs=0.015)
    for block in TOGETHER:
        absent = world().select(pl.all_horizontal(pl.col(name).is_null() for name in block).mean()).item()
        assert absent > 0.6
        assert missing(*block) - absent < 0.05
    unknown = known()["account_years"].is_null().to_numpy()
    assert outcome()[unknown].mean() > 1.1 * outcome()[~unknown].mean()


def test_those_without_a_job_have_the_sentinel_of_lenders_files() -> None:
    without = world()["employment"].is_in(["retired", "jobless"])
    assert (world()["employed_days"] == NOT_EMPLOYED).equals(without)
    assert mean(without) == pytest.approx(0.18, abs=0.01)


@pytest.mark.parametrize(("number", "expected"), [(1, -0.15), (2, -0.17), (3, -0.17)])
def test_external_scores_go_with_repayment_and_with_one_another(number: int, expected: float) -> None:
    scores = [f"external_score_{each}" for each in (1, 2, 3)]
    told = known().drop_nulls(scores[number - 1])
    found = np.corrcoef(told[scores[number - 1]], told["defaulted"].cast(pl.Float64))[0, 1]
    assert found == pytest.approx(expected, abs=0.02)
    others = np.corrcoef(known().select(scores).drop_nulls().to_numpy().T)[number - 1]
    assert all(0.08 < each < 0.3 for each in np.delete(others, number - 1))


def test_the_outcome_is_known_once_twelve_months_have_passed() -> None:
    applied = world()["applied_on"]
    assert applied.is_between(date(2022, 11, 1), UNTIL).all()
    assert (applied >= date(2026, 10, 24)).any()
    assert (applied <= date(2025, 10, 31)).equals(world()["defaulted"].is_not_null())
    ends = pl.concat(list(groups(20_000, 7, date(2025, 2, 28)))).drop_nulls("defaulted")["applied_on"].max()
    assert ends == date(2024, 2, 29)


def test_the_third_score_drifts_from_july_and_the_risk_does_not() -> None:
    drift = DRIFTS["external_score_3"]
    start = drift.starts_on(UNTIL)
    assert start == date(2026, 7, 1)
    year = world().filter(pl.col("applied_on") >= date(2025, 7, 1))
    before, since = (year.filter((pl.col("applied_on") >= start) == after) for after in (False, True))
    score = "external_score_3"
    assert mean(since[score]) / mean(before[score]) == pytest.approx(drift.scale, abs=0.02)
    more = mean(since[score].is_null()) - mean(before[score].is_null())
    assert more == pytest.approx(0.8 * drift.missing, abs=0.02)
    assert probability(since, UNTIL).mean() == pytest.approx(probability(before, UNTIL).mean(), abs=0.006)


def test_purposes_shift_from_january_2025() -> None:
    start = DRIFTS["loan_purpose"].starts_on(UNTIL)
    assert start == date(2025, 1, 1)
    after = world()["applied_on"] >= start
    share = {
        purpose: [mean(world().filter(when)["loan_purpose"] == purpose) for when in (~after, after)]
        for purpose in ("consolidation", "new_car")
    }
    assert share["consolidation"][1] > 1.5 * share["consolidation"][0]
    assert share["new_car"][1] < 0.75 * share["new_car"][0]


@pytest.mark.parametrize("feature", [each for each in CONTRACT.served if each.monotone], ids=lambda f: f.name)
def test_the_truth_goes_the_way_the_contract_says(feature: Feature) -> None:
    rows = world().head(20_000).filter(~pl.col(feature.name).is_in(list(feature.sentinels)))
    middle = float(np.abs(rows[feature.name].drop_nulls().to_numpy()).mean())
    for share in (0.1, 0.5, 2.0):
        more = rows.with_columns(pl.col(feature.name) + share * middle)
        change = (probability(more, UNTIL) - probability(rows, UNTIL)) * feature.monotone
        assert change.min() >= 0


def test_asking_for_more_never_lowers_the_risk_and_bringing_more_never_raises_it() -> None:
    rows = world().head(20_000)
    for name, step, sign in (("requested_amount", 2_000, 1), ("down_payment", 500, -1)):
        more = CONTRACT.derive(rows.with_columns(pl.col(name) + step))
        change = (probability(more, UNTIL) - probability(rows, UNTIL)) * sign
        assert change.min() >= 0
        assert change.mean() > 0


def test_the_truth_is_not_published() -> None:
    truth = probability(world(), UNTIL)
    for name in ("client_id", *(each.name for each in CONTRACT.numbers)):
        assert abs(np.corrcoef(world()[name].fill_null(0).to_numpy(), truth)[0, 1]) < 0.7, name


@pytest.mark.parametrize(
    "never",
    [
        "age < 18 OR age > 85",
        "employed_days <> 365243 AND employed_days > 365.25 * (age - 15)",
        "employment = 'retired' AND age < 56",
        "employment IN ('retired', 'jobless') AND occupation IS NOT NULL",
        "employment = 'self_employed' AND occupation NOT IN ('trader', 'liberal', 'farmer')",
        "education = 'higher' AND age < 23",
        "account_years > age - 15",
        "home_years > age",
        "(late_payments = 0) <> (late_days_max = 0)",
        "active_credits = 0 AND (repaid_share IS NOT NULL OR other_instalments > 0)",
        "(goods_price IS NULL) <> (loan_purpose IN ('studies', 'cash', 'consolidation', 'other'))",
        "loan_purpose = 'studies' AND (age BETWEEN 28 AND 41 OR employment = 'retired')",
        "loan_purpose = 'consolidation' AND (active_credits IS NULL OR active_credits < 2 OR age < 24)",
        "loan_purpose = 'new_car' AND requested_amount < 10000",
        "down_payment >= requested_amount",
        "lowest_balance > average_balance",
        "instalment_share > 1",
    ],
)
def test_no_client_would_surprise_a_banker(never: str) -> None:
    assert world().sql(f"SELECT client_id FROM self WHERE {never}").height == 0


def test_clients_have_been_there_since_their_account_and_some_have_left() -> None:
    rows, clients = tables(20_000)
    both = clients.join(rows, on="client_id", validate="1:1")
    assert clients.columns == ["client_id", "since", "until", "age", "segment"]
    assert (both["since"] <= both["applied_on"]).all()
    gone = both.drop_nulls("until")
    assert (gone["until"] > gone["applied_on"]).all()
    assert (gone["until"] <= UNTIL).all()
    assert 0.02 < gone.height / 20_000 < 0.12
    assert both["age"].equals(both["age_right"])
    assert set(clients["segment"]) == {"professional", "young", "premium", "senior", "household"}


def test_the_shown_clients_are_described_in_the_terms_of_the_contract() -> None:
    for shown in credit_facts()["shown"]:
        assert set(shown["values"]) <= {each.name for each in CONTRACT.loaded}
