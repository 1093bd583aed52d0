"""Row 1 of the performance table: a click on an agency to the last visual drawn, beside the ordinary way."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page

from data.durable import remove_tree
from data.simulate import simulate
from tests.browser.conftest import chromium_open
from tests.browser.server import ROOT, Server, free_port

TITLE = "A click on an agency to the last visual drawn, in headless Chromium (ms)"
SIZES = (1_000_000, 10_000_000)
ON_DEMAND = (100_000_000,)
REACH_MEDIAN, REACH_P95 = 50, 100
CLICKS = 24  # different agencies, so that no answer is kept from before


def rows(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Two rows per size, measured in turn in one run: Vigie, then the ordinary way."""
    with chromium_open() as browser:
        for cases in sizes:
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder) / "home"
                simulate(home, cases=cases)
                server = Server(home, CACHED_ANSWERS="64")
                server.start()
                yield measured("Vigie", cases, ours(browser, server.address))
                server.stop()
                yield measured("ordinary Dash: go.Figure, SQL on the facts", cases, ordinary(browser, home))
                remove_tree(home)


def measured(way: str, cases: int, times: list[float]) -> dict[str, Any]:
    """One row: milliseconds."""
    ordered = sorted(times)
    return {
        "way": way,
        "cases": cases,
        "median": statistics.median(ordered),
        "p95": ordered[int(len(ordered) * 0.95)],
        "slowest": ordered[-1],
        "clicks": len(ordered),
        "reach_median": REACH_MEDIAN,
        "reach_p95": REACH_P95,
    }


def ours(browser: Browser, address: str) -> list[float]:
    """Real clicks on leaderboard rows, from the event's time to `data-settled`."""
    page = browser.new_page(viewport={"width": 1440, "height": 1100})
    page.goto(f"{address}/")
    page.locator("html[data-settled]").wait_for(state="attached")
    page.locator("#production-by-agency .more").click()
    page.evaluate(
        """() => {
          window.times = [];
          document.addEventListener("click", (event) => {
            if (!event.target.closest(".lb-agencies .lb-r")) return;
            const began = event.timeStamp;
            const watch = new MutationObserver(() => {
              watch.disconnect();
              window.times.push(performance.now() - began);
            });
            watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-settled"] });
          }, true);
        }"""
    )
    return clicked(page, ".lb-agencies .lb-r")


def ordinary(browser: Browser, home: Path) -> list[float]:
    """The same clicks on the ordinary page, to the last change of its charts and rows."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.ordinary", str(home), str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        page = browser.new_page(viewport={"width": 1440, "height": 1100})
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator("#dots .scatterlayer path").first.wait_for(state="attached")
        page.locator(".row").first.wait_for(state="attached")
        page.evaluate(
            """() => {
              window.times = [];
              let began = null, last = 0, calm = 0;
              document.addEventListener("click", (event) => { began = event.timeStamp; }, true);
              new MutationObserver(() => {
                if (began === null) return;
                last = performance.now();
                clearTimeout(calm);
                calm = setTimeout(() => { window.times.push(last - began); began = null; }, 150);
              }).observe(document.body, {
                subtree: true, childList: true, attributes: true, characterData: true,
              });
            }"""
        )
        return clicked(page, ".row", rest=600)
    finally:
        process.kill()
        process.wait()


def clicked(page: Page, mark: str, rest: int = 120) -> list[float]:
    """Milliseconds of each of CLICKS real clicks on different marks, the first two left out as warm-up."""
    count = min(page.locator(mark).count(), CLICKS + 2)
    for index in range(max(count, CLICKS + 2)):
        before = page.evaluate("window.times.length")
        page.locator(mark).nth(index % count).click()
        until = time.monotonic() + 20
        while page.evaluate("window.times.length") == before:
            if time.monotonic() > until:
                raise TimeoutError(f"nothing was drawn after click {index}")
            page.wait_for_timeout(20)
        page.wait_for_timeout(rest)
    times: list[float] = page.evaluate("window.times")
    page.close()
    return times[2:]


def wait_for(address: str) -> None:
    """Return once the address answers. Raises TimeoutError."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=2):  # noqa: S310
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(address)
