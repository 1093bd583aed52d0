"""One tab: what a person does in it, what the page then says, and everything it complained of."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Request, Response, expect

from queries.selection import Selection

CARDS = ("closed", "mean_delay", "late_share", "return_rate", "workload_per_fte")
VIEWS = ("by-month", "recommendations", "by-agency", "quality", "by-type", "backlog")
HERE = "127.0.0.1"
Key = Literal["Alt", "Control", "ControlOrMeta", "Meta", "Shift"]


class Reader:
    """Drives one page of `context`. Troubles are console errors, page errors, answers of 400 and more,
    and requests that leave this machine; `troubles` has those that `expects` did not announce.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page = context.new_page()
        self.page.set_default_timeout(8_000)
        self.requests: list[str] = []
        self._troubles: list[str] = []
        self._expected: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._troubles.append(f"page error: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.page.on("websocket", lambda socket: self._visit(socket.url))

    def expects(self, *patterns: str) -> None:
        """Announce troubles this test causes itself, as regular expressions."""
        self._expected += patterns

    @property
    def troubles(self) -> list[str]:
        return [
            text for text in self._troubles if not any(re.search(known, text) for known in self._expected)
        ]

    def open(self, where: str = "/production", *, settled: int = 1) -> None:
        """Open an address of the server and wait for the page's first update."""
        self.page.goto(self.address + where)
        self.wait_for(settled)

    @property
    def settled(self) -> int:
        """How many updates have been drawn since the page was opened."""
        return int(self.page.locator("html").get_attribute("data-settled") or 0)

    def wait_for(self, settled: int, seconds: float = 8) -> None:
        """Wait until exactly that many updates have been drawn, what comes after the paint included."""
        found = self.page.locator(f'html[data-settled="{settled}"]:not([data-awaits])')
        found.wait_for(state="attached", timeout=seconds * 1000)

    @contextmanager
    def update(self, seconds: float = 8) -> Iterator[None]:
        """What is done inside leads to one update, and to one only."""
        before = self.settled
        yield
        self.wait_for(before + 1, seconds)

    @contextmanager
    def no_update(self) -> Iterator[None]:
        """What is done inside asks nothing of the server."""
        before, asked = self.settled, len(self.updates())
        yield
        self.page.wait_for_timeout(250)
        assert self.settled == before
        assert len(self.updates()) == asked

    def updates(self) -> list[str]:
        """The callbacks asked so far."""
        return [url for url in self.requests if urlsplit(url).path == "/_dash-update-component"]

    @property
    def selection(self) -> Selection:
        """What the address says; it must be written as a Selection writes itself."""
        query = urlsplit(self.page.url).query
        held = Selection.parse(query)
        assert query == str(held)
        return held

    @property
    def steps(self) -> int:
        """Entries in the tab's history."""
        return int(self.page.evaluate("history.length"))

    def view(self, name: str) -> Locator:
        """The element that a chart is drawn in."""
        return self.page.locator(f"#production-{name}")

    def marks(self, view: str) -> Locator:
        """Every pickable mark of a chart."""
        return self.view(view).locator("[data-dim][data-value]")

    def mark(self, view: str, value: str) -> Locator:
        """One mark of a chart."""
        return self.view(view).locator(f'[data-value="{value}"]')

    def values(self, view: str) -> list[str]:
        """What the marks of a chart stand for, in the order drawn."""
        return [str(v) for v in self.marks(view).evaluate_all("marks => marks.map(m => m.dataset.value)")]

    def pressed(self, view: str) -> list[str]:
        """The picked marks of a chart."""
        held = self.view(view).locator('[data-value][aria-pressed="true"]')
        return [str(value) for value in held.evaluate_all("marks => marks.map(m => m.dataset.value)")]

    def pick(self, view: str, value: str, *keys: Key) -> None:
        """Click a mark with those keys held, and wait for the page to follow."""
        with self.update():
            self.mark(view, value).click(modifiers=list(keys))

    def brush(self, first: str, last: str) -> None:
        """Drag the mouse over the months from one to another, and wait for the page to follow."""
        boxes = [self.mark("by-month", month).bounding_box() for month in (first, last)]
        assert boxes[0]
        assert boxes[1]
        x1, x2 = (box["x"] + box["width"] / 2 for box in boxes if box)
        y = boxes[0]["y"] + boxes[0]["height"] / 2
        with self.update():
            self.page.mouse.move(x1, y)
            self.page.mouse.down()
            self.page.mouse.move((x1 + x2) / 2, y, steps=4)
            self.page.mouse.move(x2, y, steps=4)
            self.page.mouse.up()

    def back(self) -> None:
        """One step back, and wait for the page to follow."""
        with self.update():
            self.page.evaluate("history.back()")

    def menu(self, name: str) -> Locator:
        """Open the filter menu « period », « agency » or « type »; its panel."""
        self.page.locator(f"#menu-{name} > summary").click()
        panel = self.page.locator(f"#menu-{name} > .panel")
        expect(panel.locator(".item").first).to_be_visible()
        return panel

    def card_action(self, view: str, action: str) -> None:
        """Choose « table », « enlarge » or « define » in the menu of a card."""
        card = self.page.locator(f"#production-{view}-card")
        card.locator(".card-menu > summary").click()
        card.locator(f'[data-action="{action}"]').click()

    def raw(self, kpi: str) -> float | None:
        """The unformatted value of an indicator."""
        node = self.page.locator(f'[data-kpi="{kpi}"]').first
        text = node.get_attribute("data-raw")
        return float(text) if text else None

    def raws(self) -> dict[str, float | None]:
        """Every indicator on the page; the same one shown twice must be the same."""
        nodes = self.page.locator("[data-kpi]").evaluate_all(
            "nodes => nodes.map(n => [n.dataset.kpi, n.dataset.raw])"
        )
        found: dict[str, float | None] = {}
        for name, text in nodes:
            value = float(text) if text else None
            assert found.setdefault(name, value) == value, name
        return found

    def chips(self) -> list[str]:
        """The words of the chips, in order."""
        return self.page.locator("#chips .chip").all_inner_texts()

    def notice(self) -> Locator:
        """The lines above the charts."""
        return self.page.locator("#notices .notice")

    def dialog(self) -> Locator:
        """The open dialog."""
        return self.page.locator("dialog[open]")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._troubles.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        self._visit(request.url)

    def _visit(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != HERE:
            self._troubles.append(f"leaves the machine: {url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._troubles.append(f"answer {response.status}: {response.url}")


def options(width: int = 1440, height: int = 900, *, dark: bool = False, **more: Any) -> dict[str, Any]:
    """How a reader's browser is set: window, theme of the system, French."""
    scheme = "dark" if dark else "light"
    return {
        "viewport": {"width": width, "height": height},
        "color_scheme": scheme,
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        **more,
    }
