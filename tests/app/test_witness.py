"""What a server does for the journal by itself: its head in the log, what is due erased, volumes counted."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from app import logs, witness
from app.settings import Settings
from data.audit import Audit, Entry, Sought
from data.chain import appended
from tests.published import app_on, visit


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    opened = Audit(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _told() -> Iterator[None]:
    """What is written from `info` up, whatever a server of this process was told before."""
    before = structlog.get_config()
    logs.configure("info")
    yield
    structlog.configure(**before)


def ago(audit: Audit, days: int, count: int = 1) -> None:
    """Views of a case that many days ago."""
    moment = (datetime.now(UTC) - timedelta(days)).isoformat(timespec="microseconds")
    with audit._writing() as connection:
        for _ in range(count):
            appended(connection, Entry("case.viewed", "a name of somebody"), moment)


def test_the_log_tells_the_head_and_what_is_due_is_erased(audit: Audit, tmp_path: Path) -> None:
    ago(audit, 400)
    ago(audit, 300)
    with structlog.testing.capture_logs() as logged:
        witness.once(audit, tmp_path, months=12)
    said, young, old = audit.lines(Sought())
    assert (said.action, said.who, young.erased, old.erased) == ("audit.pruned", "vigie", False, True)
    assert logged == [{"event": "audit head", "log_level": "info", "line": 3, "hash": said.hash}]
    assert audit.verify(logged[0]["hash"]).whole


def test_an_unusual_volume_is_warned_of_without_a_name(audit: Audit, tmp_path: Path) -> None:
    ago(audit, 1, count=61)
    with structlog.testing.capture_logs() as logged:
        witness.once(audit, tmp_path, months=12)
    (warned,) = [event for event in logged if event["log_level"] == "warning"]
    assert (warned["event"], warned["views"]) == ("unusual volume", 61)
    assert "somebody" not in str(logged)


def test_a_journal_that_cannot_be_read_is_said_and_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a journal" * 100)
    with structlog.testing.capture_logs() as logged:
        witness.once(Audit(tmp_path), tmp_path, months=12)
    assert [(event["event"], event["log_level"]) for event in logged] == [("audit", "error")]


def test_a_server_does_it_when_it_starts_and_again_until_it_ends(audit: Audit, tmp_path: Path) -> None:
    ago(audit, 400)
    with visit(app_on(tmp_path)):
        until = time.monotonic() + 10
        while audit.count(Sought(actions=("audit.pruned",))) == 0:
            assert time.monotonic() < until
            time.sleep(0.02)
    ago(audit, 400)
    stop = threading.Event()
    witness.watch(tmp_path, 12, stop, every=0.02)
    until = time.monotonic() + 10
    while audit.count(Sought(actions=("audit.pruned",))) == 1:
        assert time.monotonic() < until
        time.sleep(0.02)
    stop.set()
    for thread in threading.enumerate():
        if thread.name == "audit-witness":
            thread.join(10)
    assert not [each for each in threading.enumerate() if each.name == "audit-witness"]


@pytest.mark.parametrize(
    ("today", "months", "due"),
    [
        (date(2026, 11, 21), 12, date(2025, 11, 21)),
        (date(2026, 3, 31), 6, date(2025, 9, 30)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2026, 1, 15), 36, date(2023, 1, 15)),
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
    ],
)
def test_what_is_due_is_told_by_the_calendar(today: date, months: int, due: date) -> None:
    assert witness.due(today, months) == due


@pytest.mark.parametrize("months", [5, 37])
def test_words_are_kept_from_six_months_to_thirty_six(months: int) -> None:
    assert Settings().audit_months == 12
    with pytest.raises(ValueError, match="audit_months"):
        Settings(audit_months=months)
