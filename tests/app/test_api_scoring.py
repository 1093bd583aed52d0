import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import identity
from app.accounts import ROLES, User
from app.declared import route_permission, routes
from app.scored import ExplanationAnswer, ScoreAnswer
from queries.selection import Selection
from tests.app.test_services import flip_a_bit
from tests.credits import CONTRACT
from tests.published import app_on, publish, visit
from tests.scored import FIRST, consultations, publish_world, scored_home
from tests.trained import quick_model

CLIENT = "/api/v1/clients/{}/score"
EXPLANATION = "/api/v1/clients/{}/explanation"
APPLICATION = {"income": 2_000.0, "amount": 80.5, "job": "1", "owner": True}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scored_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def server(home: Path) -> FastAPI:
    return app_on(home)


@pytest.fixture(scope="module")
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


def send(place: TestClient, **features: Any) -> Response:
    return place.post("/api/v1/score", json={"features": features})


def is_problem(answer: Response, status: int) -> dict[str, Any]:
    """The problem it is, which holds no score."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["detail"][-1] == "."
    assert not {"probability", "reasons", "start"} & told.keys()
    return told


def test_a_client_has_a_score_with_reasons_that_add_up(here: TestClient) -> None:
    for client in range(FIRST, FIRST + 200):
        told = here.get(CLIENT.format(client)).json()
        ScoreAnswer.model_validate(told, strict=True)
        assert told["client_id"] == client
        total = told["start"] + sum(each["points"] for each in told["reasons"])
        assert total == pytest.approx(told["probability"], abs=1e-12)
        signs = [each["points"] * each["log_odds"] >= 0 for each in told["reasons"]]
        assert all(signs)


def test_a_score_says_by_which_model_on_which_data_and_what_is_proposed(
    here: TestClient, server: FastAPI
) -> None:
    told = here.get(CLIENT.format(999)).json()
    assert told["model_version"] == "1"
    assert told["snapshot"] == server.state.services.snapshot.id
    words = {True: "accept", False: "review" if told["probability"] < told["review"] else "refuse"}
    assert told["decision"] == words[told["probability"] < told["threshold"]]


def test_an_explanation_is_the_score_and_the_model_and_the_offer(here: TestClient) -> None:
    offers = 0
    for client in range(FIRST, FIRST + 40):
        score, told = (here.get(path.format(client)).json() for path in (CLIENT, EXPLANATION))
        ExplanationAnswer.model_validate(told)
        assert {name: told[name] for name in score} == score
        assert told["model"]["approved_by"] == "Grace"
        assert (told["offer"] is None) or told["decision"] != "accept"
        if told["offer"]:
            offers += 1
            values = {each["feature"]: each["value"] for each in told["reasons"]}
            given = {name: values[name] for name in APPLICATION} | told["offer"]["changes"]
            again = send(here, **given).json()
            assert again["probability"] == told["offer"]["probability"] < told["threshold"]
    assert offers >= 0


def test_reasons_are_named_in_the_readers_language(here: TestClient) -> None:
    for language, label in (("fr", "Montant"), ("en", "Amount")):
        told = here.get(CLIENT.format(999), headers={"cookie": f"vigie_language={language}"}).json()
        assert {each["feature"]: each["label"] for each in told["reasons"]}["amount"] == label


def test_the_client_and_the_same_features_sent_agree_to_the_last_bit(here: TestClient) -> None:
    for client in range(FIRST, FIRST + 200):
        told = here.get(CLIENT.format(client)).json()
        values = {each["feature"]: each["value"] for each in told["reasons"]}
        again = send(here, **{name: values[name] for name in APPLICATION}).json()
        assert {**again, "client_id": client} == told


def test_the_page_and_the_api_agree_to_the_last_bit(here: TestClient, server: FastAPI, home: Path) -> None:
    from app.accounts import DEMONSTRATION, acting  # noqa: PLC0415

    scoring = server.state.services.scoring
    with acting(DEMONSTRATION):
        for client in range(FIRST, FIRST + 200):
            explained = scoring.consult(client, "review").explanation
            told = here.get(CLIENT.format(client)).json()
            assert told["probability"] == explained.score.default_probability
            assert [(r["feature"], r["log_odds"], r["points"]) for r in told["reasons"]] == [
                (c.feature, c.log_odds, c.points) for c in explained.contributions
            ]


@pytest.mark.parametrize("path", [CLIENT, EXPLANATION])
@pytest.mark.parametrize("client", [0, 12, -1, 2**63, -(2**63) - 1, 10**30])
def test_an_unknown_client_is_404_and_the_journal_hears_of_nobody(
    here: TestClient, home: Path, path: str, client: int
) -> None:
    before = len(consultations(home))
    is_problem(here.get(path.format(client)), 404)
    assert len(consultations(home)) == before


@pytest.mark.parametrize("client", ["abc", "1.5", "1e3", "null", "9" * 5_000])
def test_a_number_that_is_none_is_422(here: TestClient, client: str) -> None:
    assert is_problem(here.get(CLIENT.format(client)), 422)["field"] == "client_id"


def test_a_purpose_goes_to_the_journal_and_another_is_422(here: TestClient, home: Path) -> None:
    for purpose in ("application", "review", "complaint", "control", "api"):
        assert here.get(CLIENT.format(999), params={"purpose": purpose}).status_code == 200
        assert consultations(home)[-1]["purpose"] == purpose
    here.get(EXPLANATION.format(999))
    assert consultations(home)[-1]["purpose"] == "api"
    for purpose in ("", "curiosity", "command"):
        answer = here.get(CLIENT.format(999), params={"purpose": purpose})
        assert is_problem(answer, 422)["field"] == "purpose"


def test_what_is_sent_is_scored_for_nobody_in_the_table(here: TestClient, home: Path) -> None:
    told = send(here, **APPLICATION)
    assert told.status_code == 200
    ScoreAnswer.model_validate(told.json())
    assert told.json()["client_id"] is None
    assert consultations(home)[-1]["subject"] is None


def test_what_is_not_given_and_what_is_null_are_missing(here: TestClient) -> None:
    sent = {name: value for name, value in APPLICATION.items() if name != "income"}
    absent, null = send(here, **sent).json(), send(here, **sent, income=None).json()
    assert absent == null
    assert absent["missing"] == ["income", "ratio"]
    nothing = send(here)
    assert nothing.status_code == 200
    assert set(nothing.json()["missing"]) == {*APPLICATION, "ratio"}


def test_a_missing_value_is_read_as_in_training(here: TestClient, server: FastAPI) -> None:
    unknown = 1000 - 7  # the table holds no income for one client in seven
    told = here.get(CLIENT.format(unknown)).json()
    assert told["missing"] == ["income", "ratio"]
    values = {each["feature"]: each["value"] for each in told["reasons"]}
    given = {name: values[name] for name in APPLICATION if values[name] is not None}
    assert send(here, **given).json()["probability"] == told["probability"]


def test_beyond_what_was_learned_is_said_and_never_refused(here: TestClient) -> None:
    assert send(here, **APPLICATION).json()["out_of_domain"] == []
    told = send(here, **{**APPLICATION, "amount": 5e6, "job": "astronaut"})
    assert told.status_code == 200
    assert set(told.json()["out_of_domain"]) == {"amount", "job", "ratio"}
    assert set(send(here, **{**APPLICATION, "amount": -1e308}).json()["out_of_domain"]) >= {"amount"}


def test_a_flag_is_true_or_false_or_one_or_zero(here: TestClient) -> None:
    answers = [send(here, **{**APPLICATION, "owner": value}).json() for value in (True, 1, 1.0)]
    assert answers[0] == answers[1] == answers[2]
    assert send(here, **{**APPLICATION, "owner": False}).json()["reasons"] != answers[0]["reasons"]


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("amount", True),
        ("amount", "80"),
        ("amount", ""),
        ("amount", [80]),
        ("amount", {"value": 80}),
        ("amount", 10**400),
        ("owner", 2),
        ("owner", 0.5),
        ("owner", "true"),
        ("owner", []),
        ("job", 1),
        ("job", True),
        ("job", ["1"]),
        ("job", "x" * 1_000),
        ("height", 180),
        ("", 1),
        ("AMOUNT", 80),
        ("age", 41),  # protected: the model does not look at it
        ("client_id", 999),
        ("defaulted", True),
        ("ratio", 0.1),  # derived
    ],
)
def test_a_bad_feature_is_422_and_named(here: TestClient, home: Path, feature: str, value: object) -> None:
    before = len(consultations(home))
    told = is_problem(send(here, **{**APPLICATION, feature: value}), 422)
    assert told["field"] == f"features.{feature}"
    assert feature in told["detail"]
    assert len(consultations(home)) == before


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_number_that_is_not_finite_is_422(here: TestClient, literal: str) -> None:
    body = f'{{"features": {{"amount": {literal}}}}}'
    answer = here.post("/api/v1/score", content=body, headers={"content-type": "application/json"})
    assert is_problem(answer, 422)["field"] == "features.amount"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "features"),
        ({"features": None}, "features"),
        ({"features": []}, "features"),
        ({"features": "amount"}, "features"),
        ({"feature": {}}, "features"),
        ({"features": {}, "purpose": "api"}, "purpose"),
        ({"features": {}, "client_id": 999}, "client_id"),
        ([], "body"),
        (None, "body"),
        (3, "body"),
        ("x", "body"),
        ({"features": {}, "\ud800": 1}, "body"),
        ({"features": {"\ud800": 1}}, "features.?"),
        ({"features": {"job": "\ud800"}}, "features.job"),
    ],
)
def test_a_body_of_another_shape_is_422_and_named(here: TestClient, body: object, field: str) -> None:
    content = json.dumps(body).encode()
    answer = here.post("/api/v1/score", content=content, headers={"content-type": "application/json"})
    assert is_problem(answer, 422)["field"] == field


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"features":' * 50_000])
def test_a_body_that_is_no_json_is_refused(here: TestClient, content: bytes) -> None:
    answer = here.post("/api/v1/score", content=content, headers={"content-type": "application/json"})
    is_problem(answer, 422 if not content else 400)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["1", "2", "astronaut"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from([*APPLICATION, "ratio", "age", "client_id"]) | st.text(st.characters(), max_size=10)
applications = st.dictionaries(names, anything, max_size=6)
likely = st.fixed_dictionaries(
    {},
    optional={
        "income": st.none() | st.floats() | st.integers(),
        "amount": st.none() | st.floats(),
        "job": st.none() | st.text(st.characters(), max_size=3),
        "owner": st.none() | st.booleans() | st.sampled_from([0, 1, 1.0]),
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({"features": applications | likely}) | anything)
def test_whatever_is_sent_gets_a_whole_score_or_a_refusal_that_names_a_field(
    here: TestClient, body: object
) -> None:
    content = json.dumps(body).encode()
    answer = here.post("/api/v1/score", content=content, headers={"content-type": "application/json"})
    if answer.status_code == 200:
        told = ScoreAnswer.model_validate(answer.json())
        assert 0 < told.probability < 1
        assert math.isclose(told.start + sum(each.points for each in told.reasons), told.probability)
    else:
        assert is_problem(answer, 422)["field"]


def test_only_json_is_read(here: TestClient) -> None:
    answer = here.post("/api/v1/score", content=b"features=1", headers={"content-type": "text/plain"})
    assert answer.status_code in (415, 422)


ADDRESSES = (("GET", CLIENT.format(999)), ("GET", EXPLANATION.format(999)), ("POST", "/api/v1/score"))


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("role", sorted(ROLES))
def test_only_who_may_see_scores_sees_one(
    here: TestClient, monkeypatch: pytest.MonkeyPatch, role: str, method: str, path: str
) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", (role,), Selection()))
    answer = here.request(method, path, json={"features": {}} if method == "POST" else None)
    if "score.view" in ROLES[role]:
        assert answer.status_code == 200
    else:
        is_problem(answer, 403)


def test_the_questions_that_kpi_view_opens_reach_no_client(
    here: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from queries.clients import QUERIES  # noqa: PLC0415

    monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", ("manager",), Selection()))
    for query in QUERIES:
        assert here.get(f"/api/v1/queries/clients/{query.name}").status_code == 404
        assert here.get(f"/api/v1/queries/clients/{query.name}?client_id=999").status_code == 404


def test_every_address_that_speaks_of_clients_needs_a_permission_to_see_scores(server: FastAPI) -> None:
    found = {
        str(getattr(route, "path", "")): route_permission(route)
        for route in routes(server)
        if "client" in str(getattr(route, "path", "")) or "score" in str(getattr(route, "path", ""))
    }
    assert len(found) >= 3
    assert set(found.values()) == {"score.view"}


def test_who_may_see_no_row_finds_no_client(here: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("paul", ("officer",), None))
    is_problem(here.get(CLIENT.format(999)), 404)


def refusals(home: Path) -> list[dict[str, Any]]:
    """What all three addresses refuse with, on a server of its own."""
    with visit(app_on(home)) as place:
        return [
            is_problem(place.request(method, path, json={"features": {}} if method == "POST" else None), 503)
            for method, path in ADDRESSES
        ]


def test_without_a_model_there_is_no_score_and_the_rest_is_served(tmp_path: Path) -> None:
    publish_world(tmp_path)
    assert all("ucun modèle" in told["detail"] for told in refusals(tmp_path))
    with visit(app_on(tmp_path)) as place:
        assert place.get("/api/v1/queries/production/kpis").status_code == 200
        ready = place.get("/ready")
    assert (ready.status_code, ready.json()["status"], ready.json()["model"]) == (200, "ready", None)


def test_without_data_there_is_no_score_of_a_client(tmp_path: Path) -> None:
    with visit(app_on(tmp_path)) as place:
        is_problem(place.get(CLIENT.format(999)), 503)
        is_problem(send(place, **APPLICATION), 503)
    publish(tmp_path)
    with visit(app_on(tmp_path)) as place:
        is_problem(place.get(CLIENT.format(999)), 503)


@pytest.mark.fault
def test_a_model_with_a_flipped_bit_never_answers(tmp_path: Path) -> None:
    home = scored_home(tmp_path / "home")
    flip_a_bit(home / "models" / "1" / "trees.json")
    refusals(home)
    with visit(app_on(home)) as place:
        ready = place.get("/ready")
    assert ready.status_code == 200
    told = ready.json()
    assert (told["status"], told["model"], told["model_refused"]) == ("degraded", None, "CHAMPION")


@pytest.mark.fault
def test_the_previous_champion_stands_in_for_a_corrupt_one_and_ready_says_so(tmp_path: Path) -> None:
    home = scored_home(tmp_path / "home")
    with visit(app_on(home)) as place:
        before = place.get(CLIENT.format(999)).json()
    quick_model(home, seed=8)
    flip_a_bit(home / "models" / "2" / "trees.json")
    with visit(app_on(home)) as place:
        assert place.get(CLIENT.format(999)).json() == before
        ready = place.get("/ready").json()
    assert (ready["status"], ready["model"], ready["model_refused"]) == ("degraded", "1", "2")


def test_a_model_that_does_not_fit_the_data_gives_no_score_and_says_why(tmp_path: Path) -> None:
    home = scored_home(tmp_path / "home")
    publish_world(home, contract=CONTRACT.replace("amount / income", "income / amount"))
    assert all("ratio" in told["detail"] for told in refusals(home))


@pytest.mark.fault
def test_a_journal_that_cannot_be_written_shows_no_score(tmp_path: Path) -> None:
    home = scored_home(tmp_path / "home")
    (home / "journal.sqlite").mkdir()
    assert all("journal" in told["detail"] for told in refusals(home))
    with visit(app_on(home)) as place:
        assert place.get("/api/v1/queries/production/kpis").status_code == 200


def test_an_error_while_scoring_shows_no_number(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = app_on(home)
    scorer = server.state.services.scoring.champion.scorer
    monkeypatch.setattr(scorer, "explain", lambda *_given, **_named: 1 / 0)
    with visit(server) as place:
        for method, path in ADDRESSES:
            answer = place.request(method, path, json={"features": {}} if method == "POST" else None)
            is_problem(answer, 500)


def test_the_log_holds_no_client(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with visit(app_on(home, log_level="info")) as place:
        place.get(CLIENT.format(999))
    logged = capfd.readouterr().err
    assert '"path":"/api/v1/clients/{client_id}/score","status":200' in logged
    assert "999" not in logged.replace("ms", "")
