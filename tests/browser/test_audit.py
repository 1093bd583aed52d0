"""The page of the audit by mouse and keyboard: filters, alerts, the chain, lines, export."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Response, expect

from app.moments import today
from data.audit import Entry
from tests.app.audit_world import INES, LUC, Done, habit, people, view, written
from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server
from tests.published import publish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days of Inès at work, and Luc who looked at 70 files yesterday instead of 5."""
    home = tmp_path_factory.mktemp("audit") / "home"
    publish(home)
    people(home)
    refused = Done(Entry("access.refused", INES, details={"permission": "agent.view"}), 2)
    written(
        home,
        [
            *habit(INES, 12, days=9, first=1),
            *habit(LUC, 5, days=4, first=3),
            *habit(LUC, 70, days=1, first=1),
            Done(view(INES, purpose="complaint"), 1),
            refused,
        ],
    )
    return home


@pytest.fixture(scope="module")
def looked_at(kept: Path, serve: Callable[..., Server]) -> Server:
    """For tests that only look."""
    return serve(kept)


@pytest.fixture
def server(kept: Path, tmp_path: Path, serve: Callable[..., Server]) -> Server:
    """For tests that answer alerts."""
    return serve(copytree(kept, tmp_path / "home"))


def opened(visit: NewReader, server: Server, where: str = "/audit", **how: object) -> Reader:
    reader = visit(server, **how)
    reader.open(where)
    return reader


def lines(reader: Reader) -> Locator:
    return reader.page.locator("#audit-lines tbody tr")


def asked(reader: Reader) -> dict[str, list[str]]:
    return parse_qs(urlsplit(reader.page.url).query)


def yesterday() -> str:
    return str(today() - timedelta(1))


def test_a_person_a_purpose_and_a_day_filter_and_back_undoes_them(
    visit: NewReader, looked_at: Server
) -> None:
    reader = opened(visit, looked_at)
    page = reader.page
    with reader.update():
        page.locator(f'[data-who="{INES}"]').click()
    assert asked(reader) == {"who": [INES]}
    expect(page.locator("[data-filter=who] summary")).to_contain_text("Inès Laurent")
    with reader.update():
        page.locator("#audit-purposes .lb-r", has_text="Réclamation").click()
    expect(lines(reader)).to_have_count(1)
    with reader.update():
        page.locator(f'[data-day="{yesterday()}"]').click()
    assert asked(reader) == {
        "who": [INES],
        "purpose": ["complaint"],
        "since": [yesterday()],
        "until": [yesterday()],
    }
    for _ in range(2):
        reader.back()
    assert asked(reader) == {"who": [INES]}
    with reader.update():
        page.get_by_role("button", name="Tout effacer").click()
    assert asked(reader) == {}


