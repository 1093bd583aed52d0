"""Finding one's way: undo, links that keep the selection, Ctrl K, saved views, the keyboard end to end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from data.simulate import simulate
from queries.selection import Selection
from tests.browser import officer
from tests.browser.audit import outside, overflow, violations
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader, options
from tests.browser.server import Server

LILLE = "/agencies/HDF-01"
KEPT = "case_type=R%C3%A9version&since=2026-01-01&until=2026-06-30"
FURTHEST = 400  # presses of Tab


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory whose journal these tests write."""
    home = tmp_path_factory.mktemp("own") / "home"
    simulate(home, cases=20_000, clients=500)
    return home


@pytest.fixture
def writer(own: Path, serve: Callable[..., Server], visit: NewReader) -> Reader:
    """A reader on Pilotage who may write, and has no view yet."""
    for file in own.glob("journal*"):
        file.unlink()
    reader = visit(serve(own))
    reader.open("/production?agency=Lille")
    return reader


def undo(reader: Reader) -> Locator:
    return reader.page.locator("#undo")


def spaced(text: str) -> str:
    """As French writes it."""
    return text.replace(" :", "\u00a0:").replace("« ", "«\u00a0").replace(" »", "\u00a0»")


def search(reader: Reader, typed: str = "") -> Locator:
    """Open the dialog and type; its options."""
    reader.page.keyboard.press("Control+k")
    expect(reader.dialog().get_by_role("combobox")).to_be_focused()
    reader.page.keyboard.type(typed)
    return reader.dialog().get_by_role("option")


def title(reader: Reader) -> Locator:
    return reader.page.locator("h1")


def path(reader: Reader) -> str:
    return urlsplit(reader.page.url).path


def query(reader: Reader) -> str:
    return urlsplit(reader.page.url).query


class TestUndo:
    def test_takes_back_one_step_and_puts_it_forth_again(self, reader: Reader) -> None:
        expect(undo(reader)).to_be_disabled()
        name = reader.values("by-type")[0]
        reader.pick("by-type", name)
        expect(undo(reader)).to_have_attribute("aria-label", spaced(f"Annuler : « {name} » ajouté"))
        with reader.update():
            reader.page.keyboard.press("Control+z")
        assert reader.selection == Selection()
        expect(undo(reader)).to_be_disabled()
        redo = reader.page.locator("#redo")
        expect(redo).to_have_attribute("aria-label", spaced(f"Rétablir : « {name} » ajouté"))
        with reader.update():
            reader.page.keyboard.press("Control+Shift+z")
        assert reader.selection.picked("case_type") == (name,)

    def test_brings_back_everything_that_was_cleared(self, reader: Reader) -> None:
        reader.open("/production?agency=Lille&case_type=Invalidit%C3%A9")
        held, figures = reader.selection, reader.raws()
        with reader.update():
            reader.page.keyboard.press("Escape")
        assert reader.selection == Selection()
        expect(undo(reader)).to_have_attribute("aria-label", spaced("Annuler : « Tout effacer »"))
        with reader.update():
            undo(reader).click()
        assert reader.selection == held
        assert reader.raws() == figures

    def test_the_next_pick_ends_what_could_be_put_forth_again(self, reader: Reader) -> None:
        first, second, *_ = reader.values("by-type")
        reader.pick("by-type", first)
        with reader.update():
            reader.page.keyboard.press("Control+z")
        reader.pick("by-type", second)
        expect(reader.page.locator("#redo")).to_be_hidden()
        with reader.no_update():
            reader.page.keyboard.press("Control+y")
        assert reader.selection.picked("case_type") == (second,)

    def test_never_leaves_the_page(self, reader: Reader) -> None:
        reader.pick("by-type", reader.values("by-type")[0])
        with reader.update():
            reader.page.evaluate(f"vigie.go('{LILLE}')")
        expect(undo(reader)).to_be_disabled()
        with reader.no_update():
            reader.page.keyboard.press("Control+z")
        with reader.update():
            reader.page.evaluate("vigie.send({ dim: 'case_type', value: 'Invalidité', multi: true })")
        with reader.update():
            reader.page.keyboard.press("Control+z")
            reader.page.keyboard.press("Control+z")
        assert path(reader) == LILLE
        expect(undo(reader)).to_be_disabled()

    def test_in_a_field_the_keys_are_the_fields_own(self, reader: Reader) -> None:
        reader.pick("by-type", reader.values("by-type")[0])
        field = reader.view("by-agency").get_by_role("searchbox")
        field.fill("lil")
        with reader.no_update():
            field.press("Control+z")

    def test_says_nothing_it_would_not_do_after_a_step_back_of_the_browser(self, reader: Reader) -> None:
        reader.pick("by-type", reader.values("by-type")[0])
        reader.back()
        expect(undo(reader)).to_be_disabled()
        expect(reader.page.locator("#redo")).to_be_visible()


