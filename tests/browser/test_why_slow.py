"""« Pourquoi Lille est-elle lente depuis mars, et que faire ? », asked by a new user."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from data.simulate import PLANTED, UNTIL, simulate
from tests.browser.conftest import NewReader
from tests.browser.server import Server

CASES = 1_000_000
CLICKS = 10
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., Server]) -> Server:
    home: Path = tmp_path_factory.mktemp("network") / "home"
    simulate(home, cases=CASES)
    return serve(home)


def test_why_lille_is_slow_and_what_to_do_in_under_ten_clicks(network: Server, visit: NewReader) -> None:
    reader = visit(network)
    reader.open("/")
    page = reader.page
    page.evaluate("window.clicks = 0; addEventListener('click', () => (window.clicks += 1), true)")
    slowest = page.locator(".lb-agencies .lb-line").first
    expect(slowest).to_contain_text("Lille")

    slowest.locator("a").click()
    sentence = page.locator("#agencies-sentence")
    expect(sentence).to_contain_text("de plus que le réseau")
    found = re.search(r"Depuis la semaine du (\d+)\S* (\w+) (\d{4})", sentence.inner_text())
    assert found, sentence.inner_text()
    told = date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    truth = PLANTED["Lille"].starts_on(UNTIL)
    assert truth
    assert abs(told - truth) <= timedelta(14)  # a week that the days around it decide

    gap = page.locator("#agencies-gap .gap-r.own.wide, #agencies-gap .gap-r.total").last
    expect(gap).to_be_visible()
    expect(sentence).to_contain_text("n'y sont pour rien")  # not its types: Lille's are everybody's
    expect(page.locator("#agencies-people .fn-said")).to_contain_text("l'écart est celui de l'agence")

    advice = page.locator("#agencies-recommendations [data-rule=reinforce]")
    expect(advice).to_contain_text("Renforcer Lille")
    box = advice.locator(".gain-box b").inner_text()
    before, after = (float(text.replace(",", ".")) for text in re.findall(r"\d+,\d", box))
    assert before > after

    with reader.update():
        advice.locator('[data-action="advice-weeks-more"]').click()
    advice.get_by_role("button", name=re.compile("^Retenir")).click()
    expect(page.locator(".toast-x")).to_contain_text("Retenue")
    assert page.evaluate("window.clicks") < CLICKS
