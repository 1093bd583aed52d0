"""A click on a mark filters the rest of the page, always by the same rules."""

import re
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from queries.selection import Selection
from tests.browser.conftest import CASES, NewReader
from tests.browser.reader import Key, Reader
from tests.browser.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

# Each chart and the dimension that its marks pick; then a chart that such a pick must change.
CHARTS = {
    "by-month": "month",
    "by-agency": "agency",
    "quality": "agency",
    "by-type": "case_type",
    "backlog": "age",
}
OTHERS = {
    "by-month": "by-type",
    "by-agency": "by-type",
    "quality": "by-type",
    "by-type": "by-agency",
    "backlog": "by-type",
}
YEAR = "since=2025-11-01&until=2026-10-31"


def some(reader: Reader, view: str) -> str:
    """A mark with cases behind it that a mouse can reach: of the dots, the one drawn last."""
    return reader.values(view)[-1 if view == "quality" else 2]


def held(reader: Reader, dim: str) -> tuple[str, ...]:
    return reader.selection.picked(dim)


class TestClick:
    @pytest.mark.parametrize("view", CHARTS)
    def test_picks_and_a_second_one_clears(self, reader: Reader, view: str) -> None:
        before, value = reader.raws(), some(reader, view)
        reader.pick(view, value)
        expected = Selection().toggle(CHARTS[view], value)
        assert reader.selection == expected
        assert reader.raws() != before
        reader.pick(view, value)
        assert reader.selection == Selection()
        assert reader.raws() == before

    @pytest.mark.parametrize("view", CHARTS)
    def test_leaves_its_own_chart_whole_and_dims_the_other_marks(self, reader: Reader, view: str) -> None:
        marks, words = reader.values(view), reader.marks(view).all_inner_texts()
        other = reader.marks(OTHERS[view]).all_inner_texts()
        value = some(reader, view)
        reader.pick(view, value)
        assert reader.values(view) == marks
        assert reader.marks(view).all_inner_texts() == words
        assert reader.pressed(view) == [value]
        assert reader.marks(OTHERS[view]).all_inner_texts() != other
        dimmed, kept = (look(reader, view, mark) for mark in (marks[0], value))
        assert dimmed != kept

    def test_on_a_recent_month_leaves_every_month_in_sight(self, reader: Reader) -> None:
        months = reader.values("by-month")
        reader.pick("by-month", "2026-05")
        assert reader.values("by-month") == months
        assert reader.pressed("by-month") == ["2026-05"]

    def test_on_another_mark_moves_the_pick(self, reader: Reader) -> None:
        first, second = reader.values("by-type")[:2]
        reader.pick("by-type", first)
        reader.pick("by-type", second)
        assert held(reader, "case_type") == (second,)

    def test_with_a_key_adds_and_takes_out(self, reader: Reader) -> None:
        first, second, *_ = reader.values("by-agency")
        reader.pick("by-agency", second)
        keys: tuple[Key, ...] = ("Control", "Shift", "Meta")
        for key in keys:
            reader.pick("by-agency", first, key)
            assert set(held(reader, "agency")) == set(reader.pressed("by-agency")) == {first, second}
            reader.pick("by-agency", first, key)
            assert held(reader, "agency") == (second,)

    def test_on_a_dot_and_its_row_are_the_same_pick(self, reader: Reader) -> None:
        agency = some(reader, "quality")
        reader.pick("quality", agency)
        assert reader.pressed("by-agency") == [agency]
        reader.pick("by-agency", agency)
        assert reader.pressed("quality") == []

    def test_with_ctrl_on_a_month_widens_the_period(self, reader: Reader) -> None:
        reader.pick("by-month", "2026-03")
        reader.pick("by-month", "2026-06", "Control")
        assert str(reader.selection) == "since=2026-03-01&until=2026-06-30"

    def test_several_in_a_row_are_all_kept(self, reader: Reader) -> None:
        wanted = reader.values("by-agency")[:6]
        reader.page.locator("#production-by-agency").evaluate(
            "(view, names) => names.forEach(name => view.querySelector(`[data-value='${name}']`)"
            ".dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: true })))",
            wanted,
        )
        expect(reader.page.locator("#chips .chip")).to_have_count(6)
        assert set(held(reader, "agency")) == set(wanted)
        assert reader.settled - 1 <= 6

    def test_by_a_fast_hand_is_never_lost(self, reader: Reader) -> None:
        wanted = reader.values("by-agency")[:5]
        reader.page.locator("#production-by-agency-card").evaluate(
            "card => card.scrollIntoView({ behavior: 'instant' })"
        )
        boxes = [reader.mark("by-agency", name).bounding_box() for name in wanted]
        reader.page.keyboard.down("Control")
        for box in boxes:
            assert box
            reader.page.mouse.click(box["x"] + 20, box["y"] + box["height"] / 2)
        reader.page.keyboard.up("Control")
        expect(reader.page.locator("#chips .chip")).to_have_count(5)
        assert set(held(reader, "agency")) == set(wanted)


