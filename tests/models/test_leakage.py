"""What must not be learned from is refused in a sentence that names it."""

import numpy as np
import pytest

from data.scoring import Feature, ScoringContract, parse
from models.features import Floats, Outcome, served_features
from models.leakage import TrainingRefused, alone, area, enough, idle, refuse_leaks
from tests.credits import CONTRACT

CHANCE = np.random.default_rng(3)
OUTCOME = CHANCE.random(2_000) < 0.2
SOUND = CHANCE.normal(size=2_000) + OUTCOME
CODES = CHANCE.integers(0, 200, 2_000).astype(float)  # many codes that say nothing


def contract(extra: str) -> ScoringContract:
    return parse(f'{CONTRACT}\n[features.extra]\nfr = "x"\nen = "x"\n{extra}')


def sound(feature: Feature) -> Floats:
    return SOUND if feature.numeric else CODES


def refused(column: Floats, extra: str = "", outcome: Outcome = OUTCOME) -> TrainingRefused:
    """What is said when the feature `extra` is `column`, and the others sound."""
    described = contract(extra)
    features = served_features(described)
    built = np.column_stack([column if each.name == "extra" else sound(each) for each in features])
    with pytest.raises(TrainingRefused) as caught:
        refuse_leaks(described, features, built, outcome)
    assert caught.value.values["feature"] == "extra"
    return caught.value


def test_a_copy_of_the_outcome_is_refused_by_name() -> None:
    assert refused(OUTCOME.astype(float)).reason == "leak"


def test_the_outcome_turned_round_and_noised_a_little_is_refused() -> None:
    assert refused(CHANCE.normal(scale=0.1, size=len(OUTCOME)) - OUTCOME).reason == "leak"


def test_a_feature_that_is_only_filled_in_after_a_default_is_refused() -> None:
    filled = np.where(OUTCOME, CHANCE.random(len(OUTCOME)), np.nan).astype(np.float64)
    assert refused(filled).reason == "leak"


def test_a_category_that_tells_the_outcome_is_refused() -> None:
    codes = np.where(OUTCOME, 4, CHANCE.integers(0, 4, len(OUTCOME))).astype(float)
    assert refused(codes, 'kind = "category"').reason == "leak"


def test_a_number_of_the_client_is_refused() -> None:
    numbers = CHANCE.permutation(len(OUTCOME)).astype(np.float64)
    assert refused(numbers).reason == "identifier"


def test_a_feature_computed_from_a_protected_one_is_refused_even_at_two_steps() -> None:
    known = refused(SOUND, 'formula = "age * 2"')
    assert (known.reason, known.values["source"]) == ("derived_leak", "age")
    known = refused(SOUND, 'formula = "twice + 1"\n[features.twice]\nfr = "x"\nen = "x"\nformula = "age * 2"')
    assert (known.reason, known.values["source"]) == ("derived_leak", "age")


def test_sound_features_pass() -> None:
    described = parse(CONTRACT)
    features = served_features(described)
    refuse_leaks(described, features, np.column_stack([sound(each) for each in features]), OUTCOME)


def test_protected_raw_and_after_outcome_features_are_not_served() -> None:
    for mark in ("protected", "raw", "after_outcome"):
        described = contract(f"{mark} = true")
        assert "extra" not in [each.name for each in served_features(described)]
    measured = [each.name for each in served_features(contract("after_outcome = true"), with_protected=True)]
    assert "age" in measured
    assert "extra" not in measured


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (np.zeros(0, dtype=bool), "no_credits"),
        (np.ones(500, dtype=bool), "single_class"),
        (np.zeros(500, dtype=bool), "single_class"),
        (np.arange(150) % 2 == 0, "too_few"),
        (np.arange(1_000) < 10, "too_few"),
    ],
)
def test_too_little_to_learn_from_is_refused(outcome: Outcome, reason: str) -> None:
    with pytest.raises(TrainingRefused) as caught:
        enough(outcome)
    assert caught.value.reason == reason


def test_features_that_say_nothing_are_told() -> None:
    features = served_features(parse(CONTRACT))[:3]
    built = np.column_stack([np.full(2_000, np.nan), np.full(2_000, 4.0), SOUND])
    assert idle(features, built) == tuple(each.name for each in features[:2])


def test_the_area_counts_ties_half() -> None:
    values, outcome = np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, True, False, True])
    assert area(values, outcome) == (1 + 0.5 + 1 + 1) / 4
    assert alone(-values, True, outcome) == area(values, outcome)
