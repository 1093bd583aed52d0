"""What readers with accounts see: their own pages, their menu, a page of others; and what a browser keeps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.identity import csrf_of
from data.sessions import Sessions
from data.users import Users
from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server
from tests.published import AGENCIES, publish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

MINE, OTHER, _ = AGENCIES
FORBIDDEN = r"answer 403:|status of 403"
PEOPLE = {
    "luc": (["officer"], "", "Luc Garnier"),
    "marie": (["manager"], f"agency={MINE}", "Marie Petit"),
    "eva": (["executive"], "", "Eva Klein"),
    "paul": (["manager"], None, "Paul Roux"),
    "sylvie": (["admin"], "", "Sylvie Moreau"),
}
# Keys of what a browser keeps for its reader, in both stores and cookies.
KEPT = """() => [...Object.keys(localStorage), ...Object.keys(sessionStorage),
  ...document.cookie.split("; ").map((each) => each.split("=")[0])]
  .filter((key) => ["vigie-recent", "vigie-network", "vigie_last"].some((name) => key.startsWith(name)))"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roles") / "home"
    publish(folder)
    users = Users(folder)
    for name, (roles, scope, label) in PEOPLE.items():
        users.add(name, roles, scope, label)
    return folder


@pytest.fixture(scope="module")
def door(home: Path, serve: Callable[..., Server]) -> Server:
    return serve(home, DEMO="false")


@pytest.fixture
def enter(home: Path, door: Server, visit: NewReader) -> Callable[..., Reader]:
    """Open a page as one of PEOPLE, in a browser of its own or in that of `beside`."""

    def opened(name: str, where: str, beside: Reader | None = None, **how: Any) -> Reader:
        reader = beside or visit(door, **how)
        user = Users(home).named(name)
        assert user
        token = Sessions(home).open(user.id, "password")
        cookies = {"vigie_session": token, "_csrf_token": csrf_of(token)}
        reader.context.add_cookies(
            [{"name": key, "value": value, "url": door.address} for key, value in cookies.items()]
        )
        reader.page.goto(door.address + where)
        expect(reader.page.locator("#page h1")).to_be_visible()
        return reader

    return opened


def drawn(page: Page) -> None:
    page.locator("html[data-settled]:not([data-awaits])").wait_for(state="attached")


@pytest.mark.parametrize(
    ("width", "height", "dark"), [(1440, 900, False), (390, 844, True)], ids=["wide", "narrow"]
)
def test_a_page_of_others_says_whose_it_is_and_leads_to_ones_own(
    enter: Callable[..., Reader], width: int, height: int, dark: bool
) -> None:
    reader = enter("luc", "/production", width=width, height=height, dark=dark)
    reader.expects(FORBIDDEN)
    page = reader.page
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(
        "Cette page est réservée aux responsables d'agence, à la direction et aux analystes."
    )
    expect(page.locator(".reserved-in")).to_contain_text(
        "Luc Garnier, chargé de clientèle, toutes les agences"
    )
    expect(page.locator(".reserved-in .asked")).to_contain_text("Sylvie Moreau")
    assert audit.violations(page) == []
    assert audit.overflow(page) == 0
    assert reader.updates() != []
    assert page.locator("#production-kpis").count() == 0
    page.get_by_role("link", name="Aller à la page Client").click()
    page.wait_for_url("**/clients")


def test_the_request_for_access_is_copied_ready_to_send(enter: Callable[..., Reader]) -> None:
    reader = enter("luc", "/audit")
    reader.expects(FORBIDDEN)
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reference = reader.page.locator(".asked dd").last.inner_text().split(",")[0]
    reader.page.get_by_role("button", name="Demander l'accès").click()
    expect(reader.page.get_by_role("status")).to_contain_text("Demande copiée")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert [word for word in ("Audit", "audit.view", "luc", reference) if word not in copied] == []


def test_the_menu_opens_from_the_keyboard_and_says_who_one_is(enter: Callable[..., Reader]) -> None:
    page = enter("marie", "/production").page
    drawn(page)
    menu = page.locator("#menu-user > summary")
    expect(menu).to_have_accessible_name("MP, compte de Marie Petit")
    menu.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#menu-user > .panel")
    expect(panel).to_contain_text("Marie Petit")
    expect(panel).to_contain_text("Responsable")
    expect(panel).to_contain_text(MINE)
    assert audit.violations(page) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_the_menu_fits_a_phone(enter: Callable[..., Reader]) -> None:
    page = enter("marie", "/production", width=390, height=844, dark=True).page
    drawn(page)
    page.locator("#menu-user > summary").click()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    assert audit.overflow(page) == 0
    assert audit.violations(page) == []


def test_who_signs_out_leaves_nothing_behind(enter: Callable[..., Reader], door: Server) -> None:
    reader = enter("marie", f"/production?agency={MINE}")
    page = reader.page
    drawn(page)
    assert page.evaluate(KEPT) != []
    page.locator("#menu-user > summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/sign-in**")
    assert page.evaluate(KEPT) == []
    page.goto(door.address + "/production")
    page.wait_for_url("**/sign-in?next=**")


def test_the_next_reader_of_a_browser_finds_nothing_of_the_last(enter: Callable[..., Reader]) -> None:
    first = enter("eva", f"/production?agency={OTHER}")
    drawn(first.page)
    eva = set(first.page.evaluate(KEPT))
    assert len(eva) == 2
    next_one = enter("marie", "/", beside=first)
    drawn(next_one.page)
    assert OTHER not in next_one.page.url
    kept = set(next_one.page.evaluate(KEPT))
    assert kept
    assert not kept & eva


def test_who_sees_one_agency_is_not_told_of_a_network(enter: Callable[..., Reader]) -> None:
    page = enter("marie", f"/agencies/{MINE}?since=2026-01-01&until=2026-02-28").page
    drawn(page)
    assert page.locator("#agencies-gap, #agencies-risk, .cases").count() == 0
    expect(page.locator("#agencies-delays .plot-marks")).to_be_visible()
    expect(page.locator("#agencies-sentence .say-peers")).to_be_hidden()
    assert "éseau" not in page.locator("body").inner_text()
    page.locator("#menu-compare > summary").click()
    expect(page.locator("#menu-compare .panel")).not_to_contain_text("érimètre")


def test_who_may_not_export_is_offered_to_print(enter: Callable[..., Reader]) -> None:
    page = enter("eva", "/production").page
    drawn(page)
    assert page.locator("[data-export]").count() == 0
    expect(page.get_by_role("button", name="Imprimer")).to_be_visible()


def test_no_agency_is_said_plainly(enter: Callable[..., Reader]) -> None:
    page = enter("paul", "/production").page
    expect(page.get_by_role("heading", level=1)).to_have_text("Aucune agence ne vous est ouverte")
    expect(page.locator("#page")).to_contain_text("Sylvie Moreau")
    assert audit.violations(page) == []


def test_the_demonstration_is_named_on_every_page(simulated: Server, visit: NewReader) -> None:
    page = visit(simulated).page
    for path in ("/production", "/rules", "/clients", "/accounts", "/audit"):
        page.goto(simulated.address + path)
        expect(page.locator(".top .demo")).to_have_text("Démonstration")
        expect(page.locator("#page h1")).to_be_visible()
    assert page.locator("#menu-user").count() == 0
