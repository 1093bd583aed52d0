"""Versions: published, verified, pruned, served again."""

import stat
from pathlib import Path

import pytest

from data import snapshot
from data.errors import BuildFailed, NoSnapshot
from data.pipeline import load_file, publish_tables
from tests.data.tables import ask, rows, write


def publish(home: Path, tmp_path: Path, count: int) -> str:
    report = load_file(home, "cases", write(tmp_path / "c.csv", rows(count)), accept_shrink=True)
    assert report.snapshot
    return report.snapshot


def test_nothing_published_is_said_so(home: Path) -> None:
    with pytest.raises(NoSnapshot):
        snapshot.current(home)
    assert snapshot.pointer(home) is None
    assert snapshot.history(home) == []


def test_a_version_is_read_only(home: Path, tmp_path: Path) -> None:
    publish(home, tmp_path, 3)
    folder = snapshot.current(home).folder
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert modes == {0o444, 0o555}


def test_rollback_serves_the_version_before_then_the_one_named(home: Path, tmp_path: Path) -> None:
    first, second = publish(home, tmp_path, 3), publish(home, tmp_path, 4)
    assert snapshot.rollback(home).id == first == snapshot.pointer(home)
    assert ask(home, "SELECT count(*) FROM cases") == [(3,)]
    assert snapshot.rollback(home, second).id == snapshot.current(home).id == second


def test_rollback_refuses_what_is_not_there(home: Path, tmp_path: Path) -> None:
    publish(home, tmp_path, 3)
    for wanted in (None, "20200101T000000.000000Z", ".."):
        with pytest.raises(NoSnapshot):
            snapshot.rollback(home, wanted)


def test_five_versions_are_kept_and_the_served_one(home: Path, tmp_path: Path) -> None:
    made = [publish(home, tmp_path, number) for number in range(1, 7)]
    assert [version.id for version in snapshot.history(home)] == [*reversed(made[1:])]
    snapshot.rollback(home, made[1])
    snapshot.prune(home, keep=2)
    assert [version.id for version in snapshot.history(home)] == [made[5], made[4], made[1]]


def test_a_clock_set_back_does_not_reorder_versions(home: Path, tmp_path: Path) -> None:
    made = publish(home, tmp_path, 3)
    later = home / "snapshots" / "29991231T235959.999999Z"
    (home / "snapshots" / made).rename(later)
    assert publish(home, tmp_path, 4) > later.name


def test_tables_that_break_their_promise_are_not_published(home: Path) -> None:
    with pytest.raises(BuildFailed) as failure:
        publish_tables(home, lambda _connection: None, simulated=True)
    assert failure.value.reason == "no_cases"
    assert snapshot.pointer(home) is None
    assert list((home / "staging").iterdir()) == []
