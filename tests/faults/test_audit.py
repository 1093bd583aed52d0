"""Faults 5 and 28 of the journal: no room for a line, so nothing is shown; a row edited, so it is named."""

from pathlib import Path

import pytest

from data.audit import Audit, Entry, Sought
from data.journal import Journal
from tests.counts import count
from tests.data.test_audit import tampered
from tests.data.test_journal import DECISION, SEEN
from tests.faults.command import refused, vigie
from tests.faults.test_disk import small_disk
from tests.faults.test_scores import fill
from tests.published import app_on, publish, visit

RECORDED = ("/cases/one?id=c7", "/export/cases.csv", "/export/csv", "/export/rules/csv")
INDICATORS = ("/api/v1/queries/production/kpis", "/cases/rows", "/health", "/ready")
LINES = count(ci=2_000, soak=200_000)


@pytest.mark.fault
def test_on_a_full_disk_no_case_is_shown_nothing_is_exported_and_indicators_stay(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 60) as limited:
        if limited is not None:
            pytest.skip("no file system may be mounted here; tests/data limits the file instead")
        home = tmp_path / "disk" / "home"
        publish(home)
        with visit(app_on(home)) as place:
            assert [place.get(path).status_code for path in RECORDED] == [200] * len(RECORDED)
            filler = Audit(home)
            while not _full(filler):  # lines until no other fits, whatever room the log still has
                fill(tmp_path / "disk" / "ballast")
            written = filler.count(Sought())
            for path in RECORDED:
                answer = place.get(path)
                assert answer.status_code == 503
                assert "journal" in answer.json()["detail"]
            assert [place.get(path).status_code for path in INDICATORS] == [200] * len(INDICATORS)
            assert filler.count(Sought()) == written
            (tmp_path / "disk" / "ballast").unlink()
            assert [place.get(path).status_code for path in RECORDED] == [200] * len(RECORDED)
            assert filler.count(Sought()) == written + len(RECORDED)
            assert filler.verify().whole
            filler.close()


def _full(audit: Audit) -> bool:
    try:
        audit.record(Entry("signed_in", "anne", details={"filler": "x" * 20_000}))
    except Exception as error:  # noqa: BLE001  whatever the full disk says
        return "unwritable" in str(error)
    return False


@pytest.mark.fault
def test_an_edited_row_among_many_is_named_by_the_command(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for client in range(LINES):
        journal.consulted("anne", client, "review", SEEN)
    journal.decided(DECISION)
    journal.close()
    code, out, _ = vigie(tmp_path, "audit", "verify")
    assert (code, "The chain is whole" in out) == (0, True)
    head = out.split("Hash of the last: ")[1].split()[0]
    line = LINES // 2
    tampered(tmp_path, f"UPDATE audit SET purpose = 'complaint' WHERE id = {line}")
    assert refused(tmp_path, "audit", "verify") == f"vigie: Line {line}: its words were changed\n"
    tampered(tmp_path, f"DELETE FROM audit WHERE id > {line}", "DELETE FROM sqlite_sequence")
    _, out, _ = vigie(tmp_path, "audit", "verify", "--head", head)
    assert "The given hash is not in the journal" in out
