"""Signing in as people do: keyboard, phone, both themes, without scripts; and the end of a session."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from app.passwords import lacking
from data.links import INVITATION, Links
from data.sessions import Sessions, hashed
from data.users import Users
from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader, options
from tests.browser.server import Server
from tests.published import publish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

PASSWORD = "Violet-hibou-83-pont"  # noqa: S105
OTHER = "Sabre-lunaire-12-mousse"
NAME = "anne.roux"
WAY = "/production?agency=Bobigny"
REFUSED = r"answer 4(01|03|10|22):|status of 4(01|03|10|22)"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
PASSWORDS = (
    "", "a", PASSWORD, OTHER, "Motdepasse1234!", "M0tdep@sse2026", "Azertyuiop2026", "Abcabcabcabc123",
    "Aaaaaaaaaaaaaa1", "violet-hibou-83-pont", "le petit renard gris dort sous mon vieux tilleul",
    "le renard gris dort sous gris dort", "Hibou-ROUX-83-pont-gris", "Hibou-Ánne-83-pont", "xKw9Tq2mZr7LbP",
    "Ætréñ-Öl8-Straße-qk", "Retraite-Agence-2026", "🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉Aa1", "9876543210Poiuytreza",
    "Tr0ub4dor&3Tr0ub4dor",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small snapshot, and a manager of one agency."""
    folder = tmp_path_factory.mktemp("accounts") / "home"
    publish(folder)
    users = Users(folder)
    made = users.add(NAME, {"manager"}, "agency=Bobigny", "Anne Roux")
    users.set_password(made.id, PasswordHasher().hash(PASSWORD))
    return folder


@pytest.fixture(scope="module")
def door(home: Path, serve: Callable[..., Server]) -> Server:
    """Asks for an account."""
    return serve(home, DEMO="false", SIGN_IN_RATE="1000")


@pytest.fixture
def link(home: Path) -> str:
    """An invitation of somebody new."""
    users = Users(home)
    count = len(users.all())
    made = users.add(f"paul.petit{count}", {"officer"}, None, "Paul Petit")
    return Links(home).add(made.id, INVITATION, "chief")


def fill(page: Page, password: str = PASSWORD) -> None:
    """Type name and password as one does, and send them with Enter."""
    page.get_by_label("Identifiant").fill(NAME)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.keyboard.press("Enter")


def enter(reader: Reader, way: str = WAY) -> None:
    """Sign in on the way to a page, and wait for it."""
    reader.page.goto(reader.address + way)
    fill(reader.page)
    reader.wait_for(1)


def test_a_link_to_a_page_leads_there_after_the_sign_in(door: Server, visit: NewReader) -> None:
    reader = visit(door)
    reader.page.goto(door.address + WAY)
    expect(reader.page.get_by_label("Identifiant")).to_be_focused()
    reader.page.keyboard.type(NAME)
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.type(PASSWORD)
    reader.page.keyboard.press("Enter")
    reader.wait_for(1)
    assert reader.page.url == door.address + WAY


def test_a_wrong_password_is_said_and_the_field_waits_for_another(door: Server, visit: NewReader) -> None:
    reader = visit(door)
    reader.expects(REFUSED)
    reader.page.goto(f"{door.address}/sign-in")
    fill(reader.page, "wrong")
    expect(reader.page.get_by_role("alert")).to_contain_text("Identifiant ou mot de passe incorrect.")
    expect(reader.page.get_by_label("Identifiant")).to_have_value(NAME)
    password = reader.page.get_by_label("Mot de passe", exact=True)
    expect(password).to_be_focused()
    expect(password).to_have_value("")
    expect(password).to_have_attribute("aria-describedby", "trouble")
    password.fill(PASSWORD)
    reader.page.keyboard.press("Enter")
    expect(reader.page).not_to_have_url(re.compile("sign-in"))


def test_without_scripts_one_signs_in_chooses_a_password_and_signs_out(
    door: Server, chromium: Browser, link: str
) -> None:
    context = chromium.new_context(**options(java_script_enabled=False))
    page = context.new_page()
    page.goto(f"{door.address}/invitation?link={link}")
    page.locator("#password").fill(OTHER)
    page.locator("#again").fill(OTHER)
    page.get_by_role("button", name="Choisir et entrer").click()
    page.goto(f"{door.address}/account")
    expect(page.get_by_role("heading", name="Paul Petit")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("status")).to_contain_text("Vous êtes déconnecté de Vigie.")
    page.goto(f"{door.address}/account")
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    fill(page)
    expect(page.get_by_role("heading", name="Anne Roux")).to_be_visible()
    context.close()


def test_a_password_can_be_read_while_it_is_typed(door: Server, visit: NewReader) -> None:
    page = visit(door).page
    page.goto(f"{door.address}/sign-in")
    field = page.locator("#password")
    field.fill("visible?")
    button = page.get_by_role("button", name="Afficher le mot de passe")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(field).to_be_focused()
    button.click()
    expect(field).to_have_attribute("type", "password")


