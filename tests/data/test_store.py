"""The file of what people write: its layout grows, and what was written before stays."""

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from data import store
from data.journal import Journal
from tests.data.test_journal import DECISION, SEEN


def test_a_file_of_the_first_layout_keeps_its_lines_and_takes_the_new_tables(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as old:
        old.executescript((files("data") / "journal.sql").read_text(encoding="utf-8"))
        old.execute("PRAGMA user_version = 1")
        old.execute(
            "INSERT INTO consultations (at, who, purpose, model_version, card, probability, threshold)"
            " VALUES ('2026-01-01', 'anne', 'review', '1', 'ab', 0.1, 0.2)"
        )
    journal = Journal(tmp_path)
    journal.consulted("anne", 100_482, "review", SEEN)
    journal.decided(DECISION)
    journal.close()
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as now:
        assert now.execute("PRAGMA user_version").fetchone() == (len(store.LAYOUTS),)
        assert now.execute("SELECT count(*) FROM consultations").fetchone() == (2,)
        assert now.execute("SELECT count(*) FROM advised").fetchone() == (0,)
