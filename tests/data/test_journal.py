import gc
import json
import multiprocessing
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.audit import Audit
from data.journal import Decision, Journal, JournalFailed, Judged
from tests.counts import count

SEEN = Judged("3", "ab" * 32, 0.1 + 0.2, 1 / 11, "20261101T000000.000000Z")
DECISION = Decision(
    who="anne",
    client_id=100_482,
    proposed="accept",
    decided="refuse",
    motive="Situation changée depuis la demande.",
    followed=False,
    offer={"amount": 9_500.0},
    features={"amount": 0.1 + 0.2, "housing": "rented", "employed_days": None},
    model_version="3",
    card="ab" * 32,
    snapshot=None,
    probability=5e-324,
    threshold=1 / 11,
    review=1 / 7,
    start=0.0810000000000001,
    contributions={"amount": (-0.1, -1e-17), "housing": (1 / 3, 2 / 3), "employed_days": (0.0, -0.0)},
)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path)
    yield opened
    opened.close()


def table(home: Path, text: str, *, keep: bool = False) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection:
        found = connection.execute(text).fetchall()
        if keep:
            connection.commit()
        return found


def test_a_decision_is_read_back_to_the_last_bit(journal: Journal) -> None:
    number = journal.decided(DECISION)
    found = journal.decision(number)
    assert found is not None
    assert found == replace(DECISION, id=number, at=found.at)
    assert str(found.contributions["employed_days"][1]) == "-0.0"


@settings(max_examples=50, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_number_and_any_word_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: float, word: str
) -> None:
    journal = Journal(tmp_path_factory.getbasetemp() / "any")
    told = replace(DECISION, features={"a": value, word: word}, probability=value, motive=word)
    found = journal.decision(journal.decided(told))
    journal.close()
    assert found is not None
    assert (found.features, found.probability, found.motive) == (told.features, value, word)


def test_decisions_are_those_of_one_client_or_all_the_newest_first(journal: Journal) -> None:
    first, other, last = (
        journal.decided(replace(DECISION, client_id=client)) for client in (100_482, 7, 100_482)
    )
    assert [found.id for found in journal.decisions()] == [last, other, first]
    assert [found.id for found in journal.decisions(100_482)] == [last, first]
    assert journal.decision(last + 1) is None


def test_a_consultation_keeps_who_why_and_what_but_not_the_clients_number(
    journal: Journal, tmp_path: Path
) -> None:
    journal.consulted("anne", 100_482, "complaint", SEEN)
    journal.consulted("anne", 100_482, "review", SEEN)
    journal.consulted("paul", 100_483, "review", SEEN)
    journal.consulted("paul", None, "api", SEEN)
    lines = table(tmp_path, "SELECT action, who, purpose, model_version, details FROM audit ORDER BY id")
    *words, details = lines[0]
    assert words == ["score.viewed", "anne", "complaint", "3"]
    assert json.loads(str(details)) | {"model_version": "3"} == asdict(SEEN)
    subjects = [row[0] for row in table(tmp_path, "SELECT subject FROM audit ORDER BY id")]
    assert subjects[0] == subjects[1] != subjects[2]
    assert (lines[3][0], subjects[3]) == ("score.assessed", None)
    journal.close()
    assert b"100482" not in (tmp_path / "journal.sqlite").read_bytes()


def test_two_installations_know_one_client_by_different_pseudonyms(tmp_path: Path) -> None:
    for name in ("a", "b"):
        journal = Journal(tmp_path / name)
        journal.consulted("anne", 100_482, "review", SEEN)
        journal.close()
    first, second = (table(tmp_path / name, "SELECT subject FROM audit") for name in ("a", "b"))
    assert first != second


def test_the_last_consultation_is_that_of_the_same_person_and_client_and_recent(journal: Journal) -> None:
    journal.consulted("anne", 1, "review", SEEN)
    journal.consulted("anne", 1, "review", replace(SEEN, probability=0.5))
    assert journal.last_consulted("anne", 1, LONG_AGO) == replace(SEEN, probability=0.5)
    assert journal.last_consulted("paul", 1, LONG_AGO) is None
    assert journal.last_consulted("anne", 2, LONG_AGO) is None
    assert journal.last_consulted("anne", 1, datetime.now(UTC) + timedelta(seconds=1)) is None


@pytest.mark.parametrize("name", ["audit", "decisions"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {0} SET who = 'nobody'",
        "DELETE FROM {0}",
        "DELETE FROM {0} WHERE id = 1",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        "REPLACE INTO {0} SELECT * FROM {0}",
        "UPDATE OR REPLACE {0} SET id = id + 1",
        "UPDATE {0} SET who = NULL",
        "UPDATE {0} SET at = '2020-01-01'",
    ],
)
def test_what_is_written_stays(journal: Journal, tmp_path: Path, name: str, change: str) -> None:
    journal.decided(DECISION)
    before = table(tmp_path, f"SELECT * FROM {name}")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        table(tmp_path, change.format(name))
    assert table(tmp_path, f"SELECT * FROM {name}") == before


