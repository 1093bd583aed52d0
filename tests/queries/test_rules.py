"""The rules of a whole selection, and how a rule is read: when they fire, when they keep silent."""

from pathlib import Path

import pytest

from data.snapshot import current
from queries import rules
from queries.duckdb_engine import DuckdbEngine
from queries.polars_engine import PolarsEngine
from queries.rules import Recommendation, RuleError, measures
from queries.selection import Selection
from tests import drawn

ALL = Selection()


@pytest.fixture(params=["cubes", "facts"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fired(
    kind: str, home: Path, selection: Selection = ALL, scope: Selection | None = ALL
) -> list[Recommendation]:
    snapshot = current(home)
    engine: rules.Answering = PolarsEngine(snapshot) if kind == "cubes" else DuckdbEngine(snapshot)
    return rules.recommend(engine, selection, scope)


def names(found: list[Recommendation]) -> list[str]:
    return [each.rule.id for each in found]


def test_only_reinforce_fires_on_the_reference_file(kind: str, reference_home: Path) -> None:
    (found,) = fired(kind, reference_home)
    assert found.rule.id == "reinforce_reference"
    assert found.value == pytest.approx(22.7267, abs=5e-5)
    assert (found.limit, found.rows, str(found.evidence), found.place) == (20, 300, "", "")


def test_the_spread_between_agencies_of_the_reference_file_is_a_sample_deviation(
    reference_home: Path,
) -> None:
    engine = PolarsEngine(current(reference_home))
    answers = {name: engine.run(query, ALL, ALL) for name, query in measures.ASKED.items()}
    measure = measures.MEASURES["treated_spread"](answers)
    assert measure is not None
    assert measure.value == pytest.approx(154.298, abs=5e-4)


def test_a_mean_at_its_limit_does_not_fire(home: Path) -> None:
    at, past = (
        "day | treated | delay_days\n2026-01-01 | 20 | 20",
        "day | treated | delay_days\n2026-01-01 | 20 | 20.5",
    )
    drawn.published(home, drawn.cases(at))
    assert names(fired("cubes", home)) == []
    drawn.published(home, drawn.cases(past))
    assert names(fired("cubes", home)) == ["reinforce_reference"]


def test_rows_count_once_whatever_they_carry_and_whatever_their_status(kind: str, home: Path) -> None:
    table = """
        status   | treated | delay_days
        closed   | 1000    | 5
        rejected | 1       | 40
        open     | 1       | 30"""
    drawn.published(home, drawn.cases(table))
    (found,) = fired(kind, home)
    assert (found.rule.id, found.value, found.rows) == ("reinforce_reference", 25.0, 3)


def test_a_stated_rate_above_a_tenth_asks_for_an_audit(kind: str, home: Path) -> None:
    drawn.published(home, drawn.cases("treated | stated_return_rate\n10 | 0.05\n10 | 0.16"))
    (found,) = fired(kind, home)
    assert found.rule.id == "audit_returns_reference"
    assert found.value == pytest.approx(0.105)


def test_uneven_agencies_ask_for_a_balance_and_one_agency_never_does(kind: str, home: Path) -> None:
    drawn.published(home, drawn.cases("agency | treated\nLille | 1000\nRouen | 500"))
    (found,) = fired(kind, home)
    assert found.rule.id == "rebalance_reference"
    assert found.value == pytest.approx(353.5534, abs=1e-4)
    assert names(fired(kind, home, Selection.parse("agency=Lille"))) == []


def test_too_few_cases_keep_a_rule_silent(home: Path) -> None:
    drawn.published(home, drawn.cases("treated | delay_days\n10 | 90"))
    assert names(fired("cubes", home)) == []


def test_a_rule_reads_the_rows_the_reader_may_see(kind: str, home: Path) -> None:
    table = "agency | treated | delay_days\nLille | 20 | 10\nRouen | 20 | 50"
    drawn.published(home, drawn.cases(table))
    (found,) = fired(kind, home, ALL, Selection.parse("agency=Rouen"))
    assert (found.value, found.scope) == (50.0, "selection")
    assert names(fired(kind, home, ALL, None)) == []


def test_without_a_pick_it_speaks_of_the_network(home: Path) -> None:
    drawn.published(home, drawn.cases("treated | delay_days\n20 | 50"))
    scopes = [
        fired("cubes", home, Selection.parse(text))[0].scope
        for text in ("", "since=2026-01-01", "agency=Lille")
    ]
    assert scopes == ["network", "network", "selection"]


def test_an_empty_selection_fires_nothing(kind: str, reference_home: Path) -> None:
    assert fired(kind, reference_home, Selection.parse("agency=Nowhere")) == []


def test_every_rule_is_reviewed_and_speaks_both_languages() -> None:
    assert [rule.id for rule in rules.rules()] == [
        "reinforce", "rebalance", "audit_returns", "old_stock", "drift",
        "reinforce_reference", "audit_returns_reference", "rebalance_reference",
    ]  # fmt: skip
    for rule in rules.rules():
        assert rule.owner
        assert rule.reviewed_by
        assert rule.versions[-1].on <= rule.reviewed_on
        assert set(rule.texts["fr"]) == set(rule.texts["en"])


def test_the_limits_are_those_of_the_domain() -> None:
    limits = {each.id: [c.limit for c in each.conditions] for each in rules.rules()}
    assert limits == {
        "reinforce": [20, 1.25],
        "rebalance": [0.25],
        "audit_returns": [0.10],
        "old_stock": [0.15, 0.15],
        "drift": [2, 0.20],
        "reinforce_reference": [20],
        "audit_returns_reference": [0.10],
        "rebalance_reference": [300],
    }


GOOD = """[[rule]]
id = "a"
per = "agency"
conditions = [{indicator = "mean_delay", condition = ">", limit = 1}]
minimum = 1
counted = "closed"
better = "down"
urgency = "study"
icon = "people"
owner = "o"
reviewed_by = "r"
reviewed_on = 2026-01-01
versions = [{number = 1, on = 2026-01-01, reason = {fr = "r", en = "r"}}]
fr = {name = "n", title = "t", text = "t", why = "w"}
en = {name = "n", title = "t", text = "t", why = "w"}
"""


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("mean_delay", "no_such_indicator"),
        ("mean_delay", "row_mean_delay"),
        ('">"', '"≥"'),
        (", limit = 1}", "}"),
        ('{indicator = "mean_delay", condition = ">", limit = 1}', ""),
        ('icon = "people"', 'icon = "people"\nevidence = "colour=red"'),
        ('owner = "o"', 'ownr = "o"'),
        ('owner = "o"', 'owner = "o"\neffect = "magic"'),
        ('"study"', '"soon"'),
        ("minimum = 1", "minimum = 1\nmonths = 0"),
        ('counted = "closed"', 'counted = "sheep"'),
        ('versions = [{number = 1, on = 2026-01-01, reason = {fr = "r", en = "r"}}]', ""),
        ('reason = {fr = "r", en = "r"}', 'reason = {fr = "r"}'),
        (
            'en = {name = "n", title = "t", text = "t", why = "w"}',
            'en = {name = "n", title = "t", text = "t"}',
        ),
        ('en = {name = "n", title = "t"', 'en = {name = "n", title = "{plaice}"'),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused_by_name(change: str, to: str) -> None:
    assert len(rules.read(GOOD)) == 1
    assert change in GOOD
    with pytest.raises(RuleError, match=r"^a: "):
        rules.read(GOOD.replace(change, to))


def test_a_rule_declared_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="declared twice: a"):
        rules.read(GOOD + GOOD)


def test_a_rule_in_data_alone_is_judged_and_said(home: Path) -> None:
    drawn.published(home, drawn.cases("treated | delay_days\n20 | 5"))
    engine = PolarsEngine(current(home))
    asked = rules.questions(ALL, engine.days)
    answers = {name: engine.run(query, part, ALL) for name, (query, part) in asked.items()}
    board = rules.board(answers, rules.judged(ALL, engine.days))
    (judged,) = rules.judge(board, ALL, rules.read(GOOD))
    assert [judged.groups[place].name for place in judged.fired()] == ["Lille"]
