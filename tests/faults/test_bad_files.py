"""Faults 10 to 15: encodings, dialects, impossible dates, duplicates, missing columns, lost rows."""

from pathlib import Path

import pytest

from app.texts import speaking, t
from data import snapshot
from data.errors import LoadRefused
from data.pipeline import load_file
from tests.data.tables import FIXTURES, HEADER, ask, rejects, rows, write
from tests.faults.command import refused, vigie

FRENCH = (FIXTURES / "sixteen.csv").read_text(encoding="utf-8")


@pytest.mark.fault
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "latin-1"])
def test_the_same_table_comes_from_each_encoding(home: Path, tmp_path: Path, encoding: str) -> None:
    load_file(home, "cases", FIXTURES / "sixteen.csv")
    expected = ask(home, "FROM cases ORDER BY case_id")
    (tmp_path / "other.csv").write_bytes(FRENCH.encode(encoding))
    load_file(home, "cases", tmp_path / "other.csv")
    assert ask(home, "FROM cases ORDER BY case_id") == expected


@pytest.mark.fault
def test_what_windows_added_to_latin1_is_read(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "c.csv", rows(1, agency="Sacré-Cœur n’€"), encoding="cp1252"))
    assert ask(home, "SELECT agency FROM cases") == [("Sacré-Cœur n’€",)]


@pytest.mark.fault
@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_ends_of_line_do_not_matter(home: Path, tmp_path: Path, ends: str) -> None:
    (tmp_path / "c.csv").write_bytes(FRENCH.replace("\n", ends).encode())
    report = load_file(home, "cases", tmp_path / "c.csv")
    assert (report.read, report.kept) == (16, 5)


@pytest.mark.fault
def test_a_nul_byte_is_refused_with_its_line(home: Path, tmp_path: Path) -> None:
    records = rows(5)
    records[2] = records[2].replace("Créteil", "Cr\0teil")
    said = refused(home, "load", "cases", str(write(tmp_path / "c.csv", records)))
    assert "NUL byte on line 4" in said


@pytest.mark.fault
def test_utf16_and_mixed_encodings_are_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "16.csv").write_bytes(FRENCH.encode("utf-16"))
    assert "UTF-16" in refused(home, "load", "cases", str(tmp_path / "16.csv"))
    mixed = write(tmp_path / "c.csv", rows(2)).read_bytes() + rows(1, first=9)[0].encode("cp1252") + b"\n"
    (tmp_path / "mixed.csv").write_bytes(mixed)
    assert "line 4" in refused(home, "load", "cases", str(tmp_path / "mixed.csv"))


@pytest.mark.fault
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_ragged_lines_go_to_rejects_and_counts_add_up(home: Path, tmp_path: Path, delimiter: str) -> None:
    records = [
        *rows(3),
        "C90,2026-03-01",
        *rows(2, first=3),
        f"{rows(1, first=91)[0]},x,y",
        '"a"b,c',
        *rows(1, first=5),
    ]
    header = HEADER.replace(",", delimiter)
    source = write(tmp_path / "c.csv", [record.replace(",", delimiter) for record in records], header)
    report = load_file(home, "cases", source)
    assert (report.read, report.kept, report.rejected) == (9, 6, 3)
    assert [(line, reason) for line, _, _, reason in rejects(home)] == [
        (5, "field_count"),
        (8, "field_count"),
        (9, "quotes"),
    ]


@pytest.mark.fault
def test_a_quoted_newline_is_one_record(home: Path, tmp_path: Path) -> None:
    records = [rows(1)[0].replace("Créteil", '"Cré\nteil"'), "ragged", *rows(1, first=1)]
    load_file(home, "cases", write(tmp_path / "c.csv", records))
    assert rejects(home) == [(3, None, "ragged", "field_count")]
    assert ask(home, "SELECT agency FROM cases ORDER BY case_id") == [("Cré\nteil",), ("Créteil",)]


@pytest.mark.fault
@pytest.mark.parametrize(
    ("received", "closed", "reason"),
    [
        ("31/02/2026", "2026-03-05", "not_a_date"),
        ("1824-03-01", "2026-03-05", "out_of_range"),
        ("2026-03-01", "01/03/2199", "out_of_range"),
        ("2026-03-05", "2026-03-01", "closed_before_received"),
    ],
)
def test_impossible_dates_are_rejected_and_counted(
    home: Path, tmp_path: Path, received: str, closed: str, reason: str
) -> None:
    header = "id,received,closed date,agency,case_type,status"
    good = "A1,2026-03-01,2026-03-05,Créteil,Réversion,closed"
    bad = f"A2,{received},{closed},Créteil,Réversion,closed"
    report = load_file(home, "cases", write(tmp_path / "c.csv", [good, bad], header))
    assert (report.read, report.kept, report.rejected) == (2, 1, 1)
    assert [(line, why) for line, _, _, why in rejects(home)] == [(3, reason)]


@pytest.mark.fault
def test_of_identical_ids_one_is_kept_of_conflicting_ids_none(home: Path, tmp_path: Path) -> None:
    records = [
        *rows(2),
        *rows(1),
        rows(1, first=1)[0].replace("Créteil", "Bobigny"),
        *rows(1, first=7),
        *rows(1),
    ]
    report = load_file(home, "cases", write(tmp_path / "c.csv", records))
    assert (report.read, report.kept) == (6, 2)
    assert ask(home, "SELECT case_id FROM cases ORDER BY 1") == [("C0",), ("C7",)]
    assert [(line, reason) for line, _, _, reason in rejects(home)] == [
        (3, "conflicting"),
        (4, "duplicate"),
        (5, "conflicting"),
        (7, "duplicate"),
    ]


@pytest.mark.fault
@pytest.mark.parametrize("gone", ["agency", "case_type", "status", "day"])
def test_a_missing_column_is_refused_before_any_write(home: Path, tmp_path: Path, gone: str) -> None:
    source = write(tmp_path / "c.csv", rows(3), HEADER.replace(gone, "Couleur"))
    said = refused(home, "load", "cases", str(source))
    with speaking("en"):
        assert t(f"column.{gone}") in said
    assert "Couleur" in said
    assert {path.name for path in home.iterdir()} == {"lock"}


@pytest.mark.fault
@pytest.mark.parametrize("text", ["", "\n\n", f"{HEADER}\n", "\ufeff"])
def test_an_empty_file_is_refused(home: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    assert "is empty" in refused(home, "load", "cases", str(tmp_path / "c.csv"))


@pytest.mark.fault
def test_nine_rows_in_ten_lost_are_refused_unless_accepted(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "a.csv", rows(100)))
    before = snapshot.pointer(home)
    few = write(tmp_path / "b.csv", rows(10))
    assert "only 10 rows against 100" in refused(home, "load", "cases", str(few))
    assert snapshot.pointer(home) == before
    assert vigie(home, "load", "cases", str(few), "--accept-shrink")[0] == 0
    assert load_file(home, "cases", write(tmp_path / "c.csv", rows(2))).kept == 2


@pytest.mark.fault
def test_a_file_without_one_valid_row_is_refused(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "c.csv", [row.replace("closed", "perdu") for row in rows(3)])
    with pytest.raises(LoadRefused) as refusal:
        load_file(home, "cases", source)
    assert refusal.value.values["why"] == "unknown_value"
