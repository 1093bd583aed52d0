"""The recommendation rules: when they fire, when they keep silent, what they show."""

from pathlib import Path

import polars as pl
import pytest

from data.snapshot import current
from queries import rules
from queries.duckdb_engine import DuckdbEngine
from queries.engine import Engine
from queries.polars_engine import PolarsEngine
from queries.rules import Recommendation, RuleError, measures
from queries.selection import Selection
from tests import drawn

ALL = Selection()
OPEN = """
    day        | received_on | closed_on | status | agency | treated
    2026-01-31 | 2026-01-31  | -         | open   | Lille  | 60
    2025-12-01 | 2025-12-01  | -         | open   | Lille  | 40
    2026-01-10 | 2025-12-20  | 2026-01-10 | closed | Rouen | 50"""


@pytest.fixture(params=["cubes", "facts"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fired(
    kind: str, home: Path, selection: Selection = ALL, scope: Selection | None = ALL
) -> list[Recommendation]:
    snapshot = current(home)
    engine: Engine = PolarsEngine(snapshot) if kind == "cubes" else DuckdbEngine(snapshot)
    return rules.recommend(engine, selection, scope)


def names(found: list[Recommendation]) -> list[str]:
    return [each.rule.id for each in found]


def test_only_reinforce_fires_on_the_reference_file(kind: str, reference_home: Path) -> None:
    (found,) = fired(kind, reference_home)
    assert found.rule.id == "reinforce_reference"
    assert found.value == pytest.approx(22.7267, abs=5e-5)
    assert (found.limit, found.rows, str(found.evidence), found.effect) == (20, 300, "", None)


def test_the_spread_between_agencies_of_the_reference_file_is_a_sample_deviation(
    reference_home: Path,
) -> None:
    engine = PolarsEngine(current(reference_home))
    answers = {name: engine.run(query, part, ALL) for name, (query, part) in rules.questions(ALL).items()}
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


def test_old_stock_leads_to_the_old_cases_and_says_what_clearing_them_takes(kind: str, home: Path) -> None:
    drawn.published(home, drawn.cases(OPEN), fte=2)
    (found,) = fired(kind, home, Selection.parse("since=2026-01-01"))
    assert (found.rule.id, found.value, found.rows, found.measure.cases) == ("old_stock", 0.4, 100, 40)
    # 40 cases over 4 weeks, for the 2 + 2 full-time agents of both agencies.
    assert found.measure.weekly == 2.5
    assert str(found.evidence) == "age=31%2B"


def test_the_evidence_of_old_stock_shows_as_many_cases_as_it_says(kind: str, home: Path) -> None:
    drawn.published(home, drawn.cases(OPEN))
    (found,) = fired(kind, home, Selection.parse("since=2026-01-20&agency=Lille"))
    engine = DuckdbEngine(current(home))
    query, _ = rules.questions(ALL)["kpis"]
    row = engine.run(query, found.evidence, ALL).row(0, named=True)
    assert (row["stock"], row["treated"], found.measure.weekly) == (found.measure.cases, 40, None)


def test_old_stock_still_fires_alike_once_its_evidence_is_followed(kind: str, home: Path) -> None:
    drawn.published(home, drawn.cases(OPEN))
    (before,) = fired(kind, home)
    (after,) = fired(kind, home, before.evidence)
    assert (after.value, str(after.evidence)) == (before.value, str(before.evidence))


def test_old_stock_is_silent_where_a_receipt_is_missing(kind: str, home: Path) -> None:
    drawn.published(home, drawn.cases(OPEN + "\n2026-01-05 | - | - | open | Lille | 1"))
    assert names(fired(kind, home)) == []


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


def test_picks_of_an_agent_are_answered_from_the_facts(reference_home: Path) -> None:
    found = fired("facts", reference_home, Selection.parse("agent=1013"))
    assert all(each.measure.weekly is None for each in found)


def test_every_question_is_answered_alike_by_both_engines(home: Path) -> None:
    drawn.published(home, drawn.cases(OPEN), fte=1.5)
    for query, part in rules.questions(Selection.parse("agency=Lille")).values():
        answers = [engine(current(home)).run(query, part, ALL) for engine in (PolarsEngine, DuckdbEngine)]
        assert answers[0].equals(answers[1]), query.id


def test_every_rule_is_reviewed_and_speaks_both_languages() -> None:
    ids = [rule.id for rule in rules.rules()]
    assert ids == ["reinforce_reference", "audit_returns_reference", "rebalance_reference", "old_stock"]
    for rule in rules.rules():
        assert rule.owner
        assert rule.reviewed_by
        assert set(rule.texts) == {"fr", "en"}


GOOD = """[[rule]]
id = "a"
indicator = "row_mean_delay"
condition = ">"
limit = 1
minimum = 1
better = "down"
icon = "people"
owner = "o"
reviewed_by = "r"
reviewed_on = 2026-01-01
why = "w"
fr = {title = "t", text = "t"}
en = {title = "t", text = "t"}
"""


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("row_mean_delay", "no_such_indicator"),
        ('">"', '"≥"'),
        ('why = "w"', 'evidence = "colour=red"'),
        ('owner = "o"', 'ownr = "o"'),
        ('en = {title = "t", text = "t"}', 'en = {title = "t"}'),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused_by_name(change: str, to: str) -> None:
    assert len(rules.read(GOOD)) == 1
    with pytest.raises(RuleError, match=r"^a: "):
        rules.read(GOOD.replace(change, to))


def test_a_rule_declared_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="declared twice: a"):
        rules.read(GOOD + GOOD)


def test_full_time_agents_are_unknown_where_one_agency_does_not_say(home: Path) -> None:
    drawn.published(home, drawn.cases(OPEN))
    frame = PolarsEngine(current(home)).run(measures.staff, ALL, ALL)
    assert frame.equals(pl.DataFrame({"fte": [None]}, schema=measures.staff.columns))
