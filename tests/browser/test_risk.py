"""The cards of an agency's cases that may pass their norm, in the reader's hands."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server

pytestmark = pytest.mark.browser
MARSEILLE = "/agencies/SUE-01"


def numbers(text: str) -> list[int]:
    return [int(re.sub(r"\D", "", found)) for found in re.findall(r"\d[\d\u202f\u00a0]*", text)]


@pytest.fixture
def agency(simulated: Server, usual: BrowserContext) -> Reader:
    reader = Reader(usual, simulated.address)
    reader.open(MARSEILLE)
    reader.page.locator("#agencies-risk[data-kind=risk]").wait_for()
    return reader


def test_the_cases_shown_are_the_likeliest_of_those_counted_and_open_one_by_one(agency: Reader) -> None:
    rows = agency.page.locator("#agencies-risk tbody tr")
    at_risk, within = numbers(agency.page.locator("#agencies-risk-sub").inner_text())[:2]
    assert rows.count() == min(at_risk, 8) > 0
    assert at_risk <= within
    chances = [numbers(text)[0] for text in rows.locator(".chance b").all_inner_texts()]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] >= 50
    opens = rows.first.locator('button[data-action="case"]')
    assert opens.get_attribute("data-case") == opens.inner_text()
    assert not agency.troubles


def test_all_of_them_are_one_click_away_in_the_list(agency: Reader) -> None:
    link = agency.page.locator('#agencies-risk [data-action="riskList"]')
    assert numbers(link.inner_text())[0] == numbers(agency.page.locator("#agencies-risk-sub").inner_text())[0]
    with agency.update():
        link.click()
    assert parse_qs(urlsplit(agency.page.url).query)["list"] == ["at_risk"]
    assert not agency.troubles


def test_seven_worked_days_add_up_to_the_sentence(agency: Reader) -> None:
    days = agency.page.locator("#agencies-days ol > li")
    assert days.count() == 7
    misses = [numbers(text)[0] for text in days.locator(".v").all_inner_texts()]
    said = numbers(agency.page.locator("#agencies-days .ahead-sum").inner_text())
    assert sum(misses) == said[0] > 0
    assert not agency.troubles


@pytest.mark.parametrize(("card", "rows"), [("risk", "tbody tr"), ("days", "ol > li")])
def test_behind_each_card_stands_a_table_of_the_same_rows(agency: Reader, card: str, rows: str) -> None:
    shown = agency.page.locator(f"#agencies-{card} {rows}").count()
    agency.page.locator(f"#agencies-{card}-card .card-menu > summary").click()
    agency.page.locator(f'#agencies-{card}-card [data-action="table"]').click()
    assert agency.dialog().locator("tbody tr").count() == shown
    assert not agency.troubles


def test_on_a_phone_nothing_stands_out_of_the_cards(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated, width=390, height=844)
    reader.open(MARSEILLE)
    reader.page.locator("#agencies-risk[data-kind=risk]").wait_for()
    for card in ("risk", "days"):
        wide = reader.page.locator(f"#agencies-{card}").evaluate(
            "node => node.scrollWidth - node.clientWidth"
        )
        assert wide <= 0
    assert reader.page.locator("#agencies-risk thead").evaluate("node => node.offsetWidth") <= 1
