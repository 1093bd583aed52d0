"""What the page Client says when there is no model, no data, no journal, no answer: never a number."""

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from data.durable import remove_tree
from data.simulate import simulate
from tests.browser import officer
from tests.browser.conftest import NewReader
from tests.browser.officer import FIRST, card, consult
from tests.browser.reader import Reader
from tests.browser.server import Server
from tests.trained import quick_model

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Credits and a model that serves, to be copied."""
    home = tmp_path_factory.mktemp("untouched") / "home"
    simulate(home, cases=500, clients=1_500)
    quick_model(home, trees=30)
    return home


@pytest.fixture
def home(untouched: Path, tmp_path: Path) -> Path:
    """A copy that the test may break."""
    return Path(shutil.copytree(untouched, tmp_path / "home"))


def flip_bits(folder: Path) -> None:
    """One bit in the middle of each file of a model."""
    for file in folder.iterdir():
        file.chmod(0o644)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)


def no_score(reader: Reader) -> str:
    """The page says why there is no score, offers no form and shows no figure; the words."""
    reader.open(f"/clients/{FIRST}")
    expect(reader.page.locator("form.pickrow")).to_have_count(0)
    box = reader.page.locator(".pick.none")
    expect(box).to_contain_text("Aucun score n'est montré.")
    officer.assert_no_figure(reader)
    return box.inner_text()


class TestNothingToScoreWith:
    def test_without_a_model(self, home: Path, serve: Serve, visit: NewReader) -> None:
        remove_tree(home / "models")
        assert "Aucun modèle n'est en service" in no_score(visit(serve(home)))

    def test_without_credits(self, tmp_path: Path, serve: Serve, visit: NewReader) -> None:
        home = tmp_path / "home"
        simulate(home, cases=500)
        no_score(visit(serve(home)))

    def test_without_any_data(self, tmp_path: Path, serve: Serve, visit: NewReader) -> None:
        no_score(visit(serve(tmp_path / "home")))

    def test_with_a_corrupt_model(self, home: Path, serve: Serve, visit: NewReader) -> None:
        flip_bits(home / "models" / "1")
        no_score(visit(serve(home)))

    def test_with_a_corrupt_model_the_one_before_serves_and_the_page_says_so(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        quick_model(home, trees=60, seed=8)
        flip_bits(home / "models" / "2")
        reader = visit(serve(home))
        consult(reader)
        expect(reader.notice()).to_contain_text("La version 2 du modèle est endommagée")
        expect(reader.page.locator("#freshness")).to_contain_text("Modèle v1")
        assert officer.risk(reader) > 0

    def test_when_the_model_goes_while_the_form_is_filled_in(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        reader = visit(serve(home))
        reader.open("/clients")
        pointer = home / "models" / "CHAMPION"
        kept = pointer.read_bytes()
        pointer.unlink()
        time.sleep(0.6)
        officer.choose(reader, "application", FIRST)
        with reader.update():
            reader.page.keyboard.press("Enter")
        alert = reader.page.get_by_role("alert")
        expect(alert).to_contain_text("Aucun score n'est montré.")
        officer.assert_no_figure(reader)
        pointer.write_bytes(kept)
        time.sleep(0.6)
        with reader.update():
            alert.get_by_role("button", name="Réessayer").click()
        assert officer.risk(reader) > 0
        expect(alert).to_have_count(0)


class TestBroken:
    def test_without_a_journal_no_score_is_shown(self, home: Path, serve: Serve, visit: NewReader) -> None:
        reader = visit(serve(home))
        reader.open(f"/clients/{FIRST}")
        (home / "journal.sqlite").mkdir()
        officer.choose(reader, "application")
        with reader.update():
            reader.page.get_by_role("button", name="Ouvrir").click()
        alert = reader.page.get_by_role("alert")
        expect(alert).to_contain_text("n'a pas pu être enregistrée")
        officer.assert_no_figure(reader)
        (home / "journal.sqlite").rmdir()
        with reader.update():
            alert.get_by_role("button", name="Réessayer").click()
        assert officer.risk(reader) > 0

    def test_a_decision_that_cannot_be_written_is_not_shown_as_taken(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        reader = visit(serve(home))
        consult(reader)
        shutil.move(home / "journal.sqlite", home / "aside")
        (home / "journal.sqlite").mkdir()
        with reader.update():
            card(reader, "decision").locator(".fb.pri").click()
        expect(card(reader, "decision").locator(".rec")).to_have_count(0)
        expect(reader.page.get_by_role("alert")).to_be_visible()

    def test_a_failure_has_a_reference_and_can_be_tried_again(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        """What fails is the drawing's own question: the facts break under the server."""
        reader = visit(serve(home))
        reader.open(f"/clients/{FIRST}")
        (facts,) = home.glob("snapshots/*/facts.duckdb")
        facts.chmod(0o644)
        whole = facts.read_bytes()
        facts.write_bytes(b"")
        officer.choose(reader, "application")
        with reader.update():
            reader.page.get_by_role("button", name="Ouvrir").click()
        alert = reader.page.get_by_role("alert")
        expect(alert).to_contain_text("Aucun score n'est montré. Référence")
        assert "Error" not in alert.inner_text()
        officer.assert_no_figure(reader)
        facts.write_bytes(whole)

    def test_a_what_if_that_fails_shows_no_figure_of_its_own(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        consult(reader)
        before = card(reader, "reasons").inner_text()
        reader.expects("500", "Callback error")
        reader.page.route(
            "**/_dash-update-component*", lambda route: route.fulfill(status=500, body="{}"), times=1
        )
        with reader.update(17):
            officer.slider(reader, "requested_amount").fill("3000")
        expect(card(reader, "tries").locator(".wi .to")).to_have_text("—")
        assert card(reader, "reasons").inner_text() == before
        with reader.update():
            reader.page.get_by_role("button", name="Réessayer").click()
        expect(card(reader, "tries").locator(".wi .to")).to_contain_text("%")

    def test_a_server_that_is_gone_is_told(self, home: Path, serve: Serve, visit: NewReader) -> None:
        server = serve(home)
        reader = visit(server)
        reader.expects("ERR_CONNECTION_REFUSED", "the server did not respond", "Failed to fetch")
        reader.open(f"/clients/{FIRST}")
        server.stop(signal.SIGKILL)
        officer.choose(reader, "application")
        with reader.update(17):
            reader.page.get_by_role("button", name="Ouvrir").click()
        alert = reader.page.get_by_role("alert")
        expect(alert).to_contain_text("Vigie ne répond pas.")
        officer.assert_no_figure(reader)
        server.start()
        with reader.update():
            alert.get_by_role("button", name="Réessayer").click()
        assert officer.risk(reader) > 0


class TestWaiting:
    def test_bones_first_then_old_figures_faint(self, home: Path, serve: Serve, visit: NewReader) -> None:
        server = serve(home)
        reader = visit(server)
        reader.open(f"/clients/{FIRST}")
        officer.choose(reader, "application")
        server.pause()
        try:
            reader.page.get_by_role("button", name="Ouvrir").click()
            expect(reader.page.locator("#clients-decision .sk")).to_be_visible()
            officer.assert_no_figure(reader)
        finally:
            server.resume()
        reader.wait_for(2)
        expect(reader.page.locator("#clients-sheet .sk")).to_have_count(0)
        server.pause()
        try:
            officer.slider(reader, "requested_amount").fill("3000")
            reader.page.wait_for_timeout(100)
            assert opacity(reader) == 1
            expect(reader.page.locator("body.waiting")).to_be_attached()
            reader.page.wait_for_timeout(300)
            assert opacity(reader) == pytest.approx(0.6)
        finally:
            server.resume()
        reader.wait_for(3)
        expect(reader.page.locator("body.waiting")).to_have_count(0)

    def test_without_everyones_reasons_similar_clients_say_what_to_do(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        reader = visit(serve(home))
        consult(reader)
        expect(card(reader, "peers")).to_contain_text("vigie score --all")

    def test_a_new_model_asks_to_open_the_client_again(
        self, home: Path, serve: Serve, visit: NewReader
    ) -> None:
        reader = visit(serve(home))
        consult(reader)
        before = officer.risk(reader)
        quick_model(home, trees=60, seed=8)
        time.sleep(0.8)
        with reader.update():
            card(reader, "decision").locator(".fb.pri").click()
        alert = reader.page.get_by_role("alert")
        expect(card(reader, "decision").locator(".rec")).to_have_count(0)
        with reader.update():
            alert.get_by_role("button", name="Rouvrir le client").click()
        assert officer.risk(reader) != before


def opacity(reader: Reader) -> float:
    return float(card(reader, "reasons").evaluate("view => Number(getComputedStyle(view).opacity)"))
