"""An officer's quarter of an hour, from the number to the decision in the journal."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.accounts import DEMONSTRATION
from data.journal import Journal
from tests.browser import officer
from tests.browser.conftest import NewReader
from tests.browser.officer import card
from tests.browser.reader import Reader
from tests.browser.server import Server
from tests.scored import consultations, scoring_on

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

MOTIVE = "Revenus confirmés par l'employeur ; montant ramené d'un commun accord."


def test_the_whole_job(lender: Server, bank: Path, visit: NewReader) -> None:
    client = officer.nearly_granted(bank)
    reader = visit(lender)
    reader.open("/")

    search(reader, client)
    read(reader)
    amount = vary_until_accepted(reader)
    look_at_two_variables(reader)
    seen = officer.risk(reader)
    decide_otherwise(reader)
    print_it(reader)

    with scoring_on(bank) as scoring:
        journal = Journal(bank)
        (decision,) = journal.decisions(client)
        replayed = scoring.replay(decision.id)
        journal.close()
    assert (decision.who, decision.client_id) == (DEMONSTRATION.name, client)
    assert (decision.proposed, decision.decided, decision.followed) == ("review", "accept", False)
    assert decision.motive == MOTIVE
    assert decision.offer == {"requested_amount": amount}
    assert decision.probability == seen
    assert replayed
    assert replayed.identical
    mine = [line for line in consultations(bank) if line["who"] == DEMONSTRATION.name]
    assert (mine[-1]["purpose"], mine[-1]["probability"]) == ("application", seen)


def search(reader: Reader, client: int) -> None:
    """From Pilotage, by the keyboard."""
    officer.find(reader, client)
    reader.dialog().locator("select").select_option("application")
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.press("Enter")
    expect(card(reader, "peers").locator("tbody tr").first).to_be_visible()
    assert reader.page.url.endswith(f"/clients/{client}")


def read(reader: Reader) -> None:
    """The proposal and its reasons, in words and in figures that agree."""
    said = card(reader, "decision").inner_text()
    assert "À étudier" in said
    assert re.search(r"environ \d+ dossiers semblables sur\s100", said)
    assert re.search(r"Seuil 9,1\s%", said)
    reasons = card(reader, "reasons").inner_text()
    assert re.search(r"plus (haut|bas) que \d+\s% des clients", reasons)
    assert "meilleur" not in reasons
    assert "le modèle associe" in reasons
    risk = officer.tenths(card(reader, "decision").locator(".verdict .p").inner_text())
    assert risk == officer.shown(reader, "tot")


def vary_until_accepted(reader: Reader) -> float:
    """Step the amount down with the arrow key until approval is proposed."""
    slider = officer.slider(reader, "requested_amount")
    verdict = card(reader, "tries").locator(".verdict-b")
    slider.focus()
    for _ in range(200):
        if verdict.inner_text() == "Accord proposé":
            break
        with reader.update():
            reader.page.keyboard.press("ArrowLeft")
    assert verdict.inner_text() == "Accord proposé"
    assert officer.tried(reader) < officer.risk(reader)
    return float(slider.input_value())


def look_at_two_variables(reader: Reader) -> None:
    names = officer.rows(reader).evaluate_all("all => all.map(n => n.dataset.value).filter(Boolean)")
    officer.pick(reader, names[5])
    officer.pick(reader, names[2], "Control")
    pressed = card(reader, "reasons").locator('[aria-pressed="true"]')
    held = pressed.evaluate_all("all => all.map(n => n.dataset.value)")
    assert sorted(held) == sorted((names[5], names[2]))
    expect(card(reader, "pair").locator("table, .bxs").first).to_be_visible()


def decide_otherwise(reader: Reader) -> None:
    """Record the approval at the lower amount, with the motive."""
    reader.page.get_by_role("button", name="Enregistrer", exact=True).click()
    dialog = reader.dialog()
    dialog.locator("label.radio.accept").click()
    dialog.get_by_label("Motif").fill(MOTIVE)
    with reader.update():
        dialog.get_by_role("button", name="Enregistrer la décision").click()
    record = card(reader, "decision").locator(".rec").first
    expect(record).to_contain_text("Accord")
    expect(record).to_contain_text("autre que la proposition")
    expect(record).to_contain_text(MOTIVE)
    expect(record).to_contain_text("Montant demandé")


def print_it(reader: Reader) -> None:
    """One page of A4, with the decision on it."""
    document = reader.page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox\s*\[([^\]]+)\]", document)
    assert {tuple(round(float(side)) for side in box.split()[2:]) for box in boxes} == {(842, 595)}
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
    reader.page.emulate_media(media="print")
    expect(card(reader, "decision").locator(".rec").first).to_be_visible()
    for gone in (".top", ".btns", ".card-menu", "#clients-share", ".seg"):
        expect(reader.page.locator(f"{gone}:visible")).to_have_count(0)
    reader.page.emulate_media(media="screen")
