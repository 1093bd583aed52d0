import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.advised import LONGEST, NETWORK, Advised, Answer, AnswerRefused, JournalFailed
from data.journal import Journal
from tests.counts import count
from tests.data.test_journal import DECISION

RETAINED = Answer(
    who="anne",
    rule="reinforce",
    place="Lille",
    month="2026-10",
    answer="retained",
    snapshot="20261101T000000.000000Z",
    until="2026-12-12",
    plan={"agents": 5, "weeks": 6},
    measured={"mean_delay": 0.1 + 0.2, "load": 1 / 3},
    announced={"change": [-5e-324, -1 / 3, 0.1]},
)
DISMISSED = replace(
    RETAINED, answer="dismissed", reason="passing_cause", motive="Absences d'été.", until=None, plan={}
)
SNOOZED = replace(RETAINED, answer="snoozed", until="2026-12-03", plan={})
TODAY = date(2026, 11, 3)


@pytest.fixture
def advised(tmp_path: Path) -> Iterator[Advised]:
    opened = Advised(tmp_path)
    yield opened
    opened.close()


def table(home: Path, text: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection:
        return connection.execute(text).fetchall()


def refusal(advised: Advised, answer: Answer, seen: int = 0) -> str:
    with pytest.raises(AnswerRefused) as refused:
        advised.record(answer, seen)
    return refused.value.reason


def test_an_answer_is_read_back_to_the_last_bit(advised: Advised) -> None:
    number = advised.record(RETAINED)
    (found,) = advised.answers()
    assert found == replace(RETAINED, id=number, at=found.at)


@settings(max_examples=50, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_number_and_any_word_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: float, word: str
) -> None:
    advised = Advised(tmp_path_factory.getbasetemp() / "any-advised")
    advised.record(replace(RETAINED, measured={word: value}, place=word), standing_at(advised, word))
    found = advised.answers()[-1]
    advised.close()
    assert (found.place, found.measured) == (word, {word: value})


def standing_at(advised: Advised, place: str) -> int:
    return max((each.id for each in advised.standing() if each.place == place), default=0)


def test_an_answer_taken_back_uncovers_the_one_before(advised: Advised) -> None:
    first = advised.record(RETAINED)
    second = advised.record(DISMISSED, first)
    assert [each.id for each in advised.standing()] == [first, second]
    assert advised.withdraw("paul", second).id == second
    assert [each.id for each in advised.standing()] == [first]
    advised.withdraw("paul", first)
    assert advised.standing() == []
    assert [(each.who, each.answer) for each in advised.answers()] == [
        ("anne", "retained"),
        ("anne", "dismissed"),
        ("paul", "withdrawn"),
        ("paul", "withdrawn"),
    ]


def test_an_answer_is_taken_back_once_and_only_while_it_is_the_last(advised: Advised) -> None:
    first = advised.record(RETAINED)
    second = advised.record(DISMISSED, first)
    for number in (first, 99):
        with pytest.raises(AnswerRefused):
            advised.withdraw("anne", number)
    advised.withdraw("anne", second)
    with pytest.raises(AnswerRefused):
        advised.withdraw("anne", second)
    assert len(advised.answers()) == 3


def test_answers_to_one_rule_leave_those_to_others_and_elsewhere_alone(advised: Advised) -> None:
    numbers = [
        advised.record(RETAINED),
        advised.record(replace(RETAINED, place="Rouen")),
        advised.record(replace(RETAINED, rule="rebalance", place=NETWORK)),
    ]
    advised.withdraw("anne", numbers[1])
    assert [each.key for each in advised.standing()] == [("reinforce", "Lille"), ("rebalance", NETWORK)]


def test_who_answers_what_somebody_else_just_answered_is_told_by_whom(
    advised: Advised, tmp_path: Path
) -> None:
    other = Advised(tmp_path)
    other.record(replace(RETAINED, who="paul"))
    other.close()
    with pytest.raises(AnswerRefused) as refused:
        advised.record(DISMISSED)
    assert (refused.value.reason, refused.value.values["who"]) == ("answered_meanwhile", "paul")
    assert len(advised.answers()) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (replace(RETAINED, answer="ignored"), "bad_answer"),
        (replace(RETAINED, answer="withdrawn"), "bad_answer"),
        (replace(DISMISSED, reason="a whim"), "bad_answer"),
        (replace(DISMISSED, reason=""), "reason_required"),
        (replace(DISMISSED, motive=" \n"), "motive_required"),
        (replace(DISMISSED, motive="é" * (LONGEST + 1)), "motive_too_long"),
        (replace(SNOOZED, until=None), "date_required"),
    ],
)
def test_what_lacks_its_reason_motive_or_date_is_refused_and_nothing_written(
    advised: Advised, tmp_path: Path, answer: Answer, reason: str
) -> None:
    assert refusal(advised, answer) == reason
    assert list(tmp_path.iterdir()) == []


