"""A manager's morning: load the file, look at two agencies over two months, share it, take it away."""

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook

from tests.browser.conftest import NewReader
from tests.browser.own_figures import Row, figures, kept, read
from tests.browser.reader import Reader
from tests.browser.server import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

AGENCIES = ("Bobigny", "Créteil")
FIRST, LAST = "2023-05", "2023-06"
NARROWED = "agency=Bobigny&agency=Cr%C3%A9teil&since=2023-05-01&until=2023-06-30"
TIGHT = 1e-12
LABELS = {
    "rows": "Lignes",
    "treated": "Dossiers traités",
    "closed": "Dossiers clôturés",
    "mean_delay": "Délai moyen",
    "late_share": "Au-delà de la norme",
    "return_rate": "Taux de retour",
    "row_mean_delay": "Moyenne des délais",
    "row_mean_return_rate": "Moyenne des taux",
}


@pytest.fixture(scope="module")
def rows(reference_file: Path) -> list[Row]:
    return read(reference_file)


@pytest.fixture(scope="module")
def loaded(
    reference_file: Path, tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., Server]
) -> Server:
    """The manager's two commands: load the file, serve it."""
    home = tmp_path_factory.mktemp("manager") / "home"
    command = [sys.executable, "-m", "app.cli", "load", "cases", str(reference_file), "--preset", "cnav"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "VIGIE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "read 300, kept 300, rejected 0" in done.stdout
    return serve(home)


def assert_shows(reader: Reader, rows: list[Row]) -> None:
    """Every indicator on the page is what those rows of the file give."""
    own, shown = figures(rows), reader.raws()
    assert shown.keys() == own.keys()
    for name, value in own.items():
        assert shown[name] == (value if value is None else pytest.approx(value, rel=TIGHT)), name


def narrowed(reader: Reader) -> Reader:
    """Bobigny and Créteil in May and June."""
    reader.open(f"/production?{NARROWED}")
    return reader


def test_the_whole_job(loaded: Server, visit: NewReader, rows: list[Row]) -> None:
    reader = visit(loaded)
    reader.open("/")
    assert str(reader.selection) == ""
    assert_shows(reader, rows)
    assert reader.raw("closed") == 943
    assert reader.raw("mean_delay") == pytest.approx(22.6246, abs=5e-5)
    assert reader.raw("late_share") == pytest.approx(0.6214, abs=5e-5)
    assert reader.raw("return_rate") == pytest.approx(0.0560, abs=5e-5)

    reader.pick("by-agency", "Bobigny")
    assert_shows(reader, kept(rows, ["Bobigny"]))
    reader.pick("by-agency", "Créteil", "Control")
    assert_shows(reader, kept(rows, AGENCIES))
    reader.brush(FIRST, LAST)
    assert_shows(reader, kept(rows, AGENCIES, FIRST, LAST))
    assert str(reader.selection) == NARROWED

    reader.back()
    assert_shows(reader, kept(rows, AGENCIES))
    reader.back()
    assert_shows(reader, kept(rows, ["Bobigny"]))
    reader.back()
    assert_shows(reader, rows)


def test_a_shared_link_shows_the_same_in_a_fresh_browser(
    loaded: Server, visit: NewReader, rows: list[Row]
) -> None:
    sender = narrowed(visit(loaded, permissions=["clipboard-read", "clipboard-write"]))
    sender.page.locator('[data-action="share"]').click()
    sender.page.get_by_role("status").wait_for()
    link = sender.page.evaluate("navigator.clipboard.readText()")
    receiver = visit(loaded)
    receiver.open(link.removeprefix(loaded.address))
    assert receiver.raws() == sender.raws()
    assert receiver.chips() == sender.chips()
    assert_shows(receiver, kept(rows, AGENCIES, FIRST, LAST))


def test_strictly_more_than_twenty_days_is_late(loaded: Server, visit: NewReader, rows: list[Row]) -> None:
    """The file has closed rows of exactly 20 days, which are not late."""
    at_the_norm = [row for row in rows if row["Statut"] == "Clôturé" and row["Délai_traitement"] == "20"]
    assert at_the_norm
    month = at_the_norm[0]["Date"][:7]
    reader = visit(loaded)
    reader.open()
    reader.pick("by-month", month)
    assert_shows(reader, kept(rows, first=month, last=month))


def test_every_chart_shows_what_the_file_gives(loaded: Server, visit: NewReader, rows: list[Row]) -> None:
    reader = narrowed(visit(loaded))
    for case_type in ("Retraite", "Invalidité", "Survivants"):
        own = figures(kept(rows, AGENCIES, FIRST, LAST, Type_dossier=case_type))
        _, name, closed, delay, _ = reader.mark("by-type", case_type).locator("span").all_inner_texts()
        assert name == case_type
        assert (closed, delay) == (f"{own['closed']}", french(own["mean_delay"], "j"))
    for agency in ("Bobigny", "Créteil", "Nanterre"):
        own = figures(kept(rows, [agency], FIRST, LAST))
        words = reader.mark("by-agency", agency).inner_text()
        assert french(own["mean_delay"]) in words
        assert french((own["return_rate"] or 0) * 100, "%") in words
    for month in (FIRST, LAST):
        own = figures(kept(rows, AGENCIES, month, month))
        words = reader.mark("by-month", month).get_attribute("aria-label") or ""
        assert f" : {own['closed']} clôturés" in words
        assert french(own["mean_delay"], "j") in words


def french(value: float | None, unit: str = "") -> str:
    text = f"{value:.1f}".replace(".", ",")
    return f"{text}\u00a0{unit}" if unit else text


def download(reader: Reader, kind: str, folder: Path) -> Path:
    """Take the link a manager takes; the name says what it is and up to which day."""
    reader.page.locator("#menu-export > summary").click()
    with reader.page.expect_download() as started:
        reader.page.locator(f'#menu-export a[data-export="{kind}"]').click()
    file = started.value
    assert re.fullmatch(rf"vigie-pilotage-2023-06-30\.{kind}", file.suggested_filename)
    file.save_as(folder / file.suggested_filename)
    return folder / file.suggested_filename


def assert_adds_up_to(detail: dict[str, float], reader: Reader) -> None:
    """The exported rows added up by hand give what the page shows."""
    again = {
        "rows": detail["rows"],
        "treated": detail["treated"],
        "closed": detail["closed"],
        "mean_delay": detail["delay_sum"] / detail["delay_treated"],
        "late_share": detail["late"] / detail["delay_treated"],
        "return_rate": detail["returns"] / detail["returns_treated"],
        "row_mean_delay": detail["delay_row_sum"] / detail["delay_rows"],
        "row_mean_return_rate": detail["rate_sum"] / detail["rate_rows"],
    }
    shown = reader.raws()
    for name, value in again.items():
        assert shown[name] == pytest.approx(value, rel=TIGHT), name


def test_the_workbook_agrees_with_the_page(loaded: Server, visit: NewReader, tmp_path: Path) -> None:
    reader = narrowed(visit(loaded))
    book = load_workbook(download(reader, "xlsx", tmp_path))
    indicators = {row[0].value: row[1].value for row in book["Indicateurs"].iter_rows(min_row=2)}
    for name, label in LABELS.items():
        assert indicators[label] == pytest.approx(reader.raw(name), rel=TIGHT), name
    for label in ("Stock", "Charge par agent"):
        assert str(indicators[label]).startswith("non disponible")
    types = {row[0].value: row[2].value for row in book["Par type"].iter_rows(min_row=2)}
    shown = {value: reader.mark("by-type", value).inner_text() for value in reader.values("by-type")}
    assert all(str(types[name]) in words for name, words in shown.items())
    filters = {row[0].value: row[1].value for row in book["Filtres et définitions"].iter_rows(min_row=2)}
    assert filters["Agence"] == "Bobigny, Créteil"
    assert filters["Période"] == "mai 2023 – juin 2023"


def test_the_french_csv_agrees_with_the_page(loaded: Server, visit: NewReader, tmp_path: Path) -> None:
    reader = narrowed(visit(loaded))
    content = download(reader, "csv", tmp_path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert {row["Agence"] for row in table} == set(AGENCIES)

    def total(column: str) -> float:
        return sum(float(row[column].replace(",", ".")) for row in table)

    columns = {
        "rows": "Lignes",
        "treated": "Dossiers traités",
        "closed": "Dossiers clôturés",
        "delay_treated": "Dossiers clôturés avec délai",
        "delay_sum": "Somme des délais × dossiers (j)",
        "late": "Dossiers au-delà de la norme",
        "returns": "Retours",
        "returns_treated": "Dossiers aux retours connus",
        "delay_rows": "Lignes avec délai",
        "delay_row_sum": "Somme des délais des lignes (j)",
        "rate_rows": "Lignes avec taux",
        "rate_sum": "Somme des taux des lignes",
    }
    assert_adds_up_to({name: total(column) for name, column in columns.items()}, reader)


def test_the_parquet_file_agrees_with_the_page(loaded: Server, visit: NewReader, tmp_path: Path) -> None:
    reader = narrowed(visit(loaded))
    table = pl.read_parquet(download(reader, "parquet", tmp_path))
    assert set(table["agency"]) == set(AGENCIES)
    totals: dict[str, Any] = table.select(pl.selectors.numeric().sum()).row(0, named=True)
    assert_adds_up_to(totals, reader)


def test_a_card_is_taken_away_as_it_stands(loaded: Server, visit: NewReader) -> None:
    """A chart's own file has all its marks, as the chart has, under the other picks."""
    reader = narrowed(visit(loaded))
    card = reader.page.locator("#production-by-agency-card")
    card.locator(".card-menu > summary").click()
    with reader.page.expect_download() as started:
        card.locator("[data-export]").click()
    table = list(
        csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig")), delimiter=";")
    )
    assert [row["Agence"] for row in table] == reader.values("by-agency")
    for row in table:
        delay = french(float(row["Délai moyen (j)"].replace(",", ".")))
        assert delay in reader.mark("by-agency", row["Agence"]).inner_text()


def test_one_rule_fires_on_the_file_and_its_link_shows_its_cases(loaded: Server, visit: NewReader) -> None:
    reader = visit(loaded)
    reader.open()
    rules = reader.view("recommendations").locator("[data-rule]")
    assert rules.evaluate_all("nodes => nodes.map(n => n.dataset.rule)") == ["reinforce_reference"]
    assert "22,7\u00a0j" in rules.inner_text()