def test_the_menus_pick_several_and_a_period_by_keyboard(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    page = reader.page
    page.locator("[data-filter=actions] summary").focus()
    page.keyboard.press("Enter")
    for action in ("score.viewed", "access.refused"):
        page.locator(f'[data-filter=actions] [data-code="{action}"]').focus()
        with reader.update():
            page.keyboard.press("Enter")
    assert asked(reader) == {"action": ["score.viewed", "access.refused"]}
    page.keyboard.press("Escape")
    page.locator("[data-filter=period] summary").focus()
    page.keyboard.press("Enter")
    with reader.update():
        page.locator("[data-filter=period]").get_by_role("button", name="30 derniers jours").press("Enter")
    expect(page.locator("[data-filter=period] summary")).to_be_focused()
    assert asked(reader)["since"] == [str(today() - timedelta(29))]


def test_a_link_shows_what_it_was_made_for(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at, f"/audit?who={LUC}&since={yesterday()}&until={yesterday()}&start=50")
    expect(reader.page.locator('[data-count="views"]')).to_have_attribute("data-raw", "70")
    expect(reader.page.locator(".shown")).to_have_text("Lignes 51 à 70 sur 70")
    with reader.update():
        reader.page.get_by_role("button", name="Plus récentes").click()
    expect(reader.page.locator(".shown")).to_have_text("Lignes 26 à 50 sur 70")


def test_words_are_looked_for_as_they_are_typed(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    search = reader.page.locator("#audit-lines input[type=search]")
    with reader.update():
        search.press_sequentially("refused")
    expect(lines(reader)).to_have_count(1)
    expect(lines(reader)).to_contain_text("Accès refusé")
    expect(search).to_be_focused()
    with reader.update():
        search.fill("zzz")
    expect(reader.page.locator("#audit-lines")).to_contain_text("Aucune ligne pour cette recherche.")


def test_a_line_opens_in_full_without_the_score(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at, f"/audit?who={LUC}")
    line = lines(reader).first
    expect(line).to_contain_text("masqué")
    subject = line.locator("code").first.inner_text().rstrip("…")
    line.get_by_role("button").click()
    expect(reader.dialog()).to_contain_text(re.compile(rf"{subject}[0-9a-f]{{26}}"))
    expect(reader.dialog()).not_to_contain_text("0.1234")
    with reader.update():
        reader.dialog().get_by_role("button", name="Toutes les lignes").click()
    assert asked(reader)["subject"][0].startswith(subject)


def test_the_chain_is_read_again_and_its_head_can_be_copied(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    expect(reader.page.locator(".chain-card")).to_contain_text("Chaîne pas encore relue")
    with reader.update(20):
        reader.page.get_by_role("button", name="Vérifier maintenant").click()
    expect(reader.page.locator(".chain-card")).to_contain_text("Chaîne vérifiée, aucune rupture")
    expect(reader.page.get_by_role("button", name="Vérifier maintenant")).to_be_focused()
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.page.get_by_role("button", name="Copier l'empreinte de tête").click()
    expect(reader.page.locator(".toast-x")).to_have_text("Empreinte copiée")
    assert re.fullmatch("[0-9a-f]{64}", str(reader.page.evaluate("navigator.clipboard.readText()")))


def test_an_alert_is_set_aside_with_a_motive(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    banner = reader.page.locator(".alert-x")
    expect(banner).to_contain_text("Luc Garnier, 70 consultations, hier")
    banner.get_by_role("button", name="Classer").click()
    record = reader.dialog().get_by_role("button", name="Classer")
    record.click()
    expect(reader.dialog().get_by_role("alert")).to_contain_text("Écrivez le motif")
    reader.dialog().get_by_label("Motif").fill("Contrôle annuel")
    with reader.update():
        record.click()
    expect(banner).to_have_count(0)
    expect(lines(reader).nth(1)).to_contain_text("motif : Contrôle annuel".replace(" :", "\u00a0:"))


def test_an_alert_leads_to_its_lines_and_disables_the_account(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    banner = reader.page.locator(".alert-x")
    with reader.update():
        banner.get_by_role("button", name="Voir ses 70 consultations").click()
    assert asked(reader) == {"who": [LUC], "since": [yesterday()], "until": [yesterday()]}
    banner.get_by_role("button", name="Désactiver le compte").click()
    with reader.update():
        reader.dialog().get_by_role("button", name="Désactiver le compte").click()
    expect(banner).to_contain_text("Compte désactivé.")
    expect(banner.get_by_role("button", name="Désactiver le compte")).to_have_count(0)


def test_the_export_follows_the_filters(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at, "/audit?purpose=complaint")
    reader.page.locator("#audit-export summary").click()
    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name="Texte (CSV)").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 2
    assert "Réclamation du client" in text


def test_days_are_crossed_with_arrows_and_shift_takes_several(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    reader.page.locator('.day-bar[tabindex="0"]').focus()
    for _ in range(3):
        reader.page.keyboard.press("ArrowLeft")
    with reader.update():
        reader.page.keyboard.press("Enter")
    first = str(today() - timedelta(3))
    assert asked(reader) == {"since": [first], "until": [first]}
    expect(reader.page.locator(f'[data-day="{first}"]')).to_be_focused()
    reader.page.keyboard.press("ArrowLeft")
    with reader.update():
        reader.page.keyboard.press("Shift+Enter")
    assert asked(reader) == {"since": [str(today() - timedelta(4))], "until": [first]}


def test_charts_have_their_tables(visit: NewReader, looked_at: Server) -> None:
    reader = opened(visit, looked_at)
    for name, words in (
        ("days", "Consultations"),
        ("people", "Inès Laurent"),
        ("purposes", "Réclamation"),
        ("lines", "Empreinte"),
    ):
        reader.page.locator(f"#audit-{name}-card .card-menu > summary").click()
        reader.page.locator(f'#audit-{name}-card [data-action="table"]').click()
        expect(reader.dialog().locator("table")).to_contain_text(words)
        reader.page.keyboard.press("Escape")


def test_a_journal_that_fails_shows_nothing_but_why(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server)
    for path in server.home.glob("journal.sqlite*"):
        path.unlink()
    (server.home / "journal.sqlite").mkdir()
    reader.open("/audit")
    expect(reader.page.locator("#notices").get_by_role("alert")).to_contain_text("journal")
    expect(lines(reader)).to_have_count(0)
    expect(reader.page.get_by_role("button", name="Réessayer")).to_be_visible()


def test_what_the_page_is_sent_has_no_score(visit: NewReader, looked_at: Server) -> None:
    reader = visit(looked_at)
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    reader.page.on("response", keep)
    reader.open("/audit")
    bodies = [answer.text() for answer in answers if "_dash-update-component" in answer.url]
    assert any("score" in body for body in bodies)
    assert not any("0.1234" in body or "probability" in body for body in bodies)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_all_fits(visit: NewReader, looked_at: Server, width: int, dark: bool) -> None:
    reader = opened(visit, looked_at, width=width, dark=dark)
    found = {"page": audit.violations(reader.page)}
    assert audit.overflow(reader.page) <= 0
    assert audit.outside(reader.page) == []
    reader.page.locator("[data-filter=who] summary").click()
    found["menu"] = audit.violations(reader.page)
    reader.page.keyboard.press("Escape")
    reader.page.get_by_role("button", name="Classer").click()
    found["filing"] = audit.violations(reader.page)
    reader.page.keyboard.press("Escape")
    lines(reader).nth(3).get_by_role("button").click()
    found["line"] = audit.violations(reader.page)
    assert not any(found.values()), "\n".join(f"{name}: {line}" for name in found for line in found[name])
