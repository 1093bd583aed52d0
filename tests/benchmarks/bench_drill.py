"""Row 6 of the performance table and its like: the pages of an agent and an agency, and the list of cases."""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page as Tab

from app.accounts import DEMONSTRATION, acting
from app.case_rows import Asked, Orders, fetched
from app.crossfilter import Page, update
from app.filters import frame
from app.pages import agencies, agents
from app.services import Services, serving
from app.settings import Settings
from data.durable import remove_tree
from data.simulate import simulate
from queries import places
from queries.cases.listing import Listing, Sort
from queries.selection import Selection
from tests.browser.conftest import chromium_open
from tests.browser.server import Server

TITLE = "From agency to agent to case (ms)"
SIZES = (1_000_000, 10_000_000)
ON_DEMAND: tuple[int, ...] = ()
PERIOD = "since=2025-11-01&until=2026-10-31"
TIMES = 24
ROWS = 100
BY_DELAY = Listing("all", (Sort("delay", descending=True),))


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Per size: two pages on the server, the order of a list and its pages, clicks in Chromium."""
    for cases in sizes:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            simulate(home, cases=cases)
            yield from measures(home, cases)
            remove_tree(home)


def measures(home: Path, cases: int) -> Iterator[dict[str, Any]]:
    """Every row for one state directory."""
    service = Services(Settings(home=home, log_level="error"))
    with serving(service), acting(DEMONSTRATION):
        people = service.run(places.people, Selection(), Selection())
        yield row("agent's page, update on the server", cases, updates(agents.PAGE, people["agent"]), 30)
        yield row(
            "agency's page, update on the server", cases, updates(agencies.PAGE, people["agency_id"]), 60
        )
        yield from lists(service, cases)
    service.close()
    yield row("agencies: a click on a type to all painted, in Chromium", cases, clicks(home), 100)


def row(what: str, cases: int, times: list[float], reach: int) -> dict[str, Any]:
    """Milliseconds."""
    ordered = sorted(times)
    return {
        "what": what,
        "cases": cases,
        "median": median(ordered),
        "p95": ordered[int(len(ordered) * 0.95)],
        "times": len(ordered),
        "reach": reach,
    }


def timed(what: Any) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


def updates(page: Page, names: Any) -> list[float]:
    """The first update of the page of TIMES different places, none asked before, drawn evenly."""
    known = sorted(set(names))
    chosen = random.Random(7).sample(known, min(TIMES + 2, len(known)))

    def once(name: str) -> None:
        answer = update(page, None, None, PERIOD, f"/{page.name}/{name}")
        answer |= frame(answer["held"], {"snapshot": answer["held"]["snapshot"]})

    return [timed(lambda name=name: once(name)) for name in chosen][2:]


def lists(service: Services, cases: int) -> Iterator[dict[str, Any]]:
    """The list of Lille over all its time by delay: its order, then pages of it at start, middle and end."""
    snapshot, engine = service.facts()
    asked = Asked(BY_DELAY, Selection(picks={"agency": ("Lille",)}), Selection())
    orders = [timed(lambda: Orders().of(snapshot, engine, asked)) for _ in range(TIMES)]
    order = Orders().of(snapshot, engine, asked)
    yield row(f"the order of {len(order):,} cases by delay, once", cases, orders, 30)
    for where, start in (("first", 0), ("middle", len(order) // 2), ("last", len(order) - ROWS)):
        pages = [timed(lambda at=start: fetched(engine, asked, order.slice(at, ROWS))) for _ in range(TIMES)]
        yield row(f"{where} page of {ROWS} rows", cases, pages, 30)


def clicks(home: Path) -> list[float]:
    """Real clicks on the rows of case types in the page of Lille, to the last visual drawn and painted."""
    server = Server(home, CACHED_ANSWERS="64")
    server.start()
    try:
        with chromium_open() as browser:
            tab = browser.new_page(viewport={"width": 1440, "height": 1100})
            tab.goto(f"{server.address}/agencies/HDF-01?{PERIOD}")
            tab.locator("html[data-completed]").wait_for(state="attached")
            return clicked(tab)
    finally:
        server.stop()


def clicked(tab: Tab) -> list[float]:
    """Milliseconds of TIMES clicks on different marks in turn, the first two left out as warm-up."""
    tab.evaluate(
        """() => {
          window.times = [];
          document.addEventListener("click", (event) => {
            if (!event.target.closest("[data-dim=case_type]")) return;
            const began = event.timeStamp;
            const watch = new MutationObserver(() => {
              watch.disconnect();
              requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - began)));
            });
            watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-settled"] });
          }, true);
        }"""
    )
    marks = tab.locator("#agencies-gap [data-dim=case_type]")
    for index in range(TIMES + 2):
        before = int(tab.evaluate("window.times.length"))
        marks.nth(index % marks.count()).click()
        tab.wait_for_function("count => window.times.length > count", arg=before)
        tab.wait_for_timeout(150)
    times: list[float] = tab.evaluate("window.times")
    return times[2:]