@pytest.mark.parametrize("name", ["identities", "suppressed"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {0} SET kind = 'case'",
        "REPLACE INTO {0} SELECT * FROM {0}",
        "INSERT INTO {0} SELECT * FROM {0}",
    ],
)
def test_whom_a_pseudonym_stands_for_is_not_changed(
    journal: Journal, tmp_path: Path, name: str, change: str
) -> None:
    journal.decided(DECISION)
    table(tmp_path, "INSERT INTO suppressed VALUES ('ab', 'client', '2026-01-01')", keep=True)
    before = table(tmp_path, f"SELECT * FROM {name}")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        table(tmp_path, change.format(name))
    assert len(before) == 1
    assert table(tmp_path, f"SELECT * FROM {name}") == before


def test_a_decision_bears_the_pseudonym_and_one_table_alone_the_number(
    journal: Journal, tmp_path: Path
) -> None:
    journal.consulted("anne", 100_482, "review", SEEN)
    journal.decided(DECISION)
    journal.decided(DECISION)
    ((subject, kind, number),) = table(tmp_path, "SELECT * FROM identities")
    assert (kind, number) == ("client", "100482")
    assert table(tmp_path, "SELECT DISTINCT subject FROM decisions") == [(subject,)]
    assert table(tmp_path, "SELECT DISTINCT subject FROM audit") == [(subject,)]
    for name in ("decisions", "audit"):
        assert "100482" not in str(table(tmp_path, f"SELECT * FROM {name}"))


def test_a_decision_and_its_line_are_written_together_or_not_at_all(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.decided(DECISION)

    def full(*_: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("data.chain.appended", full)
        with pytest.raises(JournalFailed):
            journal.decided(replace(DECISION, client_id=7))
    assert journal.decided(replace(DECISION, followed=True, decided="accept")) == 2
    assert table(tmp_path, "SELECT action, details ->> 'row' FROM audit ORDER BY id") == [
        ("decision.other", 1),
        ("decision.followed", 2),
    ]
    assert table(tmp_path, "SELECT number FROM identities") == [("100482",)]


def test_nobody_else_may_read_the_files(journal: Journal, tmp_path: Path) -> None:
    journal.consulted("anne", 1, "review", SEEN)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes) >= {"journal.sqlite", "journal.sqlite-wal", "journal.key"}
    assert set(modes.values()) == {0o600}


def test_every_line_is_on_the_disk_before_it_counts(journal: Journal, tmp_path: Path) -> None:
    journal.consulted("anne", 1, "review", SEEN)
    assert journal._connection is not None
    assert journal._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert journal._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def _write(home: Path, who: str, lines: int) -> None:
    journal = Journal(home)
    for client in range(lines):
        journal.consulted(who, client, "review", SEEN)
        journal.decided(replace(DECISION, who=who, client_id=client))
    journal.close()


def test_many_processes_and_threads_write_at_once_from_the_first_line_on(tmp_path: Path) -> None:
    lines = count(ci=25, soak=250)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_write, args=(tmp_path, f"p{i}", lines)) for i in range(4)]
    shared = Journal(tmp_path)
    errors: list[BaseException] = []

    def write(who: str) -> None:
        try:
            for client in range(lines):
                shared.consulted(who, client, "review", SEEN)
                shared.decided(replace(DECISION, who=who, client_id=client))
        except BaseException as error:  # noqa: BLE001  whatever it is, the others caused it
            errors.append(error)

    threads = [threading.Thread(target=write, args=(f"t{i}",)) for i in range(4)]
    workers: list[Any] = [*processes, *threads]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    shared.close()
    assert errors == []
    assert [process.exitcode for process in processes] == [0] * 4
    for name, each in (("audit", 2 * lines), ("decisions", lines)):
        found = table(tmp_path, f"SELECT who, count(*) FROM {name} GROUP BY who ORDER BY who")
        assert found == [(who, each) for who in ("p0", "p1", "p2", "p3", "t0", "t1", "t2", "t3")]
    subjects = table(tmp_path, "SELECT count(DISTINCT subject) FROM audit")
    assert subjects == [(lines,)]  # one key, whoever came first
    read = Audit(tmp_path)
    chain = read.verify()
    read.close()
    assert (chain.broken, chain.lines) == ([], 16 * lines)
    assert {path.name.split("-")[0] for path in tmp_path.iterdir()} == {"journal.sqlite", "journal.key"}


