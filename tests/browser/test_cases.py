"""The list of cases and the panel of one: by mouse, by keyboard, on a narrow screen."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server

LILLE = "/agencies/HDF-01"
LAST_YEAR = "since=2025-11-01&until=2026-10-31"


@pytest.fixture
def opened(simulated: Server, visit: NewReader) -> Callable[..., Reader]:
    """Open the page of Lille, its list in sight and filled."""

    def open_(query: str = LAST_YEAR, path: str = LILLE, **how: Any) -> Reader:
        reader = visit(simulated, **how)
        reader.open(f"{path}?{query}")
        reader.page.locator(".cases").scroll_into_view_if_needed()
        filled(reader.page)
        return reader

    return open_


def filled(page: Page) -> None:
    expect(page.locator(".cases-said")).not_to_be_empty()
    expect(page.locator(".ag-row .case-id, .case-line").first).to_be_visible()


def total(page: Page) -> int:
    return int(page.locator(".cases-said").get_attribute("data-raw") or -1)


def chip(page: Page, part: str) -> Locator:
    return page.locator(f'.case-chip[data-list="{part}"]')


def count(page: Page, part: str) -> int:
    return int(chip(page, part).get_attribute("data-raw") or -1)


def cell(page: Page, row: int, column: str) -> Locator:
    return page.locator(f'.ag-row[row-index="{row}"] [col-id="{column}"]')


def heading(page: Page, column: str) -> Locator:
    return page.locator(f'.ag-header-row-column [col-id="{column}"]')


def delays(page: Page, rows: int = 8) -> list[int]:
    texts = [cell(page, row, "delay").inner_text() for row in range(rows)]
    return [int(re.sub(r"\D", "", text)) for text in texts]


def here(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_longest_delays_come_first_and_the_foot_says_how_many(opened: Callable[..., Reader]) -> None:
    page = opened().page
    assert delays(page) == sorted(delays(page), reverse=True)
    assert total(page) == count(page, "all") > 100
    assert "triés par délai" in page.locator(".cases-said").inner_text()


def test_a_chip_shows_its_list_and_the_address_keeps_it(opened: Callable[..., Reader]) -> None:
    reader = opened()
    page = reader.page
    with reader.update():
        chip(page, "late").click()
    expect(page.locator(".cases-said")).to_have_attribute("data-raw", str(count(page, "late")))
    expect(chip(page, "late")).to_have_attribute("aria-pressed", "true")
    expect(chip(page, "all")).to_have_attribute("aria-pressed", "false")
    assert here(page)["list"] == ["late"]
    reader.back()
    expect(chip(page, "all")).to_have_attribute("aria-pressed", "true")


def test_a_pick_on_the_page_filters_the_list(opened: Callable[..., Reader]) -> None:
    reader = opened()
    page, before = reader.page, total(reader.page)
    with reader.update():
        page.locator("#menu-type > summary").click()
        page.locator('#menu-type [data-value="Invalidité"]').click()
    page.locator(".cases").scroll_into_view_if_needed()  # out of sight it waits
    expect(page.locator(".cases-said")).not_to_have_attribute("data-raw", str(before))
    assert total(page) == count(page, "all") < before
    expect(cell(page, 0, "case_type")).to_have_text("Invalidité")


def test_a_heading_sorts_and_shift_adds_a_second_sort(opened: Callable[..., Reader]) -> None:
    page = opened().page
    with page.expect_response(lambda answer: "sort=received_on%3Adesc" in answer.url):
        heading(page, "received_on").click()
    with page.expect_response(lambda a: "sort=received_on%3Adesc&sort=case_id%3Aasc" in a.url):
        heading(page, "case_id").click(modifiers=["Shift"])
    expect(page.locator(".cases-said")).to_contain_text("triés par reçu le puis dossier")


def test_a_filter_of_a_column_narrows_the_list_and_can_be_taken_back(opened: Callable[..., Reader]) -> None:
    page = opened().page
    field = page.get_by_label("Type, filtre")
    expect(field).to_have_attribute("placeholder", "contient")
    with page.expect_response(lambda answer: "case_type%3Acontains%3Ainval" in answer.url):
        field.fill("inval")
    expect(cell(page, 0, "case_type")).to_have_text("Invalidité")
    with page.expect_response(lambda answer: "contains%3Anothing" in answer.url):
        field.fill("nothing")
    expect(page.locator(".cases-state")).to_contain_text("Aucun dossier ne répond aux filtres des colonnes.")
    page.get_by_role("button", name="Retirer les filtres des colonnes").click()
    expect(page.locator(".cases-said")).to_have_attribute("data-raw", str(count(page, "all")))


def test_a_state_is_chosen_by_its_word(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.get_by_label("État filtre").select_option("rejected")
    expect(cell(page, 0, "state")).to_have_text("Rejeté")
    assert "filter=state%3Ain%3Arejected" in (
        page.locator('[data-casefile="xlsx"]').get_attribute("href") or ""
    )


def test_the_last_rows_are_a_scroll_away(opened: Callable[..., Reader]) -> None:
    page = opened("").page
    last = total(page) - 1
    assert last > 1_000
    with page.expect_response(
        lambda answer: "/cases/rows" in answer.url and f"start={last // 100 * 100}" in answer.url
    ):
        page.locator(".ag-body-viewport").evaluate("node => node.scrollTo(0, node.scrollHeight)")
    expect(cell(page, last, "case_id")).to_be_visible()


def test_the_export_is_of_the_list_that_is_shown(opened: Callable[..., Reader]) -> None:
    reader = opened(f"{LAST_YEAR}&list=returned")
    page = reader.page
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter XLSX").click()
    assert download.value.suggested_filename == "vigie-dossiers-2026-10-31.xlsx"
    href = page.locator('[data-casefile="xlsx"]').get_attribute("href") or ""
    assert parse_qs(urlsplit(href).query)["list"] == ["returned"]


def test_columns_are_chosen_and_kept_for_the_next_visit(opened: Callable[..., Reader]) -> None:
    reader = opened()
    page = reader.page
    expect(heading(page, "documents")).to_be_visible()
    page.locator(".cases-columns > summary").click()
    page.locator('[data-action="caseColumn"][data-column="documents"]').click()
    expect(heading(page, "documents")).to_have_count(0)
    page.reload()
    page.locator(".cases").scroll_into_view_if_needed()
    filled(page)
    expect(heading(page, "delay")).to_be_visible()
    expect(heading(page, "documents")).to_have_count(0)


def test_a_case_opens_beside_the_page_without_drawing_it_again(opened: Callable[..., Reader]) -> None:
    reader = opened(f"{LAST_YEAR}&list=at_risk")
    page = reader.page
    drawn = page.evaluate("vigie.views['agencies-weeks']")
    with reader.update():
        cell(page, 0, "case_type").click()
    name = cell(page, 0, "case_id").inner_text()
    panel = page.locator(".dossier")
    expect(panel.locator("h2")).to_have_text(f"Dossier {name}")
    expect(panel.locator(".dossier-percent")).to_be_visible()
    assert here(page)["case"] == [name]
    assert page.evaluate("vigie.views['agencies-weeks']") == drawn
    expect(page.locator("#crumb-case")).to_have_text(f"Dossier {name}")


def test_the_points_of_the_panel_add_up(opened: Callable[..., Reader]) -> None:
    page = opened(f"{LAST_YEAR}&list=at_risk").page
    cell(page, 0, "case_type").click()
    panel = page.locator(".dossier")
    expect(panel.locator(".dossier-why li")).to_have_count(3)
    start = int(re.findall(r"\d+", panel.locator("h3 .sub").inner_text())[0])
    steps = [
        int(row.get_attribute("data-raw") or 0) for row in panel.locator(".dossier-why li[data-raw]").all()
    ]
    shown = int(re.findall(r"\d+", panel.locator(".dossier-percent").inner_text())[0])
    assert start + sum(steps) == shown


def test_an_address_opens_its_case(simulated: Server, opened: Callable[..., Reader]) -> None:
    page = opened(f"{LAST_YEAR}&list=at_risk").page
    name = cell(page, 2, "case_id").inner_text()
    again = opened(f"{LAST_YEAR}&list=at_risk&case={name}").page
    expect(again.locator(".dossier h2")).to_have_text(f"Dossier {name}")
    expect(again.locator(".dossier .sub").first).to_contain_text(
        f"3 sur {count(again, 'at_risk')} de la liste"
    )


def test_a_case_that_is_not_is_said_so(opened: Callable[..., Reader]) -> None:
    reader = opened()
    reader.expects(r"404", r"Failed to load resource")
    reader.page.goto(f"{reader.address}{LILLE}?case=D0")
    expect(reader.page.locator(".dossier-none")).to_contain_text("Aucun dossier « D0 » ne vous est visible")


def test_with_the_keyboard_alone_from_a_heading_to_a_case_and_back(opened: Callable[..., Reader]) -> None:
    reader = opened(f"{LAST_YEAR}&list=at_risk")
    page = reader.page
    heading(page, "case_id").focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")  # the filter, then the first case
    page.keyboard.press("ArrowDown")
    first, second = (cell(page, row, "case_id").inner_text() for row in (1, 2))
    with reader.update():
        page.keyboard.press("Enter")
    panel = page.locator(".dossier")
    expect(panel.locator("h2")).to_have_text(f"Dossier {first}")
    expect(panel.locator("h2")).to_be_focused()
    with reader.update():
        page.keyboard.press("ArrowDown")
    expect(panel.locator("h2")).to_have_text(f"Dossier {second}")
    with reader.update():
        page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(cell(page, 2, "case_id")).to_be_focused()
    assert "case" not in here(page)
    assert here(page)["since"] == ["2025-11-01"]  # Escape closed the panel and nothing else


def test_the_arrows_of_the_panel_stop_at_the_ends_of_the_list(opened: Callable[..., Reader]) -> None:
    page = opened(f"{LAST_YEAR}&list=at_risk").page
    cell(page, 0, "case_type").click()
    expect(page.get_by_role("button", name="Dossier précédent")).to_be_disabled()
    expect(page.get_by_role("button", name="Dossier suivant")).to_be_enabled()


def test_at_390_px_the_cases_are_rows_and_the_panel_fills_the_screen(opened: Callable[..., Reader]) -> None:
    reader = opened(width=390, height=844)
    page = reader.page
    expect(page.locator(".ag-root")).to_have_count(0)
    lines = page.locator(".case-line")
    expect(lines).to_have_count(20)
    page.locator(".cases-rows .more").click()
    expect(lines).to_have_count(40)
    assert audit.overflow(page) == 0
    with reader.update():
        lines.nth(3).click()
    box = page.locator(".dossier").bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    with reader.update():
        page.keyboard.press("Escape")
    expect(lines.nth(3)).to_be_focused()


def test_a_list_that_cannot_be_loaded_says_so_and_can_be_asked_again(opened: Callable[..., Reader]) -> None:
    reader = opened()
    reader.expects(r"503", r"Failed to load resource")
    page = reader.page
    page.route("**/cases/rows*", lambda route: route.fulfill(status=503, body="{}"))
    with reader.update():
        chip(page, "late").click()
    expect(page.locator(".cases-state")).to_contain_text("La liste n'a pas pu être chargée.")
    page.unroute("**/cases/rows*")
    page.locator(".cases-state").get_by_role("button", name="Réessayer").click()
    expect(page.locator(".cases-said")).to_have_attribute("data-raw", str(count(page, "late")))
    expect(page.locator(".cases-state")).to_be_empty()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", [LILLE, "agent"])
def test_no_violation_with_the_grid_and_the_panel_in_sight(
    opened: Callable[..., Reader], path: str, dark: bool
) -> None:
    if path == "agent":
        page = opened(f"{LAST_YEAR}&list=at_risk").page
        path = "/agents/" + cell(page, 0, "agent").inner_text()
    page = opened("", path=path, dark=dark).page
    expect(cell(page, 0, "case_id")).to_be_visible()
    assert audit.violations(page) == []
    cell(page, 0, "case_type").click()
    expect(page.locator(".dossier-story li").first).to_be_visible()
    assert audit.violations(page) == []


def test_the_theme_of_the_grid_follows_that_of_the_page(opened: Callable[..., Reader]) -> None:
    page = opened().page
    colour = "node => getComputedStyle(node).backgroundColor"
    light = page.locator(".ag-root-wrapper").evaluate(colour)
    page.locator('[data-action="theme"]').click()
    assert page.locator(".ag-root-wrapper").evaluate(colour) != light
    assert page.locator(".ag-root-wrapper").evaluate(colour) == page.locator(".cases").evaluate(colour)
