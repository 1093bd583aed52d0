"""The file of what people write: its layout grows, and what was written before stays."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path

import pytest

from data.advised import Advised
from data.audit import Audit
from data.journal import Journal
from data.saved_views import SavedView, SavedViews
from data.store import JournalFailed
from tests.data.test_advised import RETAINED as ANSWER
from tests.data.test_journal import DECISION, SEEN


@pytest.fixture
def old(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file of the second layout: two consultations, a decision, an answer and a saved view."""
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as made:
        for number, name in enumerate(Journal.LAYOUTS[:2], 1):
            made.executescript((files("data") / name).read_text(encoding="utf-8"))
            made.execute(f"PRAGMA user_version = {number}")
        for at, who, subject, purpose in (
            ("2026-01-01T10:00:00", "anne", "pseudonym", "review"),
            ("2026-01-03T10:00:00", "a token", None, "api"),
        ):
            seen = asdict(SEEN) | {"at": at, "who": who, "subject": subject, "purpose": purpose}
            made.execute(_insert("consultations", seen), seen)
        values = asdict(replace(DECISION, at="2026-01-02T10:00:00"))
        values |= {name: json.dumps(values[name]) for name in ("offer", "features", "contributions")}
        made.execute(_insert("decisions", values), values)
        given = asdict(replace(ANSWER, at="2026-01-04T10:00:00"))
        given |= {name: json.dumps(given[name]) for name in ("plan", "measured", "announced")}
        made.execute(_insert("advised", given), given)
        made.execute("INSERT INTO saved_views VALUES ('anne', 'Lille', '/production', '2026', 0)")
        yield made


def _insert(table: str, values: dict[str, object]) -> str:
    names = [name for name in values if name != "id"]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


def test_an_old_file_keeps_every_line_in_one_chain_at_its_own_moment(
    old: sqlite3.Connection, tmp_path: Path
) -> None:
    audit = Audit(tmp_path)
    found = audit.verify()
    audit.close()
    assert (found.lines, found.broken) == (4, [])
    lines = old.execute("SELECT at, action, who FROM audit ORDER BY id").fetchall()
    assert lines == [
        ("2026-01-01T10:00:00", "score.viewed", "anne"),
        ("2026-01-02T10:00:00", "decision.other", "anne"),
        ("2026-01-03T10:00:00", "score.assessed", "a token"),
        ("2026-01-04T10:00:00", "advice.answered", ANSWER.who),
    ]
    assert old.execute("PRAGMA user_version").fetchone() == (len(Journal.LAYOUTS),)
    assert not old.execute("SELECT 1 FROM sqlite_schema WHERE name LIKE 'consultations%'").fetchall()


def test_what_was_seen_decided_answered_and_saved_before_is_read_back_as_it_was(
    old: sqlite3.Connection, tmp_path: Path
) -> None:
    journal, advised, saved = Journal(tmp_path), Advised(tmp_path), SavedViews(tmp_path)
    try:
        assert journal.decisions(DECISION.client_id) == [replace(DECISION, id=1, at="2026-01-02T10:00:00")]
        assert [each.rule for each in advised.answers()] == [ANSWER.rule]
        assert saved.of("anne") == [SavedView("Lille", "/production")]
        assert journal.decided(DECISION) == 2
    finally:
        for store in (journal, advised, saved):
            store.close()
    details = json.loads(old.execute("SELECT details FROM audit WHERE id = 1").fetchone()[0])
    assert details == {name: value for name, value in asdict(SEEN).items() if name != "model_version"}


def test_an_old_file_is_brought_up_whole_or_stays_as_it_was(
    old: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("data.upgrade.appended", full)
        with pytest.raises(Exception, match="unwritable"):
            Journal(tmp_path).consulted("anne", 1, "review", SEEN)
    assert old.execute("SELECT count(*) FROM consultations").fetchone() == (2,)
    assert old.execute("PRAGMA user_version").fetchone() == (2,)
    Journal(tmp_path).consulted("anne", 1, "review", SEEN)
    assert old.execute("SELECT count(*) FROM audit").fetchone() == (5,)


def test_a_file_of_a_newer_layout_is_left_alone(tmp_path: Path) -> None:
    Journal(tmp_path).consulted("anne", 1, "review", SEEN)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as newer:
        newer.execute(f"PRAGMA user_version = {len(Journal.LAYOUTS) + 1}")
        newer.commit()
        with pytest.raises(JournalFailed, match="unwritable"):
            Journal(tmp_path).consulted("anne", 1, "review", SEEN)
        assert newer.execute("SELECT count(*) FROM audit").fetchone() == (1,)