@pytest.mark.parametrize("name", ["journal.sqlite", "journal.key"])
def test_who_comes_second_to_make_a_file_takes_that_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    other = Journal(tmp_path)
    exists, asked = Path.exists, 0

    def not_yet(path: Path, **options: bool) -> bool:
        nonlocal asked
        if path.name == name and not asked:
            asked += 1
            other.consulted("paul", 1, "review", SEEN)
            return False
        return exists(path, **options)

    late = Journal(tmp_path)
    monkeypatch.setattr(Path, "exists", not_yet)
    late.consulted("anne", 1, "review", SEEN)
    late.close()
    other.close()
    assert asked == 1
    assert table(tmp_path, "SELECT who FROM audit ORDER BY id") == [("paul",), ("anne",)]
    assert table(tmp_path, "SELECT count(DISTINCT subject) FROM audit") == [(1,)]


def test_a_number_is_never_given_twice(journal: Journal) -> None:
    assert [journal.decided(DECISION) for _ in range(3)] == [1, 2, 3]


def test_a_journal_that_was_never_written_has_nothing_to_read_and_is_not_made(
    journal: Journal, tmp_path: Path
) -> None:
    assert journal.decisions() == []
    assert journal.last_consulted("anne", 1, LONG_AGO) is None
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_opened_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").mkdir()
    journal = Journal(tmp_path)
    with pytest.raises(JournalFailed) as refused:
        journal.consulted("anne", 1, "review", SEEN)
    assert refused.value.reason == "unwritable"
    with pytest.raises(JournalFailed) as refused:
        journal.decisions()
    assert refused.value.reason == "unreadable"


def test_a_file_that_is_no_journal_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a journal" * 100)
    with pytest.raises(JournalFailed):
        Journal(tmp_path).consulted("anne", 1, "review", SEEN)


def test_a_failure_holds_on_to_no_file(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a journal" * 100)
    journal = Journal(tmp_path)
    gc.disable()
    try:
        for _ in range(20):
            with pytest.raises(JournalFailed):
                journal.consulted("anne", 1, "review", SEEN)
        held = [path for path in Path("/proc/self/fd").iterdir() if str(tmp_path) in str(path.resolve())]
    finally:
        gc.enable()
    assert held == []


def test_a_key_cut_short_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "journal.key").write_bytes(b"short")
    with pytest.raises(JournalFailed):
        Journal(tmp_path).consulted("anne", 1, "review", SEEN)


def test_what_cannot_be_a_line_is_refused_and_the_next_one_is_written(journal: Journal) -> None:
    with pytest.raises(JournalFailed):
        journal.decided(replace(DECISION, features={"amount": float("nan")}))
    with pytest.raises(JournalFailed):
        journal.decided(replace(DECISION, motive="\ud800"))
    assert journal.decided(DECISION) == 1


def test_a_writer_who_holds_on_too_long_is_a_failure_and_then_forgotten(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.store.PATIENCE", 0.1)
    journal.decided(DECISION)
    journal.close()
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalFailed):
            journal.decided(DECISION)
        assert len(journal.decisions()) == 1  # readers do not wait
        holder.execute("ROLLBACK")
    assert journal.decided(DECISION) == 2


def test_a_restored_journal_is_written_to_not_the_one_it_replaced(journal: Journal, tmp_path: Path) -> None:
    journal.decided(DECISION)
    other = Journal(tmp_path / "backup")
    other.decided(replace(DECISION, who="restored"))
    other.close()
    for path in tmp_path.glob("journal.sqlite*"):
        path.unlink()
    (tmp_path / "backup" / "journal.sqlite").rename(tmp_path / "journal.sqlite")
    assert journal.decided(DECISION) == 2
    assert [found.who for found in journal.decisions()] == ["anne", "restored"]


def _write_on_a_full_disk(home: Path, told: "multiprocessing.Queue[tuple[str, int]]") -> None:
    size = (home / "journal.sqlite-wal").stat().st_size if (home / "journal.sqlite-wal").exists() else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10_000, size + 10_000))
    journal, written = Journal(home), 0
    try:
        for _ in range(1_000):
            journal.consulted("anne", 1, "review", SEEN)
            written += 1
    except JournalFailed as error:
        told.put((error.reason, written))
    else:
        told.put(("never", written))
    journal.close()


@pytest.mark.fault
def test_on_a_full_disk_it_fails_and_what_it_said_is_written_is(tmp_path: Path) -> None:
    before = Journal(tmp_path)
    before.consulted("paul", 1, "review", SEEN)
    spawn = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[tuple[str, int]] = spawn.Queue()
    process = spawn.Process(target=_write_on_a_full_disk, args=(tmp_path, told))
    process.start()
    reason, written = told.get(timeout=60)
    process.join()
    assert reason == "unwritable"
    assert table(tmp_path, "SELECT count(*) FROM audit") == [(written + 1,)]
    before.consulted("paul", 1, "review", SEEN)  # with room again, the next line is taken
    before.close()
    assert table(tmp_path, "PRAGMA integrity_check") == [("ok",)]
