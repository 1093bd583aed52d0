"""The page of the accounts by mouse and keyboard, as an administrator who is signed in."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Locator, expect

from app.identity import CSRF_COOKIE, csrf_of
from data.links import Links
from data.sessions import Sessions
from data.tokens import Tokens
from data.users import Users
from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server
from tests.published import publish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three agencies; Sophie who administers, Inès at work in Bobigny, Hugo who has never come in."""
    home = tmp_path_factory.mktemp("accounts") / "home"
    publish(home)
    users, tokens = Users(home), Tokens(home)
    for name, label, roles, scope in (
        ("sophie", "Sophie Martin", ["admin"], None),
        ("ines", "Inès Laurent", ["officer"], "agency=Bobigny"),
    ):
        users.set_password(users.add(name, roles, scope, label).id, "hashed")
    users.add("hugo", ["caller"], None, "Hugo Petit")
    tokens.add("supervision", ["monitor"], None, 20, "sophie")
    for each in (users, tokens):
        each.close()
    return home


@pytest.fixture(scope="module")
def looked_at(published: Path, serve: Callable[..., Server]) -> Server:
    """For tests that change nothing."""
    return serve(published, DEMO="false")


@pytest.fixture
def server(published: Path, tmp_path: Path, serve: Callable[..., Server]) -> Server:
    """For tests that change accounts."""
    return serve(copytree(published, tmp_path / "home"), DEMO="false")


def opened(visit: NewReader, server: Server, **how: object) -> Reader:
    """The page, open for Sophie."""
    users, sessions = Users(server.home), Sessions(server.home)
    token = sessions.open(users.known("sophie").id, "password", "Mozilla/5.0 (X11; Linux) Firefox/128.0")
    if not sessions.of(users.known("ines").id):
        sessions.open(users.known("ines").id, "password")
    users.close()
    sessions.close()
    reader = visit(server, **how)
    given = (("vigie_session", token), (CSRF_COOKIE, csrf_of(token)))
    reader.context.add_cookies(
        [{"name": name, "value": value, "url": server.address} for name, value in given]
    )
    reader.open("/accounts")
    return reader


def line(reader: Reader, name: str) -> Locator:
    return reader.page.locator("#accounts-users tbody tr").filter(has_text=name)


def open_person(reader: Reader, name: str) -> Locator:
    line(reader, name).get_by_role("button").click()
    return reader.dialog().last


