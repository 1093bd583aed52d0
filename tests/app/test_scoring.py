import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import champion, scoring
from app.accounts import User, acting
from app.champion import ModelDoesNotFit, NoCredits
from app.consultation import ConsultationOver, DecisionRefused, UnknownClient, UnknownDecision
from app.scoring import ScoreFailed, Scoring
from data import snapshot
from data.errors import NoSnapshot
from data.journal import JournalFailed
from data.snapshot import Snapshot
from models import artefact
from models.artefact import CorruptModel, NoModel
from queries.duckdb_engine import DuckdbEngine
from queries.selection import Selection
from tests.app.test_services import flip_a_bit
from tests.credits import CONTRACT
from tests.published import publish
from tests.scored import CLIENTS, FIRST, OFFICER, consultations, publish_world, scored_home, scoring_on
from tests.trained import quick_model

GIVEN = ("income", "amount", "job", "owner")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return scored_home(tmp_path / "home")


@pytest.fixture
def service(home: Path) -> Iterator[Scoring]:
    with scoring_on(home) as opened:
        yield opened


def served(home: Path) -> tuple[Snapshot, DuckdbEngine]:
    found = snapshot.current(home)
    return found, DuckdbEngine(found)


def test_a_client_is_scored_by_the_champion_and_the_reasons_add_up(service: Scoring) -> None:
    for client in range(FIRST, FIRST + 200):
        explained = service.consult(client, "review").explanation
        total = explained.start + sum(each.points for each in explained.contributions)
        assert total == pytest.approx(explained.score.default_probability, abs=1e-12)
        assert (explained.score.client_id, explained.score.model_version) == (client, "1")


def test_a_consultation_has_the_values_of_every_feature_and_the_model_looks_at_its_own(
    service: Scoring,
) -> None:
    seen = service.consult(999, "review")
    assert seen.values["age"] == 21.0
    assert seen.values["ratio"] == pytest.approx(11.5 / 100)
    assert {each.feature for each in seen.explanation.contributions} == {*GIVEN, "ratio"}
    assert (str(seen.applied_on), seen.defaulted) == ("2026-01-02", False)


def test_an_outcome_that_is_not_known_yet_is_none(service: Scoring) -> None:
    assert service.consult(1000 - 9, "review").defaulted is None


@pytest.mark.parametrize("client", [0, -1, 1001, 2**63 - 1, -(2**63), 2**63, 10**40])
def test_an_unknown_client_is_said_to_be_unknown(service: Scoring, home: Path, client: int) -> None:
    with pytest.raises(UnknownClient):
        service.consult(client, "review")
    assert consultations(home) == []


def test_who_may_see_no_row_is_told_the_same(home: Path) -> None:
    with scoring_on(home, User("paul", ("officer",), None)) as opened, pytest.raises(UnknownClient):
        opened.consult(999, "review")


def test_the_journal_says_who_saw_what_by_which_model_on_which_data(service: Scoring, home: Path) -> None:
    seen = service.consult(999, "complaint")
    line = consultations(home)[-1]
    score = seen.explanation.score
    assert (line["who"], line["purpose"], line["model_version"]) == ("anne", "complaint", "1")
    assert (line["probability"], line["threshold"]) == (score.default_probability, score.threshold)
    assert (line["snapshot"], line["card"]) == (snapshot.pointer(home), artefact.verified(home, 1).seal)


@pytest.mark.parametrize("purpose", ["", "curiosity", "API", "replay"])
def test_a_purpose_is_one_of_those_agreed(service: Scoring, home: Path, purpose: str) -> None:
    with pytest.raises(ValueError, match="no purpose"):
        service.consult(999, purpose)
    assert consultations(home) == []


def test_without_a_journal_there_is_no_number(service: Scoring, home: Path) -> None:
    (home / "journal.sqlite").mkdir()
    with pytest.raises(JournalFailed):
        service.consult(999, "review")
    with pytest.raises(JournalFailed):
        service.assess({"amount": 10.0}, purpose="api")


def test_what_is_open_may_be_looked_at_again_by_who_opened_it(service: Scoring, home: Path) -> None:
    with pytest.raises(ConsultationOver, match="not_opened"):
        service.again(999)
    seen = service.consult(999, "review")
    assert service.again(999) == seen
    assert len(consultations(home)) == 1
    with acting(replace(OFFICER, name="paul")), pytest.raises(ConsultationOver, match="not_opened"):
        service.again(999)


