"""What following a recommendation would change: from the cases to the card, under any plan."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import recommendations
from app.accounts import DEMONSTRATION, User, acting
from app.rule_effects import Plan
from app.services import Services, serving
from queries.rules.returns import reasons, returns_by_type
from queries.selection import Selection
from tests import published

ALL = Selection()
LILLE = "reinforce:Lille:2026-10-01"
PARISIAN = "rebalance:Cnav Île-de-France:2026-10-01"


@pytest.fixture(scope="module")
def served(simulated_home: Path) -> Iterator[Services]:
    services = Services(published.settings(simulated_home))
    yield services
    services.close()


@pytest.fixture(autouse=True)
def _serving(served: Services) -> Iterator[None]:
    with serving(served):
        yield


def item(name: str, text: str = "") -> dict[str, Any]:
    return {each["id"]: each for each in recommendations.items(Selection.parse(text), ALL)}[name]


def again(name: str, plan: Plan, text: str = "") -> dict[str, Any]:
    found = recommendations.replanned(name, Selection.parse(text), ALL, plan)
    assert found is not None
    return found


def test_a_reinforcement_announces_a_delay_an_interval_and_a_plan() -> None:
    effect = item(LILLE)["effect"]
    assert effect["low"] < effect["middle"] < effect["before"]
    assert effect["low"] < effect["middle"] < effect["high"]
    assert effect["text"].startswith("27,4 → ")
    assert effect["interval"].startswith("(entre ")
    low, middle, high = effect["change"]
    assert low < middle < high < 0
    assert effect["plan"]["weeks"] == 6
    assert effect["plan"]["agents"] in effect["plan"]["agents_steps"]


def test_the_chart_of_a_reinforcement_starts_from_the_stock_the_day_after_the_month_judged() -> None:
    series = item(LILLE)["effect"]["series"]
    assert series["weeks"][0] == "2026-11-01"
    assert {len(series[name]) for name in ("weeks", "without", "low", "middle", "high")} == {12}
    assert series["without"][0] == series["middle"][0] == 257
    assert series["middle"][-1] < series["without"][-1]


def test_more_agents_gain_more_and_the_same_plan_the_same() -> None:
    one, two = again(LILLE, Plan(1, 6)), again(LILLE, Plan(2, 6))
    assert two["effect"]["middle"] < one["effect"]["middle"]
    assert again(LILLE, Plan(1, 6)) == one
    assert (one["effect"]["plan"]["agents"], one["effect"]["plan"]["weeks"]) == (1, 6)


@pytest.mark.parametrize("plan", [Plan(1_000, 6), Plan(0, 6), Plan(1, 7), Plan(1, 52)])
def test_a_plan_that_cannot_be_is_refused(plan: Plan) -> None:
    with pytest.raises(ValueError, match="weeks"):
        again(LILLE, plan)


def test_what_is_not_recommended_has_no_plan() -> None:
    assert recommendations.replanned("reinforce:Toulon:2026-10-01", ALL, ALL, Plan(1, 6)) is None


def test_bobigny_gives_to_agencies_that_have_room() -> None:
    found = item(PARISIAN)
    moves = found["effect"]["transfers"]
    assert {each["giver"] for each in moves} == {"Bobigny"}
    assert all(each["checked"] and each["cases"] >= 5 for each in moves)
    assert found["effect"]["text"].endswith(" à Bobigny")
    assert found["effect"]["change"][1] < -0.5
    before, after = found["effect"]["spread"]
    assert before == pytest.approx(found["raw"], rel=1e-6)
    assert after < before


def test_creteil_is_told_of_the_plan_it_takes_part_in_and_an_agency_without_part_of_nothing() -> None:
    found = item(PARISIAN, "agency=Créteil")
    assert "Créteil" in {each["to"] for each in found["effect"]["transfers"]}
    assert found["effect"] == item(PARISIAN)["effect"]
    told = [each["id"] for each in recommendations.items(Selection.parse("agency=Versailles"), ALL)]
    assert PARISIAN not in told


def test_transfers_left_out_change_the_effect_and_stay_to_be_taken_again() -> None:
    whole = item(PARISIAN)["effect"]
    kept = [each["key"] for each in whole["transfers"][:-1]]
    part = again(PARISIAN, Plan(transfers=tuple(kept)))["effect"]
    assert [each["key"] for each in part["transfers"] if each["checked"]] == kept
    assert [each["checked"] for each in part["transfers"]][-1] is False
    assert part["middle"] > whole["middle"]


def test_without_a_transfer_or_with_an_unknown_one_there_is_no_effect() -> None:
    assert again(PARISIAN, Plan(transfers=()))["effect"]["kind"] == "none"
    with pytest.raises(ValueError, match="unknown transfer"):
        again(PARISIAN, Plan(transfers=("Bobigny>Nowhere>Retraite",)))


def test_an_audit_names_its_first_reason_and_whose_effect_it_is() -> None:
    found = item("audit_returns:Marseille:2026-10-01")
    assert found["reasons"][0]["name"] == "pièce manquante"
    assert found["reasons"][0]["share"] > 0.55
    assert sum(each["share"] for each in found["reasons"]) == pytest.approx(1)
    effect = found["effect"]
    assert 0 < effect["low"] < effect["middle"] < effect["high"]
    assert effect["middle"] < effect["before"]
    assert effect["change"] == sorted(effect["change"])
    assert "0,0\u00a0pt viennent des types de dossiers" in effect["sentences"][1]
    assert "+4,0\u00a0pt sont propres à l'agence" in effect["sentences"][1]


def test_an_audit_compares_with_the_rest_of_the_network_the_agency_left_out(served: Services) -> None:
    effect = item("audit_returns:Marseille:2026-10-01")["effect"]
    year = Selection.parse("since=2025-11-01&until=2026-10-31")
    first = {
        where: dict(served.run(reasons, part, ALL).iter_rows())["pièce manquante"]
        for where, part in (("all", year), ("here", year.toggle("agency", "Marseille")))
    }
    treated = {
        where: sum(served.run(returns_by_type, part, ALL)["returns_treated"].to_list())
        for where, part in (("all", year), ("here", year.toggle("agency", "Marseille")))
    }
    rest = (first["all"] - first["here"]) / (treated["all"] - treated["here"])
    assert effect["middle"] == pytest.approx((first["here"] - rest * treated["here"]) / 12)


def test_an_audit_names_the_cases_to_look_at_first_for_who_may_see_cases(served: Services) -> None:
    with acting(DEMONSTRATION):
        named = item("audit_returns:Marseille:2026-10-01", "agency=Marseille")["audited"]
    assert len(named) == 5
    assert all("retourné" in each["text"] for each in named)
    twice = [each["id"] for each in named if "2 fois" in each["text"]]
    assert twice == [each["id"] for each in named][: len(twice)]
    with acting(User("manager", ("manager",), ALL)):
        assert item("audit_returns:Marseille:2026-10-01", "agency=Marseille")["audited"] == []


def test_leaving_a_transfer_out_solves_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [each["key"] for each in item(PARISIAN)["effect"]["transfers"]]
    monkeypatch.setattr("models.effects.rebalance", lambda *_: pytest.fail("solved again"))
    kept = again(PARISIAN, Plan(transfers=tuple(keys[1:])))["effect"]["transfers"]
    assert [each["checked"] for each in kept] == [False, *[True] * (len(keys) - 1)]


def test_clearing_says_how_many_a_head_and_a_week_and_what_turns_old_meanwhile() -> None:
    found = item("old_stock:Limoges:2026-10-01")
    effect = found["effect"]
    fte = 18 / 4 / effect["middle"]
    assert effect["middle"] == effect["low"] < effect["high"]
    assert fte == pytest.approx(4.5, abs=0.5)


def test_a_drift_announces_nothing_and_asks_for_no_decision() -> None:
    found = item("drift:Nancy:2026-06-01", "until=2026-06-30")
    assert (found["effect"], found["decides"], found["urgency"]) == (None, False, "note")


def test_an_effect_is_the_same_whoever_asks_and_worked_out_once(served: Services) -> None:
    first = item(LILLE)
    assert item(LILLE, "agency=Lille")["effect"] == first["effect"]
    asked: list[int] = []
    run_all = served.run_all
    served.run_all = lambda *given: asked.append(len(given[0])) or run_all(*given)  # type: ignore[method-assign,func-returns-value]
    try:
        recommendations.items(ALL, ALL)
    finally:
        served.run_all = run_all  # type: ignore[method-assign]
    assert len(asked) == 1  # the rules' own questions


def test_a_reader_of_one_agency_is_told_of_its_effect_alone() -> None:
    scope = Selection.parse("agency=Marseille")
    found = recommendations.items(ALL, scope)
    assert {each["place"] for each in found if each["dim"]} == {"Marseille"}


def test_days_told_are_days_of_the_calendar() -> None:
    assert date.fromisoformat(item(LILLE)["effect"]["series"]["weeks"][1]) == date(2026, 11, 1) + timedelta(7)