def test_what_lacks_is_said_as_one_types_and_agrees_with_the_server(
    door: Server, visit: NewReader, link: str, home: Path
) -> None:
    page = visit(door).page
    held = Links(home).find(link)
    assert held is not None
    assert held.user is not None
    names = (held.user.name, held.user.label)
    page.goto(f"{door.address}/invitation?link={link}")
    told, expected = {}, {}
    for password in (*PASSWORDS, "Violet-petit-83-pont"):
        page.locator("#password").fill(password)
        told[password] = (page.locator("#strength").get_attribute("data-lacks") or "").split()
        expected[password] = lacking(password, names) if password else []
    assert told == expected
    page.locator("#password").fill(PASSWORD)
    expect(page.locator("#strength .ok")).to_have_count(4)


def test_a_password_is_changed_and_the_others_sessions_end(
    door: Server, visit: NewReader, home: Path
) -> None:
    users = Users(home)
    made = users.add("zoe", {"manager"}, "", "Zoé")
    users.set_password(made.id, PasswordHasher().hash(PASSWORD))
    reader = visit(door)
    reader.expects(REFUSED)
    page = reader.page
    other = Sessions(home).open(made.id, "password", "Firefox")
    page.context.add_cookies(
        [{"name": "vigie_session", "value": Sessions(home).open(made.id, "password"), "url": door.address}]
    )
    page.goto(f"{door.address}/account")
    expect(page.locator(".sessions li")).to_have_count(2)
    page.locator("#current").fill(PASSWORD)
    page.locator("#password").fill(OTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Mot de passe changé")
    expect(page.locator(".sessions li")).to_have_count(1)
    assert Sessions(home).find(other) is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    door: Server, visit: NewReader, link: str, home: Path, size: str, dark: bool
) -> None:
    width, height = SIZES[size]
    reader = visit(door, width=width, height=height, dark=dark)
    reader.expects(REFUSED)
    page, found = reader.page, {}

    def look(name: str) -> None:
        found[name] = [*audit.violations(page), *audit.outside(page)]
        found[name] += [
            pair for pair in audit.overlapping(page) if "Afficher" not in pair
        ]  # inside its field
        found[name] += ["overflow"] * (audit.overflow(page) > 0)

    page.goto(f"{door.address}/sign-in?why=ended")
    page.locator(".forgotten summary").click()
    look("sign-in")
    page.locator(".privacy summary").click()
    expect(page.locator(".privacy .panel")).to_be_in_viewport(ratio=1)
    found["privacy"] = audit.violations(page)
    page.keyboard.press("Escape")
    expect(page.locator(".privacy .panel")).to_be_hidden()
    page.locator("#name").fill("nobody")
    page.locator("#password").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    look("refused")
    page.goto(f"{door.address}/invitation?link={link}")
    page.locator("#password").fill("Violet")
    look("invitation")
    page.goto(f"{door.address}/invitation?link=x")
    look("over")
    token = Sessions(home).open(Users(home).known(NAME).id, "password")
    page.context.add_cookies([{"name": "vigie_session", "value": token, "url": door.address}])
    page.goto(f"{door.address}/account?done=sessions")
    look("account")
    assert not any(found.values()), found


def test_theme_and_language_are_those_of_the_rest(door: Server, visit: NewReader) -> None:
    page = visit(door).page
    page.goto(f"{door.address}/sign-in?next=/production")
    page.get_by_role("button", name="Passer du thème clair au thème sombre").click()
    page.get_by_role("link", name="EN (English)").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("input[name=next]").get_attribute("value") == "/production"


def test_a_session_that_ended_leads_to_the_door_and_back(door: Server, visit: NewReader, home: Path) -> None:
    reader = visit(door)
    reader.expects(REFUSED)
    enter(reader)
    for each in Sessions(home).of(Users(home).known(NAME).id):
        Sessions(home).close_one(each.key)
    reader.page.locator("[data-dim=case_type]").first.click()
    expect(reader.page.get_by_role("status")).to_contain_text("Votre session est terminée.")
    fill(reader.page)
    reader.wait_for(1)
    assert reader.page.url.startswith(door.address + WAY)


def test_before_the_end_a_banner_offers_to_stay(door: Server, visit: NewReader) -> None:
    reader = visit(door)
    reader.page.clock.install()
    enter(reader)
    reader.page.wait_for_load_state("networkidle")
    banner = reader.page.locator("#session-end")
    reader.page.clock.fast_forward("26:30")
    expect(banner).to_have_count(0)
    reader.page.clock.fast_forward("01:00")
    expect(banner).to_contain_text("dans 2 minutes")
    assert [line for line in audit.violations(reader.page) if "session-end" in line] == []
    banner.get_by_role("button", name="Rester connecté").click()
    expect(banner).to_have_count(0)


def test_past_the_end_the_page_is_left(door: Server, visit: NewReader, home: Path) -> None:
    reader = visit(door)
    reader.page.clock.install()
    enter(reader)
    reader.page.wait_for_load_state("networkidle")
    token = next(c["value"] for c in reader.context.cookies() if c["name"] == "vigie_session")
    Sessions(home).close_one(hashed(token))
    reader.page.clock.fast_forward("31:00")
    expect(reader.page.get_by_role("status")).to_contain_text("Votre session est terminée.")
    expect(reader.page).to_have_url(re.compile(r"next=%2Fproduction%3Fagency%3DBobigny"))
