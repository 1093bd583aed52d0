"""What the page is compared with is chosen in the bar, and told by every card and chart."""

import pytest
from playwright.sync_api import expect

from app.state import State
from tests.browser.reader import Reader

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

LILLE = "/production?agency=Lille&since=2026-08-01&until=2026-10-31"


def compared(reader: Reader) -> tuple[str, ...] | None:
    """What the address says."""
    return State.parse(reader.page.url.partition("?")[2]).compare


def lines(reader: Reader) -> list[str]:
    """What each line of the card of delays speaks of."""
    found = reader.page.locator('.kpi[data-kpi="mean_delay"] .ref')
    return [str(name) for name in found.evaluate_all("lines => lines.map(line => line.dataset.of)")]


def test_references_are_chosen_by_keyboard_several_at_once(reader: Reader) -> None:
    reader.open(LILLE)
    assert lines(reader) == ["previous", "year"]
    reader.page.locator("#menu-compare summary").focus()
    reader.page.keyboard.press("Enter")
    for _ in range(4):
        reader.page.keyboard.press("Tab")
    with reader.update():
        reader.page.keyboard.press(" ")
    assert compared(reader) == ("previous", "year", "network")
    assert lines(reader) == ["network", "previous", "year"]
    focused = "document.activeElement.dataset.name"
    assert reader.page.evaluate(focused) == "network"
    reader.page.keyboard.press("Shift+Tab")
    reader.page.keyboard.press("Shift+Tab")
    with reader.update():
        reader.page.keyboard.press("Enter")
    assert compared(reader) == ("previous", "network")
    reader.page.keyboard.press("Escape")
    assert reader.page.evaluate("document.activeElement.parentElement.id") == "menu-compare"
    expect(reader.page.locator("#menu-compare-value")).to_contain_text("2 repères")


def test_the_address_keeps_them_and_back_undoes_one_at_a_time(reader: Reader) -> None:
    reader.open(LILLE)
    panel = reader.menu("compare")
    for name in ("réseau", "période précédente"):
        with reader.update():
            panel.get_by_role("button", name=name).click()
    assert compared(reader) == ("year", "network")
    reader.page.reload()
    reader.wait_for(1)
    assert lines(reader) == ["network", "year"]
    reader.back()
    assert compared(reader) == ("previous", "year", "network")
    reader.back()
    assert compared(reader) is None
    assert lines(reader) == ["previous", "year"]


def test_a_reference_that_cannot_be_shown_says_why_and_is_not_chosen(reader: Reader) -> None:
    reader.open("/production")
    entry = reader.menu("compare").get_by_role("button", name="objectif")
    expect(entry).to_contain_text("aucun objectif chargé")
    with reader.no_update():
        entry.click(force=True)
    assert compared(reader) is None


def test_every_chart_and_its_table_tell_them(reader: Reader) -> None:
    reader.open(LILLE + "&compare=year&compare=network&compare=previous")
    for view, told in {
        "by-month": {"Un an avant", "Période préc."},
        "by-agency": {"Un an avant", "Période préc.", "Réseau"},
        "by-type": {"Un an avant", "Période préc.", "Réseau"},
        "backlog": {"Un an avant", "Période préc."},
    }.items():
        reader.card_action(view, "table")
        heads = set(reader.dialog().locator("thead th").all_inner_texts())
        assert told <= heads, view
        reader.page.keyboard.press("Escape")
        expect(reader.dialog()).to_have_count(0)
    expect(reader.view("by-month").locator(".past path")).to_have_count(2)
    expect(reader.view("quality").locator(".past-dot")).to_have_count(1)


def test_the_row_of_an_agency_leads_to_its_page_with_the_filters(reader: Reader) -> None:
    reader.open(LILLE + "&case_type=R%C3%A9version")
    link = reader.page.get_by_role("link", name="Ouvrir la page de Lille")
    reader.mark("by-agency", "Lille").focus()
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.classList.contains('go')")
    link.click()
    reader.page.wait_for_url("**/agencies/*")
    held = State.parse(reader.page.url.partition("?")[2]).selection
    assert held.picked("case_type") == ("Réversion",)
    assert str(held.since) == "2026-08-01"


def test_the_median_follows_a_pick_once_the_rest_is_painted(reader: Reader) -> None:
    reader.open("/production")
    everyone = reader.raw("median_delay"), reader.raw("p90_delay")
    reader.open(LILLE)
    assert reader.page.locator("html").get_attribute("data-completed") == str(reader.settled)
    lille = reader.raw("median_delay"), reader.raw("p90_delay")
    assert None not in (*everyone, *lille)
    assert lille != everyone