class TestLinks:
    def test_keep_the_period_and_the_types_and_leave_the_agencies_to_the_network(
        self, reader: Reader
    ) -> None:
        network = f"agency=Dole&agency=Lille&{KEPT}&compare=year"
        reader.open(f"/production?{network}")
        link = reader.page.locator(f'a.go[href^="{LILLE}"]')
        with reader.update():
            link.click()
        assert (path(reader), query(reader)) == (LILLE, f"{KEPT}&compare=year")
        assert reader.chips() == ["janv. 2026 – juin 2026", "Réversion"]
        expect(title(reader)).to_be_focused()
        with reader.update():
            reader.page.get_by_role("button", name="Retirer « Réversion »").click()
        for back in (".crumbs a", "#nav-production"):
            with reader.update():
                reader.page.locator(back).click()
            assert path(reader) == "/production"
            assert query(reader) == f"agency=Dole&agency=Lille&{KEPT.partition('&')[2]}&compare=year"
            with reader.update():
                reader.page.evaluate("history.back()")
            assert path(reader) == LILLE

    def test_the_menu_of_agencies_leads_from_one_page_to_another(self, reader: Reader) -> None:
        with reader.update():
            reader.page.evaluate(f"vigie.go('{LILLE}?{KEPT}')")
        expect(reader.page.locator("#menu-agency-value")).to_have_text("Lille")
        panel = reader.menu("agency")
        panel.get_by_role("searchbox").fill("creteil")
        with reader.update():
            panel.get_by_role("link", name="Créteil").click()
        expect(title(reader)).to_have_text("Créteil")
        assert query(reader) == KEPT
        figures = reader.raws()
        with reader.update():
            reader.page.evaluate("history.back()")
        expect(title(reader)).to_have_text("Lille")
        with reader.update():
            reader.page.evaluate("history.forward()")
        assert reader.raws() == figures

    def test_a_shared_link_shows_the_same(self, reader: Reader, simulated: Server, visit: NewReader) -> None:
        with reader.update():
            reader.page.evaluate(f"vigie.go('{LILLE}?{KEPT}')")
        other = visit(simulated)
        other.open(f"{path(reader)}?{query(reader)}")
        assert other.raws() == reader.raws()
        assert other.chips() == reader.chips()

    def test_an_export_from_a_place_is_of_the_place(self, reader: Reader) -> None:
        with reader.update():
            reader.page.evaluate(f"vigie.go('{LILLE}?{KEPT}')")
        link = reader.page.locator('#menu-export [data-export="csv"]').get_attribute("href")
        assert link == f"/export/csv?agency=Lille&{KEPT}"

    def test_an_address_followed_from_a_page_without_views_is_what_is_shown(self, reader: Reader) -> None:
        reader.pick("by-type", reader.values("by-type")[0])
        reader.page.evaluate("vigie.go('/clients')")
        expect(title(reader)).to_have_text("Client")
        before = reader.settled
        reader.page.evaluate("vigie.go('/production?agency=Lille')")
        expect(reader.page.locator("#chips .chip")).to_have_text(["Lille"])
        assert reader.settled > before
        assert reader.selection == Selection(picks={"agency": ("Lille",)})

    def test_what_was_under_way_is_not_carried_over(self, reader: Reader) -> None:
        """Whether the answer to the first pick comes before the other page or never."""
        reader.page.evaluate(
            "(vigie.send({ dim: 'case_type', value: 'Invalidité' }),"
            " vigie.send({ dim: 'status', value: 'open' }), vigie.go('/agencies/HDF-01'))"
        )
        expect(reader.page.locator("#agencies-sentence")).to_contain_text("Lille met")
        reader.page.locator("html[data-completed]:not([data-awaits])").wait_for(state="attached")
        assert (path(reader), query(reader)) == (LILLE, "")
        assert reader.chips() == []

    @pytest.mark.parametrize(
        ("place", "words"), [("agencies", "Agence inconnue"), ("agents", "Agent inconnu")]
    )
    def test_a_place_that_is_none_is_told_in_words(self, reader: Reader, place: str, words: str) -> None:
        reader.expects("404")
        reader.page.goto(f"{reader.address}/{place}/nobody")
        expect(title(reader)).to_have_text(words)
        assert violations(reader.page) == []