def look(reader: Reader, view: str, value: str) -> object:
    """What tells a dimmed mark from another: its colour, its opacity or that of a part of it."""
    return reader.mark(view, value).evaluate(
        "mark => [mark, ...mark.querySelectorAll('*')].map(node => getComputedStyle(node))"
        ".map(style => [style.opacity, style.color, style.backgroundColor])"
    )


class TestKeys:
    @pytest.mark.parametrize("view", CHARTS)
    def test_enter_and_space_pick_the_focused_mark(self, reader: Reader, view: str) -> None:
        value = reader.values(view)[0]
        mark = reader.mark(view, value)
        mark.focus()
        with reader.update():
            reader.page.keyboard.press("Enter")
        assert reader.selection == Selection().toggle(CHARTS[view], value)
        assert mark.evaluate("mark => mark === document.activeElement")
        with reader.update():
            reader.page.keyboard.press(" ")
        assert reader.selection == Selection()

    def test_ctrl_enter_adds(self, reader: Reader) -> None:
        first, second = reader.values("by-type")[:2]
        reader.pick("by-type", first)
        reader.mark("by-type", second).focus()
        with reader.update():
            reader.page.keyboard.press("Control+Enter")
        assert set(held(reader, "case_type")) == {first, second}

    def test_arrows_move_among_the_marks_of_one_chart(self, reader: Reader) -> None:
        for view in CHARTS:
            first, second, third, *_ = reader.values(view)
            reader.mark(view, first).focus()
            seen = []
            with reader.no_update():
                for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp"):
                    reader.page.keyboard.press(key)
                    seen.append(reader.page.evaluate("document.activeElement.dataset.value"))
            assert seen == [second, third, second, first, first], view

    def test_escape_clears_everything(self, reader: Reader) -> None:
        before = reader.raws()
        reader.pick("by-agency", some(reader, "by-agency"))
        reader.pick("by-month", "2026-05")
        with reader.update():
            reader.page.keyboard.press("Escape")
        assert reader.selection == Selection()
        assert reader.raws() == before
        assert reader.chips() == []

    def test_escape_closes_an_open_menu_first(self, reader: Reader) -> None:
        reader.pick("by-type", some(reader, "by-type"))
        panel = reader.menu("agency")
        with reader.no_update():
            reader.page.keyboard.press("Escape")
            expect(panel).to_be_hidden()
        assert reader.page.evaluate("document.activeElement.parentElement.id") == "menu-agency"
        with reader.update():
            reader.page.keyboard.press("Escape")
        assert reader.selection == Selection()

    def test_escape_closes_an_open_dialog_first(self, reader: Reader) -> None:
        reader.pick("by-type", some(reader, "by-type"))
        for action in ("table", "define"):
            reader.card_action("by-agency", action)
            expect(reader.dialog()).to_be_visible()
            with reader.no_update():
                reader.page.keyboard.press("Escape")
                expect(reader.dialog()).to_have_count(0)
        assert held(reader, "case_type")

    def test_escape_shrinks_an_enlarged_card_first(self, reader: Reader) -> None:
        reader.pick("by-type", some(reader, "by-type"))
        reader.card_action("by-month", "enlarge")
        card = reader.page.locator("#production-by-month-card")
        expect(card).to_have_class(re.compile("large"))
        with reader.no_update():
            reader.page.keyboard.press("Escape")
        expect(card).not_to_have_class(re.compile("large"))
        assert held(reader, "case_type")

    def test_escape_closes_a_definition_first(self, reader: Reader) -> None:
        reader.pick("by-type", some(reader, "by-type"))
        info = reader.page.locator('[data-kpi="mean_delay"] details.info')
        info.locator("summary").click()
        expect(info.locator(".panel")).to_be_visible()
        with reader.no_update():
            reader.page.keyboard.press("Escape")
        expect(info.locator(".panel")).to_be_hidden()


