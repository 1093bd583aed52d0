"""What the page says when there is nothing, too little, something broken, or something new."""

import os
import re
import signal
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from data.snapshot import current
from tests.browser.conftest import NewReader
from tests.browser.published_cases import AGENCIES, publish
from tests.browser.reader import CARDS, Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

Serve = Callable[..., Server]
ANSWERS_WITHIN = 15.0  # seconds until the page says that nothing came
BROKEN = "Le calcul n'a pas abouti. Vos filtres sont conservés."
SILENT = "Vigie ne répond pas. Vos filtres sont conservés."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty state directory."""
    return tmp_path / "home"


@pytest.fixture
def recent(home: Path) -> Path:
    """A state directory with cases up to yesterday."""
    publish(home, date.today() - timedelta(1))
    return home


class TestNothing:
    def test_without_data_the_page_says_what_to_do(self, home: Path, serve: Serve, visit: NewReader) -> None:
        reader = visit(serve(home))
        reader.open("/")
        expect(reader.notice()).to_contain_text("vigie load cases")
        expect(reader.notice()).to_contain_text("vigie simulate")
        expect(reader.page.locator("h1")).to_have_text("Pilotage")
        for gone in (".kpis", ".grid", ".fbar", ".tools"):
            expect(reader.page.locator(gone)).to_be_hidden()

    def test_the_first_data_show_when_the_page_is_opened_again(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        server = serve(home)
        reader = visit(server)
        reader.open("/")
        count = publish(home, date.today())
        wait_until_served(reader, home)
        reader.page.reload()
        reader.wait_for(1)
        expect(reader.notice()).to_have_count(0)
        assert reader.raw("rows") == count

    def test_no_case_for_the_filters(self, reader: Reader) -> None:
        reader.open("/production?agency=Lille&since=2031-01-01&until=2031-12-31")
        for view in ("by-month", "by-agency", "quality", "by-type", "backlog"):
            empty = reader.view(view).locator(".empty")
            if empty.count():
                expect(empty).to_contain_text("Aucun dossier pour ces filtres.")
        assert reader.view("by-type").locator(".empty").count() == 1
        for name in CARDS:
            words = reader.page.locator(f'.kpi[data-kpi="{name}"]').inner_text()
            assert not re.search(r"NaN|undefined|null|Infinity", words)
        with reader.update():
            reader.view("by-type").get_by_role("button", name="Tout effacer").click()
        assert (reader.raw("rows") or 0) > 0


class TestBroken:
    def test_a_calculation_that_fails_keeps_the_filters_and_can_be_tried_again(
        self, recent: Path, serve: Serve, visit: NewReader
    ) -> None:
        """One person's cases are read from the facts, not from cubes: the facts break under the server."""
        server = serve(recent)
        reader = visit(server)
        reader.open("/production?agent=1001")
        where, before = reader.page.url, reader.raws()
        server.stop()
        server.start()  # so that nothing is left in memory
        facts = current(recent).facts
        facts.chmod(0o644)
        whole = facts.read_bytes()
        os.truncate(facts, 0)
        with reader.update():
            reader.mark("by-type", "Invalidité").click()
        alert = reader.page.get_by_role("alert")
        assert reader.page.url == where
        assert reader.raws() == before
        assert reader.chips() == ["Agent 1001"]
        with facts.open("r+b") as broken:
            broken.write(whole)
        with reader.update():
            alert.get_by_role("button", name="Réessayer").click()
        expect(alert).to_have_count(0)
        assert reader.selection.picked("case_type") == ("Invalidité",)
        assert 0 < (reader.raw("rows") or 0) < (before["rows"] or 0)

    def test_what_it_says_then(self, recent: Path, serve: Serve, visit: NewReader) -> None:
        reader = visit(serve(recent))
        facts = current(recent).facts
        facts.chmod(0o644)
        os.truncate(facts, 0)
        reader.open("/production?agent=1001")
        alert = reader.page.get_by_role("alert")
        expect(alert).to_contain_text(BROKEN)
        expect(alert).to_contain_text(re.compile(r"[Rr]éférence [0-9A-Fa-f]{4}"))
        expect(alert.get_by_role("button", name="Réessayer")).to_be_visible()
        assert "Error" not in alert.inner_text()

    def test_a_server_that_is_gone_is_told_within_its_limit(
        self, recent: Path, serve: Serve, visit: NewReader
    ) -> None:
        server = serve(recent)
        reader = visit(server)
        reader.expects("ERR_CONNECTION_REFUSED", "the server did not respond", "Failed to fetch")
        reader.open()
        before = reader.raws()
        server.stop(signal.SIGKILL)
        started = time.monotonic()
        with reader.update(ANSWERS_WITHIN + 2):
            reader.mark("by-type", "Invalidité").click()
        assert time.monotonic() - started < ANSWERS_WITHIN + 1
        alert = reader.page.get_by_role("alert")
        expect(alert).to_contain_text(SILENT)
        assert reader.raws() == before
        server.start()
        with reader.update():
            alert.get_by_role("button", name="Réessayer").click()
        expect(alert).to_have_count(0)
        assert reader.selection.picked("case_type") == ("Invalidité",)

    def test_a_slow_answer_leaves_the_old_figures_faint(
        self, recent: Path, serve: Serve, visit: NewReader
    ) -> None:
        server = serve(recent)
        reader = visit(server)
        reader.open()
        value = reader.page.locator('.kpi[data-kpi="closed"] .val')
        before, shown = reader.settled, value.inner_text()
        server.pause()
        try:
            reader.mark("by-type", "Invalidité").click()
            reader.page.wait_for_timeout(100)
            assert opacity(reader) == 1
            expect(reader.page.locator("body.waiting")).to_be_attached()
            reader.page.wait_for_timeout(300)
            assert opacity(reader) == pytest.approx(0.6)
            assert value.inner_text() == shown
            assert reader.settled == before
        finally:
            server.resume()
        reader.wait_for(before + 1)
        expect(reader.page.locator("body.waiting")).to_have_count(0)
        assert value.inner_text() != shown


