"""What a backup holds, what it refuses, and what comes back."""

import io
import json
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from data import archive, backup, durable, restoring, snapshot, suppression
from data.audit import Audit
from data.backup import Backup, Contents
from data.chain import Entry
from data.errors import CorruptSnapshot, DataError
from data.journal import Journal
from data.lock import exclusive
from data.republish import forget
from data.saved_views import SavedView, SavedViews
from data.sessions import Sessions
from data.store import Store
from data.tokens import Tokens
from data.users import Users
from models import artefact
from models.registry import Registry
from tests.data.test_journal import DECISION
from tests.published import publish
from tests.scored import scored_home

WHO = "ada"
PASSING = ("lock", "staging", "models/lock")  # of a state folder: nothing to keep
STATED = Contents("2026-11-21T00:00:00+00:00", "somebody", None, None, {}, (), 0, 0, None)
VIEW = SavedView("Lille", "/production?agency=Lille")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder in which everything that Vigie keeps has been written."""
    home = scored_home(tmp_path_factory.mktemp("backup") / "home")
    Registry(home).mirror()
    users, sessions, tokens = Users(home), Sessions(home), Tokens(home)
    anne = users.add("anne", ["manager"], "agency=Bobigny")
    sessions.open(anne.id, "password")
    tokens.add("nightly", ["monitor"], "", 30, WHO)
    views, journal = SavedViews(home), Journal(home)
    views.save("anne", VIEW)
    journal.decided(DECISION)
    for store in (users, sessions, tokens, views, journal):
        store.close()
    return home


@pytest.fixture(scope="module")
def made(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    return backup.make(lived_in, tmp_path_factory.mktemp("kept") / "backup.tar", WHO)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A state folder with cases and one line of the journal."""
    home = tmp_path / "small"
    publish(home, rows=50)
    written(home, "cases.exported")
    yield home
    durable.remove_tree(home)


def written(home: Path, action: str) -> None:
    audit = Audit(home)
    audit.record(Entry(action, WHO))
    audit.close()