class TestChips:
    def test_show_every_pick_and_take_it_away(self, reader: Reader) -> None:
        agency, case_type = some(reader, "by-agency"), some(reader, "by-type")
        reader.pick("by-agency", agency)
        reader.pick("by-type", case_type)
        reader.pick("by-month", "2026-05")
        assert reader.chips() == ["mai 2026", agency, case_type]
        left = len(reader.chips())
        while left:
            with reader.update():
                reader.page.locator("#chips .chip").first.click()
            left -= 1
            expect(reader.page.locator("#chips .chip")).to_have_count(left)
        assert reader.selection == Selection()
        expect(reader.page.locator("#chips")).to_be_empty()

    def test_say_in_words_what_the_address_says_in_codes(self, reader: Reader) -> None:
        reader.open("/production?agent=1012&status=open&age=31%2B&returned=1&since=2026-05-04")
        words = ["depuis le 4 mai 2026", "Agent 1012", "En cours", "Plus de 30 j", "Avec retour"]
        assert [chip.replace("\u00a0", " ") for chip in reader.chips()] == words

    def test_clear_all_of_them(self, reader: Reader) -> None:
        reader.pick("by-agency", some(reader, "by-agency"))
        reader.pick("by-month", "2026-05")
        with reader.update():
            reader.page.locator('#chips [data-action="clear"]').click()
        assert reader.selection == Selection()
        assert reader.pressed("by-agency") == reader.pressed("by-month") == []

    def test_keep_the_focus_in_the_bar(self, reader: Reader) -> None:
        first, second = reader.values("by-type")[:2]
        reader.pick("by-type", first)
        reader.pick("by-type", second, "Control")
        for _ in range(2):
            reader.page.locator("#chips .chip").first.focus()
            with reader.update():
                reader.page.keyboard.press("Enter")
            assert reader.page.evaluate("document.activeElement.closest('.fbar, .picks') !== null")
        assert reader.selection == Selection()