class TestVisits:
    def test_the_next_one_starts_where_the_last_one_ended(self, reader: Reader) -> None:
        reader.pick("by-type", reader.values("by-type")[0])
        with reader.update():
            reader.page.evaluate(f"vigie.go('{LILLE}?{KEPT}')")
        reader.open("/")
        assert (path(reader), query(reader)) == (LILLE, KEPT)

    def test_a_client_is_never_where_one_starts(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        reader.open("/production?agency=Lille")
        reader.page.evaluate("vigie.go('/clients')")
        expect(title(reader)).to_have_text("Client")
        reader.open("/")
        assert (path(reader), query(reader)) == ("/production", "agency=Lille")


class TestSearch:
    def test_finds_an_agency_without_accents_and_keeps_the_selection(self, reader: Reader) -> None:
        reader.open(f"/production?{KEPT}")
        expect(search(reader, "creteil")).to_have_count(1)
        with reader.update():
            reader.page.keyboard.press("Enter")
        expect(title(reader)).to_have_text("Créteil")
        assert query(reader) == KEPT

    def test_enter_typed_before_the_answer_opens_the_first_that_is_found(self, reader: Reader) -> None:
        with reader.update():
            search(reader, "lille")
            reader.page.keyboard.press("Enter")
        assert path(reader) == LILLE

    def test_arrows_go_round_and_the_one_they_are_on_is_told(self, reader: Reader) -> None:
        found = search(reader, "saint")
        expect(found).to_have_count(6)
        combobox = reader.dialog().get_by_role("combobox")
        for key, place in (
            ("ArrowDown", 1),
            ("ArrowDown", 2),
            ("ArrowUp", 1),
            ("ArrowUp", 0),
            ("ArrowUp", 5),
        ):
            reader.page.keyboard.press(key)
            expect(found.nth(place)).to_have_attribute("aria-selected", "true")
            assert combobox.get_attribute("aria-activedescendant") == found.nth(place).get_attribute("id")
        expect(reader.dialog().locator('[aria-selected="true"]')).to_have_count(1)
        expect(combobox).to_be_focused()

    def test_escape_leads_back_to_where_one_was(self, reader: Reader) -> None:
        button = reader.page.locator("#search")
        button.focus()
        search(reader, "lille")
        reader.page.keyboard.press("Escape")
        expect(reader.dialog()).to_have_count(0)
        expect(button).to_be_focused()

    def test_an_agent_and_a_case_open_on_their_pages(self, reader: Reader) -> None:
        with reader.update():
            search(reader, "A1003")
            reader.page.keyboard.press("Enter")
        expect(title(reader)).to_have_text("Agent A10034")
        cases = search(reader, "D0000")
        expect(cases.first.locator(".n")).to_contain_text("D0000")
        expect(cases).to_have_count(6)
        name = cases.first.locator(".n").inner_text()
        with reader.update():
            reader.page.keyboard.press("Enter")
        assert path(reader).startswith("/agencies/")
        assert query(reader) == f"case={name.removeprefix('Dossier ')}"
        expect(reader.page.locator("#crumb-case")).to_have_text(name)
        with reader.update():
            reader.page.locator("#crumb-here button").click()
        assert query(reader) == ""
        expect(reader.page.locator("#crumb-case")).to_be_hidden()

    def test_what_was_chosen_is_offered_again_but_never_a_client(self, reader: Reader) -> None:
        with reader.update():
            search(reader, "creteil")
            reader.page.keyboard.press("Enter")
        officer.find(reader, 100_482)
        reader.page.keyboard.press("Escape")
        first = search(reader).first
        expect(first.locator(".n")).to_have_text("Créteil")
        kept = json.loads(reader.page.evaluate("localStorage['vigie-recent']"))
        assert [each["label"] for each in kept if "482" in json.dumps(each)] == []

    def test_hostile_recent_choices_are_not_followed(self, reader: Reader) -> None:
        held = json.dumps(
            [{"label": "x", "sub": "", "href": href, "of": "view"} for href in ("//evil", "javascript:1")]
        )
        reader.page.evaluate("held => (localStorage['vigie-recent'] = held)", held)
        expect(search(reader).first.locator(".n")).to_have_text("Pilotage")

    def test_nothing_found_is_said(self, reader: Reader) -> None:
        expect(search(reader, "zzzz")).to_have_count(0)
        words = "Aucun résultat pour « zzzz ». Essayez le début d'un nom ou d'un identifiant."
        expect(reader.dialog().locator(".find-none")).to_have_text(words)
        expect(reader.dialog().get_by_role("status")).to_have_text(words)
        assert violations(reader.page) == []

    def test_a_search_that_fails_says_so_and_is_asked_again(self, reader: Reader) -> None:
        reader.expects("503")
        reader.page.route("**/find?q=lil", lambda route: route.fulfill(status=503), times=1)
        search(reader, "lil")
        expect(reader.dialog().locator(".find-none")).to_contain_text("La recherche n'a pas abouti.")
        assert violations(reader.page) == []
        reader.dialog().get_by_role("button", name="Réessayer").click()
        expect(reader.dialog().get_by_role("option")).to_have_count(1)

    def test_an_answer_to_what_was_typed_before_is_not_shown(self, reader: Reader) -> None:
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        reader.page.route("**/find?q=saint", hold)
        with reader.page.expect_request("**/find?q=saint"):
            search(reader, "saint")
        reader.page.keyboard.type("-etienne")
        expect(reader.dialog().get_by_role("option")).to_have_count(1)
        for route in held:
            route.abort()
        expect(reader.dialog().get_by_role("option")).to_have_count(1)

    @pytest.mark.parametrize("dark", [False, True])
    @pytest.mark.parametrize("width", [1440, 390])
    def test_is_accessible_at_every_step(
        self, simulated: Server, visit: NewReader, *, dark: bool, width: int
    ) -> None:
        reader = visit(simulated, width=width, height=844, dark=dark)
        reader.open()
        expect(search(reader, "saint")).to_have_count(6)
        assert violations(reader.page) == []
        assert overflow(reader.page) == 0
        assert outside(reader.page) == []
        reader.page.keyboard.press("Control+a")
        reader.page.keyboard.type("100 482")
        reader.page.keyboard.press("Enter")
        expect(reader.dialog().locator("select")).to_be_focused()
        assert violations(reader.page) == []
        assert overflow(reader.page) == 0
        reader.page.keyboard.press("Escape")
        expect(reader.dialog()).to_have_count(0)
        reader.page.keyboard.press("?")
        expect(reader.dialog().get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
        assert violations(reader.page) == []
        assert outside(reader.page) == []


class TestHelp:
    def test_opens_from_the_header_and_is_no_letter_in_a_field(self, reader: Reader) -> None:
        field = reader.view("by-agency").get_by_role("searchbox")
        field.press("?")
        expect(reader.dialog()).to_have_count(0)
        assert field.input_value() == "?"
        reader.page.get_by_role("button", name="Raccourcis clavier").click()
        expect(reader.dialog().get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
        reader.page.keyboard.press("Escape")
        expect(reader.page.get_by_role("button", name="Raccourcis clavier")).to_be_focused()


def views(reader: Reader) -> Locator:
    """Open the menu of the views; its lines."""
    reader.page.locator("#menu-views > summary").click()
    expect(reader.page.get_by_role("link", name="Vue d'origine")).to_be_visible()
    return reader.page.locator("#menu-views .view-line a")


def save(reader: Reader, name: str) -> None:
    reader.page.get_by_role("button", name="Enregistrer cette vue…").click()
    reader.page.keyboard.type(name)
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("#menu-views").get_by_role("link", name=name, exact=True)).to_be_focused()


class TestViews:
    def test_a_view_is_saved_and_found_again(self, writer: Reader) -> None:
        expect(views(writer)).to_have_count(0)
        save(writer, "Lille seule")
        writer.page.keyboard.press("Escape")
        with writer.update():
            writer.page.get_by_role("button", name="Tout effacer").click()
        with writer.update():
            views(writer).filter(has_text="Lille seule").click()
        assert writer.selection == Selection(picks={"agency": ("Lille",)})
        writer.page.reload()
        writer.wait_for(1)
        lines = views(writer)
        expect(lines).to_have_text(["Lille seule"])
        expect(lines.first).to_have_attribute("aria-current", "true")

    def test_the_one_with_the_star_is_where_vigie_opens(self, writer: Reader) -> None:
        views(writer)
        save(writer, "Lille seule")
        star = writer.page.get_by_role("button", name="Lille seule : ouvrir par défaut")
        star.click()
        expect(star).to_have_attribute("aria-pressed", "true")
        expect(star).to_be_focused()
        writer.open("/production")
        writer.open("/")
        assert writer.selection == Selection(picks={"agency": ("Lille",)})
        views(writer)
        star.click()
        expect(star).to_have_attribute("aria-pressed", "false")
        with writer.update():
            writer.page.get_by_role("link", name="Vue d'origine").click()
        assert str(writer.selection) == "since=2025-11-01&until=2026-10-31"

    def test_a_view_is_renamed_and_a_deleted_one_comes_back(self, writer: Reader) -> None:
        lines = views(writer)
        save(writer, "Lille")
        writer.page.get_by_role("button", name="Lille : renommer").click()
        writer.page.keyboard.type("Nord")
        writer.page.keyboard.press("Enter")
        expect(lines).to_have_text(["Nord"])
        writer.page.get_by_role("button", name="Nord : supprimer").click()
        expect(lines).to_have_count(0)
        expect(writer.page.locator(".view-gone")).to_contain_text("« Nord » supprimée.")
        writer.page.keyboard.press("Enter")
        expect(lines).to_have_text(["Nord"])

    def test_a_refusal_is_told_and_what_was_typed_stays(self, writer: Reader) -> None:
        writer.expects("409")
        views(writer)
        save(writer, "Lille")
        writer.page.get_by_role("button", name="Enregistrer cette vue…").click()
        field = writer.page.get_by_role("textbox", name="Nom de la vue")
        expect(field).to_be_focused()
        field.press("Enter")
        expect(writer.page.locator("#menu-views").get_by_role("alert")).to_have_text(
            "Donnez un nom à cette vue."
        )
        field.fill("Lille")
        field.press("Enter")
        told = writer.page.locator("#menu-views").get_by_role("alert")
        expect(told).to_have_text("Une vue porte déjà ce nom : « Lille ».")
        assert field.input_value() == "Lille"
        assert violations(writer.page) == []
        field.press("Escape")
        expect(field).to_have_count(0)
        expect(writer.page.locator("#menu-views > .panel")).to_be_visible()

    def test_a_server_that_is_silent_loses_nothing(self, writer: Reader) -> None:
        writer.expects("Failed to load resource")
        lines = views(writer)
        save(writer, "Lille")
        writer.page.route("**/saved", lambda route: route.abort())
        writer.page.get_by_role("button", name="Lille : supprimer").click()
        expect(writer.page.locator("#menu-views").get_by_role("alert")).to_have_text("Vigie ne répond pas.")
        expect(lines).to_have_text(["Lille"])

    @pytest.mark.parametrize("dark", [False, True])
    def test_the_menu_is_accessible_and_fits_a_narrow_screen(
        self, own: Path, serve: Callable[..., Server], visit: NewReader, *, dark: bool
    ) -> None:
        reader = visit(serve(own), width=390, height=844, dark=dark)
        reader.open("/production?agency=Lille")
        views(reader)
        save(reader, f"Une vue dont le nom est long de soixante lettres {dark}")
        reader.page.get_by_role("button", name="Enregistrer cette vue…").click()
        assert violations(reader.page) == []
        assert overflow(reader.page) == 0
        assert outside(reader.page) == []


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab until an element that matches has the focus."""
    here = "selector => document.activeElement !== null && document.activeElement.matches(selector)"
    for _ in range(FURTHEST):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(here, selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


@pytest.fixture
def fresh(simulated: Server, chromium: Browser) -> Iterator[Reader]:
    """A browser that was never here."""
    context = chromium.new_context(**options())
    reader = Reader(context, simulated.address)
    yield reader
    context.close()
    assert not reader.troubles, reader.troubles


def test_the_keyboard_alone_leads_from_the_network_to_a_case_and_back(fresh: Reader) -> None:
    """Pilotage, an agency, one of its agents, a case of theirs; then up again by the breadcrumb."""
    page: Page = fresh.page
    fresh.open("/production?status=closed&compare=network")
    tab_to(page, "#production-by-agency input[type=search]")
    page.keyboard.type("lille")
    tab_to(page, "a.go.keeps")
    with fresh.update():
        page.keyboard.press("Enter")
    assert path(fresh).startswith("/agencies/")
    expect(title(fresh)).to_be_focused()
    tab_to(page, "a.fn-dot")
    with fresh.update():
        page.keyboard.press("Enter")
    assert path(fresh).startswith("/agents/")
    agent = title(fresh).inner_text()
    tab_to(page, ".ag-header-cell, .ag-cell")
    page.keyboard.press("Tab")
    if not page.evaluate("document.activeElement.matches('.ag-cell')"):
        tab_to(page, ".ag-cell")
    with fresh.update():
        page.keyboard.press("Enter")
    expect(page.locator("aside.dossier h2")).to_be_focused()
    opened = dict(part.split("=") for part in query(fresh).split("&"))["case"]
    expect(page.locator("#crumb-case")).to_have_text(f"Dossier {opened}")
    with fresh.update():
        page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.ag-cell')")
    expect(title(fresh)).to_have_text(agent)
    for where in ("/agencies/", "/production"):
        tab_to(page, f'.crumbs a[href^="{where}"]', back=True)
        with fresh.update():
            page.keyboard.press("Enter")
        assert path(fresh).startswith(where)
    assert query(fresh) == "status=closed&compare=network"