def test_somebody_is_added_by_keyboard_and_the_link_is_shown_once(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    page = reader.page
    page.get_by_role("button", name="Ajouter un compte").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Nom affiché")).to_be_focused()
    page.keyboard.type("Paul Vasseur")
    page.keyboard.press("Tab")
    page.keyboard.type("paul")
    reader.dialog().locator('input[value="manager"]').focus()
    page.keyboard.press("Space")
    reader.dialog().get_by_role("checkbox", name="Évry").focus()
    page.keyboard.press("Space")
    expect(reader.dialog().get_by_text("1 agence")).to_be_visible()
    page.get_by_label("Nom affiché").focus()
    with reader.update():
        page.keyboard.press("Enter")
    field = reader.dialog().locator(".secret")
    expect(reader.dialog()).to_contain_text("n'est affiché qu'une fois")
    address = field.input_value()
    assert address.startswith(f"{server.address}/invitation?link=")
    links = Links(server.home)
    found = links.find(address.partition("=")[2])
    links.close()
    assert found
    assert found.user
    assert found.user.scope == "agency=%C3%89vry"
    page.keyboard.press("Escape")
    expect(line(reader, "Paul Vasseur")).to_contain_text("Invité")
    assert address.partition("=")[2] not in page.content()


def test_what_lacks_is_said_beside_its_field(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    reader.page.get_by_role("button", name="Ajouter un compte").click()
    add = reader.dialog().get_by_role("button", name="Ajouter et créer le lien")
    add.click()
    expect(reader.dialog().get_by_role("alert")).to_have_text("Écrivez un nom de connexion.")
    reader.page.get_by_label("Nom de connexion").fill("INES")
    add.click()
    expect(reader.dialog().get_by_role("alert")).to_have_text("Choisissez au moins un rôle.")
    reader.dialog().get_by_role("checkbox", name="Direction").check()
    add.click()
    expect(reader.dialog().get_by_role("alert")).to_have_text(re.compile("INES.* est déjà pris"))


def test_a_disabled_account_comes_back_from_the_toast(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    open_person(reader, "Inès").get_by_role("button", name="Désactiver le compte").click()
    asked = reader.dialog().last
    expect(asked).to_contain_text("Désactiver le compte de Inès Laurent")
    with reader.update():
        asked.get_by_role("button", name="Désactiver le compte").click()
    expect(reader.dialog()).to_have_count(0)
    expect(line(reader, "Inès")).to_contain_text("Désactivé")
    with reader.update():
        reader.page.locator(".toast-x").get_by_role("button", name="Annuler").click()
    expect(line(reader, "Inès")).to_contain_text("Actif")


def test_rights_are_changed_and_changed_back(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    dialog = open_person(reader, "Inès")
    dialog.get_by_role("checkbox", name="Direction").check()
    dialog.get_by_role("radio", name="Toutes les agences").check()
    with reader.update():
        dialog.get_by_role("button", name="Enregistrer").click()
    expect(line(reader, "Inès")).to_contain_text("Direction")
    expect(line(reader, "Inès")).to_contain_text("Toutes les agences")
    with reader.update():
        reader.page.locator(".toast-x").get_by_role("button", name="Annuler").click()
    expect(line(reader, "Inès")).not_to_contain_text("Direction")
    expect(line(reader, "Inès")).to_contain_text("Bobigny")


def test_ones_own_account_offers_no_way_to_shut_oneself_out(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    dialog = open_person(reader, "Sophie")
    expect(dialog).to_contain_text("Dernier administrateur")
    expect(dialog.get_by_role("checkbox", name="Administrateur")).to_be_disabled()
    expect(dialog.get_by_role("button", name="Désactiver le compte")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Réinitialiser")).to_have_count(0)
    expect(dialog.locator(".session-list")).to_contain_text("Firefox, Linux")


def test_sessions_end_and_a_token_is_revoked(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    open_person(reader, "Inès").get_by_role("button", name="Terminer les sessions").click()
    with reader.update():
        reader.dialog().last.get_by_role("button", name="Terminer les sessions").click()
    expect(line(reader, "Inès").locator("td").nth(5)).to_have_text("–")
    reader.page.get_by_role("button", name="Révoquer le jeton supervision").click()
    with reader.update():
        reader.dialog().get_by_role("button", name="Révoquer").click()
    expect(reader.page.locator("#accounts-tokens tbody tr")).to_contain_text("Révoqué")


def test_the_list_is_searched_and_cleared(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    rows = reader.page.locator("#accounts-users tbody tr")
    expect(rows).to_have_count(3)
    search = reader.page.get_by_role("searchbox")
    search.fill("ines")  # no accent, no capital
    expect(rows).to_have_count(1)
    search.fill("zzz")
    reader.page.get_by_role("button", name="Tout effacer").click()
    expect(rows).to_have_count(3)
    reader.page.get_by_role("button", name="Invités").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("ne voit aucune ligne")


def test_an_act_that_fails_says_so_in_its_dialog(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    reader.expects("500", "did not respond", "Callback error")
    dialog = open_person(reader, "Inès")
    reader.page.route("**/_dash-update-component*", lambda route: route.fulfill(status=500, body="{}"))
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog.get_by_role("alert")).to_contain_text("rien n'est enregistré")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_all_fits(visit: NewReader, looked_at: Server, width: int, dark: bool) -> None:
    reader = opened(visit, looked_at, width=width, dark=dark)
    assert audit.overflow(reader.page) <= 0
    assert audit.outside(reader.page) == []
    found = {"page": audit.violations(reader.page)}
    for name in ("Ajouter un compte", "Ajouter un jeton"):
        reader.page.get_by_role("button", name=name).click()
        found[name] = audit.violations(reader.page)
        reader.page.keyboard.press("Escape")
    open_person(reader, "Inès")
    found["person"] = audit.violations(reader.page)
    assert not any(found.values()), "\n".join(f"{name}: {line}" for name in found for line in found[name])
