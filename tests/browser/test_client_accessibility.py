"""The page Client for every reader: axe without a violation, the keyboard alone, any window, on paper."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser import audit, officer
from tests.browser.conftest import NewReader
from tests.browser.officer import FIRST, card, consult
from tests.browser.reader import Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

Act = Callable[[Reader], object]
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
KINDS = {
    "heatmap": "?a=annual_income&b=requested_amount",
    "crosstab": "?a=housing&b=employment",
    "boxes": "?a=annual_income&b=housing",
    "columns": "?a=dependents&b=annual_income",
}


def deciding(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Décider autrement").click()
    reader.dialog().locator("label.radio.refuse").click()
    reader.dialog().get_by_role("button", name="Enregistrer la décision").click()


def searching(reader: Reader) -> None:
    reader.page.keyboard.press("Control+k")
    reader.page.keyboard.type("100 48")
    expect(reader.dialog().get_by_role("option")).to_have_count(1)


def asking_why(reader: Reader) -> None:
    officer.find(reader, 100_482)
    reader.dialog().locator("input").press("Enter")


def trying(reader: Reader) -> None:
    officer.move(reader, "requested_amount", 3_000)


def dots(reader: Reader) -> None:
    with reader.update():
        reader.page.get_by_role("button", name="Points").click()


OPENED: dict[str, Act] = {
    "variable menu": lambda reader: reader.page.locator("#clients-a-card .var-menu summary").click(),
    "card menu": lambda reader: reader.page.locator("#clients-a-card .card-menu summary").click(),
    "definition": lambda reader: card(reader, "decision").locator("details.info summary").click(),
    "data table": lambda reader: officer.card_action(reader, "reasons", "table"),
    "definition of a chart": lambda reader: officer.card_action(reader, "pair", "define"),
    "enlarged card": lambda reader: officer.card_action(reader, "reasons", "enlarge"),
    "all similar clients": lambda reader: reader.page.get_by_role("button", name="Voir les 50").click(),
    "decision": deciding,
    "search": searching,
    "purpose": asking_why,
    "what-if": trying,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(lender: Server, visit: NewReader, size: str, dark: bool) -> None:
    width, height = SIZES[size]
    reader = visit(lender, width=width, height=height, dark=dark)
    reader.open("/clients")
    found = {"nobody": audit.violations(reader.page)}
    for kind, search in KINDS.items():
        consult(reader, search=search)
        found[kind] = audit.violations(reader.page)
    consult(reader, search=KINDS["heatmap"])
    dots(reader)
    found["scatter"] = audit.violations(reader.page)
    for name, act in OPENED.items():
        act(reader)
        reader.page.wait_for_timeout(200)
        found[name] = audit.violations(reader.page)
        reader.page.keyboard.press("Escape")
    assert not any(found.values()), "\n".join(f"{name}: {line}" for name in found for line in found[name])


@pytest.mark.parametrize("width", [390, 720, 1024, 1440, 1920])
def test_everything_fits_the_window(lender: Server, visit: NewReader, width: int) -> None:
    reader = visit(lender, width=width, height=1000)
    reader.open("/clients")
    assert audit.overflow(reader.page) == 0
    for kind, search in KINDS.items():
        consult(reader, search=search)
        assert audit.overflow(reader.page) == 0, kind
        assert audit.outside(reader.page) == [], kind
        assert audit.overlapping(reader.page) == [], kind
        assert audit.cut(reader.page, "h1, h2, h3, .fb, .badge-x, .verdict-b, .wf-r, .idbar .v") == []


def test_touch_targets_are_large_enough(lender: Server, visit: NewReader) -> None:
    """24 px at least (WCAG 2.5.8), unless the space around makes up for it."""
    reader = visit(lender, width=390, height=844)
    consult(reader)
    small = [
        box["name"]
        for box in audit.boxes(reader.page, "a, summary, input, select, button")
        if box["bottom"] - box["top"] < 23.5 or box["right"] - box["left"] < 23.5
    ]
    assert small == []


class TestKeyboard:
    def test_a_whole_visit_without_a_mouse(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        reader.open("/clients")
        reader.page.locator("form.pickrow select").focus()
        reader.page.keyboard.press("ArrowDown")
        reader.page.keyboard.press("Tab")
        reader.page.keyboard.type(str(FIRST))
        with reader.update():
            reader.page.keyboard.press("Enter")
        rows = officer.rows(reader)
        rows.first.focus()
        reader.page.keyboard.press("ArrowDown")
        reader.page.keyboard.press("ArrowDown")
        expect(rows.nth(2)).to_be_focused()
        with reader.update():
            reader.page.keyboard.press("Enter")
        assert rows.nth(2).get_attribute("aria-pressed") == "true"
        expect(rows.nth(2)).to_be_focused()
        reader.page.keyboard.press("ArrowDown")
        with reader.update():
            reader.page.keyboard.press("Control+Enter")
        assert rows.nth(3).locator(".ab").inner_text() == "B"
        officer.slider(reader, "requested_amount").focus()
        with reader.update():
            reader.page.keyboard.press("ArrowRight")
        summary = reader.page.locator("#clients-a-card .var-menu summary")
        summary.focus()
        reader.page.keyboard.press("Enter")
        reader.page.keyboard.type("logement")
        with reader.update():
            reader.page.keyboard.press("Enter")
        expect(summary).to_be_focused()
        expect(reader.page.locator("#clients-a-card .var-menu .panel")).to_be_hidden()

    def test_escape_closes_one_thing_at_a_time_and_never_loses_the_client(
        self, lender: Server, visit: NewReader
    ) -> None:
        reader = visit(lender)
        consult(reader)
        before = officer.risk(reader)
        officer.card_action(reader, "reasons", "enlarge")
        reader.page.locator("#clients-reasons-card .info summary").click()
        with reader.no_update():
            for _ in range(4):
                reader.page.keyboard.press("Escape")
        expect(reader.page.locator(".card-x.large")).to_have_count(0)
        assert officer.risk(reader) == before

    def test_every_stop_shows_that_it_has_the_focus(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender)
        consult(reader)
        hidden, stops = [], set()
        for _ in range(70):
            reader.page.keyboard.press("Tab")
            seen, name = reader.page.evaluate(
                "() => { const n = document.activeElement, s = getComputedStyle(n);"
                " const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;"
                " return [ring || n === document.body, n.outerHTML.slice(0, 80)]; }"
            )
            stops.add(name)
            if not seen:
                hidden.append(name)
        assert hidden == []
        assert len(stops) > 40

    def test_what_has_the_focus_is_in_sight(self, lender: Server, visit: NewReader) -> None:
        reader = visit(lender, reduced_motion="reduce")
        consult(reader)
        for _ in range(60):
            reader.page.keyboard.press("Tab")
            bottom, top, header = reader.page.evaluate(
                "() => { const n = document.activeElement, b = n.getBoundingClientRect();"
                " return [b.bottom, b.top, n === document.body || n.closest('.top, .skip') !== null]; }"
            )
            assert header or (bottom > 54 and top < 900)


def test_headings_go_down_one_step_at_a_time(lender: Server, visit: NewReader) -> None:
    reader = visit(lender)
    for opened in (False, True):
        if opened:
            consult(reader)
        else:
            reader.open("/clients")
        levels = reader.page.locator("h1, h2, h3").evaluate_all(
            "nodes => nodes.filter(n => n.checkVisibility()).map(n => Number(n.tagName[1]))"
        )
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_marks_say_what_they_are_in_words(lender: Server, visit: NewReader) -> None:
    reader = visit(lender)
    for search in KINDS.values():
        consult(reader, search=search)
        words = reader.page.locator(officer.SHEET).inner_text()
        assert not re.search(r"\b(NaN|undefined|null|Infinity)\b", words)
        for drawn in reader.page.locator('[role="img"]').all():
            assert len(drawn.get_attribute("aria-label") or "") > 20


def test_print_is_one_page_dark_on_white_whatever_the_theme(lender: Server, visit: NewReader) -> None:
    reader = visit(lender, dark=True)
    for search in KINDS.values():
        consult(reader, search=search)
        document = reader.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1, search
    reader.page.emulate_media(media="print", color_scheme="dark")
    for text in ("h1", ".verdict .p", ".wf-r .n", ".card-h h2"):
        node = reader.page.locator(text).first
        red, green, blue = node.evaluate("n => getComputedStyle(n).color.match(/\\d+/g).map(Number)")
        assert max(red, green, blue) < 110, text


def test_reduced_motion_is_respected(lender: Server, visit: NewReader) -> None:
    reader = visit(lender, reduced_motion="reduce")
    consult(reader)
    moving = reader.page.evaluate(
        "[...document.querySelectorAll('*')].filter(node => { const style = getComputedStyle(node);"
        " return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0.01;"
        " }).map(node => node.className)"
    )
    assert moving == []