def test_a_dismissal_is_of_one_month_and_the_rule_asks_again_on_the_next() -> None:
    assert DISMISSED.holds("2026-10", TODAY)
    assert DISMISSED.holds("2026-09", TODAY)
    assert not DISMISSED.holds("2026-11", TODAY)


def test_a_snoozed_one_comes_back_on_its_date_whatever_the_data_say() -> None:
    assert SNOOZED.holds("2027-01", date(2026, 12, 2))
    assert not SNOOZED.holds("2026-10", date(2026, 12, 3))


def test_a_retained_one_answers_until_the_last_month_of_its_plan() -> None:
    assert RETAINED.holds("2026-12", TODAY)
    assert not RETAINED.holds("2027-01", TODAY)
    assert replace(RETAINED, until=None).holds("2026-10", TODAY)
    assert not replace(RETAINED, until=None).holds("2026-11", TODAY)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE advised SET who = 'nobody'",
        "DELETE FROM advised",
        "INSERT OR REPLACE INTO advised SELECT * FROM advised",
        "UPDATE OR REPLACE advised SET id = id + 1",
    ],
)
def test_what_is_written_stays(advised: Advised, tmp_path: Path, change: str) -> None:
    advised.record(RETAINED)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        table(tmp_path, change)
    assert table(tmp_path, "SELECT id, who FROM advised") == [(1, "anne")]


def _answer(home: Path, place: str, lines: int) -> None:
    advised = Advised(home)
    for _ in range(lines):
        advised.withdraw("anne", advised.record(replace(RETAINED, place=place)))
    advised.record(replace(RETAINED, place=place))
    advised.close()


def test_many_processes_answer_at_once_from_the_first_line_on(tmp_path: Path) -> None:
    lines = count(ci=15, soak=150)
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_answer, args=(tmp_path, f"p{i}", lines)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    found = table(tmp_path, "SELECT place, count(*) FROM advised GROUP BY place ORDER BY place")
    assert found == [(f"p{i}", 2 * lines + 1) for i in range(4)]
    advised = Advised(tmp_path)
    assert sorted(each.place for each in advised.standing()) == ["p0", "p1", "p2", "p3"]
    advised.close()


def test_of_two_who_answer_the_same_at_once_one_is_refused(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[str] = spawn.Queue()
    workers = [spawn.Process(target=_answer_once, args=(tmp_path, f"p{i}", told)) for i in range(4)]
    for worker in workers:
        worker.start()
    outcomes = sorted(told.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join()
    assert outcomes == ["answered_meanwhile"] * 3 + ["written"]
    assert table(tmp_path, "SELECT count(*) FROM advised") == [(1,)]


def _answer_once(home: Path, who: str, told: "multiprocessing.Queue[str]") -> None:
    advised = Advised(home)
    try:
        advised.record(replace(RETAINED, who=who))
        told.put("written")
    except AnswerRefused as refused:
        told.put(refused.reason)
    advised.close()


def test_what_was_never_written_is_empty_and_is_not_made(advised: Advised, tmp_path: Path) -> None:
    assert advised.standing() == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_or_read_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").mkdir()
    advised = Advised(tmp_path)
    with pytest.raises(JournalFailed) as refused:
        advised.record(RETAINED)
    assert refused.value.reason == "unwritable"
    with pytest.raises(JournalFailed) as refused:
        advised.standing()
    assert refused.value.reason == "unreadable"


def test_what_cannot_be_a_line_fails_and_the_next_one_is_written(advised: Advised) -> None:
    for bad in (
        replace(RETAINED, measured={"delay": float("nan")}),
        replace(RETAINED, motive="\ud800"),
    ):
        with pytest.raises(JournalFailed):
            advised.record(bad)
    assert advised.record(RETAINED) == 1


def test_answers_and_decisions_share_one_file(advised: Advised, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.decided(DECISION) == 1
    assert advised.record(RETAINED) == 1
    assert journal.decided(DECISION) == 2
    journal.close()
    assert {path.name.split("-")[0] for path in tmp_path.iterdir()} == {"journal.sqlite", "journal.key"}
