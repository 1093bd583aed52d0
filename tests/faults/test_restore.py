"""Fault 29: the machine is lost; a backup made while people worked brings all back but what came after."""

import random
import shutil
import signal
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from data import archive, backup, durable, restoring, snapshot
from data.archive import BackupRefused
from data.audit import Audit
from data.chain import Entry
from data.sought import Sought
from tests.browser.server import Server
from tests.counts import count
from tests.faults.command import refused, start, vigie
from tests.faults.steps import killed_at
from tests.faults.test_disk import small_disk
from tests.published import publish
from tests.scored import FIRST, scored_home

FLIPS, CUTS, KILLS = count(ci=50, soak=500), count(ci=25, soak=200), count(ci=10, soak=50)
WHO = "ada"
WRITERS = 3


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cases, clients and a model that serves."""
    return scored_home(tmp_path_factory.mktemp("restore") / "home")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Cases, and one line of the journal."""
    home = tmp_path / "small"
    publish(home, rows=50)
    written(home, "cases.exported")
    yield home
    durable.remove_tree(home)


def written(home: Path, action: str) -> None:
    audit = Audit(home)
    audit.record(Entry(action, WHO))
    audit.close()


class Working:
    """Readers who look at scores, each look a line of the journal; `seen` looks were answered."""

    def __init__(self, server: Server) -> None:
        self.address, self.seen, self.failed = server.address, 0, list[str]()
        self._done, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._look, args=(n,)) for n in range(WRITERS)]

    def __enter__(self) -> "Working":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_ended: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _look(self, first: int) -> None:
        client = FIRST + first
        while not self._done.is_set():
            try:
                fetched(self.address, f"/api/v1/clients/{client}/score?purpose=review")
            except HTTPError as error:
                self.failed.append(f"{error.code} {error.read()!r}")
            else:
                with self._lock:
                    self.seen += 1
            client = FIRST + (client + WRITERS - FIRST) % 500


def fetched(address: str, path: str) -> bytes:
    with urlopen(f"{address}{path}", timeout=20) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


@pytest.mark.fault
def test_all_that_was_answered_before_the_backup_is_there_after_the_machine_is_lost(
    world: Path, tmp_path: Path
) -> None:
    figures, score = "/api/v1/queries/production/kpis", f"/api/v1/clients/{FIRST}/score?purpose=review"
    server = Server(world)
    server.start()
    try:
        shown = fetched(server.address, figures), fetched(server.address, score)
        with Working(server) as working:
            while working.seen < 20:
                assert not working.failed
            before = working.seen
            code, _, err = vigie(world, "backup", str(tmp_path / "b.tar"))
            assert code == 0, err
            assert working.seen > before  # they went on working
        assert working.failed == []
    finally:
        server.stop(signal.SIGKILL)
    home = tmp_path / "elsewhere"
    code, _, err = vigie(home, "restore", str(tmp_path / "b.tar"))
    assert code == 0, err
    assert vigie(home, "audit", "verify")[0] == 0
    audit = Audit(home)
    looks = audit.count(Sought(actions=("score.viewed",)))
    audit.close()
    assert before <= looks <= working.seen + 1 + WRITERS
    again = Server(home)
    again.start()
    try:
        assert (fetched(again.address, figures), fetched(again.address, score)) == shown
    finally:
        again.stop()


@pytest.mark.fault
def test_a_flipped_bit_is_refused_or_changes_nothing_that_is_restored(small: Path, tmp_path: Path) -> None:
    made = backup.make(small, tmp_path / "b.tar", WHO)
    whole, chance = bytearray(made.file.read_bytes()), random.Random(29)
    originals = _unpacked(made.file, tmp_path / "whole")
    reasons = set()
    for place in chance.sample(range(len(whole) * 8), FLIPS):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        (tmp_path / "f.tar").write_bytes(flipped)
        found = _unpacked(tmp_path / "f.tar", tmp_path / "flipped")
        assert found == originals or isinstance(found, str), place
        reasons.add("harmless" if found == originals else found)
    assert "damaged" in reasons
    assert reasons <= {"damaged", "not_one", "harmless"}


