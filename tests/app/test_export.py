"""Files to take away: the same figures as the page, typed, and harmless to open."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest

from app import export
from app.services import Services
from app.settings import Settings
from app.sheets import Source, of_table
from app.texts import speaking
from app.workbook import Cell, Sheet, workbook
from data.snapshot import Snapshot
from queries.selection import Selection
from tests import drawn
from tests.published import app_on, publish, visit
from tests.scored import lines

ALL = Selection()
NOW = datetime(2026, 10, 31, tzinfo=UTC)
SELECTIONS = (
    "",
    "agency=Bobigny&agency=Évry",
    "since=2026-01-10&until=2026-03-05&status=closed",
    "agent=p3&since=2026-02-03",
    "age=31%2B",
    "agency=Nowhere",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home = tmp_path_factory.mktemp("export") / "home"
    home.mkdir()
    publish(home)
    made = Services(Settings(home=home, log_level="error"))
    yield made
    made.close()


def answered(service: Services, kind: str, selection: Selection) -> dict[str, pl.DataFrame]:
    asked = export.questions(kind, selection)
    return dict(zip(asked, service.run_all(list(asked.values()), ALL), strict=True))


def file(service: Services, kind: str, selection: Selection = ALL, limit: int = 1_000_000) -> bytes:
    assert service.snapshot
    return export.written(
        kind, answered(service, kind, selection), Source(service.snapshot, selection), limit
    )


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {page.title: [tuple(cell.value for cell in row) for row in page.iter_rows()] for page in book}


def ratio(total: Mapping[str, float], over: str, under: str) -> float | None:
    return total[over] / total[under] if total[under] else None


@pytest.mark.parametrize("text", SELECTIONS)
def test_sums_of_the_detail_give_back_the_pages_figures(service: Services, text: str) -> None:
    selection = Selection.parse(text)
    kpis = answered(service, "xlsx", selection)["kpis"].row(0, named=True)
    table = pl.read_parquet(io.BytesIO(file(service, "parquet", selection)))
    total = {name: float(table[name].sum()) for name, kind in table.schema.items() if kind.is_numeric()}
    assert [total[name] for name in ("rows", "treated", "closed")] == [
        kpis[name] for name in ("rows", "treated", "closed")
    ]
    for name, over, under in (
        ("mean_delay", "delay_sum", "delay_treated"),
        ("late_share", "late", "delay_treated"),
        ("return_rate", "returns", "returns_treated"),
        ("returned_share", "returned_treated", "returns_treated"),
        ("row_mean_delay", "delay_row_sum", "delay_rows"),
        ("row_mean_return_rate", "rate_sum", "rate_rows"),
    ):
        assert ratio(total, over, under) == (
            None if kpis[name] is None else pytest.approx(kpis[name], rel=1e-12)
        )


@pytest.mark.parametrize("text", SELECTIONS)
def test_the_three_formats_carry_the_same_detail(service: Services, text: str) -> None:
    selection = Selection.parse(text)
    table = pl.read_parquet(io.BytesIO(file(service, "parquet", selection)))
    lines = list(csv.reader(io.StringIO(file(service, "csv", selection).decode("utf-8-sig")), delimiter=";"))
    cells = sheets(file(service, "xlsx", selection))["Détail"]
    assert lines[0] == list(cells[0])
    assert len(lines) == len(cells) == table.height + 1
    for column, name in enumerate(table.columns):
        if not table.schema[name].is_numeric():
            continue
        expected = table[name].sum()
        assert sum(float(line[column].replace(",", ".")) for line in lines[1:]) == pytest.approx(expected)
        assert sum(row[column] for row in cells[1:]) == pytest.approx(expected)


def test_the_reference_file_in_a_workbook(reference_home: Path) -> None:
    service = Services(Settings(home=reference_home, log_level="error"))
    book = sheets(file(service, "xlsx"))
    service.close()
    shown = {row[0]: row[1] for row in book["Indicateurs"][1:]}
    assert (shown["Lignes"], shown["Dossiers traités"], shown["Dossiers clôturés"]) == (300, 2805, 943)
    assert shown["Délai moyen"] == pytest.approx(22.6246, abs=5e-5)
    assert shown["Au-delà de la norme"] == pytest.approx(0.6214, abs=5e-5)
    assert shown["Taux de retour"] == pytest.approx(0.0560, abs=5e-5)
    assert shown["Moyenne des délais"] == pytest.approx(22.7267, abs=5e-5)
    assert shown["Moyenne des taux"] == pytest.approx(0.097995, abs=5e-7)
    assert shown["Stock"] == "non disponible\u00a0: colonne «\u00a0Date de réception\u00a0» absente"


def test_the_workbook_has_its_sheets_frozen_filtered_and_typed(service: Services) -> None:
    book = openpyxl.load_workbook(io.BytesIO(file(service, "xlsx")))
    names = "Indicateurs, Par mois, Par agence, Par type, Âge du stock, Détail, Filtres et définitions"
    assert book.sheetnames == names.split(", ")
    assert all(page.freeze_panes == "A2" and page.auto_filter.ref for page in book)
    month, *_, late, returns = book["Par mois"][2]
    assert (month.value, month.number_format) == (datetime(2026, 1, 1), "mmm yyyy")
    assert {late.number_format, returns.number_format} == {"0.0%"}
    assert all(cell.data_type == "n" for cell in (late, returns))
    assert book["Âge du stock"]["A2"].value == "21 à 30 j"


def test_the_last_sheet_says_what_was_picked_and_from_which_version(service: Services) -> None:
    assert service.snapshot
    selection = Selection.parse("agency=Bobigny&agency=Évry&status=open&since=2026-01-01&until=2026-02-28")
    told = dict(sheets(file(service, "xlsx", selection))["Filtres et définitions"])
    assert told["Agence"] == "Bobigny, Évry"
    assert told["Statut"] == "En cours"
    assert told["Période"] == "janv. 2026 – févr. 2026"
    assert told["Version des données"] == service.snapshot.id
    assert told["Publiée le"].date() == service.snapshot.created_at.date()
    assert told["Délai moyen"].endswith("jamais une moyenne des moyennes d'agences.")


def test_a_reader_who_may_not_see_all_is_told_so_in_the_file(service: Services) -> None:
    assert service.snapshot
    source = Source(service.snapshot, ALL, Selection.parse("agency=Bobigny"))
    book = sheets(export.written("xlsx", answered(service, "xlsx", ALL), source, 10_000))
    assert ("Périmètre du lecteur", "Agence : Bobigny") in book["Filtres et définitions"]


def test_a_csv_is_french_for_the_french_and_english_for_others(service: Services) -> None:
    french = file(service, "csv")
    assert french.startswith(b"\xef\xbb\xbfMois;")
    lines = french.decode("utf-8-sig").split("\r\n")
    assert lines[-1] == ""
    assert "\n" not in "".join(lines)
    assert lines[1].split(";")[9] == "800,0"
    assert ";Clôturé;" in french.decode()
    with speaking("en"):
        english = file(service, "csv").decode("utf-8-sig")
    assert english.startswith("Month,Region,Agency,Case type,Status,Rows,")
    assert ",Closed," in english


def test_parquet_keeps_types_and_says_where_it_comes_from(service: Services) -> None:
    assert service.snapshot
    content = file(service, "parquet", Selection.parse("agency=Bobigny"))
    table = pl.read_parquet(io.BytesIO(content))
    assert table.schema["month"] == pl.Date
    assert table.schema["treated"] == pl.Int64
    told = pq.read_metadata(io.BytesIO(content)).metadata or {}
    assert told[b"vigie.snapshot"].decode() == service.snapshot.id
    assert told[b"vigie.selection"] == b"agency=Bobigny"


HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "<r><t>x</t></r>", '=HYPERLINK("http://x";"y")')


def hostile(home: Path) -> Services:
    table = "agency\n" + "\n".join(f"a{n}" for n in range(len(HOSTILE)))
    frame = drawn.cases(table).with_columns(pl.Series("agency", HOSTILE))
    drawn.published(home, frame)
    return Services(Settings(home=home, log_level="error"))


def test_no_text_of_the_data_becomes_a_formula(home: Path) -> None:
    service = hostile(home)
    content = file(service, "xlsx", Selection(picks={"agency": HOSTILE[:2]}))
    whole = file(service, "xlsx")
    lines = csv.reader(io.StringIO(file(service, "csv").decode("utf-8-sig"), newline=""), delimiter=";")
    service.close()
    agencies = [line[2] for line in lines][1:]
    assert sorted(agencies) == sorted(text if text.startswith("<") else "'" + text for text in HOSTILE)
    for held in (content, whole):
        with zipfile.ZipFile(io.BytesIO(held)) as parts:
            pages = [parts.read(name).decode() for name in parts.namelist() if "/worksheets/" in name]
        assert not any("<f>" in page or "<f " in page for page in pages)
    shown = {row[2] for row in sheets(whole)["Détail"][1:]}
    assert {"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'<r><t>x</t></r>"} <= shown


def test_marked_up_text_does_not_write_cells_of_its_own() -> None:
    sly = '<r></r></is></c><c r="Z9"><f>1+1</f></c><c r="AA9" t="inlineStr"><is><r></r>'
    page = Sheet("a", ("h",), ("text",), (5,), [(sly,)])
    assert sheets(workbook([page], NOW))["a"] == [("h",), ("'" + sly,)]


def test_a_number_below_zero_stays_a_number() -> None:
    table = pl.DataFrame({"month": [date(2026, 1, 1)], "weight_change": [-3.5]})
    assert sheets(workbook([of_table("a", table)], NOW))["a"][1][1] == -3.5
    assert export.csv(table).decode("utf-8-sig").splitlines()[1] == "2026-01-01;-3,5"


def test_a_cell_may_be_of_another_kind_than_its_column_and_none_is_empty() -> None:
    page = Sheet(
        "a", ("h", "g"), ("count", "text"), (5, 5), [(Cell("text", "none"), None), (2, "x" * 40_000)]
    )
    (_, first, second) = sheets(workbook([page], NOW))["a"]
    assert first == ("none", None)
    assert second[0] == 2
    assert len(second[1]) == 32_000


def test_a_table_too_long_is_refused_with_its_counts(service: Services) -> None:
    for kind in export.MEDIA:
        with pytest.raises(export.TooManyRows) as refused:
            file(service, kind, ALL, limit=5)
        assert refused.value.limit == 5


def test_a_file_is_dated_by_the_last_day_it_speaks_of(service: Services) -> None:
    assert service.snapshot

    def name(text: str) -> str:
        return export.file_name("pilotage", "xlsx", Source(_of(service), Selection.parse(text)))

    assert name("") == "vigie-pilotage-2026-03-31.xlsx"
    assert name("until=2026-02-28") == "vigie-pilotage-2026-02-28.xlsx"
    assert name("until=2026-12-31") == "vigie-pilotage-2026-03-31.xlsx"


def _of(service: Services) -> Snapshot:
    assert service.snapshot
    return service.snapshot


def test_the_address_gives_the_file_and_the_journal_says_who_took_what(home: Path) -> None:
    publish(home)
    server = app_on(home, log_level="info")
    with visit(server) as place:
        answer = place.get("/export/csv?agency=Bobigny&until=2026-02-28")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="vigie-pilotage-2026-02-28.csv"'
    rows = len(answer.content.decode("utf-8-sig").splitlines()) - 1
    (line,) = lines(home)
    told = line["details"]
    assert (line["action"], line["who"]) == ("figures.exported", "demonstration")
    assert (told["selection"], told["rows"], told["kind"]) == ("agency=Bobigny&until=2026-02-28", rows, "csv")


def test_the_journal_names_no_agent_whose_figures_were_taken(home: Path) -> None:
    publish(home)
    with visit(app_on(home)) as place:
        assert place.get("/export/csv?agent=p1&agency=Bobigny").status_code == 200
    (line,) = lines(home)
    assert "p1" not in str(line["details"])
    assert line["details"]["selection"].startswith("agency=Bobigny&agent=")


def test_one_card_gives_its_table_with_all_its_marks(home: Path) -> None:
    publish(home)
    with visit(app_on(home)) as place:
        answer = place.get("/export/csv?view=production-by-agency&agency=Bobigny&case_type=Retraite")
        workbook_ = place.get("/export/xlsx?view=production-by-agency&agency=Bobigny")
        wider = place.get("/export/csv?view=production-by-agency&agency=Bobigny")
    lines = answer.content.decode("utf-8-sig").splitlines()
    closed = [sum(int(row.split(b";")[1]) for row in got.content.splitlines()[1:]) for got in (answer, wider)]
    assert 0 < closed[0] < closed[1]
    assert lines[0] == "Agence;Dossiers clôturés;Délai moyen (j);Taux de retour (%)"
    assert {line.split(";")[0] for line in lines[1:]} == {"Bobigny", "Créteil", "Évry"}
    book = sheets(workbook_.content)
    assert list(book) == ["Tableau", "Filtres et définitions"]
    # All agencies are in the table, so the file must not say that one was picked.
    assert "Agence" not in dict(book["Filtres et définitions"])


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/export/pdf", 404, "pdf"),
        ("/export/csv?view=nowhere", 404, "nowhere"),
        ("/export/csv?colour=red", 422, "colour"),
        ("/export/csv?since=2026-13-01", 422, "since"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(
    home: Path, address: str, status: int, says: str
) -> None:
    publish(home)
    with visit(app_on(home)) as place:
        answer = place.get(address)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_the_cap_is_a_setting_and_says_how_to_get_below_it(home: Path) -> None:
    publish(home)
    with visit(app_on(home, export_rows=3)) as place:
        answer = place.get("/export/csv")
    assert answer.status_code == 422
    assert "limite de 3" in answer.json()["detail"]


def test_nothing_published_is_said(home: Path) -> None:
    home.mkdir()
    with visit(app_on(home)) as place:
        assert place.get("/export/xlsx").status_code == 503


def test_a_long_workbook_made_apart_is_the_same_file(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(export, "LONG_WORKBOOK", 0)
    publish(home)
    with visit(app_on(home)) as place:
        apart = place.get("/export/xlsx?agency=Bobigny")
    assert apart.status_code == 200
    monkeypatch.setattr(export, "LONG_WORKBOOK", 10**9)
    with visit(app_on(home)) as place:
        here = place.get("/export/xlsx?agency=Bobigny")
    assert cells(apart.content) == cells(here.content)


def cells(content: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [row for sheet in book for row in sheet.iter_rows(values_only=True)]