def opacity(reader: Reader) -> float:
    return float(reader.view("by-type").evaluate("view => Number(getComputedStyle(view).opacity)"))


def wait_until_served(reader: Reader, home: Path) -> None:
    """Until the server has taken up the snapshot that CURRENT names."""
    wanted, until = current(home).id, time.monotonic() + 8
    while time.monotonic() < until:
        answer = reader.context.request.get(f"{reader.address}/ready")
        if wanted in answer.text():
            return
        time.sleep(0.05)
    raise AssertionError(f"{wanted} is not served")


class TestFresh:
    def test_late_data_say_so_in_a_banner_and_beside_an_amber_dot(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        publish(home, date.today() - timedelta(31))
        reader = visit(serve(home))
        reader.open("/")
        expect(reader.notice()).to_contain_text("31 jours de retard")
        expect(reader.page.locator("#freshness")).to_contain_text("31 jours de retard")
        expect(reader.page.locator("#freshness .dot.late")).to_be_visible()
        reader.pick("by-type", "Invalidité")
        expect(reader.notice()).to_contain_text("31 jours de retard")

    def test_recent_and_simulated_data_are_not_late(
        self, recent: Path, serve: Serve, visit: NewReader, simulated: Server
    ) -> None:
        for server, words in ((serve(recent), "Données au"), (simulated, "Données simulées au")):
            reader = visit(server)
            reader.open("/")
            expect(reader.notice()).to_have_count(0)
            expect(reader.page.locator("#freshness")).to_contain_text(words)
            expect(reader.page.locator("#freshness .dot.late")).to_have_count(0)

    def test_a_new_version_shows_at_the_next_click(
        self, recent: Path, serve: Serve, visit: NewReader
    ) -> None:
        reader = visit(serve(recent))
        reader.open()
        more = publish(recent, date.today(), (*AGENCIES, "Bastia"))
        wait_until_served(reader, recent)
        assert sorted(reader.values("by-agency")) == sorted(AGENCIES)
        reader.pick("by-type", "Invalidité")
        assert "Bastia" in reader.values("by-agency")
        with reader.update():
            reader.page.keyboard.press("Escape")
        assert reader.raw("rows") == more
        panel = reader.menu("agency")
        expect(panel.locator('[data-value="Bastia"]')).to_be_visible()

    def test_a_damaged_version_leaves_the_one_before_and_says_so(
        self, recent: Path, serve: Serve, visit: NewReader
    ) -> None:
        publish(recent, date.today(), (*AGENCIES, "Bastia"))
        cube = current(recent).cube("cases_month")
        cube.chmod(0o644)
        flipped = bytearray(cube.read_bytes())
        flipped[len(flipped) // 2] ^= 1
        cube.write_bytes(flipped)
        reader = visit(serve(recent))
        reader.open()
        expect(reader.notice()).to_contain_text("La dernière publication est endommagée")
        assert sorted(reader.values("by-agency")) == sorted(AGENCIES)


class TestReader:
    def test_language_switches_and_stays(self, simulated: Server, visit: NewReader) -> None:
        reader = visit(simulated)
        reader.open("/production?case_type=Invalidit%C3%A9")
        shown = reader.raws()
        for code, heading, clear in (("en", "Production", "Clear all"), ("fr", "Pilotage", "Tout effacer")):
            reader.page.locator('[data-action="language"]').click()
            reader.page.locator(f'html[lang="{code}"]').wait_for(state="attached")
            reader.wait_for(1)
            expect(reader.page.locator("h1")).to_have_text(heading)
            expect(reader.page.locator('#chips [data-action="clear"]')).to_have_text(clear)
            assert reader.raws() == shown
            assert reader.selection.picked("case_type") == ("Invalidité",)
            reader.page.reload()
            expect(reader.page.locator("h1")).to_have_text(heading)

    def test_english_leaves_no_french_behind(self, simulated: Server, visit: NewReader) -> None:
        reader = visit(simulated)
        reader.open("/production?agency=Lille&since=2026-03-01&until=2026-10-31")
        reader.page.locator('[data-action="language"]').click()
        reader.page.locator('html[lang="en"]').wait_for(state="attached")
        reader.wait_for(1)
        words = reader.page.locator("#shell").inner_text()
        assert not re.findall(
            r"Dossiers|Délai|Agence|Réseau|effacer|clôturés|Retours|Un an avant|jours", words
        )

    def test_theme_is_kept_and_set_before_the_first_paint(self, simulated: Server, visit: NewReader) -> None:
        reader = visit(simulated, dark=True)
        reader.page.add_init_script(
            "new MutationObserver((_, seen) => {"
            "  if (!document.body) return;"
            "  window.firstTheme = document.documentElement.dataset.bsTheme; seen.disconnect();"
            "}).observe(document, { childList: true, subtree: true });"
        )
        reader.open()
        assert themes(reader) == ("dark", "dark")
        reader.page.locator('[data-action="theme"]').click()
        assert themes(reader)[1] == "light"
        reader.page.reload()
        reader.wait_for(1)
        assert themes(reader) == ("light", "light")

    def test_print_hides_the_controls_and_keeps_the_figures(self, reader: Reader) -> None:
        reader.open("/production?since=2025-11-01&until=2026-10-31")
        reader.page.emulate_media(media="print")
        gone = [".top", ".bottom-nav", "#menu-export", ".card-menu", ".info", ".more", ".lb-search", ".skip"]
        for hidden in (*gone, '[data-action="share"]', '[data-action="clear"]'):
            expect(reader.page.locator(f"{hidden}:visible")).to_have_count(0)
        cards = [f'.kpi[data-kpi="{name}"] .v' for name in CARDS]
        for shown in (*cards, ".months", ".dots-plot", "#freshness"):
            expect(reader.page.locator(shown)).to_be_visible()
        expect(reader.page.locator("#menu-period-value")).to_be_visible()

    def test_print_is_one_landscape_page_of_a4(self, reader: Reader) -> None:
        reader.open("/production?since=2025-11-01&until=2026-10-31")
        document = reader.page.pdf(prefer_css_page_size=True, print_background=True)
        boxes = re.findall(rb"/MediaBox\s*\[([^\]]+)\]", document)
        sizes = {tuple(round(float(side)) for side in box.split()[2:]) for box in boxes}
        assert sizes == {(842, 595)}
        assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1

    def test_print_is_dark_on_white_whatever_the_theme(self, simulated: Server, visit: NewReader) -> None:
        reader = visit(simulated, dark=True)
        reader.open()
        reader.page.emulate_media(media="print", color_scheme="dark")
        for text in ("h1", ".kpi .v", ".lb-r .n", ".card-h h2"):
            node = reader.page.locator(text).first
            red, green, blue = node.evaluate("n => getComputedStyle(n).color.match(/\\d+/g).map(Number)")
            assert max(red, green, blue) < 110, text
        card = reader.page.locator(".card-x").first
        assert card.evaluate("n => getComputedStyle(n).backgroundColor") == "rgb(255, 255, 255)"

    def test_reduced_motion_is_respected(self, simulated: Server, visit: NewReader) -> None:
        reader = visit(simulated, reduced_motion="reduce")
        reader.open()
        moving = reader.page.evaluate(
            "[...document.querySelectorAll('*')].filter(node => { const style = getComputedStyle(node);"
            " return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0.01;"
            " }).map(node => node.className)"
        )
        assert moving == []


def themes(reader: Reader) -> tuple[str, str]:
    """The theme when the body came into being, and now."""
    first = reader.page.evaluate("window.firstTheme")
    return first, reader.page.locator("html").get_attribute("data-bs-theme") or ""