class TestMenus:
    def test_pick_agencies_and_regions(self, reader: Reader) -> None:
        panel = reader.menu("agency")
        region = panel.locator('[data-dim="region"]').first
        agency = panel.locator('[data-dim="agency"]').first
        wanted = [region.get_attribute("data-value"), agency.get_attribute("data-value")]
        with reader.update():
            region.click()
        with reader.update():
            agency.click()
        expect(panel).to_be_visible()
        assert [*held(reader, "region"), *held(reader, "agency")] == wanted
        assert region.get_attribute("aria-pressed") == agency.get_attribute("aria-pressed") == "true"
        with reader.update():
            region.click()
        assert held(reader, "region") == ()

    def test_pick_several_types(self, reader: Reader) -> None:
        panel = reader.menu("type")
        names = reader.values("by-type")[:2]
        for name in names:
            with reader.update():
                panel.locator(f'[data-value="{name}"]').click()
        assert set(held(reader, "case_type")) == set(names)
        assert set(reader.pressed("by-type")) == set(names)

    def test_search_without_accents(self, reader: Reader) -> None:
        panel = reader.menu("agency")
        panel.get_by_role("searchbox").fill("creteil")
        assert panel.locator(".item .n").all_inner_texts() == ["Créteil"]
        with reader.update():
            panel.locator(".item").click()
        assert held(reader, "agency") == ("Créteil",)

    def test_say_when_nothing_is_found(self, reader: Reader) -> None:
        panel = reader.menu("agency")
        panel.get_by_role("searchbox").fill("zzz")
        words = panel.locator(".list").evaluate("list => getComputedStyle(list, '::after').content")
        assert words == '"Aucun résultat"'

    def test_close_when_another_opens_and_on_a_click_elsewhere(self, reader: Reader) -> None:
        agency, period = reader.menu("agency"), reader.menu("period")
        expect(agency).to_be_hidden()
        with reader.no_update():
            reader.page.locator("h1").click()
        expect(period).to_be_hidden()

    def test_period_presets_count_back_from_the_last_day_of_the_data(self, reader: Reader) -> None:
        presets = {
            "Dernier mois": "since=2026-10-01&until=2026-10-31",
            "3 derniers mois": "since=2026-08-01&until=2026-10-31",
            "12 derniers mois": YEAR,
            "2025": "since=2025-01-01&until=2025-12-31",
            "Toute la période": "",
        }
        for label, expected in presets.items():
            panel = reader.menu("period")
            with reader.update():
                panel.get_by_role("button", name=label, exact=True).click()
            assert str(reader.selection) == expected
            expect(panel).to_be_hidden()
            expect(reader.page.locator("#menu-period-value")).to_have_text(label)

    def test_period_dates(self, reader: Reader) -> None:
        panel = reader.menu("period")
        panel.locator('input[name="since"]').fill("2026-03-03")
        panel.locator('input[name="until"]').fill("2026-04-12")
        with reader.update():
            panel.locator('[data-action="dates"]').click()
        assert str(reader.selection) == "since=2026-03-03&until=2026-04-12"
        assert reader.chips() == ["3 mars 2026 – 12 avr. 2026"]

    def test_backward_dates_are_refused_with_a_word(self, reader: Reader) -> None:
        panel = reader.menu("period")
        panel.locator('input[name="since"]').fill("2026-04-12")
        panel.locator('input[name="until"]').fill("2026-03-03")
        with reader.no_update():
            panel.locator('[data-action="dates"]').click()
        expect(reader.page.get_by_role("status")).to_contain_text("La date de fin précède")


class TestPeriod:
    def test_brushing_sets_it(self, reader: Reader) -> None:
        reader.brush("2026-03", "2026-05")
        assert str(reader.selection) == "since=2026-03-01&until=2026-05-31"
        assert reader.chips() == ["mars 2026 – mai 2026"]
        assert reader.steps == 2 + 1  # about:blank, the page, the brush

    def test_brushing_backwards_is_the_same(self, reader: Reader) -> None:
        reader.brush("2026-05", "2026-03")
        assert str(reader.selection) == "since=2026-03-01&until=2026-05-31"

    def test_its_months_are_in_sight_and_picked_wherever_it_comes_from(self, reader: Reader) -> None:
        reader.open(f"/production?{YEAR}")
        assert len(reader.values("by-month")) == 12
        with reader.update():
            reader.menu("period").get_by_role("button", name="2024", exact=True).click()
        assert reader.pressed("by-month") == [f"2024-{month:02}" for month in range(1, 13)]
        reader.pick("by-month", "2024-05")
        assert reader.pressed("by-month") == ["2024-05"]
        reader.pick("by-month", "2024-05")
        assert reader.pressed("by-month") == []

    def test_what_a_card_stands_against_needs_a_period(self, reader: Reader) -> None:
        lines = reader.page.locator(".kpi .ref")
        expect(lines).to_have_count(0)
        with reader.update():
            reader.menu("period").get_by_role("button", name="3 derniers mois", exact=True).click()
        expect(lines).to_have_count(5 * 2)
        line = reader.page.locator('.kpi[data-kpi="mean_delay"] .ref[data-of="previous"]')
        shown = float(line.get_attribute("data-raw") or "nan")
        reader.open("/production?since=2026-05-01&until=2026-07-31")
        assert reader.raw("mean_delay") == pytest.approx(shown)

    def test_without_one_before_there_is_nothing_to_compare_with(self, reader: Reader) -> None:
        """The first months of the data have nothing before them."""
        reader.open("/production?since=2022-11-01&until=2023-10-31")
        expect(reader.page.locator('.kpi .ref:has-text("pas de données")')).to_have_count(5)


