"""The commands of the journal and of one person's data, as an operator uses them."""

import json
from getpass import getuser
from pathlib import Path

import pytest

from data import snapshot
from data.audit import Audit, Entry, Sought
from data.chain import appended
from data.erasing import erase
from data.journal import Journal
from tests.app.commands.test_scoring import refused, told, vigie
from tests.data.test_audit import tampered
from tests.data.test_journal import DECISION, SEEN
from tests.published import app_on, publish, visit
from tests.scored import lines, publish_world, scored_home, scoring_on


@pytest.fixture
def written(home: Path) -> Path:
    """Two views, a decision."""
    journal = Journal(home)
    journal.consulted("anne", 7, "review", SEEN)
    journal.consulted("paul", 8, "complaint", SEEN)
    journal.decided(DECISION)
    journal.close()
    return home


def test_a_whole_chain_is_said_to_be_with_its_lines_and_head(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = lines(written)[-1]["hash"]
    assert vigie("audit", "verify") == 0
    out = capsys.readouterr().out
    assert "3 lignes" in out
    assert head in out
    assert vigie("audit", "verify", "--head", head) == 0
    assert [line["action"] for line in lines(written)[3:]] == ["audit.verified"] * 2
    assert lines(written)[3]["who"] == getuser()


def test_a_chain_that_was_changed_is_refused_with_the_line_that_was(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tampered(written, "UPDATE audit SET who = 'nobody' WHERE id = 2", "UPDATE decisions SET motive = 'x'")
    assert vigie("audit", "verify") == 1
    out, err = capsys.readouterr()
    assert err == "vigie: Ligne 2 : son texte a été modifié\n".replace(" :", "\u00a0:")
    assert "Décision 1" in out
    assert "Chaîne entière" not in out


def test_a_head_that_is_not_in_the_chain_is_refused(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vigie("audit", "verify", "--head", "ab" * 32) == 1
    assert capsys.readouterr().err.startswith("vigie: L'empreinte donnée")


def test_lines_are_listed_the_newest_first_without_the_values_of_scores(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "audit", "list")
    assert [line["id"] for line in found] == [3, 2, 1]
    assert "probability" not in found[1]["details"]
    assert [line["who"] for line in told(capsys, "audit", "list", "--who", "paul")] == ["paul"]
    assert [line["id"] for line in told(capsys, "audit", "list", "--client", "7")] == [1]
    assert told(capsys, "audit", "list", "--until", "2020-01-01") == []
    assert [line["id"] for line in told(capsys, "audit", "list", "--action", "decision.other")] == [3]
    assert vigie("audit", "list", "--action", "nonsense") == 2
    assert vigie("audit", "list", "--client", "7", "--case", "7") == 2
    capsys.readouterr()
    assert vigie("audit", "list", "--count", "1", "--who", "anne") == 0
    assert "Décision contraire" in capsys.readouterr().out


def test_an_export_is_said_in_the_journal_first_and_is_for_its_owner_alone(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lines.jsonl"
    assert vigie("audit", "export", str(file), "--who", "anne") == 0
    found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in found] == [1, 3]
    assert "probability" not in found[0]["details"]
    assert file.stat().st_mode & 0o777 == 0o600
    (line,) = lines(written)[3:]
    assert (line["action"], line["details"]) == ("audit.exported", {"kind": "jsonl", "lines": 2})
    capsys.readouterr()
    assert "nowhere" in refused(capsys, "audit", "export", str(tmp_path / "nowhere" / "x"))


def test_lines_are_erased_by_the_months_asked_for_or_set(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = Audit(home)
    for year in ("2020", "2999"):
        with audit._writing() as connection:
            appended(connection, Entry("signed_in", "anne"), f"{year}-01-01T00:00:00.000000+00:00")
    assert vigie("audit", "prune", "--months", "3") == 2
    monkeypatch.setenv("VIGIE_AUDIT_MONTHS", "36")
    assert vigie("audit", "prune") == 0
    assert "1 lignes" in capsys.readouterr().out
    assert [line.erased for line in audit.lines(Sought())] == [False, False, True]
    audit.close()
    assert vigie("audit", "verify") == 0


def test_a_client_is_erased_on_every_page_and_interface_at_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scored_home(home)
    with scoring_on(home) as scoring:
        seen = scoring.consult(999, "review")
        scoring.decide(seen, seen.explanation.score.decision, followed=True)
    server = app_on(home)
    with visit(server) as place:
        score, sheet = "/api/v1/clients/{}/score", "/clients/{}/sheet.pdf?purpose=review"
        assert place.get(score.format(999)).status_code == 200
        assert vigie("person", "erase", "client", "999", "--motive", "asked on 21 November") == 0
        server.state.services.refresh()  # as its watcher does within a second
        for address in (score, sheet, "/api/v1/clients/{}/explanation"):
            gone, never = place.get(address.format(999)), place.get(address.format(222))
            assert gone.status_code == never.status_code == 404
            assert gone.text.replace("999", "222") == never.text
        assert place.get(score.format(998)).status_code == 200
    capsys.readouterr()
    assert "999" in refused(capsys, "score", "999")
    assert told(capsys, "decisions") == []
    assert vigie("audit", "verify") == 0
    said = next(line for line in lines(home) if line["action"] == "person.erased")
    assert (said["who"], said["subject"]) == (getuser(), None)
    assert (said["details"]["motive"], said["details"]["lines"]) == ("asked on 21 November", 3)
    assert "999" not in str(said)


def test_a_case_is_erased_from_lists_search_and_its_address(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(home)
    server = app_on(home)
    with visit(server) as place:
        assert place.get("/cases/one?id=c7").status_code == 200
        before = place.get("/cases/rows").json()["total"]
        assert vigie("person", "erase", "case", "c7", "--motive", "asked") == 0
        server.state.services.refresh()
        assert place.get("/cases/one?id=c7").status_code == 404
        assert place.get("/cases/rows").json()["total"] == before - 1
        assert "c7;" not in place.get("/export/cases.csv").text
        assert "c8;" in place.get("/export/cases.csv").text
        assert place.get("/api/v1/queries/production/kpis").json()[0]["rows"] == before - 1
    erased = next(line for line in lines(home) if line["action"] is None)
    assert (erased["subject"], erased["id"]) == (None, 1)


def test_what_is_held_is_written_for_its_owner_alone_and_the_journal_says_so(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_world(home)
    journal = Journal(home)
    journal.consulted("anne", 999, "review", SEEN)
    journal.close()
    file = tmp_path / "person.json"
    assert vigie("person", "export", "client", "999", "--to", str(file)) == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["tables"]["credits"][0]["client_id"] == 999
    assert found["snapshot"] == snapshot.current(home).id
    assert [line["purpose"] for line in found["journal"]] == ["review"]
    assert file.stat().st_mode & 0o777 == 0o600
    said = lines(home)[-1]
    assert (said["action"], said["subject"]) == ("person.exported", lines(home)[0]["subject"])


@pytest.mark.parametrize("words", [("client", "77777"), ("case", "nothing")])
def test_nobody_is_erased_or_exported_of_whom_nothing_is_held(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    publish_world(home)
    assert words[1] in refused(capsys, "person", "erase", *words, "--motive", "asked").replace("\u202f", "")
    assert words[1] in refused(capsys, "person", "export", *words, "--to", str(tmp_path / "x"))
    assert lines(home) == []
    assert vigie("person", "erase", "client", "seven", "--motive", "asked") == 2
    assert vigie("person", "erase", *words, "--motive", " ") == 2


def test_who_was_erased_before_can_be_erased_again_where_the_data_were_not_made_anew(home: Path) -> None:
    publish_world(home)
    erase(home, "client", "999", "asked", "paul")  # as where the disk was full for the rest
    assert vigie("person", "erase", "client", "999", "--motive", "asked") == 0
    assert snapshot.current(home).tables["credits"] == 599