def actions(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection:
        return [action for (action,) in connection.execute("SELECT action FROM audit ORDER BY id")]


def state(home: Path) -> dict[str, object]:
    """Every file to keep, by its name: its bytes, or the rows of its tables."""
    found: dict[str, object] = {}
    for path in durable.files_below(home):
        name = path.relative_to(home).as_posix()
        if not name.startswith(PASSING) and not name.endswith(("-wal", "-shm")):
            found[name] = rows(path) if path.suffix in (".sqlite", ".db") else path.read_bytes()
    return found


def rows(file: Path) -> set[str]:
    """What would make the tables again; not what nobody wrote: sessions, and how far numbers have come."""
    with closing(sqlite3.connect(file)) as connection:
        lines = set(connection.iterdump())
    return {each for each in lines if not each.startswith(('INSERT INTO "sess', 'INSERT INTO "sqlite_'))}


def test_all_that_a_state_folder_keeps_comes_back(lived_in: Path, made: Backup, tmp_path: Path) -> None:
    restoring.restore(made.file, tmp_path / "home", WHO)
    before, after = state(lived_in), state(tmp_path / "home")
    assert len(before) > 20
    assert {name: before[name] for name in before if name != "journal.sqlite"} == {
        name: after[name] for name in after if name != "journal.sqlite"
    }
    assert rows(lived_in / "journal.sqlite") < rows(tmp_path / "home" / "journal.sqlite")


def test_who_may_come_in_and_what_was_saved_and_decided_is_there_again(made: Backup, tmp_path: Path) -> None:
    restoring.restore(made.file, tmp_path / "home", WHO)
    users, tokens = Users(tmp_path / "home"), Tokens(tmp_path / "home")
    views, journal = SavedViews(tmp_path / "home"), Journal(tmp_path / "home")
    assert [each.name for each in users.all()] == ["anne"]
    assert [each.name for each in tokens.all()] == ["nightly"]
    assert views.of("anne") == [VIEW]
    assert [each.motive for each in journal.decisions()] == [DECISION.motive]
    champion = artefact.champion(tmp_path / "home")
    assert (champion.card.version, champion.fallback_from) == (1, None)
    for store in (users, tokens, views, journal):
        store.close()


def test_no_session_comes_back(made: Backup, lived_in: Path, tmp_path: Path) -> None:
    restoring.restore(made.file, tmp_path / "home", WHO)
    opened = []
    for home in (lived_in, tmp_path / "home"):
        sessions = Sessions(home)
        opened.append(len(sessions.of(1)))
        sessions.close()
    assert opened == [1, 0]


def test_making_and_restoring_are_in_the_journal_whose_chain_holds(made: Backup, tmp_path: Path) -> None:
    restoring.restore(made.file, tmp_path / "home", WHO)
    assert actions(tmp_path / "home")[-2:] == ["backup.made", "backup.restored"]
    audit = Audit(tmp_path / "home")
    found = audit.verify(made.contents.head)
    audit.close()
    assert (found.whole, found.lines) == (True, made.contents.lines + 1)


def test_a_backup_says_what_it_holds(made: Backup, lived_in: Path) -> None:
    served = snapshot.current(lived_in)
    found = restoring.check(made.file)
    assert found == made.contents
    assert (found.snapshot, found.last_day, found.models) == (served.id, str(served.last_day), (1,))
    assert (found.users, found.lines) == (1, len(actions(lived_in)))
    assert found.tables == served.tables


def test_a_backup_is_for_its_owners_eyes(made: Backup) -> None:
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600


def test_versions_are_read_only_again(made: Backup, tmp_path: Path) -> None:
    restoring.restore(made.file, tmp_path / "home", WHO)
    for folder in (snapshot.current(tmp_path / "home").folder, tmp_path / "home" / "models" / "1"):
        modes = {stat.S_IMODE(path.stat().st_mode) for path in [folder, *durable.files_below(folder)]}
        assert modes == {0o555, 0o444}


def test_what_is_written_is_written_as_before(made: Backup, tmp_path: Path) -> None:
    restoring.restore(made.file, tmp_path / "home", WHO)
    for name in ("journal.sqlite", "accounts.sqlite"):
        with closing(sqlite3.connect(tmp_path / "home" / name)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_backup_in_a_folder_is_named_by_its_moment_and_leaves_nothing_beside_it(
    small: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    found = backup.make(small, folder, WHO)
    moment = found.contents.made_at[:19].replace("-", "").replace(":", "")
    assert [path.name for path in folder.iterdir()] == [f"vigie-{moment}Z.tar"]


def test_another_file_is_never_written_over(small: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_text("mine")
    assert _reason(lambda: backup.make(small, tmp_path / "backup.tar", WHO)) == "exists"
    assert (tmp_path / "backup.tar").read_text() == "mine"


def test_there_is_nothing_to_back_up_in_an_empty_folder(tmp_path: Path) -> None:
    assert _reason(lambda: backup.make(tmp_path / "none", tmp_path / "b.tar", WHO)) == "nothing"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_refused_and_stays(small: Path, tmp_path: Path) -> None:
    found = backup.make(small, tmp_path / "b.tar", WHO)
    written(small, "figures.exported")
    before = state(small)
    assert _reason(lambda: restoring.restore(found.file, small, WHO)) == "not_empty"
    assert state(small) == before


def test_what_is_replaced_is_set_aside_whole(small: Path, tmp_path: Path) -> None:
    found = backup.make(small, tmp_path / "b.tar", WHO)
    written(small, "figures.exported")
    publish(small, rows=60)
    before = state(small)
    done = restoring.restore(found.file, small, WHO, replace=True)
    assert done.aside is not None
    assert state(done.aside) == before
    assert snapshot.current(small).tables["cases"] == 50
    assert "figures.exported" not in actions(small)


def test_a_backup_without_data_leaves_the_data_where_they_are(small: Path, tmp_path: Path) -> None:
    found = backup.make(small, tmp_path / "b.tar", WHO, data=False)
    newer = publish(small, rows=60)
    assert found.contents.snapshot is None
    restoring.restore(found.file, small, WHO, replace=True)
    assert snapshot.current(small).id == newer.id
    assert actions(small)[-1] == "backup.restored"


def test_whoever_was_erased_since_is_not_brought_back(made: Backup, lived_in: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(lived_in, home)
    forget(home, "case", "c7", "asked for", WHO)
    forget(home, "client", "500", "asked for", WHO)
    done = restoring.restore(made.file, home, WHO, replace=True)
    assert done.erased == 2
    served = snapshot.current(home)
    with duckdb.connect(served.facts, read_only=True) as facts:
        for table, key, number in (("cases", "case_id", "c7"), ("credits", "client_id", "500")):
            rows = facts.execute(f"SELECT count(*) FROM {table} WHERE {key} = $number", {"number": number})
            assert rows.fetchall() == [(0,)], table
    assert len(list((home / "snapshots").iterdir())) == 1
    listed = suppression.listed(home)
    assert listed.names("case", "c7")
    assert listed.names("client", "500")
    audit = Audit(home)
    assert audit.verify(made.contents.head).whole
    audit.close()
    assert actions(home)[-3:] == ["person.erased", "person.erased", "backup.restored"]


def test_the_words_on_somebody_erased_since_are_not_brought_back(lived_in: Path, tmp_path: Path) -> None:
    home, number = tmp_path / "home", str(DECISION.client_id)
    shutil.copytree(lived_in, home)
    found = backup.make(home, tmp_path / "b.tar", WHO)
    forget(home, "client", number, "asked for", WHO)
    assert restoring.restore(found.file, home, WHO, replace=True).erased == 1
    assert not any(DECISION.motive in line for line in rows(home / "journal.sqlite"))


def test_a_new_machine_does_not_know_who_was_erased_since(made: Backup, tmp_path: Path) -> None:
    assert restoring.restore(made.file, tmp_path / "home", WHO).erased is None


def test_a_file_that_is_open_elsewhere_is_not_replaced(small: Path, tmp_path: Path) -> None:
    found = backup.make(small, tmp_path / "b.tar", WHO)
    writer = Audit(small)
    writer.record(Entry("signed_in", WHO))
    before = state(small)
    assert _reason(lambda: restoring.restore(found.file, small, WHO, replace=True)) == "in_use"
    assert state(small) == before
    writer.close()
    restoring.restore(found.file, small, WHO, replace=True)


def test_a_load_under_way_keeps_a_restore_out(small: Path, tmp_path: Path) -> None:
    found = backup.make(small, tmp_path / "b.tar", WHO)
    with exclusive(small, "vigie load"):
        assert _reason(lambda: restoring.restore(found.file, small, WHO, replace=True)) == "busy"


def test_a_damaged_journal_is_not_backed_up(small: Path, tmp_path: Path) -> None:
    for _ in range(200):
        written(small, "case.viewed")
    content = bytearray((small / "journal.sqlite").read_bytes())
    content[-4096 * 4 : -4096 * 3] = bytes(4096)
    (small / "journal.sqlite").write_bytes(content)
    assert _reason(lambda: backup.make(small, tmp_path / "b.tar", WHO)) in ("broken", "unwritable")
    assert [path for path in tmp_path.iterdir() if path != small] == []


def test_a_damaged_version_is_left_out_for_the_one_served_in_its_place(small: Path, tmp_path: Path) -> None:
    older, newer = snapshot.current(small), publish(small, rows=60)
    _flip(newer.facts)
    found = backup.make(small, tmp_path / "b.tar", WHO)
    assert (found.contents.snapshot, found.contents.fallback_from) == (older.id, newer.id)
    restoring.restore(found.file, tmp_path / "home", WHO)
    restored = snapshot.current(tmp_path / "home")
    assert (restored.id, restored.fallback_from) == (older.id, None)


def test_without_an_intact_version_only_what_people_wrote_can_be_saved(small: Path, tmp_path: Path) -> None:
    _flip(snapshot.current(small).facts)
    with pytest.raises(CorruptSnapshot):
        backup.make(small, tmp_path / "b.tar", WHO)
    assert not (tmp_path / "b.tar").exists()
    assert backup.make(small, tmp_path / "b.tar", WHO, data=False).contents.snapshot is None


def test_a_backup_of_a_later_layout_is_refused(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(small / "journal.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with monkeypatch.context() as later:  # as the Vigie of that layout makes it
        later.setattr(Store, "LAYOUTS", Store.LAYOUTS * 33)
        found = backup.make(small, tmp_path / "b.tar", WHO)
    assert _reason(lambda: restoring.restore(found.file, tmp_path / "home", WHO)) == "newer"
    assert not (tmp_path / "home" / "CURRENT").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside", "models/../../outside", "a//b", "./CURRENT", ""])
def test_no_name_leads_out_of_the_state_folder(tmp_path: Path, name: str) -> None:
    file = _forged(tmp_path / "forged.tar", tarfile.TarInfo(name), name)
    assert _reason(lambda: restoring.restore(file, tmp_path / "in" / "home", WHO)) == "damaged"
    assert {path.name for path in tmp_path.rglob("*")} <= {"forged.tar", "in", "home", "lock"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_nothing_but_plain_files_comes_out_of_a_backup(tmp_path: Path, kind: bytes) -> None:
    entry = tarfile.TarInfo("CURRENT")
    entry.type, entry.linkname = kind, "/etc/hostname"
    file = _forged(tmp_path / "forged.tar", entry, "CURRENT")
    assert _reason(lambda: restoring.restore(file, tmp_path / "home", WHO)) == "damaged"


@pytest.mark.parametrize("content", [b"", b"no tar at all", bytes(10_240)])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    assert _reason(lambda: restoring.check(tmp_path / "b.tar")) == "not_one"
    assert _reason(lambda: restoring.check(tmp_path / "none.tar")) == "no_file"


def _forged(file: Path, entry: tarfile.TarInfo, name: str) -> Path:
    """A backup with true hashes, made by somebody else, of one empty file."""
    part = file.with_name("part")
    part.write_bytes(b"")
    archive.written(file, {name: part}, asdict(STATED))
    with tarfile.open(file) as tar:
        kept = [(each, tar.extractfile(each)) for each in tar.getmembers()[:2]]
        contents = [(each, content.read()) for each, content in kept if content]
    with tarfile.open(file, "w") as tar:
        for each, content in contents:
            tar.addfile(each, io.BytesIO(content))
        tar.addfile(entry)
    part.unlink()
    assert json.loads(contents[0][1])["files"].keys() == {name}
    return file


def _flip(file: Path) -> None:
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _reason(doing: Callable[[], object]) -> str:
    with pytest.raises(DataError) as refusal:
        doing()
    return refusal.value.reason
