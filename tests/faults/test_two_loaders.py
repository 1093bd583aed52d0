"""Fault 19: two loaders at once."""

import os
from pathlib import Path

import pytest

from data.lock import exclusive
from data.pipeline import load_file
from data.snapshot import Busy, rollback
from tests.data.tables import rows, write
from tests.faults.command import refused


@pytest.mark.fault
def test_the_second_loader_exits_75_and_names_the_holder(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "c.csv", rows(3))
    with exclusive(home, "vigie load cases first.csv"):
        said = refused(home, "load", "cases", str(source), code=75)
    assert "vigie load cases first.csv" in said
    assert f"pid {os.getpid()}" in said
    load_file(home, "cases", source)


@pytest.mark.fault
def test_a_rollback_waits_for_no_loader(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "c.csv", rows(3)))
    with exclusive(home, "a load"), pytest.raises(Busy) as busy:
        rollback(home)
    assert busy.value.holder["command"] == "a load"
