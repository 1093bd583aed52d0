"""What is written down of what people do: by its name, before it is shown, without the names of persons."""

import ast
import re
from getpass import getuser
from pathlib import Path

import pytest

from app.audit import ACTIONS
from app.texts import catalogue
from data import snapshot
from tests.app.commands.test_scoring import vigie
from tests.data.tables import rows, write
from tests.published import app_on, publish, visit
from tests.scored import lines, publish_world
from tests.trained import quick_model

ROOT = Path(__file__).parents[2]
OF_THE_LOG = {"request", "model"}  # events that a function called `record` tells the log
WRITERS = {"record", "by_command", "note", "Entry"}


def test_every_action_has_its_words_in_both_languages() -> None:
    for code in ("fr", "en"):
        texts = catalogue(code)
        assert [name for name in ACTIONS if f"audit.action_{name.replace('.', '_')}" not in texts] == []


def test_every_action_that_is_written_has_a_name_of_the_list() -> None:
    written = {
        named.value
        for folder in ("app", "data")
        for file in (ROOT / folder).rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in WRITERS
        for named in call.args[:2]  # some say first where
        if isinstance(named, ast.Constant) and isinstance(named.value, str)
    }
    assert {"case.viewed", "data.loaded", "person.erased", "audit.pruned"} <= written
    assert written - set(ACTIONS) == OF_THE_LOG


def test_a_case_is_written_down_by_its_pseudonym_before_it_is_shown(home: Path) -> None:
    publish(home)
    with visit(app_on(home)) as place:
        assert place.get("/cases/one?id=c7").status_code == 200
        assert place.get("/cases/one?id=c7").status_code == 200
        assert place.get("/cases/one?id=nobody").status_code == 404
    first, second = lines(home)
    assert (first["action"], first["who"]) == ("case.viewed", "demonstration")
    assert first["subject"] == second["subject"]
    assert (first["details"], second["details"]) == ({}, {})
    assert len(first["subject"]) == 32


def test_a_list_of_cases_is_written_down_without_what_it_was_filtered_by(home: Path) -> None:
    publish(home)
    with visit(app_on(home)) as place:
        taken = place.get("/export/cases.csv?agency=Bobigny&agent=p1&filter=case_id%3Acontains%3Ac7")
    assert taken.status_code == 200, taken.text
    (line,) = lines(home)
    told = line["details"]
    assert (line["action"], told["kind"], told["filtered"]) == ("cases.exported", "csv", ["case_id"])
    assert told["selection"].startswith("agency=Bobigny&agent=")
    assert "p1" not in str(told["selection"])
    assert "c7" not in re.sub(r"[0-9a-f]{32}", "", str(told))  # but in a pseudonym it may be


@pytest.mark.parametrize(
    "path", ["/cases/one?id=c7", "/export/cases.csv", "/export/csv", "/export/rules/csv"]
)
def test_what_cannot_be_written_down_is_not_shown(home: Path, path: str) -> None:
    publish(home)
    (home / "journal.sqlite").write_bytes(b"not a journal" * 100)
    with visit(app_on(home)) as place:
        refused = place.get(path)
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert "journal" in refused.json()["detail"]
        assert place.get("/api/v1/queries/production/kpis").status_code == 200
        assert place.get("/cases/rows").status_code == 200


def test_loads_the_way_back_and_promotions_are_written_down_under_who_ran_them(
    home: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "cases.csv", rows(20))
    assert vigie("load", "cases", str(file), "--dry-run") == 0
    assert lines(home) == []
    assert vigie("load", "cases", str(file)) == 0
    first = snapshot.current(home).id
    assert vigie("load", "cases", str(file)) == 0
    assert vigie("rollback") == 0
    publish_world(home)
    card = quick_model(home, promoted=False)
    assert vigie("promote", str(card.version), "--by", "someone else") == 0
    *loaded, back, promoted = lines(home)
    assert [line["action"] for line in loaded] == ["data.loaded"] * 2
    assert {line["who"] for line in lines(home)} == {getuser()}
    assert loaded[0]["details"] == {
        "table": "cases",
        "source": "cases.csv",
        "rows": 20,
        "rejected": 0,
        "snapshot": first,
    }
    assert (back["action"], back["details"]) == ("data.rolled_back", {"snapshot": first})
    assert (promoted["action"], promoted["details"]["by"]) == ("model.promoted", "someone else")