class TestAddress:
    def test_is_the_selection_and_opens_it_again(self, reader: Reader) -> None:
        reader.pick("by-agency", some(reader, "by-agency"))
        reader.pick("by-type", some(reader, "by-type"))
        reader.pick("by-month", "2026-05")
        shown, where = reader.raws(), reader.page.url
        reader.page.reload()
        reader.wait_for(1)
        assert reader.page.url == where
        assert reader.raws() == shown
        assert len(reader.chips()) == 3

    def test_one_step_of_history_for_each_pick(self, reader: Reader) -> None:
        before = reader.steps
        reader.pick("by-agency", some(reader, "by-agency"))
        reader.pick("by-type", some(reader, "by-type"))
        reader.pick("by-month", "2026-05")
        assert reader.steps == before + 3

    def test_back_and_forward_go_one_pick_at_a_time(self, reader: Reader) -> None:
        states = [(str(reader.selection), reader.raws())]
        for view in ("by-type", "by-agency", "by-month"):
            reader.pick(view, some(reader, view))
            states.append((str(reader.selection), reader.raws()))
        for state in reversed(states[:-1]):
            reader.back()
            assert (str(reader.selection), reader.raws()) == state
        for state in states[1:]:
            with reader.update():
                reader.page.evaluate("history.forward()")
            assert (str(reader.selection), reader.raws()) == state

    def test_two_quick_steps_back_are_two_steps(self, reader: Reader) -> None:
        for view in ("by-agency", "by-type", "by-month"):
            reader.pick(view, some(reader, view))
        agency, steps = held(reader, "agency"), reader.steps
        reader.page.evaluate("history.back(); setTimeout(() => history.back(), 8)")
        expect(reader.page.locator("#chips .chip")).to_have_count(1)
        reader.page.wait_for_timeout(300)
        assert str(reader.selection) == str(Selection(picks={"agency": agency}))
        assert reader.steps == steps
        for _ in range(2):
            with reader.update():
                reader.page.evaluate("history.forward()")
        assert len(reader.chips()) == 3

    def test_opening_the_page_again_from_the_menu_keeps_the_filters(self, reader: Reader) -> None:
        reader.pick("by-agency", some(reader, "by-agency"))
        kept, shown = reader.selection, reader.raws()
        reader.page.locator("#nav-production").click()
        reader.page.wait_for_timeout(400)
        assert reader.selection == kept
        assert reader.raws() == shown

    def test_a_link_with_an_unknown_filter_says_so_and_shows_everything(
        self, simulated: Server, visit: NewReader
    ) -> None:
        reader = visit(simulated)
        reader.open()
        everything = reader.raws()
        for search in ("colour=blue", "since=2026-02-31", "since=2026-03-01&until=2026-02-01"):
            reader.open(f"/production?{search}")
            expect(reader.notice()).to_contain_text("un filtre que Vigie ne connaît pas")
            assert reader.raws() == everything
            assert reader.selection == Selection()
        reader.pick("by-type", some(reader, "by-type"))
        expect(reader.notice()).to_have_count(0)

    def test_an_agency_that_is_not_there_leaves_nothing_and_says_how_to_go_on(self, reader: Reader) -> None:
        reader.open("/production?agency=Atlantis")
        assert reader.raw("rows") == 0
        empty = reader.view("by-type").locator(".empty")
        expect(empty).to_contain_text("Aucun dossier pour ces filtres.")
        with reader.update():
            empty.get_by_role("button", name="Retirer « Atlantis »").click()
        assert reader.selection == Selection()
        expect(reader.view("by-type").locator(".lb-r").first).to_be_visible()

    def test_export_links_carry_the_selection(self, reader: Reader) -> None:
        reader.pick("by-agency", some(reader, "by-agency"))
        reader.pick("by-month", "2026-05")
        hrefs = reader.page.locator("[data-export]").evaluate_all(
            "links => links.map(l => l.getAttribute('href'))"
        )
        assert len(hrefs) >= 3 + len(CHARTS)
        for href in hrefs:
            query = [pair for pair in parse_qsl(href.partition("?")[2]) if pair[0] != "view"]
            assert query == parse_qsl(str(reader.selection))


