"""The data commands, as typed."""

import json
from pathlib import Path

import pytest

from app.texts import catalogue
from data.checks import faults
from data.contract import Mapped, contract
from tests.data.tables import FIXTURES, rows, write
from tests.faults.command import refused, vigie


def test_a_load_prints_what_was_read_kept_and_rejected_and_why(home: Path) -> None:
    code, out, err = vigie(home, "load", "cases", str(FIXTURES / "sixteen.csv"))
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == "cases: read 16, kept 5, rejected 11"
    assert lines[1] == "  2 × case_id: id shared with a different row (conflicting)"
    assert json.loads((home / "CURRENT").read_text())["snapshot"] in lines[-1]


def test_tables_snapshots_and_rollback(home: Path, tmp_path: Path) -> None:
    for number in (3, 4):
        assert vigie(home, "load", "cases", str(write(tmp_path / f"{number}.csv", rows(number))))[0] == 0
    assert ("cases" + " " * 24 + "4") in vigie(home, "tables")[1]
    newest, oldest = vigie(home, "snapshots")[1].splitlines()
    assert newest.startswith("* ")
    assert newest.endswith("4.csv")
    assert vigie(home, "rollback")[0] == 0
    assert vigie(home, "snapshots")[1].splitlines()[1].startswith(f"* {oldest.split()[0]}")


def test_simulate_publishes_that_many_cases(home: Path) -> None:
    code, out, err = vigie(home, "simulate", "--cases", "5000", "--seed", "3")
    assert (code, err) == (0, "")
    assert out.startswith("cases: 5000, ")
    assert "simulated" in vigie(home, "tables")[1]


@pytest.mark.parametrize(
    "words", [("tables",), ("rollback",), ("load", "nowhere", "x.csv"), ("load", "cases", "absent.csv")]
)
def test_a_refusal_is_one_line_and_exit_code_1(home: Path, words: tuple[str, ...]) -> None:
    refused(home, *words)


@pytest.mark.parametrize("words", [("load", "cases"), ("nonsense",), ("load", "cases", "x", "--nonsense")])
def test_wrong_usage_is_exit_code_2(home: Path, words: tuple[str, ...]) -> None:
    code, _, err = vigie(home, *words)
    assert (code, "Traceback" in err) == (2, False)


def test_a_folder_that_cannot_be_made_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the state folder should be")
    refused(tmp_path / "home", "load", "cases", str(FIXTURES / "sixteen.csv"))


def test_both_languages_say_the_same_things() -> None:
    areas = ("cli.", "load.", "snapshot.")
    french, english = ({key for key in catalogue(code) if key.startswith(areas)} for code in ("fr", "en"))
    assert french == english


def test_every_reason_that_a_check_gives_has_its_sentence() -> None:

    agreed = contract("cases")
    all_mapped = Mapped({name: place for place, name in enumerate(agreed.columns)}, ())
    reasons = {fault.reason for fault in faults(agreed, all_mapped)}
    assert {f"load.reject.{reason}" for reason in reasons} <= set(catalogue("fr"))
