"""The page of an agency in the reader's hands: rows that pick, weeks, agents, the agencies compared with."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

LILLE = "/agencies/HDF-01"
YEAR = "since=2025-11-01&until=2026-10-31"
DRAWN = ("sentence", "delays", "weeks", "gap", "people", "recommendations", "risk", "days")


def view(reader: Reader, name: str) -> Locator:
    return reader.page.locator(f"#agencies-{name}")


def arrive(reader: Reader, search: str = "") -> None:
    """Open the page and wait until what comes after the first paint is there too."""
    reader.open(LILLE + (f"?{search}" if search else ""))
    reader.page.locator("html[data-completed]").wait_for(state="attached")


def query(reader: Reader) -> dict[str, list[str]]:
    return parse_qs(urlsplit(reader.page.url).query)


@pytest.fixture
def page(simulated: Server, visit: NewReader) -> Reader:
    reader = visit(simulated)
    arrive(reader)
    return reader


def test_every_card_is_drawn(page: Reader) -> None:
    for name in DRAWN:
        expect(view(page, name).locator(".sk")).to_have_count(0)
    expect(page.page.locator("h1")).to_have_text("Lille")
    expect(page.page.locator(".nav-link-x[aria-current=page]").first).to_have_text("Pilotage")


def test_the_sentence_and_the_card_agree(page: Reader) -> None:
    shown = page.page.locator('[data-kpi="mean_delay"] .val span').inner_text()
    expect(view(page, "sentence").locator(".say-text b").first).to_contain_text(shown)


def test_a_row_of_the_gap_picks_its_type_and_a_second_click_leaves_it(page: Reader) -> None:
    row = view(page, "gap").locator('.own[data-value="Invalidité"]')
    rows = view(page, "gap").locator(".gap-r").all_inner_texts()
    closed = page.raw("closed")
    with page.update():
        row.click()
    assert query(page) == {"case_type": ["Invalidité"]}
    expect(row).to_have_attribute("aria-pressed", "true")
    assert page.raw("closed") != closed
    assert view(page, "gap").locator(".gap-r").all_inner_texts() == rows
    with page.update():
        row.click()
    assert page.raw("closed") == closed


def test_the_keyboard_goes_along_the_weeks_and_makes_one_the_period(page: Reader) -> None:
    weeks = view(page, "weeks").locator(".cc-dot")
    stop = view(page, "weeks").locator('.cc-dot[tabindex="0"]')
    stop.focus()
    page.page.keyboard.press("ArrowRight")
    chosen = page.page.evaluate("document.activeElement.dataset.value")
    with page.update():
        page.page.keyboard.press("Enter")
    assert query(page)["since"] == [chosen]
    expect(view(page, "weeks").locator('.cc-dot[aria-pressed="true"]')).to_have_attribute(
        "data-value", chosen
    )
    with page.update():
        page.page.keyboard.press("Enter")
    assert query(page) == {}
    assert weeks.count() > 150


def test_a_change_of_level_leads_to_its_period(page: Reader) -> None:
    link = view(page, "weeks").locator(".cc-shift .link").last
    since = str(link.get_attribute("data-since"))
    with page.update():
        link.click()
    assert query(page)["since"] == [since]


def test_the_data_tables_have_what_the_charts_show(page: Reader) -> None:
    for name, rows in (("gap", ".gap-r"), ("weeks", None), ("delays", ".dl-col"), ("people", ".fn-dot")):
        drawn = view(page, name).locator(rows).count() if rows else None
        card = page.page.locator(f"#agencies-{name}-card")
        card.locator(".card-menu > summary").click()
        card.locator('[data-action="table"]').click()
        listed = page.dialog().locator("tbody tr").count()
        assert listed == drawn if drawn else listed > 150
        page.page.keyboard.press("Escape")


def test_other_agencies_can_be_compared_with_and_the_closest_found_again(page: Reader) -> None:
    nearest = view(page, "sentence").locator(".who").inner_text()
    view(page, "sentence").get_by_role("button").click()
    dialog = page.dialog()
    for box in dialog.locator("input:checked").all()[:2]:
        box.uncheck()
    dialog.locator("input[type=search]").fill("toulon")
    dialog.get_by_label("Toulon").check()
    with page.update():
        dialog.get_by_role("button", name="Appliquer").click()
    assert "Toulon" in query(page)["peer"]
    expect(view(page, "sentence").locator(".who")).to_contain_text("Toulon")
    view(page, "sentence").get_by_role("button").click()
    with page.update():
        page.dialog().get_by_role("button", name="Revenir aux plus proches").click()
    expect(view(page, "sentence").locator(".who")).to_have_text(nearest)


def test_no_more_than_three_agencies_can_be_chosen(page: Reader) -> None:
    view(page, "sentence").get_by_role("button").click()
    expect(page.dialog().locator("input[type=checkbox]:checked")).to_have_count(3)
    expect(page.dialog().locator("input[type=checkbox]:not(:checked):enabled")).to_have_count(0)


def test_a_dot_leads_to_the_page_of_the_agent_with_the_filters_kept(page: Reader) -> None:
    with page.update():
        view(page, "gap").locator('.own[data-value="Retraite personnelle"]').click()
    dot = view(page, "people").locator('a.fn-dot[tabindex="0"]')
    dot.focus()
    page.page.keyboard.press("Enter")
    page.page.wait_for_url(re.compile(r"/agents/\w+\?case_type="))


def test_the_network_is_one_step_up_and_the_filters_come_along(page: Reader) -> None:
    with page.update():
        view(page, "gap").locator('.own[data-value="Réversion"]').click()
    page.page.locator(".crumbs a").first.click()
    page.page.wait_for_url(re.compile(r"/production\?case_type="))


def test_an_unknown_agency_is_an_unknown_page(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated)
    reader.expects("404")
    reader.page.goto(f"{simulated.address}/agencies/nowhere")
    expect(reader.page.locator("h1")).to_have_text("Agence inconnue")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "narrow"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    simulated: Server, visit: NewReader, size: tuple[int, int], dark: bool
) -> None:
    reader = visit(simulated, width=size[0], height=size[1], dark=dark)
    arrive(reader, YEAR)
    assert audit.violations(reader.page) == []
    assert audit.overflow(reader.page) == 0
    view(reader, "sentence").get_by_role("button").click()
    reader.page.wait_for_timeout(200)  # the end of every transition
    assert audit.violations(reader.page) == []
