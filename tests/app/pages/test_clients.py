import random
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts import acting
from app.declared import callbacks
from app.pages.clients import answers, proposal, reasons, refusals, spread, standing, summary, together, tries
from app.pages.clients.callbacks import STEPS
from app.services import Services, serving
from data.journal import Journal
from data.scoring import CATEGORY, FLAG, Feature
from models.card import GroupFairness
from models.explain import Contribution, Score
from tests.published import app_on, visit
from tests.published import settings as chosen
from tests.scored import FIRST, OFFICER, consultations, scored_home

UPDATE = "/_dash-update-component"
LABELS = {"fr": "Essai", "en": "Trial"}
COUNT = Feature("count", labels=LABELS, kind="number")
SHARE = Feature("share", labels=LABELS, kind="number", unit="%", decimals=1)
WORDS = Feature("words", labels=LABELS, kind=CATEGORY, values={"a": LABELS})
QUANTILES = [float(value) for value in range(101)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scored_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def place(home: Path) -> Iterator[TestClient]:
    with visit(app_on(home)) as client:
        yield client


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[Services]:
    """Answers asked by an officer in this very process."""
    found = Services(chosen(home))
    with serving(found), acting(OFFICER):
        yield found
    found.close()


class TestWaterfall:
    def test_two_hundred_clients_add_up_as_shown(self, world: Services) -> None:
        contract = answers.serving()[1]
        for client in random.Random(1).sample(range(FIRST, FIRST + 600), 200):
            seen = world.scoring.consult(client, "api")
            drawn = reasons.waterfall(seen.explanation, contract, lambda *_: "")
            lines = [*drawn["rows"], *([drawn["others"]] if drawn["others"] else [])]
            risk = seen.explanation.score.default_probability
            assert drawn["start"] + sum(line["shown"] for line in lines) == drawn["score"]
            assert abs(drawn["score"] / 10 - risk * 100) <= 0.05 + 1e-9
            exact = drawn["raw"]["start"] + sum(line["raw"] for line in lines)
            assert abs(exact - risk) * 100 <= 0.05
            for line in lines:
                assert abs(line["shown"] - line["raw"] * 1000) < 1
                assert line["shown"] * line["raw"] >= 0

    @given(st.lists(st.floats(-300, 300), min_size=1, max_size=9), st.floats(0, 1000))
    def test_rounding_keeps_signs_and_stays_near(self, parts: list[float], start: float) -> None:
        total = round(start + sum(parts)) - round(start)
        found = reasons.rounded(parts, total)
        assert sum(found) == total
        for exact, shown in zip(parts, found, strict=True):
            assert abs(exact - shown) <= 1 + 1e-9 or len(parts) == 1

    @pytest.mark.parametrize(
        ("parts", "total", "found"),
        [
            ([4.4, 4.4, 4.4], 14, [5, 5, 4]),
            ([-0.4, 9.6], 10, [0, 10]),
            ([0.4, 0.4, -0.6], 1, [1, 1, -1]),
            ([12.0], 12, [12]),
        ],
    )
    def test_what_is_nearest_to_the_next_number_moves(
        self, parts: list[float], total: int, found: list[int]
    ) -> None:
        assert reasons.rounded(parts, total) == found

    def test_signs_are_those_of_the_page(self) -> None:
        assert reasons.points(17) == "+1,7\u00a0pt"
        assert reasons.points(-26) == "−2,6\u00a0pt"
        assert reasons.points(0) == "0,0\u00a0pt"


class TestStanding:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (68.0, "plus haut que 68\u00a0% des clients"),
            (20.0, "plus bas que 80\u00a0% des clients"),
            (-5.0, "plus bas que 99\u00a0% des clients"),
            (500.0, "plus haut que 99\u00a0% des clients"),
            (30.5, "plus bas que 70\u00a0% des clients"),
        ],
    )
    def test_the_larger_side_is_told(self, value: float, words: str) -> None:
        assert standing.place(value, QUANTILES) == words

    def test_a_value_most_clients_share_is_beside_none(self) -> None:
        heap = [0.0] * 71 + [float(value) for value in range(1, 31)]
        assert standing.place(0.0, heap) == "plus bas que 30\u00a0% des clients"
        assert standing.place(0.0, [0.0] * 101) == "comme la plupart des clients"

    def test_no_word_judges(self) -> None:
        for value in range(-1, 102):
            assert "meilleur" not in standing.place(float(value), QUANTILES)

    def test_categories_are_counted(self) -> None:
        bins = table([(0, None, None, "a", 23), (1, None, None, "b", 76), (-1, None, None, None, 1)])
        assert standing.common("a", bins) == "comme 23\u00a0% des clients"
        assert standing.common(None, bins) == "comme 1\u00a0% des clients"
        assert standing.common("z", bins) == "rare parmi les clients"


