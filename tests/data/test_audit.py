"""The chain of lines: what is written is found, counted and read again whole; what was changed is named."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from data.advised import Advised
from data.audit import Audit, Entry, Sought
from data.chain import ORIGIN, appended, canonical, digested, linked, spans
from data.erasing import erase, prune
from data.journal import Journal
from data.verified import Broken
from data.volume import unusual
from tests.data.test_advised import RETAINED
from tests.data.test_journal import DECISION, SEEN

TODAY = date(2026, 11, 21)
NOON = "2026-11-21T12:00:00.000000+00:00"
LINES = 12


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    opened = Audit(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def written(audit: Audit, tmp_path: Path) -> Audit:
    """Twelve lines: nine views, two decisions, an answer."""
    journal, advised = Journal(tmp_path), Advised(tmp_path)
    for client in range(LINES - 3):
        journal.consulted("anne", client, "review", SEEN)
    journal.decided(DECISION)
    journal.decided(replace(DECISION, decided="accept", followed=True))
    advised.record(RETAINED)
    journal.close()
    advised.close()
    return audit


def at(audit: Audit, moment: str, entry: Entry) -> int:
    """A line as it was written at that moment."""
    with audit._writing() as connection:
        return appended(connection, entry, moment)


def tampered(home: Path, *changes: str) -> None:
    """Change the file as somebody would who may write to it and knows of the triggers."""
    with closing(sqlite3.connect(home / "journal.sqlite")) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        for change in changes:
            file.execute(change)
        file.commit()


def test_the_chain_is_what_its_description_says(written: Audit, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as file:
        file.row_factory = sqlite3.Row
        before = ORIGIN
        for number, row in enumerate(file.execute("SELECT * FROM audit ORDER BY id"), 1):
            assert row["id"] == number
            assert row["digest"] == digested(row)
            assert row["hash"] == linked(before, number, row["at"], row["digest"])
            before = row["hash"]
    assert (number, written.head().hash) == (LINES, before)


def test_a_chain_as_it_was_written_is_whole(written: Audit) -> None:
    found = written.verify()
    assert (found.whole, found.lines, found.erased, found.broken) == (True, LINES, 0, [])
    assert found.head == written.head().hash


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET who = 'paul' WHERE id = 3", Broken("words", "audit", 3)),
        ("UPDATE audit SET purpose = NULL WHERE id = 4", Broken("words", "audit", 4)),
        ("UPDATE audit SET salt = 'ab' WHERE id = 1", Broken("words", "audit", 1)),
        ("UPDATE audit SET action = 'decision.followed' WHERE id = 2", Broken("words", "audit", 2)),
        ("UPDATE audit SET at = '2026-01-01' WHERE id = 3", Broken("hash", "audit", 3)),
        (f"UPDATE audit SET hash = '{ORIGIN}' WHERE id = 1", Broken("hash", "audit", 1)),
        (f"UPDATE audit SET hash = '{ORIGIN}' WHERE id = 12", Broken("hash", "audit", 12)),
        ("DELETE FROM audit WHERE id = 5", Broken("missing", "audit", 5)),
        ("DELETE FROM audit WHERE id BETWEEN 1 AND 4", Broken("missing", "audit", 1, 4)),
        ("DELETE FROM identities", Broken("identity", "identities", 1)),
        ("UPDATE decisions SET motive = 'another' WHERE id = 1", Broken("row", "decisions", 1)),
        ("UPDATE decisions SET probability = 0.25 WHERE id = 2", Broken("row", "decisions", 2)),
        ("UPDATE advised SET place = 'Rouen' WHERE id = 1", Broken("row", "advised", 1)),
        ("DELETE FROM decisions WHERE id = 1", Broken("row_missing", "decisions", 1)),
        ("DELETE FROM advised", Broken("row_missing", "advised", 1)),
    ],
)
def test_a_change_is_named_where_it_was_made_and_nowhere_else(
    written: Audit, tmp_path: Path, change: str, broken: Broken
) -> None:
    if broken.kind == "identity":
        change = "UPDATE identities SET number = '7'"
    tampered(tmp_path, change)
    assert written.verify().broken == [broken]


def test_words_and_their_digest_edited_together_break_the_link(written: Audit, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as file:
        file.row_factory = sqlite3.Row
        row = dict(file.execute("SELECT * FROM audit WHERE id = 3").fetchone()) | {"who": "paul"}
    tampered(tmp_path, f"UPDATE audit SET who = 'paul', digest = '{digested(row)}' WHERE id = 3")
    assert written.verify().broken == [Broken("hash", "audit", 3)]


def test_a_row_whose_line_was_edited_is_held_by_nothing(written: Audit, tmp_path: Path) -> None:
    tampered(tmp_path, "UPDATE audit SET details = '{}' WHERE id = 10")
    assert written.verify().broken == [Broken("words", "audit", 10), Broken("row_new", "decisions", 1)]


def test_a_row_added_by_hand_is_named(written: Audit, tmp_path: Path) -> None:
    names = "at, who, rule, place, month, answer, reason, motive, until, plan, measured, announced, snapshot"
    tampered(tmp_path, f"INSERT INTO advised ({names}) SELECT {names} FROM advised")
    assert written.verify().broken == [Broken("row_new", "advised", 2)]


def test_an_end_that_was_removed_is_named_while_the_file_remembers_its_numbers(
    written: Audit, tmp_path: Path
) -> None:
    tampered(tmp_path, "DELETE FROM audit WHERE id >= 8")
    assert Broken("end", "audit", 8, 12) in written.verify().broken


def test_a_head_kept_elsewhere_tells_what_the_file_alone_cannot(written: Audit, tmp_path: Path) -> None:
    head = written.head().hash
    assert written.verify(head).whole
    written.record(Entry("signed_in", "anne"))
    assert written.verify(head).whole
    tampered(
        tmp_path,
        "DELETE FROM audit WHERE id >= 8",
        "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'audit'",
        "DELETE FROM decisions",
        "DELETE FROM advised",
    )
    assert written.verify().whole
    assert written.verify(head).broken == [Broken("head", "audit", 0)]


def test_words_erased_by_hand_are_named_for_no_line_says_so(written: Audit, tmp_path: Path) -> None:
    nothing = "action = NULL, who = NULL, subject = NULL, purpose = NULL, model_version = NULL"
    tampered(tmp_path, f"UPDATE audit SET {nothing}, details = NULL, salt = NULL WHERE id = 3")
    assert written.verify().broken == [Broken("unsaid", "audit", 3)]


def test_of_very_many_breaks_a_hundred_are_named_and_all_are_counted(audit: Audit, tmp_path: Path) -> None:
    with audit._writing() as connection:
        for _ in range(150):
            appended(connection, Entry("signed_in", "anne"), NOON)
    tampered(tmp_path, "UPDATE audit SET who = 'paul'")
    found = audit.verify()
    assert (len(found.broken), found.breaks) == (100, 150)


def test_what_is_due_loses_its_words_and_keeps_its_hash(audit: Audit, tmp_path: Path) -> None:
    moments = ("2025-11-20T22:59:59.999999+00:00", "2025-11-20T23:00:00.000000+00:00", NOON)
    for moment in moments:
        at(audit, moment, Entry("signed_in", "anne"))
    hashes = {line.id: line.hash for line in audit.lines(Sought())}
    assert prune(tmp_path, date(2025, 11, 21), "paul") == 1  # the day begins at midnight in Paris
    said, *lines = audit.lines(Sought())
    assert (said.action, said.who, said.details["lines"]) == ("audit.pruned", "paul", 1)
    assert [line.erased for line in lines] == [False, False, True]
    assert {line.id: line.hash for line in lines} == hashes
    assert (lines[-1].who, lines[-1].at) == (None, moments[0])
    found = audit.verify()
    assert (found.whole, found.erased) == (True, 1)
    assert prune(tmp_path, date(2025, 11, 21), "paul") == 0
    assert audit.count(Sought()) == 4


def test_a_line_that_holds_a_decision_or_says_what_was_erased_outlives_its_time(
    written: Audit, tmp_path: Path
) -> None:
    tomorrow = date(2999, 1, 1)
    assert prune(tmp_path, tomorrow, "paul") == LINES - 3
    assert prune(tmp_path, tomorrow, "paul") == 0
    kept = {line.action for line in written.lines(Sought()) if not line.erased}
    assert kept == {"decision.followed", "decision.other", "advice.answered", "audit.pruned"}
    assert written.verify().whole
    tampered(tmp_path, "UPDATE decisions SET motive = 'another' WHERE id = 1")
    assert written.verify().broken == [Broken("row", "decisions", 1)]


def test_what_is_erased_can_be_read_in_no_file(audit: Audit, tmp_path: Path) -> None:
    for pages in (1, 2_000):  # on a page with others, and on pages of its own
        audit.record(Entry("signed_in", "a very particular name", details={"long": "particular " * pages}))
    files = list(tmp_path.iterdir())
    assert any(b"particular" in file.read_bytes() for file in files)
    prune(tmp_path, date(2999, 1, 1), "paul")
    audit.close()
    assert not any(b"particular" in file.read_bytes() for file in tmp_path.iterdir())


def test_a_line_that_says_what_was_erased_and_was_edited_says_nothing_any_more(
    written: Audit, tmp_path: Path
) -> None:
    erase(tmp_path, "client", "3", "asked", "paul")
    tampered(tmp_path, "UPDATE audit SET details = 'nonsense' WHERE action = 'person.erased'")
    assert written.verify().broken == [Broken("unsaid", "audit", 4), Broken("words", "audit", LINES + 1)]


def test_the_chain_goes_on_after_words_are_erased_and_an_edit_before_is_still_named(
    written: Audit, tmp_path: Path
) -> None:
    erase(tmp_path, "client", "3", "asked", "paul")
    written.record(Entry("signed_in", "anne"))
    assert written.verify().whole
    tampered(tmp_path, "UPDATE audit SET at = '2026-01-01' WHERE id = 4")  # the erased one
    assert written.verify().broken == [Broken("hash", "audit", 4)]


def test_lines_come_the_newest_first_a_page_at_a_time(written: Audit) -> None:
    everything = written.lines(Sought(), 0, 100)
    assert [line.id for line in everything] == list(range(LINES, 0, -1))
    assert written.lines(Sought(), 5, 3) == everything[5:8]
    assert [line.id for line in written.every(Sought())] == list(range(1, LINES + 1))


@pytest.mark.parametrize(
    ("sought", "count"),
    [
        (Sought(who=("anne",)), 12),
        (Sought(who=("paul", "anne")), 12),
        (Sought(who=("paul",)), 0),
        (Sought(who=("' OR 1=1 --",)), 0),
        (Sought(purposes=("review",)), 9),
        (Sought(actions=("decision.followed", "advice.answered")), 2),
        (Sought(text="REVIEW"), 9),
        (Sought(text="%"), 0),
        (Sought(text="score_viewed"), 0),
        (Sought(text="decision."), 2),
        (Sought(since=date(2999, 1, 1)), 0),
        (Sought(until=date(2020, 1, 1)), 0),
        (Sought(since=date(2020, 1, 1), until=date(2999, 1, 1), who=("anne",), purposes=("review",)), 9),
    ],
)
def test_what_is_sought_is_found_and_nothing_else(written: Audit, sought: Sought, count: int) -> None:
    assert written.count(sought) == len(written.lines(sought, 0, 100)) == count


def test_a_line_is_found_by_its_number_and_by_how_its_pseudonym_begins(written: Audit) -> None:
    assert LINES in [line.id for line in written.lines(Sought(text=f" {LINES} "))]
    (line, *_) = written.lines(Sought(actions=("score.viewed",)))
    assert line.subject
    assert [found.id for found in written.lines(Sought(text=line.subject[:12]))] == [line.id]
    assert written.count(Sought(text=line.subject[3:12])) == 0


def test_one_person_is_found_by_their_pseudonym(written: Audit) -> None:
    found = written.lines(Sought(subject=written.pseudonym("client", DECISION.client_id)))
    assert [line.action for line in found] == ["decision.followed", "decision.other"]
    assert written.pseudonym("case", DECISION.client_id) != found[0].subject


def test_the_values_of_a_score_are_masked_and_said_to_be(written: Audit) -> None:
    viewed = written.lines(Sought(actions=("score.viewed",)))[0]
    assert (viewed.masked, dict(viewed.details)) == (True, {"card": SEEN.card, "snapshot": SEEN.snapshot})
    assert not written.lines(Sought(actions=("advice.answered",)))[0].masked


def test_days_are_those_of_paris_and_those_without_lines_are_there_too(audit: Audit) -> None:
    for moment in ("2026-11-19T22:59:00.000000+00:00", "2026-11-19T23:00:00.000000+00:00", NOON):
        at(audit, moment, Entry("score.viewed", "anne", purpose="review"))
    sought = Sought(since=date(2026, 11, 18), until=TODAY)
    assert audit.per_day(sought) == [
        (date(2026, 11, 18), 0), (date(2026, 11, 19), 1), (date(2026, 11, 20), 1), (TODAY, 1),
    ]  # fmt: skip
    assert audit.count(Sought(since=TODAY, until=TODAY)) == 1


def test_the_day_the_clocks_change_has_all_its_hours(audit: Audit) -> None:
    for hour in ("2026-10-24T22:00", "2026-10-25T22:59", "2026-10-25T23:00"):
        at(audit, f"{hour}:00.000000+00:00", Entry("score.viewed", "anne"))
    sunday = date(2026, 10, 25)
    assert audit.per_day(Sought(since=sunday, until=sunday)) == [(sunday, 2)]


def test_a_person_is_told_beside_their_own_median_and_maximum(audit: Audit) -> None:
    for who, day, views in (("anne", 18, 2), ("anne", 19, 4), ("anne", 21, 7), ("paul", 18, 1)):
        for _ in range(views):
            at(audit, f"2026-11-{day}T10:00:00.000000+00:00", Entry("score.viewed", who))
    anne, paul = audit.per_person(Sought(since=date(2026, 11, 1)), TODAY)
    assert (anne.who, anne.on_day, anne.total, anne.median, anne.maximum) == ("anne", 7, 13, 3.0, 4)
    assert (paul.who, paul.on_day, paul.total, paul.median, paul.maximum) == ("paul", 0, 1, 1.0, 1)


def test_purposes_and_actions_are_counted_the_most_frequent_first(written: Audit) -> None:
    assert written.per_purpose(Sought()) == [("review", 9), (None, 3)]
    assert next(iter(written.per_action(Sought()).items())) == ("score.viewed", 9)
    assert written.choices("who") == sorted({"anne", RETAINED.who})
    with pytest.raises(ValueError, match="salt"):
        written.choices("salt")


@pytest.mark.parametrize(
    ("usual", "views", "told"),
    [(25, 76, True), (25, 75, False), (10, 61, True), (10, 60, False), (0, 61, True), (0, 60, False)],
)
def test_a_volume_is_unusual_beyond_three_medians_and_sixty(
    audit: Audit, usual: int, views: int, told: bool
) -> None:
    with audit._writing() as connection:
        for day, count in ((18, usual), (19, usual), (20, usual), (21, views)):
            for _ in range(count):
                appended(
                    connection,
                    Entry("case.viewed", "anne"),
                    f"2026-11-{day}T10:00:00.000000+00:00",
                )
        for _ in range(500):  # what is no view of a file does not count
            appended(connection, Entry("access.refused", "paul"), NOON)
    assert [each.views.who for each in unusual(audit, TODAY)] == (["anne"] if told else [])


def test_a_journal_that_was_never_written_is_whole_and_empty_and_is_not_made(
    audit: Audit, tmp_path: Path
) -> None:
    assert audit.verify().whole
    assert (audit.count(Sought()), audit.lines(Sought()), audit.head().hash) == (0, [], ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_lines_are_written_while_the_chain_is_read_again(written: Audit, tmp_path: Path) -> None:
    with closing(sqlite3.connect(f"file:{tmp_path}/journal.sqlite?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM audit").fetchone()
        assert written.record(Entry("signed_in", "anne")) == LINES + 1
    assert written.verify().lines == LINES + 1


def test_json_has_one_spelling() -> None:
    assert canonical({"b": 0.1 + 0.2, "a": "é"}) == '{"a":"é","b":0.30000000000000004}'
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_numbers_are_told_as_spans() -> None:
    assert spans([1, 2, 3, 7, 9, 10]) == [[1, 3], [7, 7], [9, 10]]
