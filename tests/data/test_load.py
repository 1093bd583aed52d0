"""Loading files: what is kept, what is refused and why, and what is published in the end."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from data import snapshot
from data.errors import LoadRefused
from data.pipeline import load_file
from data.simulate import simulate
from tests.data.tables import FIXTURES, HEADER, ask, rejects, rows, write


def test_the_reference_file_gives_its_known_totals(reference_home: Path) -> None:
    totals = ask(
        reference_home,
        """SELECT count(*), sum(treated), sum(treated) FILTER (status = 'closed'), avg(delay_days),
           avg(stated_return_rate), sum(returns) / sum(treated) FROM cases""",
    )
    assert totals[0][:3] == (300, 2805, 943)
    assert totals[0][3:] == pytest.approx((22.7267, 0.097995, 0.0560), abs=5e-5)


def test_the_reference_file_needs_no_preset(reference_file: Path, reference_home: Path, home: Path) -> None:
    load_file(home, "cases", reference_file)
    assert ask(home, "FROM cases ORDER BY case_id") == ask(reference_home, "FROM cases ORDER BY case_id")


def test_a_small_french_file_gives_the_totals_worked_out_by_hand(home: Path) -> None:
    report = load_file(home, "cases", FIXTURES / "sixteen.csv")
    assert (report.read, report.kept, report.rejected) == (16, 5, 11)
    assert ask(home, "SELECT sum(treated), sum(delay_days), sum(returns), sum(workload) FROM cases") == [
        (2 + 4 + 1 + 3 + 5, 20.5 + 25 + 2 + 2, 1 + 2, 1.5 + 1.25 + 2 + 0.5 + 1)
    ]
    assert ask(home, "SELECT case_id, day, status FROM cases WHERE case_id IN ('A2', 'A3') ORDER BY 1") == [
        ("A2", date(2026, 1, 30), "closed"),
        ("A3", date(2026, 1, 6), "open"),
    ]


def test_every_refused_row_says_where_and_why(home: Path) -> None:
    load_file(home, "cases", FIXTURES / "sixteen.csv")
    assert rejects(home) == [
        (6, "received_on", "31/02/2026", "not_a_date"),
        (7, "received_on", "1824-05-01", "out_of_range"),
        (8, "received_on", "2199-01-01", "out_of_range"),
        (9, "closed_on", "2026-02-01", "closed_before_received"),
        (10, "agency", None, "missing"),
        (11, "status", "Perdu", "unknown_value"),
        (12, "treated", "un", "not_a_number"),
        (13, "treated", "1,5", "not_whole"),
        (15, "case_id", "B4", "duplicate"),
        (16, "case_id", "B5", "conflicting"),
        (17, "case_id", "B5", "conflicting"),
    ]


def test_parquet_gives_the_same_table_as_csv(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "cases.csv", rows(50))
    load_file(home, "cases", source)
    from_csv = ask(home, "FROM cases ORDER BY case_id")
    duckdb.sql(f"COPY (FROM read_csv('{source}')) TO '{tmp_path / 'cases[1].parquet'}'")
    load_file(home, "cases", tmp_path / "cases[1].parquet")
    assert ask(home, "FROM cases ORDER BY case_id") == from_csv


def test_identical_rows_without_an_id_are_all_kept_under_stable_ids(home: Path, tmp_path: Path) -> None:
    source = write(
        tmp_path / "c.csv", ["2026-03-01,Créteil,Réversion,closed"] * 3, "day,agency,case_type,status"
    )
    assert load_file(home, "cases", source).kept == 3
    ids = ask(home, "SELECT case_id FROM cases ORDER BY 1")
    assert len(set(ids)) == 3
    load_file(home, "cases", source)
    assert ask(home, "SELECT case_id FROM cases ORDER BY 1") == ids


@pytest.mark.parametrize("append", [False, True])
def test_the_cases_of_an_agency_lie_together_by_agent_then_day(
    home: Path, tmp_path: Path, append: bool
) -> None:
    header = HEADER.replace("agency", "agency,agent")
    places = ("Lille,B", "Évry,A", "Lille,", "Lille,A")
    lines = [row.replace("Créteil", places[at % 4]) for at, row in enumerate(rows(100))]
    load_file(home, "cases", write(tmp_path / "c.csv", lines[:60], header))
    load_file(home, "cases", write(tmp_path / "d.csv", lines[20:], header), append=append)
    lying = ask(home, "SELECT agency, coalesce(agent, 'none'), day FROM cases ORDER BY rowid")
    assert len(lying) == (100 if append else 80)
    assert lying == sorted(lying)


def test_agencies_and_agents_come_from_the_cases(home: Path) -> None:
    load_file(home, "cases", FIXTURES / "sixteen.csv")
    assert ask(home, "SELECT agency_id, agency, region, fte FROM agencies ORDER BY agency") == [
        ("bobigny", "Bobigny", "Île-de-France", None),
        ("creteil", "Créteil", "Île-de-France", None),
        ("nanterre", "Nanterre", "Île-de-France", None),
    ]
    assert ask(home, "SELECT agent_id, skills FROM agents ORDER BY 1")[0] == ("G1", "Réversion")
    assert ask(home, "SELECT agent_id, agency_id FROM agent_agencies ORDER BY ALL")[:2] == [
        ("G1", "bobigny"),
        ("G1", "creteil"),
    ]


def test_agencies_whose_names_differ_by_accents_keep_distinct_ids(home: Path, tmp_path: Path) -> None:
    records = [*rows(1, agency="Sète"), *rows(1, first=1, agency="Sete")]
    load_file(home, "cases", write(tmp_path / "c.csv", records))
    assert len(set(ask(home, "SELECT agency_id FROM agencies"))) == 2


def test_the_first_real_load_drops_every_simulated_table(home: Path, tmp_path: Path) -> None:
    simulate(home, cases=20_000)
    load_file(home, "cases", write(tmp_path / "c.csv", rows(3)))
    served = snapshot.current(home)
    assert (served.simulated, served.simulated_tables) == (False, ())
    assert (served.tables["cases"], served.tables["agencies"], served.tables["agents"]) == (3, 1, 0)


def test_nothing_is_added_to_simulated_cases(home: Path, tmp_path: Path) -> None:
    simulate(home, cases=5_000)
    load_file(home, "cases", write(tmp_path / "c.csv", rows(3)), append=True)
    assert snapshot.current(home).tables["cases"] == 3


def test_append_replaces_by_key_and_adds_the_rest(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "a.csv", rows(10)))
    newer = [*rows(2, agency="Bobigny"), *rows(3, first=10)]
    load_file(home, "cases", write(tmp_path / "b.csv", newer), append=True)
    assert ask(home, "SELECT count(*), count(*) FILTER (agency = 'Bobigny') FROM cases") == [(13, 2)]
    assert [load["kept"] for load in snapshot.current(home).loads] == [10, 5]


def test_a_dry_run_counts_and_publishes_nothing(home: Path) -> None:
    report = load_file(home, "cases", FIXTURES / "sixteen.csv", dry_run=True)
    assert (report.read, report.kept, report.snapshot) == (16, 5, None)
    assert snapshot.pointer(home) is None
    assert list((home / "staging").iterdir()) == []


def test_a_mapping_names_headers_and_values_of_its_own(home: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\nOu = "agency"\n[values.status]\n"Gagné" = "closed"\n', encoding="utf-8")
    source = write(tmp_path / "c.csv", ["2026-03-01,Créteil,Réversion,Gagné"], "day,Ou,case_type,status")
    assert load_file(home, "cases", source, mapping=mapping).kept == 1
    assert ask(home, "SELECT agency, status FROM cases") == [("Créteil", "closed")]


@pytest.mark.parametrize(
    ("text", "number"), [("1 234,5", 1234.5), ("1\u202f234,5", 1234.5), ("12", 12.0), ("1.5e1", 15.0)]
)
def test_numbers_are_read_as_the_french_write_them(
    home: Path, tmp_path: Path, text: str, number: float
) -> None:
    header = "day;agency;case_type;status;delay"
    load_file(home, "cases", write(tmp_path / "c.csv", [f"2026-03-01;A;R;closed;{text}"], header))
    assert ask(home, "SELECT delay_days FROM cases") == [(number,)]


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "1.234,5", "dix", "-1"])
def test_what_is_no_number_of_days_is_refused(home: Path, tmp_path: Path, text: str) -> None:
    header = "day;agency;case_type;status;delay"
    source = write(tmp_path / "c.csv", [f"2026-03-01;A;R;closed;{text}"], header)
    with pytest.raises(LoadRefused) as refusal:
        load_file(home, "cases", source)
    assert refusal.value.reason == "nothing_kept"


def test_a_finished_case_with_a_receipt_but_no_closing_column_closed_on_its_day(
    home: Path, tmp_path: Path
) -> None:
    header = "day,received,agency,case_type,status"
    load_file(home, "cases", write(tmp_path / "c.csv", ["2026-03-09,2026-03-01,A,R,closed"], header))
    assert ask(home, "SELECT closed_on FROM cases") == [(date(2026, 3, 9),)]
