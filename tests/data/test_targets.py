"""Targets are loaded beside what is published, checked like any file, and survive other loads."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data import snapshot
from data.errors import LoadRefused, NoSnapshot
from data.pipeline import LoadReport, LoadRequest, load
from data.snapshot import Snapshot
from tests.published import publish

GOOD = """Indicateur;Agence;Mois;Objectif
Délai moyen;;;20
Délai moyen;Bobigny;;22,5
Délai moyen;Bobigny;2026-03;21
Hors norme;;03/2026;0,35
"""
CASES = """date,agence,type,statut,délai
2026-01-05,Lille,Retraite,Clôturé,12
2026-02-05,Bobigny,Retraite,Clôturé,15
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    publish(tmp_path / "home", 90)
    return tmp_path / "home"


def loaded(home: Path, text: str, table: str = "targets", **options: Any) -> LoadReport:
    file = home.parent / f"{table}.csv"
    file.write_text(text, encoding="utf-8")
    return load(LoadRequest(home, table, file, **options))


def held(home: Path) -> list[tuple[object, ...]]:
    return rows(home, "SELECT indicator, agency, month, value FROM targets ORDER BY ALL")


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(snapshot.current(home).facts, read_only=True) as facts:
        return facts.execute(query).fetchall()


def test_a_file_becomes_targets_of_the_network_of_agencies_and_of_months(home: Path) -> None:
    report = loaded(home, GOOD)
    assert (report.read, report.kept, report.rejected) == (4, 4, 0)
    assert held(home) == [
        ("late_share", None, date(2026, 3, 1), 0.35),
        ("mean_delay", "Bobigny", date(2026, 3, 1), 21.0),
        ("mean_delay", "Bobigny", None, 22.5),
        ("mean_delay", None, None, 20.0),
    ]
    assert snapshot.current(home).tables["targets"] == 4


def test_parquet_is_read_as_well(home: Path) -> None:
    file = home.parent / "targets.parquet"
    with duckdb.connect() as blank:
        row = "SELECT 'closed' AS indicator, DATE '2026-02-01' AS month, 300 AS value"
        blank.execute(f"COPY ({row}) TO '{file}'")
    load(LoadRequest(home, "targets", file))
    assert held(home) == [("closed", None, date(2026, 2, 1), 300.0)]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("Humeur;;;3", "indicator", "unknown_value"),
        (";;;3", "indicator", "missing"),
        ("Délai moyen;Atlantis;;3", "agency", "unknown_agency"),
        ("Délai moyen;;2026-13;3", "month", "not_a_month"),
        ("Délai moyen;;2199-01;3", "month", "out_of_range"),
        ("Taux de retour;;;8", "value", "not_a_share"),
        ("Délai moyen;;;-3", "value", "out_of_range"),
        ("Délai moyen;;;vite", "value", "not_a_number"),
        ("Délai moyen;;;19", "indicator", "conflicting"),
        ("Délai moyen;;;20", "indicator", "duplicate"),
    ],
)
def test_a_row_that_says_nothing_is_refused_with_its_reason(
    home: Path, line: str, column: str, reason: str
) -> None:
    report = loaded(home, GOOD + line + "\n")
    assert (column, reason) in {(name, why) for name, why, _ in report.reasons}
    assert report.kept + report.rejected == report.read == 5
    found = rows(home, "SELECT \"column\", reason FROM rejects WHERE table_name = 'targets'")
    assert (column, reason) in found


def test_a_new_file_replaces_the_targets_and_their_rejects(home: Path) -> None:
    loaded(home, GOOD + "Humeur;;;3\n")
    loaded(home, "indicator,value\nclosed,300\n", accept_shrink=True)
    assert held(home) == [("closed", None, None, 300.0)]
    assert rows(home, "SELECT count(*) FROM rejects WHERE table_name = 'targets'") == [(0,)]


def test_appended_targets_replace_those_they_name_again(home: Path) -> None:
    loaded(home, GOOD)
    loaded(home, "indicator,agency,value\nmean_delay,Bobigny,19\nclosed,,300\n", append=True)
    assert ("mean_delay", "Bobigny", None, 19.0) in held(home)
    assert ("mean_delay", "Bobigny", None, 22.5) not in held(home)
    assert len(held(home)) == 5


def test_everything_else_stays_as_it_was(home: Path) -> None:
    before = snapshot.current(home)
    loaded(home, GOOD)
    after = snapshot.current(home)
    assert {**after.tables, "targets": 0, "loads": 0} == {**before.tables, "targets": 0, "loads": 0}
    assert after.simulated == before.simulated
    assert after.first_day == before.first_day
    assert rows(home, "SELECT count(*), sum(hash(cases)) FROM cases") == _cases(before)


def _cases(version: Snapshot) -> list[tuple[object, ...]]:
    with duckdb.connect(version.facts, read_only=True) as facts:
        return facts.execute("SELECT count(*), sum(hash(cases)) FROM cases").fetchall()


def test_a_load_of_cases_carries_them_over(home: Path) -> None:
    loaded(home, GOOD)
    before = held(home)
    loaded(home, CASES, "cases", accept_shrink=True)
    assert held(home) == before


def test_a_dry_run_publishes_nothing(home: Path) -> None:
    version = snapshot.current(home).id
    assert loaded(home, GOOD, dry_run=True).kept == 4
    assert snapshot.current(home).id == version


def test_without_cases_there_is_nothing_to_aim_at(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot):
        loaded(tmp_path / "home", GOOD)


def test_a_file_without_values_is_refused_whole(home: Path) -> None:
    with pytest.raises(LoadRefused, match="columns_missing"):
        loaded(home, "indicator,agency\nclosed,Bobigny\n")
