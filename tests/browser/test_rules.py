"""Answering recommendations, trying other plans, and the page of the rules; by mouse and by keyboard."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Locator, expect

from tests.app.advice_world import publish
from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

LILLE = "/agencies/Lille"
MOTIVE = "Deux arrivées déjà prévues."


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("advice")
    publish(home, date(2026, 6, 30))
    return home


@pytest.fixture
def server(published: Path, tmp_path: Path, serve: Callable[..., Server]) -> Server:
    """A network where Lille is slow and loaded, and where nobody has answered anything yet."""
    return serve(copytree(published, tmp_path / "home"))


def opened(visit: NewReader, server: Server, where: str, **how: object) -> Reader:
    reader = visit(server, **how)
    reader.open(where)
    completed(reader)
    return reader


def completed(reader: Reader) -> None:
    """Wait for what is drawn after the first paint."""
    reader.page.wait_for_function(
        "document.documentElement.dataset.completed === document.documentElement.dataset.settled"
    )


def card(reader: Reader) -> Locator:
    return reader.page.locator('[data-rule="reinforce"]')


def button(reader: Reader, name: str) -> Locator:
    return card(reader).locator(f'[data-action="advice-{name}"]')


def toast(reader: Reader) -> Locator:
    return reader.page.locator(".toast-x.act")


def answer(reader: Reader) -> Locator:
    return card(reader).locator(".advice-answer")


def test_what_is_retained_says_so_and_is_taken_back_from_the_toast(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server, "/production")
    expect(card(reader).locator("b").first).to_have_text("Renforcer Lille")
    with reader.update():
        button(reader, "retain").click()
    expect(toast(reader)).to_contain_text("Retenue : Renforcer Lille")
    expect(answer(reader)).to_contain_text(
        re.compile(r"Retenue le .* par demonstration, plan.: 2 agents pendant 6")
    )
    with reader.update():
        toast(reader).get_by_text("Annuler").click()
    expect(answer(reader)).to_have_count(0)
    expect(button(reader, "retain")).to_be_visible()


def test_dismissing_asks_for_a_reason_and_a_motive(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server, "/production")
    button(reader, "dismiss").click()
    dialog = reader.dialog()
    record = dialog.get_by_role("button", name="Écarter", exact=True)
    record.click()
    expect(dialog.get_by_role("alert")).to_have_text("Choisissez une raison.")
    dialog.get_by_label("Déjà prévu").check()
    record.click()
    expect(dialog.get_by_role("alert")).to_have_text("Écrivez le motif : il sera lu avec la règle.")
    dialog.get_by_label("Motif").fill(MOTIVE)
    with reader.update():
        record.click()
    expect(dialog).to_have_count(0)
    expect(card(reader)).to_have_count(0)
    expect(reader.page.locator(".advice-foot")).to_contain_text("Masquées : 1 écartée")
    reader.open("/rules?rule=reinforce&list=dismissed")
    expect(reader.page.locator("#rules-history tbody tr")).to_have_count(1)
    expect(reader.page.locator("#rules-history tbody tr")).to_contain_text(MOTIVE)
    expect(reader.page.locator("#rules-why li").first).to_contain_text("Déjà prévu")


def test_snoozing_proposes_the_next_month_and_wants_a_day_to_come(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server, LILLE)
    button(reader, "snooze").click()
    day = reader.dialog().get_by_label("Date de rappel")
    proposed = date.fromisoformat(day.input_value())
    assert timedelta(days=28) <= proposed - date.today() <= timedelta(days=31)
    day.fill(str(date.today()))
    reader.dialog().get_by_role("button", name="Rappeler à cette date").click()
    expect(reader.dialog().get_by_role("alert")).to_have_text("Choisissez une date à venir.")
    day.fill(str(proposed))
    with reader.update():
        reader.dialog().get_by_role("button", name="Rappeler à cette date").click()
    expect(card(reader)).to_have_count(0)
    expect(toast(reader)).to_contain_text("À revoir le")


def test_moving_the_plan_simulates_it_and_retaining_records_it(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server, LILLE)
    effect = card(reader).locator(".gain-box b")
    before = effect.inner_text()
    expect(card(reader).locator(".records")).to_have_text(re.compile("2 agents pendant 6 semaines"))
    with reader.update():
        button(reader, "agents-less").click()
    expect(effect).not_to_have_text(before)
    expect(card(reader).locator(".records")).to_have_text(re.compile("1 agent pendant 6 semaines"))
    with reader.update():
        button(reader, "weeks-more").click()
    expect(button(reader, "weeks-more")).to_be_focused()
    with reader.update():
        button(reader, "retain").click()
    expect(answer(reader)).to_contain_text(re.compile("plan.: 1 agent pendant 8 semaines"))


def test_quick_moves_of_the_plan_end_on_the_last_one(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server, LILLE)
    for _ in range(3):
        button(reader, "weeks-more").click()
    expect(card(reader).locator(".records")).to_have_text(re.compile("2 agents pendant 12 semaines"))
    assert button(reader, "weeks-more").get_attribute("aria-disabled") == "true"
    assert len(reader.updates()) <= 6  # the page, what comes later, and at most one simulation a pause


def test_an_answer_that_cannot_be_written_is_told_on_the_card(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server, LILLE)
    for path in server.home.glob("journal*"):
        path.unlink()
    (server.home / "journal.sqlite").mkdir()
    button(reader, "retain").click()
    expect(card(reader).get_by_role("alert")).to_contain_text("journal n'a pas pu être")
    expect(button(reader, "retain")).to_be_visible()


def test_the_rules_are_read_with_the_keyboard_alone(visit: NewReader, server: Server) -> None:
    reader = opened_rules(visit, server, "/rules")
    page = reader.page
    old = page.locator('.rule-row[data-rule="rebalance"]')
    old.focus()
    with reader.update():
        page.keyboard.press("Enter")
    assert page.url.endswith("/rules?rule=rebalance")
    expect(page.locator("#rules-history-title")).to_have_text("Historique de « Rééquilibrer la charge »")
    expect(old).to_be_focused()
    page.locator("#rules-detail summary", has_text="Essayer").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with reader.update():
        page.keyboard.press("Enter")
    expect(page.locator("#rules-detail .tried")).to_contain_text(
        "Avec Coefficient de variation de la charge > 0,2"
    )
    page.go_back()
    expect(page.locator("#rules-history-title")).to_have_text("Historique de « Renforcer une agence »")


def opened_rules(visit: NewReader, server: Server, where: str, **how: object) -> Reader:
    reader = visit(server, **how)
    reader.open(where)
    return reader


def test_an_answer_is_taken_back_from_the_history(visit: NewReader, server: Server) -> None:
    reader = opened(visit, server, LILLE)
    with reader.update():
        button(reader, "retain").click()
    expect(answer(reader)).to_be_visible()
    reader.open("/rules?rule=reinforce&list=retained")
    row = reader.page.locator("#rules-history tbody tr")
    expect(row).to_contain_text("retenue")
    expect(reader.page.locator('[data-count="retained"]')).to_have_attribute("data-raw", "1")
    row.get_by_role("button", name="Revenir").click()
    expect(reader.page.locator('[data-count="retained"]')).to_have_attribute("data-raw", "0")


def test_the_history_is_filtered_by_place_and_taken_away(visit: NewReader, server: Server) -> None:
    reader = opened_rules(visit, server, "/rules?rule=all")
    page = reader.page
    every = page.locator("#rules-history tbody tr").count()
    page.locator("#rules-history select").select_option("Lille")
    expect(page.locator("#rules-history tbody tr").first).to_contain_text("Lille")
    assert 0 < page.locator("#rules-history tbody tr").count() <= every
    assert page.url.endswith("/rules?agency=Lille&rule=all")
    with page.expect_download() as download:
        page.get_by_text("CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("Date;Règle;Lieu;")
    assert all(";Lille;" in line for line in text.splitlines()[1:])


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(visit: NewReader, server: Server, width: int, dark: bool) -> None:
    reader = opened(visit, server, LILLE, width=width, dark=dark)
    found = {"cards": audit.violations(reader.page)}
    for name in ("dismiss", "snooze"):
        button(reader, name).click()
        found[name] = audit.violations(reader.page)
        reader.page.keyboard.press("Escape")
    with reader.update():
        button(reader, "retain").click()
    found["retained"] = audit.violations(reader.page)
    for where in ("/rules", "/rules?rule=all"):
        reader.open(where)
        found[where] = audit.violations(reader.page)
    assert not any(found.values()), "\n".join(f"{name}: {line}" for name in found for line in found[name])


@pytest.mark.parametrize("width", [390, 1440])
def test_everything_fits_the_window(visit: NewReader, server: Server, width: int) -> None:
    reader = opened_rules(visit, server, "/rules", width=width)
    assert audit.overflow(reader.page) <= 0
