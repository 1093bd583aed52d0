import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import identity
from app.accounts import User
from queries.selection import Selection
from tests.drawn import cases, published
from tests.published import app_on, visit

ROWS = 450


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cases of two agencies, some with the same delay, one with a name that a spreadsheet would run."""
    lines = ["day | received_on | closed_on | status | delay_days | agency | agent | case_type | returns"]
    for number in range(ROWS):
        agency = "Lille" if number % 3 else "Rouen"
        kind = "=1+1" if number == 7 else "Réversion" if number % 2 else "Invalidité"
        status = "open" if number % 9 == 0 else "closed"
        closed, delay = ("-", "-") if status == "open" else ("2026-02-20", str(5 + number % 40))
        day = "2026-01-21" if status == "open" else "2026-02-20"
        received = f"2026-01-{1 + number % 20:02}" if status == "closed" else day
        cells = (day, received, closed, status, delay, agency, f"p{number % 5}", kind, str(number % 4 // 3))
        lines.append(" | ".join(cells))
    folder = tmp_path_factory.mktemp("cases") / "home"
    published(folder, cases("\n".join(lines)), fte=3.0)
    return folder


@pytest.fixture(scope="module")
def server(home: Path) -> FastAPI:
    return app_on(home)


@pytest.fixture
def here(server: FastAPI) -> Iterator[TestClient]:
    with visit(server) as place:
        yield place


def asked(here: TestClient, query: str = "") -> dict[str, Any]:
    answer = here.get(f"/cases/rows?{query}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def column(body: dict[str, Any], name: str) -> list[Any]:
    place = body["columns"].index(name)
    return [row[place] for row in body["rows"]]


def test_pages_put_together_are_the_whole_list_once(here: TestClient) -> None:
    pages = [asked(here, f"start={start}&count=70&sort=delay:desc") for start in range(0, ROWS, 70)]
    found = [identifier for page in pages for identifier in column(page, "case_id")]
    assert len(found) == len(set(found)) == ROWS == pages[0]["total"]
    delays = [delay for page in pages for delay in column(page, "delay")]
    assert delays == sorted(delays, reverse=True)


def test_the_last_page_is_what_is_left_and_past_it_there_is_nothing(here: TestClient) -> None:
    assert len(asked(here, f"start={ROWS - 30}&count=100")["rows"]) == 30
    assert asked(here, f"start={ROWS}")["rows"] == []


def test_the_counts_are_those_of_the_selection_whatever_the_list(here: TestClient) -> None:
    lists = [asked(here, f"agency=Lille&list={part}") for part in ("all", "open", "closed")]
    assert lists[0]["counts"] == lists[1]["counts"] == lists[2]["counts"]
    assert [each["total"] for each in lists] == [
        lists[0]["counts"][part] for part in ("all", "open", "closed")
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=weight:asc", "sort"),
        ("filter=row:gt:1", "filter"),
        ("list=mine", "list"),
        ("start=-1", "start"),
        ("count=201", "count"),
        ("count=0", "count"),
        ("count=1e3", "count"),
        ("since=yesterday", "since"),
        ("town=Lille", "town"),
    ],
)
def test_a_bad_parameter_is_named(here: TestClient, query: str, field: str) -> None:
    answer = here.get(f"/cases/rows?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_one_case_is_told_with_or_without_its_agency(here: TestClient) -> None:
    plain = here.get("/cases/one?id=9").json()
    assert plain["agency"] == "Rouen"
    assert plain == here.get("/cases/one?id=9&agency=Rouen").json()
    assert plain == here.get("/cases/one?id=9&agency=Lille").json()  # a wrong hint hides nothing


def test_no_case_is_found_by_a_value_that_is_sql(here: TestClient) -> None:
    assert here.get("/cases/one", params={"id": "9' OR '1'='1"}).status_code == 404


def test_a_case_without_an_id_is_refused(here: TestClient) -> None:
    assert here.get("/cases/one").json()["field"] == "id"


def test_a_case_out_of_scope_is_answered_like_one_that_is_not(
    server: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    lille = User("reader", ("analyst",), Selection(picks={"agency": ("Lille",)}))
    monkeypatch.setattr(identity, "DEMONSTRATION", lille)
    with visit(server) as place:
        other, none = (place.get(f"/cases/one?id={name}") for name in ("9", "nine"))
        assert other.status_code == none.status_code == 404
        assert other.json()["detail"].replace("9", "") == none.json()["detail"].replace("nine", "")
        assert set(column(asked(place, "count=200"), "agency")) == {"Lille"}


def test_cases_are_for_the_roles_that_may_see_them(server: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "DEMONSTRATION", User("reader", ("manager",), Selection()))
    with visit(server) as place:
        paths = ("/cases/rows", "/cases/one?id=9", "/export/cases.csv")
        assert [place.get(path).status_code for path in paths] == [403, 403, 403]


LISTED = "agency=Lille&list=closed&sort=delay:desc&sort=case_id:asc&filter=delay:gt:20"


def test_an_export_holds_exactly_the_listed_rows_in_their_order(here: TestClient) -> None:
    shown = asked(here, LISTED + "&count=200")
    file = pl.read_parquet(BytesIO(here.get(f"/export/cases.parquet?{LISTED}").content))
    assert shown["total"] == file.height == len(shown["rows"])
    for name in ("case_id", "delay", "state", "case_type"):
        assert file[name].to_list() == column(shown, name)


def test_a_workbook_is_typed_and_says_what_was_listed(here: TestClient) -> None:
    answer = here.get(f"/export/cases.xlsx?{LISTED}")
    assert "vigie-dossiers-2026-02-20.xlsx" in answer.headers["content-disposition"]
    book = zipfile.ZipFile(BytesIO(answer.content))
    rows, origin = (book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2))
    total = asked(here, LISTED)["total"]
    assert rows.count("<row ") == total + 1
    assert "supérieur à 20" in origin
    assert "Délai (décroissant), Dossier (croissant)" in origin


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_text_of_an_export_is_a_formula(here: TestClient, kind: str) -> None:
    content = here.get(f"/export/cases.{kind}?filter=case_id:equals:7").content
    if kind == "xlsx":
        content = zipfile.ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in content
    assert b"'=1+1" in content


def test_an_unknown_format_is_404(here: TestClient) -> None:
    assert here.get("/export/cases.pdf").status_code == 404


def test_an_export_longer_than_allowed_is_refused_with_its_counts(home: Path) -> None:
    with visit(app_on(home, export_rows=100)) as place:
        answer = place.get("/export/cases.csv")
        assert answer.status_code == 422
        assert "450" in answer.json()["detail"]
        assert place.get("/export/cases.csv?list=open").status_code == 200