@pytest.mark.fault
def test_a_backup_cut_short_is_refused_and_the_state_folder_stays(small: Path, tmp_path: Path) -> None:
    made = backup.make(small, tmp_path / "b.tar", WHO)
    whole, chance = made.file.read_bytes(), random.Random(29)
    with tarfile.open(made.file) as tar:
        last = max(member.offset_data + member.size for member in tar.getmembers())
    before = _files(small)
    for place in chance.sample(range(last), CUTS):
        (tmp_path / "cut.tar").write_bytes(whole[:place])
        with pytest.raises(BackupRefused) as refusal:
            restoring.restore(tmp_path / "cut.tar", small, WHO, replace=True)
        assert refusal.value.reason in ("damaged", "not_one")
    assert _files(small) == before
    assert "damaged" in refused(small, "restore", str(tmp_path / "cut.tar"), "--replace")


@pytest.mark.fault
def test_a_restore_killed_anywhere_is_run_again_and_done(small: Path, tmp_path: Path) -> None:
    made = backup.make(small, tmp_path / "b.tar", WHO)
    written(small, "figures.exported")
    wanted = snapshot.current(small).id
    for turn, fatal in enumerate(_fatal(made.file, small, tmp_path)):
        home = tmp_path / f"home{turn}"
        shutil.copytree(small, home)
        assert killed_at(_restore, made.file, home, fatal=fatal, start="fork") is None
        untouched = (home / "CURRENT").exists() and not list(home.glob("replaced-*"))
        assert not untouched or snapshot.current(home).id == wanted
        restoring.restore(made.file, home, WHO, replace=True)
        assert snapshot.current(home).id == wanted
        assert list(home.glob(".restoring-*")) == []
        audit = Audit(home)
        assert audit.verify(made.contents.head).whole
        audit.close()
        durable.remove_tree(home)


@pytest.mark.fault
def test_a_killed_backup_gives_no_file_a_name(world: Path, tmp_path: Path) -> None:
    process = start(world, "backup", str(tmp_path / "b.tar"), "--without-data")
    while not list(tmp_path.glob(".vigie-backup.*/journal.sqlite")) and process.poll() is None:
        pass
    process.kill()
    process.communicate()
    if process.returncode:
        assert not (tmp_path / "b.tar").exists()
    restoring.check(backup.make(world, tmp_path / "next.tar", WHO).file)


@pytest.mark.fault
def test_a_disk_that_is_full_refuses_the_backup_and_the_restore(world: Path, tmp_path: Path) -> None:
    made = backup.make(world, tmp_path / "b.tar", WHO)
    with small_disk(tmp_path / "disk", 2) as limited:
        folder = tmp_path / "disk"
        code, _, err = vigie(world, "backup", str(folder), before=limited)
        assert (code, err.count("\n")) == (1, 1), err
        assert "disk is full" in err
        assert list(folder.iterdir()) == []
        code, _, err = vigie(folder / "home", "restore", str(made.file), before=limited)
        assert (code, err.count("\n")) == (1, 1), err
        assert "disk is full" in err
        assert [path.name for path in (folder / "home").iterdir()] == ["lock"]


def _restore(file: Path, home: Path) -> None:
    restoring.restore(file, home, WHO, replace=True)


def _fatal(file: Path, small: Path, folder: Path) -> list[int]:
    """Steps at which to kill, spread over all of a restore."""
    shutil.copytree(small, folder / "counted")
    steps = killed_at(_restore, file, folder / "counted", fatal=0, start="fork")
    assert steps is not None
    durable.remove_tree(folder / "counted")
    return [1 + turn * (steps - 1) // (KILLS - 1) for turn in range(KILLS)]


def _unpacked(file: Path, folder: Path) -> dict[str, bytes] | str:
    """What comes out of a backup, by name; or why nothing may be used of it."""
    durable.remove_tree(folder)
    try:
        with archive.opened(file) as held:
            held.read(folder)
    except BackupRefused as refusal:
        return refusal.reason
    return _files(folder)


def _files(folder: Path) -> dict[str, bytes]:
    """The content of every file below, but for who held the lock last."""
    found = {path.relative_to(folder).as_posix(): path for path in durable.files_below(folder)}
    return {name: path.read_bytes() for name, path in found.items() if name != "lock"}
