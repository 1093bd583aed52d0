import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from app.cli import command_line, run
from queries.catalogue import QUERIES
from tests.published import publish


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(folder)
    return folder


@pytest.fixture(autouse=True)
def _home(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(published))


def vigie(*words: str) -> int:
    """The exit code of the command, run in this process."""
    return run(lambda: command_line()(list(words), standalone_mode=True))


def test_json_is_a_list_of_row_objects(capsys: pytest.CaptureFixture[str]) -> None:
    assert vigie("query", "production.cases_by_month", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["month"] for row in rows] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert sum(row["treated"] for row in rows) == 900


def test_csv_has_the_declared_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert vigie("query", "production.delay_by_agency", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == QUERIES["production.delay_by_agency"].columns.names()
    assert len(rows) == 3


def test_a_table_is_what_people_get(capsys: pytest.CaptureFixture[str]) -> None:
    assert vigie("query", "production.cases_by_type") == 0
    assert "| Retraite" in capsys.readouterr().out


# People, cases one by one and targets are in no cube.
IN_NO_CUBE = ("agencies.people", "cases.counts", "targets.targets")


@pytest.mark.parametrize("name", IN_NO_CUBE)
def test_what_is_in_no_cube_is_refused_by_the_cubes(name: str) -> None:
    assert vigie("query", name, "--engine", "polars") == 2
    assert vigie("query", name, "--engine", "duckdb") == 0


@pytest.mark.parametrize("name", sorted(QUERIES.keys() - set(IN_NO_CUBE)))
def test_both_engines_say_the_same(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for engine in ("polars", "duckdb"):
        words = ("--select", "agency=Bobigny&until=2026-02-28", "--format", "csv", "--engine", engine)
        assert vigie("query", name, *words) == 0
        said.append(pl.read_csv(io.StringIO(capsys.readouterr().out)))
    assert_frame_equal(*said, rel_tol=1e-12, abs_tol=1e-9)


def test_what_the_cubes_cannot_tell_comes_from_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("query", "production.kpis", "--select", "agent=p1", "--format", "json")
    assert vigie(*asked) == 0
    assert json.loads(capsys.readouterr().out)[0]["rows"] == len(range(1, 900, 7))
    assert vigie(*asked, "--engine", "polars") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("query", "production.nothing"),
        ("query", "production.kpis", "--select", "town=Bobigny"),
        ("query", "production.kpis", "--select", "since=yesterday"),
        ("query", "production.kpis", "--engine", "spark"),
        ("query",),
    ],
)
def test_a_wrong_question_is_wrong_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert vigie(*words) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_with_nothing_published_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    assert vigie("query", "production.kpis") == 1
    assert capsys.readouterr().err.count("\n") == 1