class TestSettled:
    def test_counts_one_update_for_one_pick_and_its_second_step(self, reader: Reader) -> None:
        for view in CHARTS:
            before, asked = reader.settled, len(reader.updates())
            reader.pick(view, some(reader, view))
            reader.page.wait_for_timeout(200)
            assert (reader.settled, len(reader.updates())) == (before + 1, asked + 2), view
            with reader.update():
                reader.page.keyboard.press("Escape")

    def test_every_visual_is_drawn_when_it_counts(self, reader: Reader) -> None:
        agency = some(reader, "by-agency")
        reader.page.evaluate(
            """() => {
              const html = document.documentElement;
              const later = "#production-recommendations, .quantiles, .quantiles *";
              const told = (node) => {
                const copy = node.cloneNode(true);
                copy.querySelectorAll(later).forEach(part => part.remove());
                return copy.outerHTML;
              };
              const drawn = () => [...document.querySelectorAll("[data-kpi], .view")];
              const now = () => drawn().filter(node => !node.matches(later)).map(told).join();
              new MutationObserver(() => { window.whenSettled ??= now(); window.now = now; })
                .observe(html, { attributes: true, attributeFilter: ["data-settled"] });
            }"""
        )
        reader.pick("by-agency", agency)
        reader.page.wait_for_timeout(250)
        assert reader.page.evaluate("window.whenSettled === window.now()")


class TestLongLists:
    def test_show_twelve_then_more(self, reader: Reader) -> None:
        rows = reader.marks("by-agency")
        expect(rows).to_have_count(12)
        with reader.no_update():
            reader.view("by-agency").locator('[data-action="more"]').click()
        expect(rows).to_have_count(36)

    def test_are_searched_without_accents(self, reader: Reader) -> None:
        reader.view("by-agency").get_by_role("searchbox").fill("creteil")
        assert reader.values("by-agency") == ["Créteil"]
        reader.pick("by-agency", "Créteil")
        assert held(reader, "agency") == ("Créteil",)

    def test_keep_a_picked_row_in_sight(self, reader: Reader) -> None:
        last = reader.values("quality")[-1]
        reader.pick("quality", last)
        assert last in reader.pressed("by-agency")


class TestReading:
    def test_a_recommendation_leads_to_its_cases(self, reader: Reader) -> None:
        reader.open("/production?agency=Lille&since=2026-03-01&until=2026-10-31")
        link = reader.view("recommendations").locator('[data-action="evidence"]').first
        evidence = link.get_attribute("data-search") or ""
        words = link.inner_text()
        with reader.update():
            link.click()
        assert reader.selection == Selection.parse(evidence)
        count = int("".join(re.findall(r"\d", words)))
        assert count in (reader.raw("treated"), reader.raw("stock"), reader.raw("rows"))

    def test_a_table_stands_behind_every_chart(self, reader: Reader) -> None:
        for view in CHARTS:
            reader.card_action(view, "table")
            rows = reader.dialog().locator("tbody tr")
            expect(rows.first).to_be_visible()
            if view not in ("by-agency", "quality"):
                expect(rows).to_have_count(len(reader.values(view)))
            else:
                assert rows.count() > 200
            reader.page.keyboard.press("Escape")
            expect(reader.dialog()).to_have_count(0)

    def test_a_table_can_be_copied(self, simulated: Server, visit: NewReader) -> None:
        reader = visit(simulated, permissions=["clipboard-read", "clipboard-write"])
        reader.open()
        reader.card_action("by-type", "table")
        reader.dialog().get_by_role("button", name="Copier le tableau").click()
        reader.page.get_by_role("status").wait_for()
        lines = reader.page.evaluate("navigator.clipboard.readText()").split("\n")
        assert lines[0].split("\t")[0] == "Type de dossier"
        assert len(lines) == 1 + len(reader.values("by-type"))

    def test_every_indicator_has_its_definition(self, reader: Reader) -> None:
        for name in ("closed", "mean_delay", "late_share", "return_rate", "workload_per_fte"):
            info = reader.page.locator(f'.kpi[data-kpi="{name}"] details.info')
            info.locator("summary").click()
            expect(info.locator(".panel h3")).to_be_visible()
            expect(info.locator('[data-kpi="rows"]')).to_have_attribute("data-raw", str(CASES))