def test_what_was_opened_long_ago_is_opened_anew(service: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    service.consult(999, "review")
    monkeypatch.setattr(scoring, "UNDER_WAY", scoring.UNDER_WAY * 0)
    with pytest.raises(ConsultationOver, match="not_opened"):
        service.again(999)


def test_a_new_model_or_new_data_end_what_was_open(service: Scoring, home: Path) -> None:
    service.consult(999, "review")
    quick_model(home, seed=8)
    service.refresh(*served(home))
    with pytest.raises(ConsultationOver, match="changed"):
        service.again(999)
    service.consult(999, "review")
    publish_world(home)
    service.refresh(*served(home))
    with pytest.raises(ConsultationOver, match="changed"):
        service.again(999)


def test_an_application_like_a_client_has_its_score_to_the_last_bit(service: Scoring) -> None:
    for client in range(FIRST, FIRST + 200):
        seen = service.consult(client, "review")
        sent = service.assess({name: seen.values[name] for name in GIVEN})
        alike = service.assess({}, like=seen.values)
        assert sent.contributions == alike.contributions == seen.explanation.contributions
        assert sent.score.default_probability == seen.explanation.score.default_probability


def test_a_change_is_scored_with_what_is_derived_from_it(service: Scoring) -> None:
    seen = service.consult(999, "review")
    changed = service.assess({"amount": 80.0}, like=seen.values)
    values = {each.feature: each.value for each in changed.contributions}
    assert (values["amount"], values["ratio"]) == (80.0, 80.0 / 100.0)
    assert changed == service.assess({**{name: seen.values[name] for name in GIVEN}, "amount": 80.0})


def test_an_assessment_is_told_to_the_journal_of_nobody_when_it_has_a_purpose(
    service: Scoring, home: Path
) -> None:
    service.assess({"amount": 80.0})
    assert consultations(home) == []
    service.assess({"amount": 80.0}, purpose="api")
    assert [line["subject"] for line in consultations(home)] == [None]


def test_a_decision_is_recorded_with_all_that_was_seen(service: Scoring) -> None:
    seen = service.consult(999, "application")
    score = seen.explanation.score
    other = "refuse" if score.decision != "refuse" else "accept"
    number = service.decide(seen, other, "  Ressources confirmées. ", followed=False, offer={"amount": 80.0})
    found = service.journal.decision(number)
    assert found is not None
    assert (found.who, found.client_id, found.motive) == ("anne", 999, "Ressources confirmées.")
    assert (found.proposed, found.decided, found.followed) == (score.decision, other, False)
    assert found.features == {name: seen.values[name] for name in (*GIVEN, "ratio")}
    assert (found.probability, found.snapshot, found.card) == (
        score.default_probability,
        score.snapshot,
        seen.card,
    )


def test_a_decision_of_ones_own_has_a_motive_and_one_that_follows_needs_none(service: Scoring) -> None:
    seen = service.consult(999, "application")
    proposed = seen.explanation.score.decision
    other = "refuse" if proposed != "refuse" else "accept"
    for decision, motive, followed, reason in (
        (other, "  ", False, "motive_required"),
        (other, "why", True, "not_a_decision"),
        (proposed, "why", False, "not_a_decision"),
        ("maybe", "why", False, "not_a_decision"),
    ):
        with pytest.raises(DecisionRefused) as refused:
            service.decide(seen, decision, motive, followed=followed)
        assert refused.value.reason == reason
    assert service.journal.decisions() == []
    assert service.decide(seen, proposed, followed=True) == 1


def test_a_decision_is_computed_again_to_the_last_bit_whatever_serves_since(
    service: Scoring, home: Path
) -> None:
    numbers = []
    for client in range(FIRST, FIRST + 40):
        seen = service.consult(client, "application")
        numbers.append(service.decide(seen, seen.explanation.score.decision, followed=True))
    quick_model(home, seed=8, trees=60)
    publish_world(home, CLIENTS + 50)
    with scoring_on(home) as later:
        assert later.consult(FIRST, "review").explanation.score.model_version == "2"
        for number in numbers:
            found = later.replay(number)
            assert found.identical
            assert found.recomputed.score.model_version == "1"
    assert consultations(home)[-1]["purpose"] == "command"


def test_a_number_that_is_another_by_one_bit_is_not_identical(service: Scoring) -> None:
    seen = service.consult(999, "application")
    found = service.replay(service.decide(seen, seen.explanation.score.decision, followed=True))
    assert found.identical
    stored = found.stored
    for field in ("probability", "threshold", "review", "start"):
        near: Any = {field: float(np.nextafter(getattr(stored, field), 1))}
        off = replace(stored, **near)
        assert not found._replace(stored=off).identical
    log_odds, points = stored.contributions["amount"]
    off = replace(stored, contributions={**stored.contributions, "amount": (log_odds, points + 1e-17)})
    assert found._replace(stored=off).identical == (points + 1e-17 == points)
    off = replace(stored, contributions={**stored.contributions, "amount": (log_odds, points * 2 + 1)})
    assert not found._replace(stored=off).identical


def test_a_decision_by_a_model_that_is_gone_or_another_is_not_replayed(service: Scoring, home: Path) -> None:
    seen = service.consult(999, "application")
    decision = seen.explanation.score.decision
    number = service.decide(seen, decision, followed=True)
    with pytest.raises(UnknownDecision):
        service.replay(number + 1)
    flip_a_bit(home / "models" / "1" / "trees.json")
    with pytest.raises(CorruptModel):
        service.replay(number)


def test_nothing_published_nothing_trained_and_no_credits_each_have_their_reason(tmp_path: Path) -> None:
    empty = Scoring(tmp_path)
    empty.refresh(None, None)
    assert isinstance(empty.problem, NoSnapshot)
    assert (empty.champion, empty.contract, empty.standing()) == (None, None, (None, None))
    publish(tmp_path)
    with scoring_on(tmp_path) as opened:
        assert isinstance(opened.problem, NoCredits)
        with pytest.raises(NoCredits):
            opened.consult(999, "review")
    publish_world(tmp_path)
    with scoring_on(tmp_path) as opened:
        assert isinstance(opened.problem, NoModel)
        for ask in (
            lambda: opened.consult(999, "review"),
            lambda: opened.assess({}),
            lambda: opened.offer({}),
        ):
            with pytest.raises(NoModel):
                ask()
        assert not opened.variable("income").is_empty()
    assert not (tmp_path / "journal.sqlite").exists()


def test_a_refusal_is_a_new_error_each_time_and_holds_on_to_nothing(tmp_path: Path) -> None:
    publish_world(tmp_path)
    with scoring_on(tmp_path) as opened:
        with pytest.raises(NoModel) as first:
            opened.consult(999, "review")
        with pytest.raises(NoModel) as second:
            opened.consult(999, "review")
        assert first.value is not second.value
        assert opened._state.trouble is not None
        assert opened._state.trouble.__traceback__ is None


def test_a_model_that_is_promoted_serves_without_a_restart(tmp_path: Path) -> None:
    publish_world(tmp_path)
    with scoring_on(tmp_path) as opened:
        assert opened.champion is None
        quick_model(tmp_path)
        opened.refresh(*served(tmp_path))
        assert opened.standing() == ("1", None)
        first = opened.champion
        opened.refresh(*served(tmp_path))
        assert opened.champion is first  # nothing is loaded twice


@pytest.mark.fault
@pytest.mark.parametrize("name", ["card.json", "trees.json", "model.cbm", "scoring.toml"])
def test_a_corrupt_champion_is_replaced_by_the_one_before(home: Path, name: str) -> None:
    with scoring_on(home) as opened:
        before = opened.consult(999, "review").explanation
    quick_model(home, seed=8)
    flip_a_bit(home / "models" / "2" / name)
    with scoring_on(home) as opened:
        assert opened.standing() == ("1", "2")
        assert opened.consult(999, "review").explanation == before


@pytest.mark.fault
def test_where_no_champion_verifies_there_is_no_number(home: Path) -> None:
    flip_a_bit(home / "models" / "1" / "trees.json")
    with scoring_on(home) as opened:
        assert opened.standing() == (None, "CHAMPION")
        with pytest.raises(NoModel) as refused:
            opened.consult(999, "review")
        assert refused.value.reason == "none_intact"
    assert consultations(home) == []


def test_what_did_not_verify_is_looked_at_again_and_serves_once_it_does(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip_a_bit(home / "models" / "1" / "trees.json")
    with scoring_on(home) as opened:
        flip_a_bit(home / "models" / "1" / "trees.json")  # back as it was
        opened.refresh(*served(home))
        assert opened.champion is None
        monkeypatch.setattr(champion, "AGAIN", 0.0)
        opened.refresh(*served(home))
        assert opened.standing() == ("1", None)


OTHER_CONTRACTS = {
    "gone": ("[features.owner]", "[features.holder]"),
    "of another kind": ('kind = "flag"', 'kind = "number"'),
    "in another unit": ('en = "Amount"\nunit = "€"', 'en = "Amount"\nunit = "k€"'),
    "by another formula": ('formula = "amount / income"', 'formula = "income / amount"'),
    "with other words for a number": ("999999 =", "888888 ="),
}


@pytest.mark.parametrize("change", OTHER_CONTRACTS)
def test_a_model_that_means_something_else_by_a_feature_gives_no_number(home: Path, change: str) -> None:
    before, after = OTHER_CONTRACTS[change]
    assert before in CONTRACT
    contract = CONTRACT.replace(before, after)
    renamed = "ALTER TABLE credits RENAME owner TO holder" if change == "gone" else None
    publish_world(home, contract=contract, then=renamed)
    with scoring_on(home) as opened:
        assert isinstance(opened.problem, ModelDoesNotFit)
        assert opened.standing() == (None, "1")
        for ask in (
            lambda: opened.consult(999, "review"),
            lambda: opened.assess({"amount": 80.0}),
            lambda: opened.offer({"amount": 80.0}),
            lambda: opened.ceiling({"amount": 80.0}),
        ):
            with pytest.raises(ModelDoesNotFit):
                ask()
    assert consultations(home) == []


def test_other_labels_are_the_same_data(home: Path) -> None:
    publish_world(home, contract=CONTRACT.replace("Montant", "Somme").replace("salarié", "employé"))
    with scoring_on(home) as opened:
        assert opened.problem is None


def test_a_probability_that_is_none_is_not_shown(service: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    model = service.serving().scorer

    def broken(values: Any, **cited: Any) -> Any:
        found = explain(values, **cited)
        return replace(found, score=replace(found.score, default_probability=float("nan")))

    explain = model.explain
    monkeypatch.setattr(model, "explain", broken)
    with pytest.raises(ScoreFailed):
        service.consult(999, "review")
    with pytest.raises(ScoreFailed):
        service.assess({"amount": 80.0})


def test_similar_clients_wait_for_the_scores_of_all(service: Scoring) -> None:
    assert service.similar(service.consult(999, "review").explanation) is None


def test_what_spreads_is_kept_while_the_snapshot_is_served(service: Scoring, home: Path) -> None:
    first = service.variable("income")
    assert service.variable("income") is first
    assert service.variable("amount") is not first
    assert service.variable("nothing").is_empty()
    publish_world(home, 300)
    service.refresh(*served(home))
    assert service.variable("income")["clients"].sum() == 300


def test_what_spreads_is_for_who_may_see_rows(service: Scoring) -> None:
    assert not service.variable("income").is_empty()
    with acting(User("paul", ("officer",), None)):
        assert service.variable("income").is_empty()
        assert service.sample().is_empty()


def test_the_sample_has_a_column_per_feature(service: Scoring) -> None:
    found = service.sample()
    assert found.columns == ["client_id", "defaulted", *GIVEN, "age", "ratio"]
    assert found["defaulted"].null_count() == 0


def test_many_threads_score_while_models_and_data_are_replaced(home: Path) -> None:
    errors: list[BaseException] = []
    versions: set[str] = set()
    stop = threading.Event()
    with scoring_on(home) as opened:

        def ask() -> None:
            with acting(OFFICER):
                while not stop.is_set():
                    try:
                        explained = opened.consult(999, "review").explanation
                        versions.add(f"{explained.score.model_version} {explained.score.snapshot}")
                    except BaseException as error:  # noqa: BLE001  whatever it is, the swap caused it
                        errors.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for seed in (8, 9):
            quick_model(home, seed=seed, trees=20)
            publish_world(home)
            opened.refresh(*served(home))
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert {version.split()[0] for version in versions} >= {"1"}


def test_who_may_see_one_agency_sees_no_client_since_clients_belong_to_none(home: Path) -> None:
    scope = Selection.parse("agency=Évry")
    with scoring_on(home, User("anne", ("officer",), scope)) as opened, pytest.raises(UnknownClient):
        opened.consult(999, "review")


def test_closing_lets_go_of_everything(home: Path) -> None:
    with scoring_on(home) as opened:
        opened.consult(999, "review")
        opened.close()
        assert opened.champion is None
        assert opened.journal._connection is None
        with pytest.raises(NoSnapshot):
            opened.consult(999, "review")
