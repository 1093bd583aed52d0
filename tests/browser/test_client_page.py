"""The page Client: who is opened and how, what is shown of them, and that it agrees with the API."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from data.journal import Journal
from tests.browser import officer
from tests.browser.conftest import NewReader
from tests.browser.officer import FIRST, card, consult, shown, tenths
from tests.browser.reader import Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

PICKED = "/production?agency=Lille&since=2026-03-01&until=2026-10-31"


class TestNobody:
    def test_nothing_is_computed_until_a_client_is_chosen(
        self, lender: Server, bank: Path, visit: NewReader
    ) -> None:
        before = officer.purposes(bank)
        reader = visit(lender)
        reader.open("/clients")
        assert reader.page.locator("form.pickrow select").input_value() == ""
        expect(reader.page.locator(officer.SHEET)).to_be_hidden()
        officer.assert_no_figure(reader)
        reader.page.wait_for_timeout(200)
        assert officer.purposes(bank) == before

    def test_an_address_with_a_number_asks_what_for_first(
        self, lender: Server, bank: Path, visit: NewReader
    ) -> None:
        before = officer.purposes(bank)
        reader = visit(lender)
        reader.open(f"/clients/{FIRST}")
        number = reader.page.locator("form.pickrow input")
        assert number.input_value().replace("\u202f", "") == str(FIRST)
        officer.assert_no_figure(reader)
        with reader.no_update():
            number.press("Enter")
        expect(reader.page.locator(".field-error")).to_have_text("Choisissez le motif de la consultation.")
        assert officer.purposes(bank) == before
        reader.page.locator("form.pickrow select").select_option("complaint")
        with reader.update():
            number.press("Enter")
        assert officer.risk(reader) > 0
        assert officer.purposes(bank) == [*before, "complaint"]

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("", "Saisissez un numéro de client."),
            ("12a", "Un numéro de client ne contient que des chiffres, 18 au plus."),
            ("9" * 19, "Un numéro de client ne contient que des chiffres, 18 au plus."),
        ],
    )
    def test_what_is_no_number_is_told_in_place(
        self, lender: Server, visit: NewReader, typed: str, told: str
    ) -> None:
        reader = visit(lender)
        reader.open("/clients")
        officer.choose(reader, "application", typed)
        with reader.no_update():
            reader.page.get_by_role("button", name="Ouvrir").click()
        expect(reader.page.locator(".field-error")).to_have_text(told)
        expect(reader.page.locator("form.pickrow input")).to_be_focused()

    def test_an_unknown_number_is_a_sentence_and_no_figure(
        self, lender: Server, bank: Path, visit: NewReader
    ) -> None:
        before = officer.purposes(bank)
        reader = visit(lender)
        reader.open("/clients")
        officer.choose(reader, "review", 5)
        with reader.update():
            reader.page.keyboard.press("Enter")
        expect(reader.page.locator(".field-error")).to_have_text("Aucun client ne porte le numéro 5.")
        assert reader.page.locator("form.pickrow select").input_value() == "review"
        officer.assert_no_figure(reader)
        assert officer.purposes(bank) == before


class TestAddress:
    def test_back_and_forward_lead_through_the_clients(
        self, lender: Server, bank: Path, visit: NewReader
    ) -> None:
        reader = visit(lender)
        reader.open("/clients")
        officer.choose(reader, "application", FIRST)
        with reader.update():
            reader.page.get_by_role("button", name="Ouvrir").click()
        expect(reader.page).to_have_url(f"{lender.address}/clients/{FIRST}")
        first = officer.risk(reader)
        officer.find(reader, FIRST + 1)
        officer.choose(reader, "control")
        with reader.update():
            reader.dialog().locator("input").press("Enter")
        expect(reader.page).to_have_url(f"{lender.address}/clients/{FIRST + 1}")
        assert officer.risk(reader) != first
        asked = officer.purposes(bank)
        with reader.update():
            reader.page.go_back()
        assert officer.risk(reader) == first
        assert officer.purposes(bank) == [*asked, "application"]
        reader.page.go_back()
        expect(reader.page.locator("form.pickrow")).to_be_visible()
        officer.assert_no_figure(reader)
        with reader.update():
            reader.page.go_forward()
        assert officer.risk(reader) == first

    def test_a_reload_asks_what_for_again(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        consult(reader)
        reader.page.reload()
        reader.wait_for(1)
        assert reader.page.locator("form.pickrow select").input_value() == ""
        officer.assert_no_figure(reader)

    def test_a_shared_link_shows_the_same_two_variables(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        consult(reader)
        officer.variable(reader, "a", "Logement")
        officer.variable(reader, "b", "Revenu annuel")
        search = reader.page.url.partition("?")[2]
        other = visit(lender)
        consult(other, search=f"?{search}")
        assert officer.picked(other) == ["Logement", "Revenu annuel"]
        assert other.page.url == reader.page.url
        with reader.update():
            reader.page.go_back()
        assert officer.picked(reader)[0] == "Logement"
        assert officer.picked(reader)[1] != "Revenu annuel"

    def test_pilotage_keeps_its_selection_while_a_client_is_looked_at(
        self, lender: Server, visit: NewReader
    ) -> None:
        reader = visit(lender)
        reader.open(PICKED)
        held, figures = reader.selection, reader.raws()
        with reader.update():
            reader.page.locator("#nav-clients").click()
        expect(reader.page).to_have_url(f"{lender.address}/clients")
        expect(reader.page.locator("#nav-clients")).to_have_attribute("aria-current", "page")
        with reader.update():
            reader.page.locator("#nav-production").click()
        assert reader.selection == held
        assert reader.raws() == figures
        with reader.update():
            reader.page.go_back()
        expect(reader.page.locator("form.pickrow")).to_be_visible()
        with reader.update():
            reader.page.go_back()
        assert reader.selection == held
        assert reader.raws() == figures

    def test_ctrl_k_opens_a_client_from_pilotage(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        reader.open(PICKED)
        officer.find(reader, f"{FIRST:_}".replace("_", " "))
        dialog = reader.dialog()
        assert dialog.locator("select").input_value() == ""
        dialog.locator("input").press("Enter")
        expect(dialog.get_by_role("alert")).to_have_text("Choisissez le motif de la consultation.")
        officer.choose(reader, "application")
        dialog.locator("input").press("Enter")
        expect(reader.page).to_have_url(f"{lender.address}/clients/{FIRST}")
        expect(card(reader, "decision").locator(".verdict .p")).to_be_visible()
        expect(dialog).to_have_count(0)

    def test_an_address_below_a_client_is_no_page(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        reader.expects("404")
        for where in ("/clients/abc", "/clients/1/2", "/production/1"):
            reader.page.goto(lender.address + where)
            expect(reader.page.locator("h1")).to_have_text("Page inconnue")

    def test_on_a_narrow_screen_the_pages_stand_in_the_bar_below(
        self, lender: Server, visit: NewReader
    ) -> None:
        reader = visit(lender, width=390, height=844)
        reader.open(PICKED)
        bar = reader.page.locator(".bottom-nav")
        assert bar.locator("a").all_inner_texts() == ["Pilotage", "Client", "Comptes", "Audit"]
        with reader.update():
            bar.locator("#tab-clients").click()
        expect(reader.page.locator("h1")).to_have_text("Client")
        box, height = bar.bounding_box(), 844
        assert box
        assert round(box["y"] + box["height"]) == height


class TestFigures:
    @pytest.mark.parametrize("client", range(FIRST + 10, FIRST + 16))
    def test_the_page_says_what_the_api_says_and_its_lines_add_up(
        self, lender: Server, visit: NewReader, client: int
    ) -> None:
        reader = visit(lender)
        consult(reader, client)
        told = reader.context.request.get(f"{lender.address}/api/v1/clients/{client}/score").json()
        assert officer.risk(reader) == told["probability"]
        points = {each["feature"]: each["points"] for each in told["reasons"]}
        lines = officer.rows(reader)
        named = lines.evaluate_all("all => all.map(n => [n.dataset.value, Number(n.dataset.points)])")
        assert {name: value for name, value in named if name} == {
            name: points[name] for name, _ in named if name
        }
        said = [tenths(text) for text in lines.locator(".v").all_inner_texts()]
        assert len(said) == 8
        assert shown(reader, "start") + sum(said) == shown(reader, "tot")
        assert abs(shown(reader, "tot") - told["probability"] * 1000) <= 0.5
        whole = sum(value for _, value in named) + told["start"]
        assert whole == pytest.approx(told["probability"], abs=1e-9)

    def test_what_if_is_what_the_api_gives_for_the_same_features(
        self, lender: Server, bank: Path, visit: NewReader
    ) -> None:
        reader = visit(lender)
        consult(reader, FIRST + 2)
        held = officer.values_of(bank, FIRST + 2)
        for feature, value in (("requested_amount", 6_000), ("duration_months", 24), ("down_payment", 300)):
            officer.move(reader, feature, value)
            held[feature] = value
            answer = reader.context.request.post(
                f"{lender.address}/api/v1/score",
                data={"features": held},
                headers={"origin": lender.address},
            )
            assert answer.ok, answer.text()
            told = answer.json()["probability"]
            assert officer.tried(reader) == told
            assert shown(reader, "tot") == round(told * 1000)

    def test_going_back_to_the_demand_leaves_no_trace_of_the_simulation(
        self, lender: Server, visit: NewReader
    ) -> None:
        reader = visit(lender)
        consult(reader, FIRST + 3)
        before = reader.page.locator(officer.SHEET).inner_text()
        officer.move(reader, "requested_amount", 3_000)
        expect(card(reader, "reasons")).to_contain_text("Simulation")
        assert reader.page.locator(officer.SHEET).inner_text() != before
        with reader.no_update():
            reader.page.get_by_role("button", name="Revenir à la demande").click()
        assert reader.page.locator(officer.SHEET).inner_text() == before

    def test_the_nearest_offer_applied_is_granted(self, lender: Server, bank: Path, visit: NewReader) -> None:
        reader = visit(lender)
        for client in officer.clients_by_decision(bank)["review"]:
            consult(reader, client)
            apply = card(reader, "tries").get_by_role("button", name=re.compile("Appliquer"))
            if apply.count():
                break
        with reader.update():
            apply.click()
        expect(card(reader, "tries").locator(".verdict-b")).to_have_text("Accord proposé")
        expect(card(reader, "decision").locator(".verdict-b")).to_have_text("À étudier")

    def test_similar_clients_are_counted_and_none_opens_without_a_purpose(
        self, lender: Server, visit: NewReader
    ) -> None:
        reader = visit(lender)
        consult(reader, FIRST + 4)
        assert card(reader, "peers").locator("tbody tr").count() == 5
        said = reader.page.locator("#clients-peers-sub").inner_text()
        assert re.search(r"\d+ défauts? sur \d+, soit \d+,\d\s%\s?\[\d+,\d\s;\s\d+,\d\]", said), said
        reader.page.get_by_role("button", name="Voir les 50").click()
        assert reader.dialog().locator("tbody tr").count() == 50
        number = reader.dialog().locator("a").first.inner_text()
        reader.dialog().locator("a").first.click()
        expect(reader.page.locator("form.pickrow input")).to_have_value(number)
        officer.assert_no_figure(reader)


class TestVariables:
    def test_a_click_on_a_reason_picks_a_and_ctrl_click_b(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        consult(reader)
        names = officer.rows(reader).evaluate_all("all => all.map(n => n.dataset.value).filter(Boolean)")
        pressed = '.wf-r[aria-pressed="true"]'
        assert card(reader, "reasons").locator(pressed).count() == 2
        officer.pick(reader, names[3])
        officer.pick(reader, names[4], "Control")
        held = card(reader, "reasons").locator(pressed)
        assert held.evaluate_all("all => all.map(n => n.dataset.value)") == names[3:5]
        labels = [text.split("\n")[0] for text in held.locator(".n").all_inner_texts()]
        assert officer.picked(reader) == labels
        with reader.update():
            reader.page.get_by_role("button", name="Échanger A et B").click()
        assert officer.picked(reader) == labels[::-1]

    @pytest.mark.parametrize(
        ("a", "b", "drawn"),
        [
            ("Revenu annuel", "Montant demandé", ("density", "density", "heatmap")),
            ("Logement", "Situation d'emploi", ("rates", "rates", "crosstab")),
            ("Revenu annuel", "Logement", ("density", "rates", "boxes")),
            ("Logement", "Revenu annuel", ("rates", "density", "boxes")),
            ("Co-emprunteur", "Personnes à charge", ("rates", "columns", "crosstab")),
            ("Personnes à charge", "Revenu annuel", ("columns", "density", "heatmap")),
        ],
    )
    def test_the_drawing_follows_the_kinds(
        self, lender: Server, visit: NewReader, a: str, b: str, drawn: tuple[str, ...]
    ) -> None:
        reader = visit(lender)
        consult(reader)
        for slot, words in (("a", a), ("b", b)):
            if officer.picked(reader)["ab".index(slot)] != words:
                officer.variable(reader, slot, words)
        kinds = tuple(card(reader, name).get_attribute("data-kind") for name in ("a", "b", "pair"))
        assert kinds == drawn
        for name in ("a", "b", "pair"):
            officer.card_action(reader, name, "table")
            assert reader.dialog().locator("tbody tr").count() > 1
            assert not re.search("NaN|undefined|null|Infinity", reader.dialog().inner_text())
            reader.page.keyboard.press("Escape")

    def test_two_numbers_may_be_drawn_as_dots(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        consult(reader, search="?a=annual_income&b=requested_amount")
        with reader.update():
            reader.page.get_by_role("button", name="Points").click()
        assert card(reader, "pair").get_attribute("data-kind") == "scatter"
        with reader.update():
            reader.page.get_by_role("button", name="Carte").click()
        assert card(reader, "pair").get_attribute("data-kind") == "heatmap"

    def test_a_cell_of_few_clients_gives_no_rate(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        consult(reader, search="?a=housing&b=employment")
        cells = card(reader, "pair").locator("tbody td")
        told = cells.evaluate_all("all => all.map(n => [n.classList.contains('hatch'), n.innerText])")
        assert any(hatched for hatched, _ in told)
        assert not any("%" in text for hatched, text in told if hatched)
        assert all("%" in text for hatched, text in told if not hatched)
        assert card(reader, "pair").locator("td.me").count() == 1


class TestDecisions:
    def test_following_is_one_click_and_a_later_decision_hides_none(
        self, lender: Server, bank: Path, visit: NewReader
    ) -> None:
        client = FIRST + 20
        reader = visit(lender)
        consult(reader, client)
        with reader.update():
            card(reader, "decision").locator(".fb.pri").click()
        expect(card(reader, "decision").locator(".rec").first).to_contain_text("proposition suivie")
        officer.move(reader, "requested_amount", 5_000)
        reader.page.get_by_role("button", name="Enregistrer", exact=True).click()
        dialog = reader.dialog()
        expect(dialog).to_contain_text(
            "Montant demandé : 5 000 €".replace(" €", "\u00a0€").replace("5 0", "5\u202f0")
        )
        dialog.locator("label.radio.refuse").click()
        with reader.no_update():
            dialog.get_by_role("button", name="Enregistrer la décision").click()
        expect(dialog.locator(".field-error")).to_have_text("Écrivez le motif de cette décision.")
        dialog.locator("textarea").fill("Le client préfère attendre.")
        with reader.update():
            dialog.get_by_role("button", name="Enregistrer la décision").click()
        journal = Journal(bank)
        last, first = journal.decisions(client)
        journal.close()
        assert (first.followed, last.followed) == (True, False)
        assert (last.decided, last.motive) == ("refuse", "Le client préfère attendre.")
        assert last.offer == {"requested_amount": 5_000.0}
        assert last.probability == first.probability == officer.risk(reader)
        expect(card(reader, "decision").locator(".rec").first).to_contain_text("Le client préfère attendre.")
        reader.page.get_by_text("1 décision précédente").click()
        expect(card(reader, "decision").locator(".rec").nth(1)).to_contain_text("proposition suivie")


def test_the_client_sheet_is_a_document_of_that_client(lender: Server, visit: NewReader) -> None:
    reader = visit(lender)
    consult(reader)
    link = reader.page.get_by_role("link", name="Fiche client")
    where = f"/clients/{FIRST}/sheet.pdf?purpose=application"
    assert link.get_attribute("href") == where
    answer = reader.context.request.get(lender.address + where)
    assert answer.body().startswith(b"%PDF-")


def test_every_card_has_its_definition(lender: Server, visit: NewReader) -> None:
    reader = visit(lender)
    consult(reader)
    for name in officer.CARDS:
        officer.card_action(reader, name, "define")
        assert len(reader.dialog().locator("p").first.inner_text()) > 60, name
        reader.page.keyboard.press("Escape")


def test_english_leaves_no_french_behind(lender: Server, visit: NewReader) -> None:
    reader = visit(lender)
    reader.open("/clients")
    reader.page.locator('[data-action="language"]').click()
    reader.page.locator('html[lang="en"]').wait_for(state="attached")
    reader.wait_for(1)
    officer.choose(reader, "application", FIRST)
    with reader.update():
        reader.page.get_by_role("button", name="Open").click()
    words = reader.page.locator("#shell").inner_text()
    found = re.findall(r"Risque|Montant|Seuil|Accord|clients dont|moyenne|remboursés|Durée|défauts?\b", words)
    assert not found, found


def test_a_reader_sees_figures_of_one_client_only(lender: Server, visit: NewReader) -> None:
    """While the next client is fetched, and when it is unknown, the first one's figures go with its name."""
    reader: Reader = visit(lender)
    consult(reader)
    officer.find(reader, 7)
    officer.choose(reader, "control")
    with reader.update():
        reader.page.locator("dialog").get_by_role("button", name="Ouvrir").click()
    officer.assert_no_figure(reader)
    expect(reader.page.locator("#clients-crumb")).to_be_empty()
