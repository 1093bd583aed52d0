"""For every reader: axe without a violation, the keyboard alone, narrow and wide windows."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser import audit
from tests.browser.conftest import NewReader
from tests.browser.reader import CARDS, VIEWS, Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

YEAR = "/production?since=2025-11-01&until=2026-10-31"
PERIOD = "since=2026-03-01&until=2026-10-31"
PICKED = f"/production?agency=Lille&agency=Cr%C3%A9teil&case_type=Invalidit%C3%A9&{PERIOD}"
EMPTY = "/production?agency=Atlantis"
UNKNOWN = "/production?colour=blue"

Act = Callable[[Reader], object]


def definition(reader: Reader) -> None:
    reader.page.locator('[data-kpi="mean_delay"] details.info summary').click()


OPENED: dict[str, dict[str, Act]] = {
    YEAR: {
        "period menu": lambda reader: reader.menu("period"),
        "export menu": lambda reader: reader.page.locator("#menu-export summary").click(),
        "card menu": lambda reader: reader.page.locator(".card-menu summary").first.click(),
        "definition": definition,
        "data table": lambda reader: reader.card_action("by-agency", "table"),
        "definition of a chart": lambda reader: reader.card_action("quality", "define"),
        "enlarged card": lambda reader: reader.card_action("by-month", "enlarge"),
    },
    PICKED: {"agency menu": lambda reader: reader.menu("agency")},
    EMPTY: {},
    UNKNOWN: {},
}
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(simulated: Server, visit: NewReader, size: str, dark: bool) -> None:
    width, height = SIZES[size]
    reader = visit(simulated, width=width, height=height, dark=dark)
    found = {}
    for where, acts in OPENED.items():
        reader.open(where)
        found[where] = audit.violations(reader.page)
        for name, act in acts.items():
            act(reader)
            reader.page.wait_for_timeout(200)  # the end of every transition
            found[name] = audit.violations(reader.page)
            reader.page.keyboard.press("Escape")
    assert not any(found.values()), "\n".join(f"{name}: {line}" for name in found for line in found[name])


def test_axe_finds_nothing_on_an_unknown_page(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated)
    reader.expects("404")
    reader.page.goto(f"{simulated.address}/nowhere")
    expect(reader.page.locator("h1")).to_have_text("Page inconnue")
    assert audit.violations(reader.page) == []


def test_axe_would_find_something(reader: Reader) -> None:
    reader.page.evaluate("document.querySelector('h1').append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in audit.violations(reader.page))


@pytest.mark.parametrize("width", [390, 1440, 1920])
def test_everything_fits_the_window(simulated: Server, visit: NewReader, width: int) -> None:
    reader = visit(simulated, width=width, height=1000)
    for where in (YEAR, PICKED, EMPTY, "/production"):
        reader.open(where)
        assert audit.overflow(reader.page) == 0, where
        assert audit.outside(reader.page) == [], where
        assert audit.overlapping(reader.page) == [], where
        assert audit.cut(reader.page, "h1, h2, summary, .fb, .chip, .kpi .lab-t, .kpi .val, .kpi .tgt") == []


@pytest.mark.parametrize("width", [390, 1440])
def test_open_menus_stay_in_the_window(simulated: Server, visit: NewReader, width: int) -> None:
    reader = visit(simulated, width=width, height=844)
    reader.open(PICKED)
    summaries = reader.page.locator("details.menu > summary")
    for place in range(summaries.count()):
        summaries.nth(place).click()
        panel = reader.page.locator("details.menu[open] > .panel")
        expect(panel).to_be_visible()
        reader.page.wait_for_timeout(60)
        box = panel.bounding_box()
        assert box
        name = summaries.nth(place).get_attribute("aria-label") or summaries.nth(place).inner_text()
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= width, name
        assert audit.overflow(reader.page) == 0, name
        reader.page.keyboard.press("Escape")


def test_at_twice_the_size_nothing_is_lost(simulated: Server, visit: NewReader) -> None:
    """1440 px at 200 % is a window of 720."""
    reader = visit(simulated, width=720, height=450, device_scale_factor=2)
    reader.open(PICKED)
    assert audit.overflow(reader.page) == 0
    assert audit.outside(reader.page) == []
    assert audit.overlapping(reader.page) == []


def test_agency_names_are_read_whole_or_told_on_hover(simulated: Server, visit: NewReader) -> None:
    reader = visit(simulated, width=390, height=844)
    reader.open(YEAR)
    untold = (
        reader.view("by-agency")
        .locator(".lb-r")
        .evaluate_all(
            "rows => rows.filter(row => { const name = row.querySelector('.n');"
            " return name.scrollWidth > name.clientWidth && !row.title.includes(name.textContent); })"
            ".map(row => row.dataset.value)"
        )
    )
    assert untold == []


def test_touch_targets_are_large_enough(simulated: Server, visit: NewReader) -> None:
    """24 px at least (WCAG 2.5.8), unless the space around makes up for it."""
    reader = visit(simulated, width=390, height=844)
    reader.open(PICKED)
    small = [
        box["name"]
        for box in audit.boxes(reader.page, "a, summary, input, button:not(.mo):not(.link)")
        if box["bottom"] - box["top"] < 23.5 or box["right"] - box["left"] < 23.5
    ]
    assert small == []


class TestKeyboard:
    def test_tab_reaches_everything_in_reading_order(self, reader: Reader) -> None:
        reader.open(PICKED)
        stops = walk(reader, 120)
        wanted = [
            "skip",
            "brand",
            "nav-production",
            "language",
            "theme",
            "menu-period",
            "menu-agency",
            "menu-type",
            "share",
            "export-summary",
            "chip",
            "clear",
        ]
        order = [stops.index(name) for name in (*wanted, *(f"kpi-{name}" for name in CARDS))]
        assert order == sorted(order), stops
        views = [f"production-{name}" for name in VIEWS]
        assert [name for name in dict.fromkeys(stops) if name in views] == [v for v in views if v in stops]
        assert set(views) - {"production-recommendations"} <= set(stops)
        assert {f"card-{view}" for view in views} <= set(stops)

    def test_the_months_and_the_dots_are_one_stop_each(self, reader: Reader) -> None:
        stops = walk(reader, 120)
        assert stops.count("production-by-month") == 1
        assert stops.count("production-quality") == 1

    def test_every_stop_shows_that_it_has_the_focus(self, reader: Reader) -> None:
        hidden = []
        for _ in range(45):
            reader.page.keyboard.press("Tab")
            seen, name = reader.page.evaluate(
                "() => { const n = document.activeElement, s = getComputedStyle(n);"
                " const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;"
                " const stroke = n instanceof SVGElement && parseFloat(s.strokeWidth) >= 2;"
                " return [ring || stroke, n.outerHTML.slice(0, 80)]; }"
            )
            if not seen:
                hidden.append(name)
        assert hidden == []

    def test_what_has_the_focus_is_in_sight(self, reader: Reader) -> None:
        """WCAG 2.4.11: below the header that stays, above the end of the window."""
        reader.page.emulate_media(reduced_motion="reduce")
        for key in ("Tab", "Shift+Tab"):
            for _ in range(40):
                reader.page.keyboard.press(key)
                bottom, top, header = reader.page.evaluate(
                    "() => { const n = document.activeElement, b = n.getBoundingClientRect();"
                    " return [b.bottom, b.top, n === document.body || n.closest('.top, .skip') !== null]; }"
                )
                assert header or (bottom > 54 and top < 900)

    def test_the_skip_link_leads_past_the_header(self, reader: Reader) -> None:
        reader.page.keyboard.press("Tab")
        expect(reader.page.locator(".skip")).to_be_focused()
        expect(reader.page.locator(".skip")).to_be_in_viewport()
        before = reader.settled
        reader.page.keyboard.press("Enter")
        expect(reader.page.locator("#page")).to_be_focused()
        reader.page.wait_for_timeout(250)
        assert reader.settled == before
        assert reader.raw("rows")

    def test_a_whole_visit_without_a_mouse(self, reader: Reader) -> None:
        reader.page.locator("#menu-type > summary").focus()
        reader.page.keyboard.press("Enter")
        panel = reader.page.locator("#menu-type > .panel")
        expect(panel.locator(".item").first).to_be_visible()
        reader.page.keyboard.press("Tab")
        with reader.update():
            reader.page.keyboard.press("Enter")
        assert reader.selection.picked("case_type")
        expect(panel).to_be_visible()
        with reader.no_update():
            reader.page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        reader.page.locator("#production-by-type-card .card-menu > summary").focus()
        reader.page.keyboard.press("Enter")
        reader.page.keyboard.press("Tab")
        reader.page.keyboard.press("Enter")
        expect(reader.dialog()).to_be_visible()
        assert reader.page.evaluate("document.activeElement.closest('dialog') !== null")
        reader.page.keyboard.press("Escape")
        expect(reader.dialog()).to_have_count(0)
        focused = reader.page.evaluate("document.activeElement.closest('#production-by-type-card') !== null")
        assert focused


class TestWords:
    def test_the_page_says_its_language_title_and_landmarks(self, reader: Reader) -> None:
        expect(reader.page.locator("html")).to_have_attribute("lang", "fr")
        assert reader.page.title()
        expect(reader.page.get_by_role("banner")).to_have_count(1)
        expect(reader.page.get_by_role("main")).to_have_count(1)
        expect(reader.page.locator("h1")).to_have_count(1)
        levels = reader.page.locator("h1, h2, h3").evaluate_all(
            "nodes => nodes.filter(n => n.checkVisibility()).map(n => Number(n.tagName[1]))"
        )
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_every_mark_says_what_it_is_and_whether_it_is_picked(self, reader: Reader) -> None:
        reader.open(PICKED)
        for view in ("by-month", "by-agency", "quality", "by-type", "backlog"):
            marks = reader.marks(view).evaluate_all(
                "nodes => nodes.map(n => [n.dataset.value, n.getAttribute('aria-pressed'),"
                " n.getAttribute('aria-label') || n.textContent])"
            )
            for value, pressed, words in marks:
                assert pressed in ("true", "false"), (view, value)
                assert words.strip(), (view, value)
                assert not {"undefined", "NaN", "null"} & set(words.split()), words

    def test_a_small_number_says_so_in_words(self, reader: Reader) -> None:
        reader.open(
            "/production?agency=Cayenne&case_type=Minimum+vieillesse&since=2026-10-05&until=2026-10-09"
        )
        few = reader.page.locator('.kpi.few[data-kpi="mean_delay"]')
        expect(few).to_contain_text("effectif trop faible")
        assert few.get_attribute("data-raw")

    def test_notices_and_toasts_are_announced(self, reader: Reader) -> None:
        expect(reader.page.locator("#notices")).to_have_attribute("aria-live", "polite")


def walk(reader: Reader, presses: int) -> list[str]:
    """Where Tab leads from the top of the page: the id, action or card of each stop."""
    stops: list[str] = []
    for _ in range(presses):
        reader.page.keyboard.press("Tab")
        name = reader.page.evaluate(
            """() => {
              const n = document.activeElement, near = what => n.closest(what);
              if (n === document.body) return "end";
              if (n.matches(".skip, .brand, .chip")) return n.className;
              if (near(".kpi")) return "kpi-" + near(".kpi").dataset.kpi;
              if (near(".view")) return near(".view").id;
              if (near(".card-x")) return "card-" + near(".card-x").id.replace(/-card$/, "");
              return n.id || n.dataset.action || n.parentElement.id;
            }"""
        )
        if name == "end":
            break
        stops.append(name)
    return stops
