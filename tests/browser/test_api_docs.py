"""The page that shows the API: from our own files alone, and it really asks."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

PAGE = "/api/docs"
QUESTION = "/api/v1/queries/{domain}/{name}"


def opened(reader: Reader, path: str) -> Locator:
    """The unfolded part of the page on that address."""
    block = reader.page.locator(f'.opblock:has([data-path="{path}"])')
    block.locator(".opblock-summary-control").click()
    expect(block.locator(".opblock-body")).to_be_visible()
    return block


def test_the_page_lists_every_address_and_stays_on_this_machine(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated)
    answer = reader.page.goto(simulated.address + PAGE)
    assert answer
    expect(reader.page.get_by_role("heading", name="Vigie")).to_be_visible()
    described = reader.page.request.get(simulated.address + "/api/openapi.json").json()
    shown = reader.page.locator(".opblock-summary-path").evaluate_all("all => all.map(e => e.dataset.path)")
    assert sorted(set(shown)) == sorted(described["paths"])
    assert {url.split("/")[2] for url in reader.requests if url.startswith("http")} == {
        f"127.0.0.1:{simulated.port}"
    }
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"].split("style-src")[0]


def test_a_request_tried_on_the_page_is_answered(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated)
    reader.page.goto(simulated.address + PAGE)
    block = opened(reader, QUESTION)
    block.get_by_role("button", name="Execute").click()
    expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    asked = [url for url in reader.requests if "/queries/" in url]
    assert asked == [f"{simulated.address}/api/v1/queries/production/kpis"]


def test_it_follows_the_theme(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated, dark=True)
    reader.page.goto(simulated.address + PAGE)
    expect(reader.page.locator("html")).to_have_class("dark-mode")
    ground = reader.page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert ground == "rgb(15, 20, 27)"


def test_the_other_pages_do_not_load_it(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated)
    reader.open()
    assert [url for url in reader.requests if "swagger" in url or "/assets/api/" in url] == []