def table(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Bins (bin, low, high, code, clients), a tenth of them in default."""
    kinds = {"bin": pl.Int64, "low": pl.Float64, "high": pl.Float64, "code": pl.String, "clients": pl.Int64}
    frame = pl.DataFrame(rows, schema=kinds, orient="row")
    return frame.with_columns(known="clients", defaults=pl.col("clients") // 10)


class TestSpread:
    def test_wilson(self) -> None:
        low, high = spread.interval(4, 50)
        assert (round(low * 100, 1), round(high * 100, 1)) == (3.2, 18.8)
        assert spread.interval(0, 30)[0] == 0.0
        assert spread.interval(30, 30)[1] == pytest.approx(1.0)

    def test_a_count_in_narrow_ranges_is_drawn_number_by_number(self) -> None:
        bins = table(
            [(place, place / 4, (place + 1) / 4, None, 40 * (place % 4 == 0)) for place in range(16)]
        )
        found = spread.whole(COUNT, bins)
        assert found["low"].to_list() == [0.0, 1.0, 2.0, 3.0, 4.0]
        assert found["high"].to_list()[-1] == inf
        assert spread.spread(COUNT, 2.0, found, QUANTILES)["kind"] == "columns"
        assert spread.whole(SHARE, bins).equals(bins)

    def test_a_number_with_fractions_stays_a_density(self) -> None:
        bins = table([(place, place / 4, (place + 1) / 4, None, 40) for place in range(16)])
        assert spread.whole(COUNT, bins).equals(bins)
        drawn = spread.spread(COUNT, 3.0, bins, QUANTILES)
        assert (drawn["kind"], len(drawn["repaid"]), drawn["at"]) == ("density", spread.POINTS, 0.75)

    def test_few_clients_have_no_rate(self) -> None:
        bins = table([(0, None, None, "a", 400), (1, None, None, "b", 29), (-1, None, None, None, 60)])
        rates = spread.spread(WORDS, "b", bins, [])["rates"]
        assert [each["rate"] for each in rates] == [0.1, None, 0.1]
        assert [each["mine"] for each in rates] == [False, True, False]
        assert rates[-1]["label"] == "non renseigné"

    def test_the_last_values_stand_together_until_they_are_enough(self) -> None:
        bins = table([(place, place, place, None, count) for place, count in enumerate((300, 90, 20, 9, 5))])
        rates = spread.spread(COUNT, 4.0, bins, QUANTILES)["rates"]
        assert [each["label"] for each in rates] == ["0", "1", "2 et plus"]
        assert rates[-1]["clients"] == 34
        assert rates[-1]["mine"]

    def test_a_density_counts_everyone(self) -> None:
        for counts in (np.array([1000, 0, 0, 0]), np.arange(40)):
            curve = spread.smooth(counts)
            assert curve.sum() == pytest.approx(1)
            assert curve.min() >= 0


class TestTogether:
    def test_ranges_are_named_in_few_signs(self) -> None:
        cuts = [
            {"bin": place, "low": low, "high": high, "code": None}
            for place, (low, high) in enumerate(((0.0, 0.05), (0.05, 0.1), (0.1, 0.7)))
        ]
        assert together.names(SHARE, cuts) == ["< 5,0", "5,0–10,0", "≥ 10,0"]
        counts = [
            {"bin": n, "low": float(n), "high": n + (1.0 if n < 2 else 7.0), "code": None} for n in range(3)
        ]
        assert together.names(COUNT, counts) == ["0", "1", "≥ 2"]

    @pytest.mark.usefixtures("world")
    def test_swapped_variables_are_the_same_cells_turned(self) -> None:
        contract = answers.serving()[1]
        income, job = contract.features["income"], contract.features["amount"]
        one = answers.both(contract, (income, job), (None, None), as_dots=False)
        other = answers.both(contract, (job, income), (None, None), as_dots=False)
        assert one["grid"] == [list(line) for line in zip(*other["grid"], strict=True)]
        assert (one["columns"], one["rows"]) == (other["rows"], other["columns"])


class TestTries:
    @pytest.mark.usefixtures("world")
    def test_only_what_the_client_can_change(self) -> None:
        contract = answers.serving()[1]
        assert tries.checked({"amount": 100}, contract) == {"amount": 100.0}
        for bad in ({"income": 1.0}, {"amount": "x"}, {"amount": 0.0}, {"nothing": 1.0}):
            with pytest.raises(tries.BadChange):
                tries.checked(bad, contract)

    def test_a_slider_holds_the_client_and_stays_within_what_is_allowed(self) -> None:
        feature = Feature("amount", labels=LABELS, kind="number", low=1, high=90, step=5)
        assert tries.bounds(feature, 97.0, QUANTILES) == (1, 90, 5)
        assert tries.bounds(feature, 50.0, [40.0] * 101) == (40, 50, 5)
        assert tries.bounds(feature, None, []) == (1, 6, 5)


def ask(place: TestClient, step: str, value: Any) -> Any:
    """What the page is answered; None where it is refused."""
    output = f"clients-{step}-answer.data"
    body = {
        "output": output,
        "outputs": {"id": f"clients-{step}-answer", "property": "data"},
        "inputs": [{"id": f"clients-{step}", "property": "data", "value": value}],
        "state": [],
        "changedPropIds": [f"clients-{step}.data"],
    }
    answer = place.post(UPDATE, content=orjson.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code in (200, 204, 400), answer.text
    if answer.status_code != 200:
        return None
    assert "sideUpdate" not in answer.json(), answer.text
    return answer.json()["response"][f"clients-{step}-answer"]["data"]


def opening(client: object = FIRST, **other: Any) -> dict[str, Any]:
    return {"client": str(client), "purpose": "application", "a": None, "b": None, "t": 1, **other}


class TestCallbacks:
    def test_nothing_asked_is_nothing_answered(self, place: TestClient) -> None:
        assert [ask(place, step, None) for step in STEPS] == [None] * 5

    def test_what_is_asked_after_opening_is_answered(self, place: TestClient) -> None:
        opened = ask(place, "open", opening())
        assert opened["client"] == str(FIRST)
        a, b = opened["picked"]
        assert ask(place, "look", {"client": str(FIRST), "a": b, "b": a, "dots": True, "t": 2})["picked"] == [
            b,
            a,
        ]
        tried = ask(place, "try", {"client": str(FIRST), "changes": {"amount": 50}, "t": 3})
        assert tried["result"]["raw"] > 0
        assert "reason" in ask(place, "peers", {"client": str(FIRST), "t": 4})["views"]["clients-peers"]

    def test_a_client_nobody_opened_gives_nothing(self, place: TestClient) -> None:
        other = str(FIRST + 77)
        for step, more in (
            ("look", {"a": "income", "b": "job", "dots": False}),
            ("try", {"changes": {}}),
            ("peers", {}),
        ):
            answer = ask(place, step, {"client": other, "t": 1, **more})
            assert answer["refused"] == "over"
            assert not answer.keys() & {"views", "result", "reasons"}

    @pytest.mark.parametrize(
        "bad",
        [
            opening("x"), opening("-1"), opening("9" * 19), opening(purpose="curiosity"),
            opening(a=3), {**opening(), "client": FIRST}, [], "x", 3, {},
        ],
    )  # fmt: skip
    def test_another_shape_is_refused_before_anything_is_read(
        self, place: TestClient, home: Path, bad: Any
    ) -> None:
        before = len(consultations(home))
        assert ask(place, "open", bad) is None
        assert len(consultations(home)) == before

    def test_an_unknown_client_is_a_sentence(self, place: TestClient) -> None:
        answer = ask(place, "open", opening(7))
        assert (answer["refused"], answer["text"]) == ("unknown", "Aucun client ne porte le numéro 7.")
        assert ask(place, "open", opening("9" * 18))["refused"] == "unknown"

    def test_a_decision_needs_its_motive_here_too(self, place: TestClient, home: Path) -> None:
        proposed = ask(place, "open", opening(FIRST + 3))["views"]["clients-decision"]["decision"]
        other = next(each for each in ("accept", "refuse") if each != proposed)
        decided = {"client": str(FIRST + 3), "decision": other, "motive": " ", "offer": {}, "t": 1}
        assert ask(place, "decide", decided)["refused"] == "decision"
        assert ask(place, "decide", {**decided, "offer": {"income": 1.0}})["refused"] == "change"
        taken = ask(place, "decide", {**decided, "motive": "Pièces vues.", "offer": {"amount": 60}})
        assert len(taken["decisions"]) == 1
        journal = Journal(home)
        assert journal.decisions(FIRST + 3)[0].offer == {"amount": 60.0}
        journal.close()

    def test_each_carries_its_permission(self, place: TestClient) -> None:
        held = callbacks(place.app.state.dash)  # type: ignore[attr-defined]
        wanted = {f"clients-{step}-answer.data": "score.view" for step in STEPS}
        assert wanted | {"clients-decide-answer.data": "decision.write"} == {
            name: permission for name, permission in held.items() if name.startswith("clients-")
        }

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_any_value_is_harmless(self, place: TestClient, data: st.DataObject) -> None:
        ask(place, "open", opening())
        anything = st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**60), 2**60)
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=5,
        )
        names = st.sampled_from(["income", "job", "amount", "", "x" * 101]) | anything
        changes = st.dictionaries(st.sampled_from(["income", "job", "amount", "z"]), anything, max_size=3)
        shared: dict[str, st.SearchStrategy[Any]] = {
            "client": st.just(str(FIRST)) | names,
            "t": st.integers(-(2**53), 2**53),
        }
        shapes: dict[str, dict[str, st.SearchStrategy[Any]]] = {
            "open": {"purpose": names, "a": names, "b": names},
            "look": {"a": names, "b": names, "dots": anything},
            "try": {"changes": changes},
            "peers": {},
            "decide": {"decision": st.sampled_from(["accept", "x"]), "motive": anything, "offer": changes},
        }
        step = data.draw(st.sampled_from(STEPS))
        value = data.draw(st.fixed_dictionaries(shared | shapes[step]) | anything)
        ask(place, step, value)


def test_refusals_are_whole_sentences(world: Services) -> None:
    assert refusals.problem() is None


def test_variables_asked_for_are_taken_where_they_exist(world: Services) -> None:
    contract = answers.serving()[1]
    explained = world.scoring.consult(FIRST, "api").explanation
    largest = [each.feature for each in explained.contributions]
    assert answers.chosen(explained, contract, None, None) == largest[:2]
    assert answers.chosen(explained, contract, "nothing", largest[0]) == [largest[1], largest[0]]
    assert answers.chosen(explained, contract, "job", "job") == [
        "job",
        next(n for n in largest if n != "job"),
    ]
    assert answers.chosen(explained, contract, "age", None) == largest[:2]


def test_a_contribution_of_nothing_is_neither_up_nor_down() -> None:
    line = reasons._row(Contribution("count", 1.0, 0.0, 0.0), COUNT, 0, lambda *_: "")
    assert line["text"] == "0,0\u00a0pt"
    assert Feature("flag", labels=LABELS, kind=FLAG).kind == FLAG


@pytest.mark.parametrize(("risk", "said"), [(0.0907, "juste sous"), (0.0911, "juste au seuil")])
def test_a_risk_that_reads_like_the_threshold_says_on_which_side_it_lies(
    world: Services, risk: float, said: str
) -> None:
    champion = world.scoring.champion
    assert champion is not None
    card, contract = champion.scorer.card, champion.scorer.contract
    score = Score(FIRST, risk, 1 / 11, 1 / 7, "1", None)
    assert said in proposal.proposal(score, card, contract)["margin"]


def test_every_group_below_the_limit_is_named_the_lowest_first(world: Services) -> None:
    champion = world.scoring.champion
    assert champion is not None
    card = champion.scorer.card
    some = GroupFairness("age", "", {}, 100, 0.5, 1.0, 0.2, 0.1, 0.0)
    ratios = {"Un": 0.79, "Deux": 0.5, "Trois": 0.80}
    groups = tuple(replace(some, labels={"fr": name}, ratio=ratio) for name, ratio in ratios.items())
    told = summary.warning(replace(card, fairness=groups))
    assert told.index("Deux") < told.index("Un")
    assert "Trois" not in told
    assert summary.warning(replace(card, fairness=groups[2:])) == ""
